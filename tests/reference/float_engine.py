"""Executes an ONNX network in floating point with PyTorch: batches, and every intermediate tensor by name."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional


def _attributes(node: onnx.NodeProto) -> dict:
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def _symmetric_pads(node: onnx.NodeProto, attributes: dict) -> list[int]:
    pads = attributes.get("pads", [0, 0, 0, 0])
    if list(pads[:2]) != list(pads[2:]) or attributes.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise ValueError(f"{node.name}: this engine pads both sides alike, got {list(pads)}")
    return list(pads[:2])


def _conv(node, attributes, x, weight, bias=None):
    return functional.conv2d(
        x,
        weight,
        bias,
        stride=attributes.get("strides", [1, 1]),
        padding=_symmetric_pads(node, attributes),
        dilation=attributes.get("dilations", [1, 1]),
        groups=attributes.get("group", 1),
    )


def _max_pool(node, attributes, x):
    return functional.max_pool2d(
        x,
        attributes["kernel_shape"],
        attributes.get("strides", [1, 1]),
        _symmetric_pads(node, attributes),
        ceil_mode=bool(attributes.get("ceil_mode", 0)),
    )


def _normalise(node, attributes, x, *terms):
    gain, offset, mean, variance = (term.reshape(1, -1, *[1] * (x.dim() - 2)) for term in terms)
    return (x - mean) / (variance + attributes["epsilon"]).sqrt() * gain + offset


def _gemm(node, attributes, a, b, c=None):
    if attributes.get("transA", 0):
        raise ValueError(f"{node.name}: transA is not supported")
    product = attributes.get("alpha", 1.0) * (a @ (b.T if attributes.get("transB", 0) else b))
    return product if c is None else product + attributes.get("beta", 1.0) * c


OPERATORS = {
    "Conv": _conv,
    "MaxPool": _max_pool,
    "Gemm": _gemm,
    "BatchNormalization": _normalise,
    "GlobalAveragePool": lambda node, attributes, x: x.mean((2, 3), keepdim=True),
    "Relu": lambda node, attributes, x: functional.relu(x),
    "Flatten": lambda node, attributes, x: x.flatten(1),
    "Add": lambda node, attributes, a, b: a + b,
}


def run(model: onnx.ModelProto, images: np.ndarray) -> dict[str, np.ndarray]:
    """images: float32 (n, channels, height, width). All tensors that nodes produce, by name."""
    tensors = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in model.graph.initializer}
    known = set(tensors)
    tensors[model.graph.input[0].name] = torch.from_numpy(images)
    with torch.no_grad():
        for node in model.graph.node:
            if node.op_type not in OPERATORS:
                raise ValueError(f"{node.name}: operator {node.op_type} is not supported")
            inputs = [tensors[name] for name in node.input]
            tensors[node.output[0]] = OPERATORS[node.op_type](node, _attributes(node), *inputs)
    return {name: tensor.numpy() for name, tensor in tensors.items() if name not in known}
