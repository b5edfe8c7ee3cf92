"""A VGG-style network for CIFAR-10: eight 3x3 convolutions with batch normalisation, one fully connected layer."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

OPSET = 13
WIDTHS = (32, 32, 64, 64, 128, 128, 128, 128)  # output channels of conv1 ... conv8
POOL_AFTER = (2, 4, 6)  # 2x2 maximum after these convolutions
CLASSES = 10


class Vgg8(nn.Module):
    """Input: (n, 3, 32, 32), pixel / 255. Output: (n, 10) logits."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (3, *WIDTHS[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, 3, padding=1, bias=False) for i, o in zip(inputs, WIDTHS)
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(o) for o in WIDTHS)
        self.activations = nn.ModuleList(nn.ReLU() for _ in WIDTHS)  # or another module that never falls as its input rises
        self.classifier = nn.Linear(WIDTHS[-1], CLASSES)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = image
        layers = zip(self.convolutions, self.norms, self.activations)
        for number, (convolution, norm, activation) in enumerate(layers, start=1):
            x = norm(convolution(x))
            if number in POOL_AFTER:  # before the activation, on a quarter of the work: the maximum is the same
                x = functional.max_pool2d(x, 2)
            x = activation(x)
        return self.classifier(x.mean(dim=(2, 3)))


def to_onnx(model: Vgg8, name: str) -> onnx.ModelProto:
    """The graph, batch size 1, batch normalisation as nodes of its own.

    An activation with an `upper` end becomes a Clip from 0 to it, any other a Relu."""
    nodes, weights = [], []
    tensor = "image"

    def constant(label: str, values: torch.Tensor) -> str:
        weights.append(numpy_helper.from_array(values.detach().float().numpy().copy(), label))
        return label

    def add(operator: str, node: str, *parameters: str, output: str | None = None, **attributes) -> None:
        nonlocal tensor
        inputs = [tensor, *parameters]
        tensor = output or f"{node}_out"
        nodes.append(helper.make_node(operator, inputs, [tensor], name=node, **attributes))

    layers = zip(model.convolutions, model.norms, model.activations)
    for number, (convolution, norm, activation) in enumerate(layers, start=1):
        weight = constant(f"conv{number}.weight", convolution.weight)
        add("Conv", f"conv{number}", weight, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1])
        terms = [constant(f"norm{number}.{part}", getattr(norm, part)) for part in NORM_PARTS]
        add("BatchNormalization", f"norm{number}", *terms, epsilon=norm.eps)
        if hasattr(activation, "upper"):
            ends = {"min": torch.zeros(()), "max": activation.upper}
            add("Clip", f"clip{number}", *(constant(f"clip{number}.{end}", value) for end, value in ends.items()))
        else:
            add("Relu", f"relu{number}")
        if number in POOL_AFTER:
            add("MaxPool", f"pool{number}", kernel_shape=[2, 2], strides=[2, 2])
    add("GlobalAveragePool", "average")
    add("Flatten", "flatten", axis=1)
    terms = [constant(f"fc.{part}", getattr(model.classifier, part)) for part in ("weight", "bias")]
    add("Gemm", "fc", *terms, output="logits", transB=1)

    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, CLASSES])],
        weights,
    )
    document = helper.make_model(
        graph, producer_name="kasane", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=7
    )
    onnx.checker.check_model(document, full_check=True)
    return document


NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


def from_onnx(path) -> Vgg8:
    """The model that to_onnx wrote."""
    document = onnx.load(path)
    values = {tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor))) for tensor in document.graph.initializer}
    model = Vgg8()
    with torch.no_grad():
        for number, (convolution, norm) in enumerate(zip(model.convolutions, model.norms), start=1):
            convolution.weight.copy_(values[f"conv{number}.weight"])
            for part in NORM_PARTS:
                getattr(norm, part).copy_(values[f"norm{number}.{part}"])
        for part in ("weight", "bias"):
            getattr(model.classifier, part).copy_(values[f"fc.{part}"])
    return model
