#!/usr/bin/python3
"""What the search for hidden networks promises, and that committed networks keep it.

usage: hidden_network_test.py [NETWORK...]     names in sw/networks that have NAME.onnx and NAME.json
"""

import json
import sys
import tempfile
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
    from torch import nn
    from torch.nn import functional
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import float_engine  # noqa: E402
import hidden_networks  # noqa: E402
import supermask  # noqa: E402
import train_hidden  # noqa: E402
import weight_generator_numpy as definition  # noqa: E402
from cifar_training import Data  # noqa: E402
from resumable_training import Recipe, Training, Views  # noqa: E402


def expected_signs(generator: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    return definition.signs(generator, seed, 0, int(np.prod(shape))).reshape(shape)


def hidden_layer(kept: float) -> tuple[nn.Linear, nn.Parameter]:
    """Five inputs, two outputs; and its scores."""
    layer = nn.Linear(5, 2, bias=False)
    supermask.hide(layer, "murmur", 3, kept)
    return layer, layer.parametrizations.weight.original


class Supermask(unittest.TestCase):
    def test_largest_scores_of_the_layer_are_kept_whatever_their_sign(self):
        layer, scores = hidden_layer(0.4)
        with torch.no_grad():
            scores.copy_(torch.tensor([[0.1, -0.9, 0.2, 0.3, -0.4], [0.5, -0.05, 0.8, 0.0, 0.15]]))
        mask = np.array([[0, 1, 0, 0, 1], [1, 0, 1, 0, 0]])
        constant = np.float32((2 / (5 * 0.4)) ** 0.5)
        signs = expected_signs("murmur", layer.parametrizations.weight[0].seed, (2, 5))
        self.assertTrue((layer.weight.detach().numpy() == mask * signs * constant).all())

    def test_gradient_goes_straight_through_the_mask(self):
        """d loss / d |score| = d loss / d weight * sign * constant, of kept and other weights alike."""
        layer, scores = hidden_layer(0.4)
        x = torch.tensor([[1.0, 2.0, -3.0, 4.0, 0.5]])
        layer(x)[0, 1].backward()
        signs = expected_signs("murmur", layer.parametrizations.weight[0].seed, (2, 5))
        constant = (2 / (5 * 0.4)) ** 0.5
        expected = np.zeros((2, 5))
        expected[1] = x[0].numpy() * signs[1] * constant * np.sign(scores.detach().numpy()[1])
        self.assertTrue(np.allclose(scores.grad.numpy(), expected, rtol=1e-5))

    def test_shares_and_generators(self):
        for generator in ("murmur", "xorshift"):
            for kept in (0.05, 0.1, 0.3, 0.5, 1.0):
                model = nn.Sequential(nn.Conv2d(20, 30, 3, bias=False), nn.Linear(100, 50, bias=False))
                supermask.hide(model, generator, 9, kept)
                for layer in model:
                    weights = layer.weight.detach().numpy()
                    self.assertEqual(np.count_nonzero(weights), round(kept * weights.size))
                    signs = expected_signs(generator, layer.parametrizations.weight[0].seed, weights.shape)
                    self.assertTrue((np.sign(weights)[weights != 0] == signs[weights != 0]).all())
                    self.assertEqual(len(np.unique(np.abs(weights[weights != 0]))), 1)

    def test_the_constant_hands_on_the_variance(self):
        """A ReLU halves the second moment and the kept weights double it; 8 layers multiply no error."""
        torch.manual_seed(1)
        for kept in (0.05, 0.3):
            model = nn.Sequential(*(nn.Linear(1000, 1000, bias=False) for _ in range(8)))
            supermask.hide(model, "murmur", 1, kept)
            x = torch.randn(400, 1000)
            with torch.no_grad():
                for layer in model:
                    x = layer(functional.relu(x))
            self.assertLess(abs(float(x.square().mean()) - 1), 0.25)


def small_training(epochs: int, seed: int) -> Training:
    """A small hidden network, images of noise, with augmentation that draws random numbers."""
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(8 * 16, 10, bias=False),
    )
    supermask.hide(model, "murmur", seed, 0.3)
    images = torch.rand(200, 1, 6, 6, generator=torch.Generator().manual_seed(7))
    data = Data(images, torch.arange(200) % 10)
    views = Views(lambda x, generator: x + 0.1 * torch.rand(x.shape, generator=generator), lambda x: x)
    recipe = Recipe(epochs=epochs, learning_rate=1.0, weight_decay=1e-4, label_smoothing=0.05, batch=32)
    return Training(model, data, views, recipe, seed, after_step=supermask.keep_gains_positive)


class Resuming(unittest.TestCase):
    def setUp(self):
        torch.set_num_threads(1)

    def test_goes_on_as_if_it_had_not_stopped(self):
        through = small_training(4, 1)
        while not through.finished():
            through.epoch()
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "training.pt"
            first = small_training(4, 1)
            first.epoch()
            first.epoch()
            first.save(checkpoint)
            second = small_training(4, 1)
            second.resume(checkpoint)
            while not second.finished():
                second.epoch()
        self.assertEqual(through.history, second.history)
        for name, tensor in through.model.state_dict().items():
            self.assertTrue(torch.equal(tensor, second.model.state_dict()[name]), name)

    def test_another_recipe_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "training.pt"
            small_training(4, 1).save(checkpoint)
            with self.assertRaisesRegex(ValueError, "another recipe"):
                small_training(5, 1).resume(checkpoint)

    def test_masks_of_another_generator_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "training.pt"
            training = small_training(4, 1)
            training.save(checkpoint)
            training.origin["generator"] = "xorshift"
            with self.assertRaisesRegex(ValueError, "expected .*'generator': 'xorshift'"):
                training.resume(checkpoint)

    def test_settling_measures_the_present_masks_and_changes_nothing_else(self):
        training, undisturbed = small_training(4, 1), small_training(4, 1)
        training.epoch()
        undisturbed.epoch()
        training.settle()
        layer, norm = training.model[0], training.model[1]
        with torch.no_grad():
            # Fewer images than a sample: all are taken, as training sees them.
            noise = torch.rand(training.data.images.shape, generator=torch.Generator().manual_seed(1))
            outputs = layer(training.data.images + 0.1 * noise)
        self.assertTrue(torch.allclose(norm.running_mean, outputs.mean((0, 2, 3)), atol=0.02))
        self.assertTrue(torch.allclose(norm.running_var, outputs.var((0, 2, 3)), rtol=0.1))
        training.epoch()
        undisturbed.epoch()
        self.assertEqual(training.history, undisturbed.history)

    def test_masks_learn(self):
        training = small_training(12, 1)
        before = training.model[4].weight.detach().clone()
        while not training.finished():
            training.epoch()
        self.assertLess(training.history[-1]["loss"], 0.9 * training.history[0]["loss"])
        self.assertFalse(torch.equal(before, training.model[4].weight))


class Gains(unittest.TestCase):
    def test_a_gain_that_would_become_negative_stays_above_zero(self):
        norm = nn.BatchNorm2d(3)
        with torch.no_grad():
            norm.weight.copy_(torch.tensor([-0.5, 0.0, 0.7]))
            norm.bias.copy_(torch.tensor([-0.5, 0.0, 0.7]))
        offsets = norm.bias.detach().clone()
        supermask.keep_gains_positive(nn.Sequential(norm, nn.BatchNorm2d(2, affine=False)))
        self.assertTrue((norm.weight[:2] > 0).all())
        self.assertEqual(float(norm.weight[2]), np.float32(0.7))
        self.assertTrue(torch.equal(norm.bias, offsets))

    def test_terms_learn_at_their_own_rate(self):
        training = small_training(4, 1)
        training.epoch()
        scores, terms = training.optimizer.param_groups
        self.assertEqual([tuple(term.shape) for term in terms["params"]], [(8,), (8,)])
        self.assertAlmostEqual(scores["lr"] / terms["lr"], training.recipe.learning_rate / training.recipe.normalisation_rate)
        norm = training.model[1]
        self.assertFalse(torch.equal(norm.weight, torch.ones(8)) or torch.equal(norm.bias, torch.zeros(8)))


class Files(unittest.TestCase):
    def test_what_is_written_computes_the_same(self):
        for network in (hidden_networks.ResNet, hidden_networks.WideLeNet):
            for hidden in (True, False):
                torch.manual_seed(2)
                model = network()
                if hidden:
                    supermask.hide(model, "murmur", 2, 0.2)
                for norm in model.modules():
                    if isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.affine:
                        nn.init.uniform_(norm.weight, 0.5, 1.5)
                        nn.init.uniform_(norm.bias, -0.5, 0.5)
                images = torch.rand(8, *network.IMAGE)
                model(images)  # statistics that are not those of a fresh network
                model.eval()
                document = train_hidden.to_onnx(model, "test", "murmur")
                with torch.no_grad():
                    logits = float_engine.run(document, images.numpy())["logits"]
                    self.assertTrue(np.allclose(logits, model(images).numpy(), rtol=1e-3, atol=1e-4))
                self.assertEqual(bool(document.metadata_props), hidden)


class Committed(unittest.TestCase):
    """Hidden networks that were found: NETWORK arguments."""

    names: list[str] = []

    def test_weights_follow_from_seeds_and_masks(self):
        if not self.names:
            self.skipTest("no hidden network named")
        for name in self.names:
            with self.subTest(name):
                self.check(onnx.load(NETWORKS / f"{name}.onnx"), json.loads((NETWORKS / f"{name}.json").read_text()))

    def check(self, document: onnx.ModelProto, record: dict) -> None:
        properties = {entry.key: entry.value for entry in document.metadata_props}
        generator = properties.pop("weight_generator")
        self.assertEqual(generator, record["hidden"]["generator"])
        values = {tensor.name: numpy_helper.to_array(tensor) for tensor in document.graph.initializer}
        weights = set()
        for node in document.graph.node:
            if node.op_type in ("Conv", "Gemm"):
                self.assertEqual(len(node.input), 2, f"{node.name} has a bias")
                weights.add(node.input[1])
            if node.op_type == "BatchNormalization":
                self.assertTrue((values[node.input[1]] > 0).all(), f"{node.name}: a gain turns signs")
        self.assertEqual({f"seed:{weight}" for weight in weights}, set(properties))
        for weight in weights:
            layer = record["hidden"]["layers"][weight]
            self.assertEqual(str(layer["seed"]), properties[f"seed:{weight}"])
            found = values[weight]
            signs = expected_signs(generator, layer["seed"], found.shape)
            mask = found != 0
            self.assertTrue((found == np.where(mask, signs * np.float32(layer["scale"]), 0)).all(), weight)
            self.assertEqual((int(mask.sum()), mask.size), (layer["kept"], layer["weights"]))
            self.assertLessEqual(abs(layer["kept"] - record["hidden"]["kept"] * mask.size), 2 + 1e-4 * mask.size)


if __name__ == "__main__":
    Committed.names = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
