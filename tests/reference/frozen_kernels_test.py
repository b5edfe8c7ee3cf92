#!/usr/bin/python3
"""What retraining around Kernel Comp Units holds fast, on random kernels, and that committed networks still hold it.

usage: frozen_kernels_test.py [NETWORK...]     names in sw/networks that have NAME.onnx, NAME.json and the units it names
"""

import json
import re
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
    import unit_file
    import yaml
    from onnx import numpy_helper
    from torch import nn
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import frozen_kernels  # noqa: E402
import lenet5  # noqa: E402

SIZES = {3: 5, 5: 4}  # kernel size: how many random units


def random_units(seed: int) -> dict[int, torch.Tensor]:
    """Constants as `kasane units` makes them: whole numbers of at most 31."""
    random = np.random.default_rng(seed)
    return {k: torch.from_numpy(random.integers(-31, 32, (n, k * k)).astype(np.float32)) for k, n in SIZES.items()}


def random_convolutions(seed: int) -> list[nn.Conv2d]:
    """Two that units stand in for, and two they do not: no unit has that size; more than one group."""
    torch.manual_seed(seed)
    return [nn.Conv2d(3, 6, 3), nn.Conv2d(6, 5, 5), nn.Conv2d(3, 4, 7), nn.Conv2d(4, 4, 3, groups=2)]


def flat(convolution: nn.Conv2d) -> np.ndarray:
    """A copy of the kernels, (o * i, k * k), in double precision."""
    return convolution.weight.detach().numpy().astype(np.float64).reshape(-1, convolution.kernel_size[0] ** 2).copy()


def closest(kernels: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each kernel against every unit by least squares: |cosine| of the best, its number, and its multiple.

    The smallest distance from the kernel to a unit's line decides; no cosine is used to choose."""
    gains = (kernels @ units.T) / (units**2).sum(1)
    multiples = gains[:, :, None] * units
    distances = np.linalg.norm(kernels[:, None, :] - multiples, axis=2)
    best = distances.argmin(1)
    lengths = np.linalg.norm(kernels, axis=1)
    cosines = np.sqrt(np.maximum(0, 1 - (distances.min(1) / lengths) ** 2))
    return cosines, best, multiples[np.arange(len(kernels)), best]


def off_line(kernels: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Relative distance of each kernel from its own unit's line."""
    multiples = ((kernels * units).sum(1) / (units**2).sum(1))[:, None] * units
    return np.linalg.norm(kernels - multiples, axis=1) / np.linalg.norm(kernels, axis=1)


def random_updates(convolutions: list[nn.Conv2d], frozen: frozen_kernels.FrozenKernels, restore: bool = True) -> None:
    """Momentum and weight decay, too, must not carry a kernel away."""
    optimizer = torch.optim.AdamW([c.weight for c in convolutions], lr=1e-2, weight_decay=1e-1)
    for _ in range(20):
        optimizer.zero_grad()
        sum((c.weight * torch.randn_like(c.weight)).sum() for c in convolutions).backward()
        optimizer.step()
        if restore:
            frozen.restore()


class Choosing(unittest.TestCase):
    def test_worked_by_hand(self):
        units = torch.tensor([[3.0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 3.0, 4.0, 0, 0, 0, 0, 0, 0]])
        kernels = torch.tensor([[0, -6.0, -8.0, 5.0, 0, 0, 0, 0, 0], [2.0, 0, 0, 0, 1.5, 0, 0, 0, 0]])
        similarity, index = frozen_kernels.nearest(kernels, units)
        self.assertEqual(index.tolist(), [1, 0])  # the first by its negative
        self.assertAlmostEqual(float(similarity[0]), 10 / 125**0.5, places=6)
        self.assertAlmostEqual(float(similarity[1]), 0.8, places=6)
        projected = frozen_kernels.project(kernels, units[index])
        self.assertTrue(torch.allclose(projected[0], -2 * units[1]))
        self.assertTrue(torch.allclose(projected[1], units[0] * 2 / 3))

    def test_the_nearest_unit_and_only_above_the_threshold(self):
        units = random_units(1)
        for threshold in (-1.0, 0.3, 0.5, 1.1):
            convolutions = random_convolutions(2)
            before = [flat(c) for c in convolutions]
            frozen = frozen_kernels.FrozenKernels(convolutions, units, threshold, False)
            chosen = 0
            for convolution, kernels in zip(convolutions[:2], before):
                cosines, _, multiples = closest(kernels, units[convolution.kernel_size[0]].numpy().astype(np.float64))
                self.assertGreater(np.abs(cosines - threshold).min(), 1e-4)  # no kernel on the edge, where rounding decides
                replaced = cosines >= threshold
                chosen += int(replaced.sum())
                np.testing.assert_allclose(flat(convolution)[replaced], multiples[replaced], rtol=1e-5, atol=1e-7)
                np.testing.assert_array_equal(flat(convolution)[~replaced], kernels[~replaced])
            self.assertEqual(frozen.counts(), (chosen, 48))
            self.assertEqual(chosen, {-1.0: 48, 1.1: 0}.get(threshold, chosen))
            for convolution, kernels in zip(convolutions[2:], before[2:]):
                np.testing.assert_array_equal(flat(convolution), kernels)

    def test_units_of_a_file(self):
        rows = [[[1, 2, 3], [4, -5, 6], [7, 8, 31]], (np.arange(25) - 12).reshape(5, 5).tolist(), [[0, 0, 1], [0, 0, 0], [-31, 0, 0]]]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "units.yaml"
            path.write_text(yaml.safe_dump({"units": [{"amplitude": 1.0, "constants": r} for r in rows]}))
            units = frozen_kernels.read_units(path)
        self.assertEqual(sorted(units), [3, 5])
        self.assertEqual(units[3].tolist(), [np.ravel(rows[0]).tolist(), np.ravel(rows[2]).tolist()])
        self.assertEqual(units[5].tolist(), [list(range(-12, 13))])


class Holding(unittest.TestCase):
    THRESHOLD = 0.4  # replaces some kernels of each convolution, not all

    def held(self, train_gains: bool, restore: bool = True):
        """Convolution, replaced kernels, their units, kernels before and after the updates."""
        units, convolutions = random_units(3), random_convolutions(4)
        named = [closest(flat(c), units[c.kernel_size[0]].numpy().astype(np.float64)) for c in convolutions[:2]]
        frozen = frozen_kernels.FrozenKernels(convolutions, units, self.THRESHOLD, train_gains)
        before = [flat(c) for c in convolutions]
        random_updates(convolutions, frozen, restore)
        for convolution, (cosines, best, _), kernels in zip(convolutions, named, before):
            replaced = cosines >= self.THRESHOLD
            self.assertTrue(0 < replaced.sum() < len(replaced))
            yield replaced, units[convolution.kernel_size[0]].numpy().astype(np.float64)[best], kernels, flat(convolution)
        for convolution, kernels in zip(convolutions[2:], before[2:]):
            self.assertTrue((flat(convolution) != kernels).any(axis=1).all(), "kernels without units train on")

    def test_frozen_values_stay_to_the_bit_and_the_rest_trains(self):
        for replaced, _, before, after in self.held(train_gains=False):
            np.testing.assert_array_equal(after[replaced], before[replaced])
            self.assertTrue((after[~replaced] != before[~replaced]).any(axis=1).all())

    def test_trained_gains_stay_on_their_own_units_line(self):
        for replaced, units, before, after in self.held(train_gains=True):
            self.assertLess(off_line(after[replaced], units[replaced]).max(), 1e-6)
            change = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)
            self.assertGreater(change[replaced].min(), 1e-5, "a gain that no update changed")
            self.assertTrue((after[~replaced] != before[~replaced]).any(axis=1).all())

    def test_it_is_restore_that_holds_them(self):
        for replaced, units, _, after in self.held(train_gains=True, restore=False):
            self.assertGreater(off_line(after[replaced], units[replaced]).max(), 1e-3)


class Files(unittest.TestCase):
    def test_reading_a_network_changes_no_weight(self):
        path = NETWORKS / "lenet5-fashion.onnx"
        written = lenet5.to_onnx(lenet5.from_onnx(path), "copy").graph.initializer
        original = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load(path).graph.initializer}
        self.assertEqual(sorted(original), sorted(tensor.name for tensor in written))
        for tensor in written:
            np.testing.assert_array_equal(numpy_helper.to_array(tensor), original[tensor.name])


class Committed(unittest.TestCase):
    """Networks that were retrained: NETWORK arguments."""

    names: list[str] = []

    def test_as_many_kernels_are_multiples_of_a_unit_as_the_record_says(self):
        if not self.names:
            self.skipTest("no retrained network named")
        for name in self.names:
            with self.subTest(name):
                record = json.loads((NETWORKS / f"{name}.json").read_text())
                units = unit_file.read(NETWORKS / re.search(r"--units (\S+)", record["command"])[1])
                total, multiples = 0, 0
                graph = onnx.load(NETWORKS / f"{name}.onnx").graph
                weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
                for kernels in (weights[node.input[1]] for node in graph.node if node.op_type == "Conv"):
                    size = kernels.shape[2]
                    own = np.array([unit.ravel() for unit in units if unit.shape[0] == size], np.float64)
                    if len(own) == 0:
                        continue
                    each = kernels.astype(np.float64).reshape(-1, size * size)
                    gains = (each @ own.T) / (own**2).sum(1)
                    distances = np.linalg.norm(each[:, None, :] - gains[:, :, None] * own, axis=2).min(1)
                    total += len(each)
                    multiples += int((distances <= 1e-6 * np.linalg.norm(each, axis=1)).sum())
                self.assertEqual((multiples, total), (record["replaced_kernels"], record["kernels"]))
                self.assertGreater(multiples, 0)


if __name__ == "__main__":
    Committed.names = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
