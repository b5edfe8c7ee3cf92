"""The three data sets for which hidden networks are sought: network, images, recipe."""

import dataclasses
import pathlib
from collections.abc import Callable

import cifar_training
import hidden_networks
import train_lenet5
from cifar_training import Data
from resumable_training import Recipe, Views
from torch import nn


@dataclasses.dataclass(frozen=True)
class Task:
    name: str  # of the network's files
    network: Callable[[], nn.Module]
    data: str  # default file or folder
    load: Callable[[pathlib.Path], tuple[Data, Data]]  # training and test set
    views: Views
    hidden: Recipe
    dense: Recipe


CIFAR_VIEWS = Views(
    augmented=lambda images, generator: cifar_training.to_input(cifar_training.augment(images, 4, generator)),
    plain=cifar_training.to_input,
)


def _load_idx(folder: pathlib.Path) -> tuple[Data, Data]:
    return tuple(Data(*train_lenet5.load(folder, split)) for split in ("train", "test"))


def _lenet(name: str) -> Task:
    recipe = train_lenet5.RECIPES[name]
    views = Views(
        augmented=lambda images, generator: train_lenet5.augment(images, recipe, generator),
        plain=lambda images: images,
    )
    common = {"epochs": recipe.epochs, "label_smoothing": recipe.label_smoothing, "batch": 128}
    return Task(
        name=f"hidden-lenet-{name}",
        network=hidden_networks.WideLeNet,
        data=recipe.data,
        load=_load_idx,
        views=views,
        hidden=Recipe(learning_rate=HIDDEN_RATE, weight_decay=HIDDEN_DECAY, **common),
        dense=Recipe(learning_rate=0.1, weight_decay=5e-4, **common),
    )


HIDDEN_RATE = 1.0
HIDDEN_DECAY = 1e-4
CIFAR_COMMON = {"epochs": 20, "label_smoothing": 0.05, "batch": 128}
TASKS = {
    "cifar10": Task(
        name="hidden-resnet-cifar10",
        network=hidden_networks.ResNet,
        data="../shared/data/cifar10-jpeg.tar.gz",
        load=cifar_training.load,
        views=CIFAR_VIEWS,
        hidden=Recipe(learning_rate=HIDDEN_RATE, weight_decay=HIDDEN_DECAY, **CIFAR_COMMON),
        dense=Recipe(learning_rate=0.2, weight_decay=5e-4, **CIFAR_COMMON),
    ),
    "fashion": _lenet("fashion"),
    "mnist": _lenet("mnist"),
}
