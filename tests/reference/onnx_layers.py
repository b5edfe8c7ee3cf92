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

import layer_comparison as layers
import numpy as np
import package_executor
import package_file

SKIPPED = 77
HERE = pathlib.Path(__file__).resolve().parent


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


try:
    import onnx
    from onnx import numpy_helper
except ImportError as missing:
    skip(str(missing))


def tensor_of(model: onnx.ModelProto, layer: layers.ProbedLayer) -> str:
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


def first_layer_bound(model: onnx.ModelProto, layer: layers.ProbedLayer, images: np.ndarray) -> np.ndarray:
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

    probed, own_layers = layers.read_probe(options.probe)
    pixels = pixels[: len(own_layers[0])]
    images = pixels[:, None].astype(np.float32) / np.float32(255)
    model = onnx.load(str(options.network))
    outside = ENGINES[options.engine](model, images)
    activations = layers.int8_activations(package_file.read(options.probe / "network.package"), pixels)

    print(f"{options.network.stem}, {len(images)} images, {options.engine}:")
    comparison = layers.Comparison()
    for index, (layer, values) in enumerate(zip(probed, own_layers)):
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
