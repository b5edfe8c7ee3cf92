"""LeNet-5 in its common modern form (ReLU, max pooling, logits out), and its ONNX form with readable names."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from torch.nn import functional

OPSET = 13


class LeNet5(nn.Module):
    """Input: (n, 1, 28, 28), pixel / 255. Output: (n, 10) logits."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.max_pool2d(functional.relu(self.conv1(image)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = functional.relu(self.fc1(x.flatten(1)))
        x = functional.relu(self.fc2(x))
        return self.fc3(x)


def to_onnx(model: LeNet5, name: str) -> onnx.ModelProto:
    """The graph, batch size 1. Each node's output carries the node's name plus "_out"; the last one is "logits"."""
    nodes, weights = [], []
    tensor = "image"

    def add(operator: str, node: str, parameters: nn.Module | None = None, output: str | None = None, **attributes):
        nonlocal tensor
        inputs = [tensor]
        if parameters is not None:
            for kind in ("weight", "bias"):
                array = getattr(parameters, kind).detach().cpu().numpy()
                weights.append(numpy_helper.from_array(array, f"{node}.{kind}"))
                inputs.append(f"{node}.{kind}")
        tensor = output or f"{node}_out"
        nodes.append(helper.make_node(operator, inputs, [tensor], name=node, **attributes))

    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    add("Conv", "conv1", model.conv1, kernel_shape=[5, 5], strides=[1, 1], pads=[2, 2, 2, 2])
    add("Relu", "relu1")
    add("MaxPool", "pool1", **pool)
    add("Conv", "conv2", model.conv2, kernel_shape=[5, 5], strides=[1, 1], pads=[0, 0, 0, 0])
    add("Relu", "relu2")
    add("MaxPool", "pool2", **pool)
    add("Flatten", "flatten", axis=1)
    add("Gemm", "fc1", model.fc1, transB=1)
    add("Relu", "relu3")
    add("Gemm", "fc2", model.fc2, transB=1)
    add("Relu", "relu4")
    add("Gemm", "fc3", model.fc3, output="logits", transB=1)

    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])],
        weights,
    )
    document = helper.make_model(
        graph, producer_name="kasane", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=7
    )
    onnx.checker.check_model(document, full_check=True)
    return document


def from_onnx(path) -> LeNet5:
    """The model that to_onnx wrote."""
    document = onnx.load(path)
    values = {tensor.name: torch.from_numpy(np.array(numpy_helper.to_array(tensor))) for tensor in document.graph.initializer}
    model = LeNet5()
    model.load_state_dict(values)
    return model
