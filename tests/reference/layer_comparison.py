"""A compiled network's int8 activations beside real numbers, layer by layer.

Bounds. Float: two summation orders in float32 differ by far less than 1e-5 of a tensor's largest magnitude. int8: deeper
layers inherit error, so the noise's root mean square and mean are bounded, in quantisation steps of the layer's output.
"""

import pathlib

import numpy as np
import package_executor
import package_file

FLOAT_TOLERANCE = 1e-5  # of the tensor's largest magnitude
RMS_STEPS = 1.0
MEAN_STEPS = 0.25


class ProbedLayer:
    def __init__(self, line: str) -> None:
        self.name, operators, scale, zero_point, elements = line.rstrip("\n").split("\t")
        self.operators = operators.split("+")
        self.scale, self.zero_point, self.elements = float(scale), int(zero_point), int(elements)


def read_probe(folder: pathlib.Path) -> tuple[list[ProbedLayer], list[np.ndarray]]:
    """The layers in a folder of compile_probe, and the (images, elements) real numbers of each one's output."""
    layers = [ProbedLayer(line) for line in (folder / "layers.tsv").open()]
    values = np.fromfile(folder / "float.bin", "<f4").reshape(-1, sum(layer.elements for layer in layers))
    return layers, np.split(values, np.cumsum([layer.elements for layer in layers])[:-1], axis=1)


def int8_activations(
    package: package_file.Package, pixels: np.ndarray, units: list[np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Each layer's output by name, put together from its commands' writes to FMM; incomplete ones are left out."""
    writes: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}

    def observe(layer: int, places: np.ndarray, values: np.ndarray) -> None:
        writes.setdefault(layer, []).append((places, values.copy()))

    executor = package_executor.PackageExecutor(package, len(pixels), units)
    executor.infer(package_executor.quantise_input(package, pixels), observe)
    result = {}
    for layer, parts in writes.items():
        places = np.concatenate([p for p, _ in parts])
        values = np.concatenate([v for _, v in parts], axis=1)
        order = np.argsort(places)
        if len(np.unique(places)) == len(places):  # else tiles share a buffer and cannot be told apart
            result[package.layers[layer].name] = values[:, order]
    return result


class Comparison:
    def __init__(self) -> None:
        self.failures: list[str] = []

    def require(self, holds: bool, message: str) -> None:
        if not holds:
            self.failures.append(message)

    def float_layer(self, name: str, reference: np.ndarray, own: np.ndarray) -> None:
        magnitude = np.abs(reference).max()
        error = np.abs(reference - own).max() / magnitude
        print(f"  {name:12} float: largest error {error:.1e} of magnitude {magnitude:.3g}")
        self.require(error <= FLOAT_TOLERANCE, f"{name}: float error {error:.1e} exceeds {FLOAT_TOLERANCE}")

    def int8_layer(self, layer: ProbedLayer, reference: np.ndarray, quantised: np.ndarray) -> None:
        """In steps. The reference is clamped to what int8 can hold: calibration clips on purpose."""
        steps = np.clip(reference / layer.scale + layer.zero_point, -128, 127)
        noise = quantised - steps
        rms, mean = float(np.sqrt((noise**2).mean())), float(noise.mean())
        clipped = float((np.abs(reference / layer.scale + layer.zero_point - steps) > 0.5).mean())
        distinct = len(np.unique(quantised))
        print(
            f"  {layer.name:12} int8: noise {rms:.2f} steps rms, {mean:+.2f} mean, {np.abs(noise).max():.1f} largest;"
            f" {100 * clipped:.2f} % clipped, {distinct} values used"
        )
        self.require(rms <= RMS_STEPS, f"{layer.name}: noise {rms:.2f} steps rms exceeds {RMS_STEPS}")
        self.require(abs(mean) <= MEAN_STEPS, f"{layer.name}: mean error {mean:.2f} steps exceeds {MEAN_STEPS}")
        self.require(clipped <= 0.02, f"{layer.name}: {100 * clipped:.1f} % of values clipped")
        self.require(distinct > 64, f"{layer.name}: only {distinct} of 256 int8 values are used")
