"""Networks with several exits: each is a classifier on what the layers up to there have made of the image.

All exits' logits come out of one pass, in the order in which they are reached; in ONNX they are exit1, exit2 and so on.
"""

import torch
from onnx_graph import OnnxGraph
from hidden_networks import Residual
from torch import nn
from torch.nn import functional

CLASSES = 10


def _pool(x: torch.Tensor) -> torch.Tensor:
    return functional.relu(functional.max_pool2d(x, 2, ceil_mode=True))


def _write_pool(graph: OnnxGraph, stage: str, x: str) -> str:
    return graph.relu(f"relu_{stage}", graph.maximum(f"pool_{stage}", x, ceil=True))


class ExitLeNet5(nn.Module):
    """LeNet-5 with a branch after its first convolution. Input: (n, 1, 28, 28), pixel / 255. Two times (n, 10) logits.

    Both ways on begin with the same pooling and ReLU of the first convolution's maps: these are done once."""

    IMAGE = (1, 28, 28)
    EXITS = 2

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 5, 5, padding=3)
        self.branch_conv = nn.Conv2d(5, 10, 3, padding=1)
        self.branch_fc = nn.Linear(640, CLASSES)
        self.conv2 = nn.Conv2d(5, 10, 5, padding=3)
        self.conv3 = nn.Conv2d(10, 20, 5, padding=3)
        self.fc1 = nn.Linear(720, 84)
        self.fc2 = nn.Linear(84, CLASSES)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = _pool(self.conv1(image))
        early = self.branch_fc(_pool(self.branch_conv(x)).flatten(1))
        x = _pool(self.conv3(_pool(self.conv2(x))))
        return early, self.fc2(functional.relu(self.fc1(x.flatten(1))))

    def write(self, graph: OnnxGraph) -> None:
        x = _write_pool(graph, "1", graph.convolution("conv1", "image", self.conv1))
        early = _write_pool(graph, "branch", graph.convolution("branch_conv", x, self.branch_conv))
        graph.fully_connected("branch_fc", graph.flatten("branch_flatten", early), self.branch_fc, output="exit1")
        x = _write_pool(graph, "2", graph.convolution("conv2", x, self.conv2))
        x = _write_pool(graph, "3", graph.convolution("conv3", x, self.conv3))
        x = graph.relu("relu4", graph.fully_connected("fc1", graph.flatten("flatten", x), self.fc1))
        graph.fully_connected("fc2", x, self.fc2, output="exit2")


class ExitResNet(nn.Module):
    """A small residual network with three exits. Input: (n, 3, 32, 32), pixel / 255. Three times (n, 10) logits.

    Of its 13.3 million MACs the first exit takes 9 %, the second 37 %."""

    IMAGE = (3, 32, 32)
    EXITS = 3

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(self.IMAGE[0], 32, 5, stride=2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm2d(32)
        self.branch_conv = nn.Conv2d(32, 32, 3, stride=2, padding=1, bias=False)
        self.branch_norm = nn.BatchNorm2d(32)
        self.branch_fc = nn.Linear(32 * 4 * 4, CLASSES)
        self.block1 = Residual(32, 64, stride=2)
        self.middle_fc = nn.Linear(64 * 4 * 4, CLASSES)
        self.block2 = Residual(64, 64, stride=1)
        self.block3 = Residual(64, 128, stride=2)
        self.classifier = nn.Linear(128, CLASSES)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
        x = functional.relu(self.stem_norm(self.stem(image)))
        early = functional.relu(self.branch_norm(self.branch_conv(x)))
        first = self.branch_fc(functional.max_pool2d(early, 2).flatten(1))
        x = self.block1(x)
        second = self.middle_fc(functional.max_pool2d(x, 2).flatten(1))
        x = self.block3(self.block2(x))
        return first, second, self.classifier(x.mean(dim=(2, 3)))

    def write(self, graph: OnnxGraph) -> None:
        def classify(name: str, x: str, layer: nn.Linear, output: str) -> None:
            graph.fully_connected(name, graph.flatten(f"{name}_flatten", x), layer, output=output)

        x = graph.normalisation("stem_norm", graph.convolution("stem", "image", self.stem), self.stem_norm)
        x = graph.relu("stem_relu", x)
        early = graph.convolution("branch_conv", x, self.branch_conv)
        early = graph.relu("branch_relu", graph.normalisation("branch_norm", early, self.branch_norm))
        classify("branch_fc", graph.maximum("branch_pool", early), self.branch_fc, "exit1")
        x = self.block1.write(graph, "block1", x)
        classify("middle_fc", graph.maximum("middle_pool", x), self.middle_fc, "exit2")
        x = self.block3.write(graph, "block3", self.block2.write(graph, "block2", x))
        classify("classifier", graph.average("average", x), self.classifier, "exit3")
