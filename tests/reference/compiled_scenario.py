"""A network compiled as `kasane` compiles a scenario, beside its ONNX file."""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import package_file as pf

SKIPPED = 77


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
        self.metadata = {entry.key: entry.value for entry in model.metadata_props}

    def stored_weights(self, layer: str) -> np.ndarray:
        """(outputs, inputs, height, width), as the layer's node has them."""
        node = self.nodes[layer]
        weights = self.values[node.input[1]]
        if node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i for a in node.attribute)
            return (weights if transposed else weights.T)[:, :, None, None]
        return weights

    def weights(self, layer: str) -> np.ndarray:
        """As the layer multiplies them, batch normalisation included."""
        weights = self.stored_weights(layer)
        norm = self.readers.get(self.nodes[layer].output[0])
        if norm is not None and norm.op_type == "BatchNormalization":
            gamma, variance = self.values[norm.input[1]], self.values[norm.input[4]]
            epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
            weights = weights * (gamma / np.sqrt(variance + epsilon))[:, None, None, None]
        return weights


def parser(description: str) -> argparse.ArgumentParser:
    """KASANE SCENARIO NETWORK.onnx DATA [--set KEY]"""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("kasane", type=pathlib.Path)
    result.add_argument("scenario", type=pathlib.Path)
    result.add_argument("network", type=pathlib.Path)
    result.add_argument("data", type=pathlib.Path)
    result.add_argument("--set", dest="key", help="the scenario's key of the data")
    return result


def compiled(options: argparse.Namespace, *settings: str) -> pf.Package:
    """The scenario's package with the network, with further settings; ends the program if data are absent or it fails."""
    if not options.data.exists():
        skip(f"no data in {options.data}")
    if not options.network.exists():
        skip(f"no {options.network.name}")
    all_settings = [f"software.network={options.network}", *settings]
    if options.key:
        all_settings.append(f"{options.key}={options.data}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "network.package"
        command = [options.kasane, "compile", options.scenario, "--out", path, "--quiet"]
        command += [word for setting in all_settings for word in ("--set", setting)]
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"kasane compile: {done.stderr.strip()}")
        return pf.read(path)
