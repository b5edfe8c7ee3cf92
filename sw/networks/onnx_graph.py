"""Writes an ONNX graph node by node. Nodes and tensors get readable names; batch size 1."""

from collections.abc import Sequence

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OPSET = 13


class OnnxGraph:
    """Each method adds a node that reads the tensor `x` and returns the name of its output, the node's name plus "_out"."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def _constant(self, label: str, values: torch.Tensor) -> str:
        self.weights.append(numpy_helper.from_array(values.detach().float().contiguous().numpy().copy(), label))
        return label

    def _add(self, operator: str, name: str, *inputs: str, output: str | None = None, **attributes) -> str:
        output = output or f"{name}_out"
        self.nodes.append(helper.make_node(operator, inputs, [output], name=name, **attributes))
        return output

    def _parameters(self, name: str, layer: nn.Module) -> list[str]:
        """Weights, and the bias if there is one."""
        terms = {"weight": layer.weight, "bias": layer.bias}
        return [self._constant(f"{name}.{part}", values) for part, values in terms.items() if values is not None]

    def convolution(self, name: str, x: str, layer: nn.Conv2d) -> str:
        return self._add(
            "Conv",
            name,
            x,
            *self._parameters(name, layer),
            kernel_shape=list(layer.kernel_size),
            strides=list(layer.stride),
            pads=[*layer.padding, *layer.padding],
        )

    def normalisation(self, name: str, x: str, norm: nn.modules.batchnorm._BatchNorm) -> str:
        """A gain of 1 and an offset of 0 where the layer has none."""
        ones = torch.ones_like(norm.running_mean)
        terms = {
            "weight": ones if norm.weight is None else norm.weight,
            "bias": 0 * ones if norm.bias is None else norm.bias,
            "running_mean": norm.running_mean,
            "running_var": norm.running_var,
        }
        inputs = [self._constant(f"{name}.{part}", values) for part, values in terms.items()]
        return self._add("BatchNormalization", name, x, *inputs, epsilon=norm.eps)

    def fully_connected(self, name: str, x: str, layer: nn.Linear, output: str | None = None) -> str:
        return self._add("Gemm", name, x, *self._parameters(name, layer), output=output, transB=1)

    def relu(self, name: str, x: str) -> str:
        return self._add("Relu", name, x)

    def maximum(self, name: str, x: str, size: int = 2, pad: int = 0, ceil: bool = False) -> str:
        """Of size x size elements, stride 2. ceil: windows that only begin inside the image count too."""
        rounding = {"ceil_mode": 1} if ceil else {}
        return self._add("MaxPool", name, x, kernel_shape=[size] * 2, strides=[2, 2], pads=[pad] * 4, **rounding)

    def sum(self, name: str, x: str, y: str) -> str:
        return self._add("Add", name, x, y)

    def average(self, name: str, x: str) -> str:
        """Over the whole image."""
        return self._add("GlobalAveragePool", name, x)

    def flatten(self, name: str, x: str) -> str:
        return self._add("Flatten", name, x, axis=1)

    def document(
        self,
        name: str,
        image: tuple[int, ...],
        classes: int,
        properties: dict[str, str],
        outputs: Sequence[str] = ("logits",),
    ) -> onnx.ModelProto:
        """From the input "image" (channels, height, width) to the outputs, logits. The properties become metadata."""
        graph = helper.make_graph(
            self.nodes,
            name,
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, *image])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, classes]) for output in outputs],
            self.weights,
        )
        opset = helper.make_opsetid("", OPSET)
        document = helper.make_model(graph, producer_name="kasane", opset_imports=[opset], ir_version=7)
        helper.set_model_props(document, properties)
        onnx.checker.check_model(document, full_check=True)
        return document
