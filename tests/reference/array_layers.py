#!/usr/bin/python3
"""A package for a Cartesian-product array against the network that it was made of: stored coordinates are those that the
network keeps for any output channel of a tile, weights are the network's, rounded with one step an output channel, the
layer table counts both.

    tests/reference/array_layers.py KASANE SCENARIO NETWORK.onnx DATA [--set KEY]

Compiles the scenario with NETWORK; DATA is what calibration reads, and KEY the scenario's name for it, if any. A record
beside the network that names kept groups must agree. Exit code 77 if the data are absent.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import cartesian_numpy
import layer_comparison
import numpy as np
import package_executor
import package_file as pf

SKIPPED = 77
ROUNDING = 1e-6  # of float32


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    skip(str(missing))


class Network:
    def __init__(self, path: pathlib.Path) -> None:
        model = onnx.load(str(path))
        self.values = {i.name: numpy_helper.to_array(i).astype(np.float64) for i in model.graph.initializer}
        self.nodes = {node.name: node for node in model.graph.node}
        self.readers = {name: node for node in model.graph.node for name in node.input}

    def weights(self, layer: str) -> np.ndarray:
        """(outputs, inputs, height, width) as the layer multiplies them, batch normalisation included."""
        node = self.nodes[layer]
        weights = self.values[node.input[1]]
        if node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            return (weights if transposed else weights.T)[:, :, None, None]
        norm = self.readers[node.output[0]]
        if norm.op_type == "BatchNormalization":
            gamma, variance = self.values[norm.input[1]], self.values[norm.input[4]]
            epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
            weights = weights * (gamma / np.sqrt(variance + epsilon))[:, None, None, None]
        return weights


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


def check(package: pf.Package, network: Network, record: dict) -> layer_comparison.Comparison:
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kasane", type=pathlib.Path)
    parser.add_argument("scenario", type=pathlib.Path)
    parser.add_argument("network", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("--set", dest="key", help="the scenario's key of the data")
    options = parser.parse_args()
    if not options.data.exists():
        skip(f"no data in {options.data}")
    if not options.network.exists():
        skip(f"no {options.network.name}")
    settings = [f"software.network={options.network}"] + ([f"{options.key}={options.data}"] if options.key else [])
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "network.package"
        command = [options.kasane, "compile", options.scenario, "--out", path, "--quiet"]
        command += [word for setting in settings for word in ("--set", setting)]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"kasane compile: {done.stderr.strip()}")
        package = pf.read(path)
    file = options.network.with_suffix(".json")
    print(f"{options.network.stem}, {int(package.header['array_columns'])} columns:")
    comparison = check(package, Network(options.network), json.loads(file.read_text()) if file.exists() else {})
    if comparison.failures:
        sys.exit("\n".join(comparison.failures))


if __name__ == "__main__":
    main()
