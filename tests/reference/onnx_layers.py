#!/usr/bin/python3
"""Layer by layer, against an outside engine: the compiler's float executor and the package's int8 activations.

    tests/reference/onnx_layers.py PROBE_FOLDER NETWORK.onnx IDX_FOLDER [--engine onnxruntime|torch]

PROBE_FOLDER is what compile_probe wrote. The outside engine is ONNX Runtime (onnx_layers.mjs), or PyTorch. Exit code 77 if
the engine or the data are absent.

Bounds. Float: two summation orders in float32 differ by far less than 1e-5 of a tensor's largest magnitude. int8: the first
layer sees exact inputs, so its error is its own rounding and its weights' rounding, bounded element by element; deeper
layers inherit error, so the noise's root mean square and mean are bounded, in quantisation steps of the layer's output.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import package_executor
import package_file

SKIPPED = 77
FLOAT_TOLERANCE = 1e-5  # of the tensor's largest magnitude
RMS_STEPS = 1.0
MEAN_STEPS = 0.25
HERE = pathlib.Path(__file__).resolve().parent


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    skip(str(missing))


class ProbedLayer:
    def __init__(self, line: str) -> None:
        self.name, operators, scale, zero_point, elements = line.rstrip("\n").split("\t")
        self.operators = operators.split("+")
        self.scale, self.zero_point, self.elements = float(scale), int(zero_point), int(elements)


def tensor_of(model: onnx.ModelProto, layer: ProbedLayer) -> str:
    """The tensor that the last of a layer's fused operators produces, following the graph from the named node."""
    nodes = {node.name: node for node in model.graph.node}
    readers = {name: node for node in model.graph.node for name in node.input}
    if layer.name not in nodes:
        sys.exit(f"layer {layer.name} is no node of the network")
    node = nodes[layer.name]
    for position, operator in enumerate(layer.operators):
        if position:
            node = readers[node.output[0]]
        if node.op_type != operator:
            sys.exit(f"layer {layer.name}: expected {operator}, the network has {node.op_type} ({node.name})")
    return node.output[0]


def run_onnxruntime(model: onnx.ModelProto, images: np.ndarray) -> dict[str, np.ndarray]:
    """Every node's output declared as an output of the graph, so that the engine keeps it."""
    opened = onnx.shape_inference.infer_shapes(model)
    shapes = {info.name: info for info in [*opened.graph.value_info, *opened.graph.output]}
    del opened.graph.output[:]
    opened.graph.output.extend(shapes[name] for node in model.graph.node for name in node.output)
    source = model.graph.input[0]
    dims = [str(d.dim_value or 1) for d in source.type.tensor_type.shape.dim]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        onnx.save(opened, str(folder / "opened.onnx"))
        images.astype("<f4").tofile(folder / "inputs.bin")
        command = ["node", HERE / "onnx_layers.mjs", folder / "opened.onnx", folder / "inputs.bin", folder]
        try:
            process = subprocess.run([*map(str, command), source.name, *dims], capture_output=True, text=True)
        except FileNotFoundError:
            skip("node is not installed")
        if process.returncode == SKIPPED:
            skip(process.stdout.strip().removeprefix("skipped: "))
        if process.returncode:
            sys.exit(f"ONNX Runtime failed: {process.stderr.strip()}")
        names = (folder / "outputs.txt").read_text().split()
        return {n: np.fromfile(folder / f"{k}.bin", "<f4").reshape(len(images), -1) for k, n in enumerate(names)}


def run_torch(model: onnx.ModelProto, images: np.ndarray) -> dict[str, np.ndarray]:
    try:
        import float_engine
    except ImportError as missing:
        skip(str(missing))
    return {n: t.reshape(len(images), -1) for n, t in float_engine.run(model, images).items()}


ENGINES = {"onnxruntime": run_onnxruntime, "torch": run_torch}


def int8_activations(package: package_file.Package, pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Each layer's output by name, put together from its commands' writes to FMM; incomplete ones are left out."""
    writes: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}

    def observe(layer: int, places: np.ndarray, values: np.ndarray) -> None:
        writes.setdefault(layer, []).append((places, values.copy()))

    executor = package_executor.PackageExecutor(package, len(pixels))
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


def first_layer_bound(model: onnx.ModelProto, layer: ProbedLayer, images: np.ndarray) -> np.ndarray:
    """Largest error in steps of a first convolution, for each output element: half a step of its own rounding, half a step
    of each weight (symmetric, per output channel, largest weight = 127), half a unit of the bias."""
    import torch
    from torch.nn import functional

    node = next(n for n in model.graph.node if n.name == layer.name)
    weights = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}[node.input[1]]
    pads = next((list(a.ints) for a in node.attribute if a.name == "pads"), [0, 0, 0, 0])
    steps = np.abs(weights).reshape(len(weights), -1).max(axis=1) / 127
    box = torch.ones((1, *weights.shape[1:]))
    covered = functional.conv2d(torch.from_numpy(images), box, padding=pads[:2]).numpy()
    bound = steps[None, :, None, None] * (covered + 1 / 255) / 2 / layer.scale
    return 0.5 + bound.reshape(len(images), -1) + 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("probe", type=pathlib.Path)
    parser.add_argument("network", type=pathlib.Path)
    parser.add_argument("idx_folder", type=pathlib.Path)
    parser.add_argument("--engine", choices=ENGINES, default="onnxruntime")
    options = parser.parse_args()
    if not (options.probe / "float.bin").exists():
        skip(f"{options.probe} holds no compiled network")
    try:
        pixels, _ = package_executor.idx.load(options.idx_folder, "test")
    except FileNotFoundError as error:
        skip(str(error))

    layers = [ProbedLayer(line) for line in (options.probe / "layers.tsv").open()]
    own = np.fromfile(options.probe / "float.bin", "<f4").reshape(-1, sum(layer.elements for layer in layers))
    own_layers = np.split(own, np.cumsum([layer.elements for layer in layers])[:-1], axis=1)
    pixels = pixels[: len(own)]
    images = pixels[:, None].astype(np.float32) / np.float32(255)
    model = onnx.load(str(options.network))
    outside = ENGINES[options.engine](model, images)
    activations = int8_activations(package_file.read(options.probe / "network.package"), pixels)

    print(f"{options.network.stem}, {len(images)} images, {options.engine}:")
    comparison = Comparison()
    for index, (layer, values) in enumerate(zip(layers, own_layers)):
        reference = outside[tensor_of(model, layer)]
        comparison.float_layer(layer.name, reference, values)
        quantised = activations.get(layer.name)
        if quantised is None or quantised.shape != reference.shape:
            comparison.require(False, f"{layer.name}: its int8 activations cannot be told from the package's commands")
            continue
        comparison.int8_layer(layer, reference, quantised.astype(np.float64))
        if index == 0 and layer.operators[0] == "Conv":
            steps = np.clip(reference / layer.scale + layer.zero_point, -128, 127)
            excess = float((np.abs(quantised - steps) - first_layer_bound(model, layer, images)).max())
            print(f"  {layer.name:12} int8: {-excess:.2f} steps inside the exact bound of a first layer")
            comparison.require(excess <= 0, f"{layer.name}: {excess:.2f} steps outside the bound of a first layer")
    if comparison.failures:
        sys.exit("\n".join(comparison.failures))


if __name__ == "__main__":
    main()
