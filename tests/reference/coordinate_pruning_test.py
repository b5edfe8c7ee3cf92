#!/usr/bin/python3
"""What four-bit training and pruning by shared coordinates promise, and that committed networks keep it.

usage: coordinate_pruning_test.py [NETWORK...]     names in sw/networks that have NAME.onnx and NAME.json
"""

import json
import sys
import unittest
import unittest.mock
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
    from torch.nn.utils import parametrize
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import coordinate_pruning as pruning  # noqa: E402
import float_engine  # noqa: E402
import int4_quantisation as int4  # noqa: E402
import int4_vgg8  # noqa: E402
import vgg8  # noqa: E402


def steps_of(weights: np.ndarray) -> np.ndarray:
    """For each output channel of (o, ...), the step of which all its weights are multiples of at most 7; 0 if there is none.

    The largest weight is k steps with one k of 1 ... 7: each is tried."""
    found = np.zeros(len(weights))
    for number, channel in enumerate(weights.astype(np.float64).reshape(len(weights), -1)):
        for k in range(7, 0, -1):
            step = np.abs(channel).max() / k
            if step and np.abs(channel / step - np.rint(channel / step)).max() < 1e-5:
                found[number] = step
    return found


def kept_by_counting(weights: np.ndarray) -> np.ndarray:
    """(tiles, i, h, w): groups with a weight that is not zero, marked by each such weight."""
    outputs, inputs, height, width = weights.shape
    kept = np.zeros((-(-outputs // 32), inputs, height, width), dtype=bool)
    o, i, r, s = np.nonzero(weights)
    kept[o // 32, i, r, s] = True
    return kept


class Weights(unittest.TestCase):
    def test_worked_by_hand(self):
        weights = torch.tensor([[0.26, -0.9, 0.0, 0.1], [7.6, -8.0, 2.4, -0.4]])
        rounded = int4.round_weights(weights, torch.tensor([[0.1], [1.0]]))
        self.assertTrue(torch.allclose(rounded, torch.tensor([[0.3, -0.7, 0.0, 0.1], [7.0, -7.0, 2.0, 0.0]])))
        self.assertFalse(torch.signbit(rounded[1, 3]), "a zero is +0")

    def test_a_grid_is_found_again(self):
        random = np.random.default_rng(1)
        whole = torch.from_numpy(random.integers(-7, 8, (20, 3, 3, 3)).astype(np.float32))
        whole[:, 0, 0, 0] = 7
        steps = torch.from_numpy(random.uniform(0.01, 0.3, (20, 1, 1, 1)).astype(np.float32))
        found = int4.search_steps(whole * steps)
        self.assertTrue(torch.allclose(found, steps, rtol=1e-5))
        self.assertTrue(torch.equal((int4.round_weights(whole * steps, found) / found).round(), whole))

    def test_no_step_of_a_finer_search_is_clearly_better(self):
        torch.manual_seed(2)
        weights = torch.randn(10, 200)
        best = int4.search_steps(weights)
        error = lambda step: (int4.round_weights(weights, step) - weights).square().sum(1)  # noqa: E731
        finer = [error(weights.abs().amax(1, keepdim=True) / 7 * part) for part in np.linspace(0.2, 1, 2000)]
        self.assertTrue((error(best) <= 1.02 * torch.stack(finer).amin(0)).all())
        self.assertTrue((error(best) < 0.9 * error(weights.abs().amax(1, keepdim=True) / 7)).any(), "clipping must pay")

    def test_no_step_can_lose_its_channel(self):
        torch.manual_seed(10)
        weights = torch.randn(4, 2, 3, 3)
        module = int4.Int4Weight(weights)
        good = module.step.clone()
        with torch.no_grad():
            module.step[0], module.step[1], module.step[2] = 50, -1, 1e-9
        module.hold_step(weights)
        levels = (module(weights) / module.step).abs().flatten(1).amax(1).round()
        self.assertEqual(levels[:3].tolist(), [3, 7, 7])
        self.assertGreater(float(module.step.min()), 0)
        self.assertEqual(float(module.step[3]), float(good[3]), "a sensible step is left alone")

    def test_gradients_are_those_of_the_paper(self):
        torch.manual_seed(3)
        weights, mask = torch.randn(6, 4, 3, 3, requires_grad=True), (torch.rand(6, 4, 3, 3) < 0.5).float()
        module = int4.Int4Weight(weights.detach())
        with torch.no_grad():
            module.mask.copy_(mask)
            module.step.mul_(0.5)  # so that many weights are clipped
        arriving = torch.randn_like(weights)
        (module(weights) * arriving).sum().backward()

        ratio = (weights * mask / module.step).detach().double().numpy()
        inside = np.abs(ratio) < 7
        self.assertTrue(0.1 < inside.mean() < 0.95)
        per_step = np.where(inside, np.rint(ratio) - ratio, np.sign(ratio) * 7)
        wanted = (per_step * arriving.numpy()).sum(axis=(1, 2, 3)) / np.sqrt(4 * 9 * 7)
        np.testing.assert_allclose(module.step.grad.flatten().numpy(), wanted, rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(weights.grad.numpy(), arriving.numpy() * mask.numpy() * inside, rtol=1e-5)


class Activations(unittest.TestCase):
    def test_worked_by_hand(self):
        values = torch.tensor([[-1.0, 0.09, 0.11, 0.75, 2.95, 3.0, 8.0]])
        rounded = int4.Int4Activation(3.0)(values)
        self.assertTrue(torch.allclose(rounded, torch.tensor([[0.0, 0.0, 0.2, 0.8, 3.0, 3.0, 3.0]])))

    def test_gradients_are_those_of_the_paper(self):
        torch.manual_seed(4)
        values = (2 * torch.randn(8, 5, 6, 6)).requires_grad_()
        module = int4.Int4Activation(1.7)
        arriving = torch.randn_like(values)
        (module(values) * arriving).sum().backward()
        ratio = values.detach().double().numpy() / (1.7 / 15)
        inside = (ratio > 0) & (ratio < 15)
        per_step = np.where(inside, np.rint(ratio) - ratio, np.where(ratio > 0, 15, 0))
        # The paper's update of the step, s -= rate * g * gradient, as an update of the upper end, 15 s.
        wanted = 15 * (per_step * arriving.numpy()).sum() / np.sqrt(5 * 6 * 6 * 15)
        np.testing.assert_allclose(float(module.upper.grad), wanted, rtol=1e-4)
        np.testing.assert_array_equal(values.grad.numpy(), arriving.numpy() * inside)

    def test_the_range_found_clips_a_tail_and_keeps_a_grid(self):
        torch.manual_seed(5)
        tail = torch.randn(100000)
        self.assertTrue(2.0 < int4.search_upper(tail) < 3.5)  # 4 bits of half a normal distribution: 2.7 or so
        grid = torch.arange(-3, 16).repeat(10) * 0.3
        self.assertAlmostEqual(int4.search_upper(grid), 4.5, places=4)


class Groups(unittest.TestCase):
    def test_saliency_worked_by_hand(self):
        weights = torch.zeros(3, 2, 1, 2)  # tiles of 2: the second has one channel
        weights[0, 0, 0, 0], weights[1, 0, 0, 0] = 3, 4
        weights[2, 1, 0, 1] = -2
        found = pruning.saliency(weights, torch.tensor([1.0, -0.5, 3.0]), torch.tensor([10.0, 0.5]), tile=2)
        wanted = torch.zeros(2, 2, 1, 2)
        wanted[0, 0, 0, 0] = 10 * (9 + 4) ** 0.5
        wanted[1, 1, 0, 1] = 0.5 * 6
        self.assertTrue(torch.allclose(found, wanted))

    def test_groups_are_counted_and_expanded(self):
        torch.manual_seed(6)
        for outputs in (32, 64, 70, 5):
            weights = torch.randn(outputs, 4, 3, 3) * (torch.rand(outputs, 4, 3, 3) < 0.03)
            kept = pruning.nonzero_groups(weights)
            np.testing.assert_array_equal(kept.numpy(), kept_by_counting(weights.numpy()))
            mask = pruning.expand(kept, outputs)
            self.assertEqual(mask.shape, weights.shape)
            self.assertTrue(torch.equal(weights * mask, weights))
            self.assertTrue(torch.equal(pruning.nonzero_groups(mask.float()), kept))

    def test_the_most_salient_stay_and_the_removed_stay_removed(self):
        torch.manual_seed(7)
        kept = torch.ones(2, 5, 3, 3, dtype=torch.bool)
        for count in (60, 30, 10, 3):
            saliencies = torch.rand(2, 5, 3, 3)
            chosen = pruning.keep_most_salient(saliencies, kept, count)
            self.assertEqual(int(chosen.sum()), count)
            self.assertFalse((chosen & ~kept).any())
            self.assertGreater(saliencies[chosen].min(), saliencies[kept & ~chosen].max())
            kept = chosen
        with self.assertRaises(ValueError):
            pruning.keep_most_salient(torch.rand(2, 5, 3, 3), kept, 4)

    def test_pruning_that_is_not_shared_leaves_hardly_a_group_zero(self):
        torch.manual_seed(8)
        weights = torch.randn(128, 128, 3, 3)  # independent: 0.88^32 = 1.67 % of 4608 groups
        mask = pruning.keep_largest_weights(weights, 0.12)
        self.assertEqual(int(mask.sum()), round(0.12 * weights.numel()))
        self.assertGreater(weights[mask].abs().min(), weights[~mask].abs().max())
        zero = 1 - kept_by_counting(mask.numpy()).mean()
        self.assertTrue(abs(zero - 0.88**32) < 4 * (0.88**32 / 4608) ** 0.5, zero)


class Training(unittest.TestCase):
    """The whole network, of random weights, through pruning, updates and the file."""

    def network(self) -> tuple[int4_vgg8.Int4Vgg8, torch.Tensor]:
        torch.manual_seed(9)
        model = vgg8.Vgg8()
        sample = torch.rand(4, 3, 32, 32)
        for _ in range(20):  # so that batch normalisation knows the data
            model.train()(sample)
        return int4_vgg8.Int4Vgg8(model, sample), sample

    def update(self, network: int4_vgg8.Int4Vgg8, sample: torch.Tensor) -> None:
        parameters = network.model.parameters()
        optimizer = torch.optim.SGD(parameters, lr=0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
        for _ in range(3):
            logits = network.model.train()(sample)
            optimizer.zero_grad()
            functional.cross_entropy(logits, torch.tensor([1, 5, 7, 0])).backward()
            optimizer.step()
            network.after_update()

    def test_each_layer_keeps_its_share_and_only_less_of_the_same(self):
        network, sample = self.network()
        before = [torch.ones_like(kept) for kept in network.kept()]
        for ninths in (9, 5, 1, 0.5):
            network.prune(ninths / 9, sample)
            latent = [layer.parametrizations.weight.original.detach().clone() for layer in network.layers]
            self.update(network, sample)
            for layer, earlier, old in zip(network.layers, before, latent):
                weights = layer.weight.detach().numpy()
                found = kept_by_counting(weights)
                self.assertEqual(int(found.sum()), round(ninths / 9 * found.size))
                self.assertFalse((found & ~earlier.numpy()).any())
                self.assertTrue((steps_of(weights) > 0).all())
                self.assertTrue((layer.parametrizations.weight.original != old).any(), "no update changed it")
            before = network.kept()

    def test_the_file_computes_what_training_measured(self):
        network, sample = self.network()
        network.prune(3 / 9, sample)
        self.update(network, sample)
        with torch.no_grad():
            wanted = network.model.eval()(sample).numpy()
        document = vgg8.to_onnx(network.model, "random")

        clips = []

        def clip(node, attributes, x, low, high):
            self.assertEqual(float(low), 0)
            clips.append(node.name)
            return (x.clamp(low, high) / high * 15).round() * high / 15

        with unittest.mock.patch.dict(float_engine.OPERATORS, {"Clip": clip}):
            logits = float_engine.run(document, sample.numpy())["logits"]
        self.assertEqual(len(clips), 7)
        # A value on the edge between two of the 16 may fall on either side; it moves the logits by less than this.
        np.testing.assert_allclose(logits, wanted, atol=0.02 * np.abs(wanted).max())

    def test_unquantised_layers_are_the_first_and_the_last(self):
        network, _ = self.network()
        quantised = [parametrize.is_parametrized(layer) for layer in network.model.convolutions]
        self.assertEqual(quantised, [False] + [True] * 7)
        self.assertFalse(parametrize.is_parametrized(network.model.classifier))
        self.assertIsInstance(network.model.activations[-1], nn.ReLU)


class Committed(unittest.TestCase):
    """Networks that were pruned: NETWORK arguments."""

    names: list[str] = []

    def test_steps_ranges_and_groups_are_as_recorded(self):
        if not self.names:
            self.skipTest("no pruned network named")
        kept_of = {}
        for name in self.names:
            with self.subTest(name):
                record = json.loads((NETWORKS / f"{name}.json").read_text())
                graph = onnx.load(NETWORKS / f"{name}.onnx").graph
                values = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
                self.assertEqual(sorted(record["kept_groups"]), [f"conv{n}" for n in range(2, 9)])
                kept_of[name] = {}
                for layer, (count, groups) in record["kept_groups"].items():
                    weights = values[f"{layer}.weight"]
                    kept = kept_by_counting(weights)
                    self.assertEqual((int(kept.sum()), kept.size), (count, groups))
                    self.assertEqual(count, round(record["ninths"] / 9 * groups))
                    self.assertTrue((steps_of(weights) > 0).all())
                    kept_of[name][layer] = kept
                ends = [[values[term] for term in node.input[1:]] for node in graph.node if node.op_type == "Clip"]
                self.assertEqual(len(ends), 7)
                self.assertTrue(all(low == 0 and high > 0 for low, high in ends))
        order = sorted(kept_of, key=lambda name: sum(int(kept.sum()) for kept in kept_of[name].values()))
        for less, more in zip(order, order[1:]):
            for layer, kept in kept_of[less].items():
                self.assertFalse((kept & ~kept_of[more][layer]).any(), f"{less}: {layer} has what {more} has not")


if __name__ == "__main__":
    Committed.names = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
