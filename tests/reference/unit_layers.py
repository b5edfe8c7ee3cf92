#!/usr/bin/python3
"""A package for Kernel Comp Units, layer by layer, against the network whose kernels the units replace, in real numbers;
and its layer table against its own command lists.

    tests/reference/unit_layers.py PROBE_FOLDER IDX_FOLDER

PROBE_FOLDER is what compile_probe wrote with units. Exit code 77 if it or the data are absent.
"""

import argparse
import collections
import dataclasses
import pathlib
import sys

import kcu_numpy
import layer_comparison
import numpy as np
import package_executor
import package_file as pf
import unit_file

SKIPPED = 77


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


@dataclasses.dataclass
class Content:
    """What tables and kept lists of one layer hold; its bands of output rows share them."""

    bands: int = 0
    jobs: set[tuple[int, int]] = dataclasses.field(default_factory=set)  # unit, input channel
    replaced: set[tuple[int, int]] = dataclasses.field(default_factory=set)  # output, input channel
    kept: set[tuple[int, int]] = dataclasses.field(default_factory=set)


class WatchingExecutor(package_executor.PackageExecutor):
    """Notes each layer's tables as they are when its commands run."""

    def _kcu(self, index: int) -> np.ndarray | None:
        content = self.content[int(self.package.commands[index][2:4].view("<u2")[0])]
        if self.package.commands[index][:2].view("<u2")[0] == pf.KCU_CONVOLUTION_OPCODE:
            command = self.package.command(index, pf.KCU_CONVOLUTION)
            content.bands += 1
            for unit, channel, targets in kcu_numpy.jobs(command, self.memory[package_executor.TABLE][0]):
                content.jobs.add((unit, channel))
                content.replaced.update((output, channel) for output in targets["output"].tolist())
        else:
            command = self.package.command(index, pf.RESIDUAL)
            content.kept.update(kcu_numpy.kept_kernels(command, self.memory[package_executor.WM][0]))
        return super()._kcu(index)

    content: dict[int, Content]


def check_counts(comparison: layer_comparison.Comparison, package: pf.Package, units: list[np.ndarray]) -> None:
    executor = WatchingExecutor(package, 1, units)
    executor.content = collections.defaultdict(Content)
    executor.infer(np.zeros((1, int(package.header["input"]["bytes"])), np.int8))
    for number, layer in enumerate(package.layers):
        content = executor.content[number]
        print(
            f"  {layer.name:12} {layer.replaced_kernels} of {layer.kernels} kernels replaced, {layer.kcu_jobs} jobs,"
            f" {len(content.kept)} kernels kept, {content.bands} bands"
        )
        comparison.require(
            (len(content.replaced), len(content.jobs)) == (layer.replaced_kernels, layer.kcu_jobs),
            f"{layer.name}: its commands replace {len(content.replaced)} kernels with {len(content.jobs)} jobs,"
            f" the layer table says {layer.replaced_kernels} with {layer.kcu_jobs}",
        )
        both = content.replaced & content.kept
        comparison.require(not both, f"{layer.name}: kernels {sorted(both)[:4]} are replaced and kept")
        comparison.require(
            len(content.replaced) + len(content.kept) <= layer.kernels,
            f"{layer.name}: more kernels than the {layer.kernels} of the layer table",
        )
    replaced = sum(layer.replaced_kernels for layer in package.layers)
    comparison.require(replaced > 0, "units replace no kernel: nothing was compared")
    bands = max((content.bands for content in executor.content.values()), default=0)
    comparison.require(bands > 1, "no layer is cut into bands")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("probe", type=pathlib.Path)
    parser.add_argument("idx_folder", type=pathlib.Path)
    options = parser.parse_args()
    if not (options.probe / "units.yaml").exists():
        skip(f"{options.probe} holds no network compiled for units")
    try:
        pixels, _ = package_executor.idx.load(options.idx_folder, "test")
    except FileNotFoundError as error:
        skip(str(error))

    layers, real = layer_comparison.read_probe(options.probe)
    units = unit_file.read(options.probe / "units.yaml")
    package = pf.read(options.probe / "network.package")
    print(f"{options.probe.name}, {len(units)} units, {len(real[0])} images:")
    comparison = layer_comparison.Comparison()
    check_counts(comparison, package, units)
    activations = layer_comparison.int8_activations(package, pixels[: len(real[0])], units)
    for layer, values in zip(layers, real):
        quantised = activations.get(layer.name)
        if quantised is None or quantised.shape != values.shape:
            comparison.require(False, f"{layer.name}: its int8 activations cannot be told from the package's commands")
            continue
        comparison.int8_layer(layer, values, quantised.astype(np.float64))
    if comparison.failures:
        sys.exit("\n".join(comparison.failures))


if __name__ == "__main__":
    main()
