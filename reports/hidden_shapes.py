"""Hidden networks of published shapes for energy figures: random masks, weights of the hardware's generator, nothing trained.

Energy depends on shapes, on how many weights are kept and on how many activations are zero, not on what a network answers.
A layer's mask keeps exactly the share k of its weights, which ones torch draws with seed 1 (SEED); normalisation has the mean
and variance measured on two of the pictures, so that ReLU leaves about half of the activations. Pictures are noise over several
octaves, in IDX files. These hold one colour: a convolution of 1 x 1, "colours", makes three of it and counts for nothing.
"""

import gzip
import pathlib

import numpy as np
import onnx
import supermask
import torch
import weight_generator
from hidden_networks import Residual
from onnx_graph import OnnxGraph
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

SEED = 1
COLOURS = "colours"
EXPANSION = 4


class Bottleneck(nn.Module):
    """1x1, 3x3 (which has the stride), 1x1 convolutions beside a shortcut: a residual block of ResNet-50."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = EXPANSION * width
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, bias=False)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width, affine=False)
        self.norm2 = nn.BatchNorm2d(width, affine=False)
        self.norm3 = nn.BatchNorm2d(outputs, affine=False)
        self.shortcut = None
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(outputs, affine=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.relu(self.norm1(self.conv1(x)))
        y = functional.relu(self.norm2(self.conv2(y)))
        y = self.norm3(self.conv3(y))
        beside = x if self.shortcut is None else self.shortcut_norm(self.shortcut(x))
        return functional.relu(y + beside)

    def write(self, graph: OnnxGraph, name: str, x: str) -> str:
        y = x
        for part in ("1", "2", "3"):
            y = graph.convolution(f"{name}.conv{part}", y, getattr(self, f"conv{part}"))
            y = graph.normalisation(f"{name}.norm{part}", y, getattr(self, f"norm{part}"))
            y = y if part == "3" else graph.relu(f"{name}.relu{part}", y)
        if self.shortcut is not None:
            x = graph.convolution(f"{name}.shortcut", x, self.shortcut)
            x = graph.normalisation(f"{name}.shortcut_norm", x, self.shortcut_norm)
        return graph.relu(f"{name}.relu4", graph.sum(f"{name}.add", y, x))


class ResNet(nn.Module):
    """Stages of 64, 128, 256, 512 channels as in He et al. (CVPR 2016). Input: (n, 1, side, side)."""

    def __init__(self, side: int, block: type, depths: tuple[int, ...], classes: int, stem: nn.Conv2d, pool: bool) -> None:
        super().__init__()
        self.side = side
        self.pool = pool
        self.colours = nn.Conv2d(1, 3, 1, bias=False)
        self.stem = stem
        self.stem_norm = nn.BatchNorm2d(stem.out_channels, affine=False)
        blocks, channels = [], stem.out_channels
        for stage, depth in enumerate(depths):
            width = stem.out_channels << stage
            for number in range(depth):
                blocks.append(block(channels, width, 2 if stage > 0 and number == 0 else 1))
                channels = width * (EXPANSION if block is Bottleneck else 1)
        self.blocks = nn.ModuleList(blocks)
        self.classifier = nn.Linear(channels, classes, bias=False)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.stem_norm(self.stem(self.colours(image))))
        x = functional.max_pool2d(x, 3, 2, 1) if self.pool else x
        for block in self.blocks:
            x = block(x)
        return self.classifier(x.mean(dim=(2, 3)))

    def write(self, graph: OnnxGraph) -> None:
        x = graph.convolution("stem", graph.convolution(COLOURS, "image", self.colours), self.stem)
        x = graph.relu("stem_relu", graph.normalisation("stem_norm", x, self.stem_norm))
        x = graph.maximum("pool", x, size=3, pad=1) if self.pool else x
        for number, block in enumerate(self.blocks):
            x = block.write(graph, f"blocks.{number}", x)
        x = graph.flatten("flatten", graph.average("average", x))
        graph.fully_connected("classifier", x, self.classifier, output="logits")


def _stem(size: int, stride: int, channels: int = 64) -> nn.Conv2d:
    return nn.Conv2d(3, channels, size, stride, padding=size // 2, bias=False)


SHAPES = {
    "resnet18-cifar100": lambda: ResNet(32, Residual, (2, 2, 2, 2), 100, _stem(3, 1), pool=False),
    "resnet18-imagenet": lambda: ResNet(224, Residual, (2, 2, 2, 2), 1000, _stem(7, 2), pool=True),
    "resnet50-imagenet": lambda: ResNet(224, Bottleneck, (3, 4, 6, 3), 1000, _stem(7, 2), pool=True),
    "small": lambda: ResNet(16, Bottleneck, (1, 1), 10, _stem(3, 1, channels=8), pool=True),  # for tests
}


def pictures(side: int, count: int) -> np.ndarray:
    """Noise of five octaves: (count, side, side) bytes."""
    rng = np.random.default_rng(SEED)
    noise = torch.zeros(count, 1, side, side)
    for octave in range(1, 6):
        coarse = torch.from_numpy(rng.normal(size=(count, 1, 2**octave, 2**octave)).astype(np.float32))
        noise += functional.interpolate(coarse, (side, side), mode="bilinear", align_corners=False) / octave
    low, high = noise.amin(dim=(2, 3), keepdim=True), noise.amax(dim=(2, 3), keepdim=True)
    return ((noise - low) / (high - low) * 255).round().to(torch.uint8).numpy()[:, 0]


def _write_idx(path: pathlib.Path, values: np.ndarray) -> None:
    header = bytes((0, 0, 8, values.ndim)) + b"".join(size.to_bytes(4, "big") for size in values.shape)
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        file.write(header + values.tobytes())


def write_pictures(folder: pathlib.Path, side: int, count: int = 10) -> None:
    """The four files of a data set like MNIST; all labels are 0."""
    folder.mkdir(parents=True, exist_ok=True)
    for split in ("train", "t10k"):
        _write_idx(folder / f"{split}-images-idx3-ubyte.gz", pictures(side, count))
        _write_idx(folder / f"{split}-labels-idx1-ubyte.gz", np.zeros(count, dtype=np.uint8))


def _hide(model: nn.Module, generator: str, kept: float) -> dict[str, str]:
    """Random masks for all layers, and the metadata of sw/networks/README.md."""
    properties = {"weight_generator": generator}
    for number, (name, layer) in enumerate(supermask.layers(model).items()):
        seed = weight_generator.layer_seed(generator, SEED, number)
        mask = supermask.Supermask(layer.weight.shape, generator, seed, 1.0 if name == COLOURS else kept)
        parametrize.register_parametrization(layer, "weight", mask)
        properties[f"seed:{name}.weight"] = str(seed)
    return properties


def network(shape: str, generator: str, kept: float) -> onnx.ModelProto:
    torch.manual_seed(SEED)
    model = SHAPES[shape]()
    properties = _hide(model, generator, kept)
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.from_numpy(pictures(model.side, 2)).float()[:, None] / 255)
        graph = OnnxGraph()
        model.write(graph)
    return graph.document(f"{shape}-{generator}-k{round(100 * kept)}", (1, model.side, model.side), model.classifier.out_features, properties)


def files(folder: pathlib.Path, shape: str, generator: str, kept: float) -> list[str]:
    """Writes what is not there yet; the settings of a scenario that make it run the network."""
    path = folder / f"{shape}-{generator}-k{round(100 * kept)}.onnx"
    data = folder / f"pictures-{SHAPES[shape]().side}"
    if not data.exists():
        write_pictures(data, SHAPES[shape]().side)
    if not path.exists():
        onnx.save(network(shape, generator, kept), path)
    return [f"software.network={path}", f"dataset.folder={data}", "dataset.calibration_images=2"]
