"""The networks in which hidden ones are sought: wider than trained ones, as they choose among weights that are there.

No layer has a bias. The ResNet's normalisations have a trained gain and offset: they are folded into the terms that a
package has for each channel anyway. The LeNet's have none: what is not random or chosen by a mask is a measured mean
or variance. Trained densely (without supermask.hide) they are the networks to compare with.
"""

import torch
from onnx_graph import OnnxGraph
from torch import nn
from torch.nn import functional

CLASSES = 10


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        beside = x if self.shortcut is None else self.shortcut_norm(self.shortcut(x))
        return functional.relu(y + beside)

    def write(self, graph: OnnxGraph, name: str, x: str) -> str:
        y = graph.normalisation(f"{name}.norm1", graph.convolution(f"{name}.conv1", x, self.conv1), self.norm1)
        y = graph.convolution(f"{name}.conv2", graph.relu(f"{name}.relu1", y), self.conv2)
        y = graph.normalisation(f"{name}.norm2", y, self.norm2)
        if self.shortcut is not None:
            x = graph.convolution(f"{name}.shortcut", x, self.shortcut)
            x = graph.normalisation(f"{name}.shortcut_norm", x, self.shortcut_norm)
        return graph.relu(f"{name}.relu2", graph.sum(f"{name}.add", y, x))


class ResNet(nn.Module):
    """Input: (n, 3, 32, 32), pixel / 255. Output: (n, 10) logits.

    Its first layer sees 5x5 pixels, not 3x3, and halves the image: three colours give a mask little to choose from."""

    IMAGE = (3, 32, 32)
    BLOCKS = ((64, 64, 1), (64, 128, 2), (128, 256, 2))  # inputs, outputs, stride

    def __init__(self) -> None:
        super().__init__()
        first, last = self.BLOCKS[0][0], self.BLOCKS[-1][1]
        self.stem = nn.Conv2d(self.IMAGE[0], first, 5, stride=2, padding=2, bias=False)
        self.stem_norm = nn.BatchNorm2d(first)
        self.blocks = nn.ModuleList(Residual(*shape) for shape in self.BLOCKS)
        self.classifier = nn.Linear(last, CLASSES, bias=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.stem_norm(self.stem(image)))
        for block in self.blocks:
            x = block(x)
        return self.classifier(x.mean(dim=(2, 3)))

    def write(self, graph: OnnxGraph) -> None:
        x = graph.normalisation("stem_norm", graph.convolution("stem", "image", self.stem), self.stem_norm)
        x = graph.relu("stem_relu", x)
        for number, block in enumerate(self.blocks):
            x = block.write(graph, f"blocks.{number}", x)
        x = graph.flatten("flatten", graph.average("average", x))
        graph.fully_connected("classifier", x, self.classifier, output="logits")


class WideLeNet(nn.Module):
    """LeNet's order of layers with more channels. Input: (n, 1, 28, 28), pixel / 255. Output: (n, 10) logits."""

    IMAGE = (1, 28, 28)
    WIDTHS = (32, 64, 256)

    def __init__(self) -> None:
        super().__init__()
        first, second, third = self.WIDTHS
        self.conv1 = nn.Conv2d(1, first, 5, padding=2, bias=False)
        self.norm1 = nn.BatchNorm2d(first, affine=False)
        self.conv2 = nn.Conv2d(first, second, 5, bias=False)
        self.norm2 = nn.BatchNorm2d(second, affine=False)
        self.fc1 = nn.Linear(second * 5 * 5, third, bias=False)
        self.norm3 = nn.BatchNorm1d(third, affine=False)
        self.fc2 = nn.Linear(third, CLASSES, bias=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.relu(functional.max_pool2d(self.norm1(self.conv1(image)), 2))
        x = functional.relu(functional.max_pool2d(self.norm2(self.conv2(x)), 2))
        x = functional.relu(self.norm3(self.fc1(x.flatten(1))))
        return self.fc2(x)

    def write(self, graph: OnnxGraph) -> None:
        x = "image"
        for number, (layer, norm) in enumerate(((self.conv1, self.norm1), (self.conv2, self.norm2)), start=1):
            x = graph.normalisation(f"norm{number}", graph.convolution(f"conv{number}", x, layer), norm)
            x = graph.maximum(f"pool{number}", graph.relu(f"relu{number}", x))
        x = graph.fully_connected("fc1", graph.flatten("flatten", x), self.fc1)
        x = graph.relu("relu3", graph.normalisation("norm3", x, self.norm3))
        graph.fully_connected("fc2", x, self.fc2, output="logits")
