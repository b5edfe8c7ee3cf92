#!/usr/bin/python3
"""A package for the hidden-network engine against the network that it was made of: the weights that numpy makes of seeds and
masks are the network's signs, the layer table counts them, no weight is stored, and random inputs have the results bit by bit
that the same network has on the Neural Comp Unit alone, whose weights are stored.

    tests/reference/hidden_layers.py KASANE SCENARIO NETWORK.onnx DATA [--set KEY]

Compiles the scenario with NETWORK; DATA is what calibration reads, and KEY the scenario's name for it, if any. Exit code 77 if
the data are absent.
"""

import sys

import compiled_scenario
import hiddenite_numpy
import layer_comparison
import numpy as np
import package_executor
import package_file as pf
import weight_generator_numpy

IMAGES = 8
EVERY_LAYER_ON_NCU = "software.hiddenite.ncu_layers"


class WatchingExecutor(package_executor.PackageExecutor):
    """Notes each hidden layer's weights, and the bytes that its commands read, as they are in Weight Memory at the time."""

    def _hiddenite(self, index: int) -> np.ndarray:
        command, wm = self.package.command(index, pf.HIDDENITE_CONVOLUTION), self.memory[package_executor.WM][0]
        weights = hiddenite_numpy.weights(command, wm)
        self.weights.setdefault(int(command["layer"]), {})[int(command["first_weight"])] = (weights, command)
        return super()._hiddenite(index)

    weights: dict[int, dict[int, tuple[np.ndarray, np.void]]]


def executed(package: pf.Package, images: np.ndarray) -> tuple[WatchingExecutor, np.ndarray]:
    executor = WatchingExecutor(package, len(images))
    executor.weights = {}
    return executor, executor.infer(images)


def check_layer(comparison, package: pf.Package, network: compiled_scenario.Network, number: int, parts: dict) -> None:
    layer = package.layers[number]
    node = network.nodes[layer.name]
    first = sorted(parts)
    weights = np.concatenate([parts[index][0] for index in first])  # commands of one layer share out its output channels
    command = parts[first[0]][1]
    stored = network.stored_weights(layer.name)
    comparison.require(weights.shape == stored.shape, f"{layer.name}: {weights.shape} weights, the network has {stored.shape}")
    if weights.shape != stored.shape:
        return
    wrong = np.count_nonzero(weights != np.sign(stored))
    comparison.require(wrong == 0, f"{layer.name}: {wrong} weights are not the network's")
    counted = weights.size, np.count_nonzero(weights)
    table = layer.hidden_weights, layer.kept_weights
    comparison.require(counted == table, f"{layer.name}: {counted} weights, the layer table says {table}")
    seed, generator = int(network.metadata[f"seed:{node.input[1]}"]), network.metadata["weight_generator"]
    said = int(command["layer_seed"]), weight_generator_numpy.NAMES[int(command["generator"])]
    comparison.require(said == (seed, generator), f"{layer.name}: {said}, the network says {(seed, generator)}")
    mask_bits = 8 * sum(int(part[1]["mask_bytes"]) for part in parts.values()) / weights.size
    print(
        f"  {layer.name:14} {counted[1]:7} of {counted[0]:7} weights kept, {counted[1] / counted[0]:5.1%},"
        f" fields of {int(command['field_bits'])} bits, {mask_bits:.3f} bits a weight"
    )


def main() -> None:
    options = compiled_scenario.parser(__doc__.splitlines()[0]).parse_args()
    package = compiled_scenario.compiled(options)
    network = compiled_scenario.Network(options.network)
    names = [layer.name for layer in package.layers if layer.hidden_weights]
    alone = compiled_scenario.compiled(options, f"{EVERY_LAYER_ON_NCU}=[{', '.join(names)}]")
    print(f"{options.network.stem}, {int(package.header['hiddenite_outputs'])} output lanes:")

    comparison = layer_comparison.Comparison()
    random = np.random.default_rng(1)
    images = random.integers(-128, 128, (IMAGES, int(package.header["input"]["bytes"])), np.int8)
    executor, outputs = executed(package, images)
    other, same = executed(alone, images)
    comparison.require(len(executor.weights) == len(names) > 1, f"{len(executor.weights)} of {len(names)} layers ran")
    comparison.require(not other.weights, "the other package uses the engine as well")
    comparison.require(np.array_equal(outputs, same), "the two packages' outputs differ")
    comparison.require(len(np.unique(outputs, axis=0)) > 1, "all images have the same output")
    for number, parts in sorted(executor.weights.items()):
        check_layer(comparison, package, network, number, parts)
    hidden = sum(layer.hidden_weights for layer in package.layers)
    data, stored = int(package.header["data_bytes"]), int(alone.header["data_bytes"])
    print(f"  {data} bytes of data for {hidden} weights, {stored} with the weights stored")
    comparison.require(stored - data > 0.7 * hidden, f"{data} bytes of data, {stored} with the weights stored")
    if comparison.failures:
        sys.exit("\n".join(comparison.failures))


if __name__ == "__main__":
    main()
