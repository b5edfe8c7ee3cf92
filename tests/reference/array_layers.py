#!/usr/bin/python3
"""A package for a Cartesian-product array against the network that it was made of: stored coordinates are those that the
network keeps for any output channel of a tile, weights are the network's, rounded with one step an output channel, the
layer table counts both.

    tests/reference/array_layers.py KASANE SCENARIO NETWORK.onnx DATA [--set KEY]

Compiles the scenario with NETWORK; DATA is what calibration reads, and KEY the scenario's name for it, if any. A record
beside the network that names kept groups must agree. Exit code 77 if the data are absent.
"""

import json
import sys

import cartesian_numpy
import compiled_scenario
import layer_comparison
import numpy as np
import package_executor
import package_file as pf

ROUNDING = 1e-6  # of float32


class WatchingExecutor(package_executor.PackageExecutor):
    """Notes each array layer's lists as they are in Weight Memory when its commands run."""

    def _cartesian(self, index: int) -> np.ndarray:
        command, wm = self.package.command(index, pf.CARTESIAN_CONVOLUTION), self.memory[package_executor.WM][0]
        kept = cartesian_numpy.kept_coordinates(command, wm)
        lists = (kept, cartesian_numpy.dense_weights(command, wm), cartesian_numpy.tile_sizes(command))
        self.lists.setdefault(int(command["layer"]), lists)
        return super()._cartesian(index)

    lists: dict[int, tuple[np.ndarray, np.ndarray, list[int]]]


def kept_of_tiles(weights: np.ndarray, groups: int, sizes: list[int]) -> np.ndarray:
    """Coordinates with any weight other than zero, by tile of output channels."""
    bounds = np.cumsum([0, *sizes * groups])
    return np.stack([(weights[a:b] != 0).any(axis=0) for a, b in zip(bounds, bounds[1:])])


def wrongly_rounded(real: np.ndarray, levels: np.ndarray) -> int:
    """Output channels whose levels are no rounding of the real weights, whatever the step: |real| / step lies within half a
    step of |level|, or beyond it at the range's ends."""
    wrong = (real * levels < 0).any(axis=(1, 2, 3))
    magnitude, level = np.abs(real), np.abs(levels)
    smallest = np.where(level < 7, magnitude / (level + 0.5), 0).max(axis=(1, 2, 3))
    largest = np.where(level > 0, magnitude / np.maximum(level - 0.5, 0.5), np.inf).min(axis=(1, 2, 3))
    return int(np.count_nonzero(wrong | (smallest > largest * (1 + ROUNDING))))


def check(package: pf.Package, network: compiled_scenario.Network, record: dict) -> layer_comparison.Comparison:
    comparison = layer_comparison.Comparison()
    executor = WatchingExecutor(package, 1)
    executor.lists = {}
    executor.infer(np.zeros((1, int(package.header["input"]["bytes"])), np.int8))
    for number, (kept, levels, sizes) in sorted(executor.lists.items()):
        layer, real = package.layers[number], network.weights(package.layers[number].name)
        if levels.shape != real.shape:
            comparison.require(False, f"{layer.name}: lists of {levels.shape}, the network has {real.shape}")
            continue
        groups = len(kept) // len(sizes)
        extra, missing = kept & ~kept_of_tiles(real, groups, sizes), kept_of_tiles(levels, groups, sizes) & ~kept
        wrong = wrongly_rounded(real, levels)
        print(
            f"  {layer.name:12} {np.count_nonzero(kept)} of {kept.size} coordinates kept,"
            f" {np.count_nonzero(levels) / levels.size:.1%} of the weights are not zero"
        )
        comparison.require(not extra.any(), f"{layer.name}: {extra.sum()} coordinates kept that the network prunes")
        comparison.require(not missing.any(), f"{layer.name}: {missing.sum()} coordinates of weights not kept")
        comparison.require(wrong == 0, f"{layer.name}: weights of {wrong} output channels are not rounded to one step")
        counted = (kept.size, np.count_nonzero(kept))
        table = (layer.coordinates, layer.kept_coordinates)
        comparison.require(counted == table, f"{layer.name}: lists of {counted}, the layer table says {table}")
        recorded = record.get("kept_groups", {}).get(layer.name)
        if recorded is not None:
            comparison.require(counted[::-1] == tuple(recorded), f"{layer.name}: kept {counted[::-1]}, recorded {recorded}")
    comparison.require(len(executor.lists) > 1, "hardly a layer runs on the array: nothing was compared")
    others = [layer.name for n, layer in enumerate(package.layers) if n not in executor.lists and layer.coordinates]
    comparison.require(not others, f"layers with coordinates that no command of the array computes: {others}")
    return comparison


def main() -> None:
    options = compiled_scenario.parser(__doc__.splitlines()[0]).parse_args()
    package = compiled_scenario.compiled(options)
    file = options.network.with_suffix(".json")
    print(f"{options.network.stem}, {int(package.header['array_columns'])} columns:")
    network = compiled_scenario.Network(options.network)
    comparison = check(package, network, json.loads(file.read_text()) if file.exists() else {})
    if comparison.failures:
        sys.exit("\n".join(comparison.failures))


if __name__ == "__main__":
    main()
