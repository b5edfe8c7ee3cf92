"""Networks around one convolution that the Cartesian-product array shall be measured on, dense or pruned.

28 x 28 pixels -> conv1, 32 x 32 (Neural Comp Unit) -> spread, 1 x 1 -> layer, 3 x 3 -> gather, 1 x 1 (array) -> average,
fully connected (Neural Comp Unit). All weights are random; what the network answers means nothing.
"""

import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
COLUMNS = 32  # output channels of a tile


@dataclasses.dataclass(frozen=True)
class Pruning:
    """Keeps `kept` of the weights, at random: of whole tiles of output channels (shared), or each for itself."""

    name: str
    kept: float = 1.0
    shared: bool = True

    def mask(self, rng: np.random.Generator, outputs: int, inputs: int, size: int) -> np.ndarray:
        if self.shared:
            tiles = -(-outputs // COLUMNS)
            groups = tiles * inputs * size * size
            kept = np.zeros(groups, dtype=bool)
            kept[rng.permutation(groups)[: round(groups * self.kept)]] = True
            kept = kept.reshape(tiles, inputs, size, size)
            return np.repeat(kept, COLUMNS, axis=0)[:outputs]
        return rng.random((outputs, inputs, size, size)) < self.kept


DENSE = Pruning("dense")


def network(channels: int, pruning: Pruning, seed: int = 1) -> onnx.ModelProto:
    rng = np.random.default_rng(seed)
    nodes, weights = [], []
    tensor = "image"

    def constant(label: str, values: np.ndarray) -> str:
        weights.append(numpy_helper.from_array(values.astype(np.float32), label))
        return label

    def convolution(name: str, outputs: int, inputs: int, size: int, pad: int, pruned: Pruning = DENSE) -> None:
        nonlocal tensor
        levels = rng.integers(1, 8, (outputs, inputs, size, size)) * rng.choice((-1, 1), (outputs, inputs, size, size))
        levels = levels * pruned.mask(rng, outputs, inputs, size)
        scale = 1 / (4 * np.sqrt(inputs * size * size))
        weight = constant(f"{name}.weight", levels * scale)
        nodes.append(
            helper.make_node(
                "Conv", [tensor, weight], [f"{name}_out"], name=name, kernel_shape=[size] * 2, pads=[pad] * 4, strides=[1, 1]
            )
        )
        nodes.append(helper.make_node("Relu", [f"{name}_out"], [f"{name}_relu"], name=f"{name}_relu"))
        tensor = f"{name}_relu"

    convolution("conv1", channels, 1, 5, 4)
    convolution("spread", channels, channels, 1, 0)
    convolution("layer", channels, channels, 3, 1, pruning)
    convolution("gather", COLUMNS, channels, 1, 0)
    nodes.append(helper.make_node("GlobalAveragePool", [tensor], ["average_out"], name="average"))
    nodes.append(helper.make_node("Flatten", ["average_out"], ["flat"], name="flatten", axis=1))
    matrix = constant("fc.weight", rng.normal(size=(10, COLUMNS)))
    nodes.append(helper.make_node("Gemm", ["flat", matrix, constant("fc.bias", np.zeros(10))], ["logits"], name="fc", transB=1))
    graph = helper.make_graph(
        nodes,
        f"array-layer-{channels}-{pruning.name}",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 10])],
        weights,
    )
    document = helper.make_model(graph, producer_name="kasane", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=7)
    onnx.checker.check_model(document, full_check=True)
    return document
