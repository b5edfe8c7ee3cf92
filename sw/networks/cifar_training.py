"""Training of a network on CIFAR-10: augmentation, one-cycle schedule, accuracy. Used to train and to retrain."""

import dataclasses
import pathlib
from collections.abc import Callable

import cifar10
import torch
from torch import nn
from torch.nn import functional


@dataclasses.dataclass(frozen=True)
class Recipe:
    epochs: int
    learning_rate: float  # the peak of the one-cycle schedule
    batch: int = 256
    momentum: float = 0.9
    weight_decay: float = 5e-4
    label_smoothing: float = 0.05
    shift_pixels: int = 4


@dataclasses.dataclass(frozen=True)
class Data:
    """Images (n, 3, 32, 32), unsigned bytes."""

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


def load(archive: pathlib.Path) -> tuple[Data, Data]:
    """Training and test set."""
    splits = cifar10.load(archive)
    return tuple(Data(*(torch.from_numpy(array) for array in splits[name])) for name in ("train", "test"))


def to_input(images: torch.Tensor) -> torch.Tensor:
    return (images.float() / 255).to(memory_format=torch.channels_last)


def augment(images: torch.Tensor, shift: int, generator: torch.Generator) -> torch.Tensor:
    """Shifts each image by whole pixels in both axes, black outside, and mirrors half of them."""
    count, _, height, width = images.shape
    padded = functional.pad(images, [shift] * 4)
    top = torch.randint(0, 2 * shift + 1, (count, 1), generator=generator)
    left = torch.randint(0, 2 * shift + 1, (count, 1), generator=generator)
    mirror = torch.randint(0, 2, (count, 1), generator=generator).bool()
    rows = top + torch.arange(height)
    columns = torch.arange(width).expand(count, width)
    columns = left + torch.where(mirror, width - 1 - columns, columns)
    picture = torch.arange(count)[:, None, None]
    return padded.permute(0, 2, 3, 1)[picture, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def accuracy(model: nn.Module, data: Data) -> float:
    model.eval()
    with torch.no_grad():
        hits = sum(
            int((model(to_input(x)).argmax(1) == y).sum())
            for x, y in zip(data.images.split(500), data.labels.split(500))
        )
    return hits / len(data)


def train(
    model: nn.Module, data: Data, recipe: Recipe, seed: int, after_step: Callable[[], None] = lambda: None
) -> None:
    """Multiplies in bfloat16, accumulates and updates in float32. after_step runs after each update."""
    generator = torch.Generator().manual_seed(seed)
    model.to(memory_format=torch.channels_last)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(
        trained, recipe.learning_rate, recipe.momentum, weight_decay=recipe.weight_decay, nesterov=True
    )
    steps = -(-len(data) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, epochs=recipe.epochs, steps_per_epoch=steps, pct_start=0.25
    )
    for epoch in range(recipe.epochs):
        model.train()
        total = 0.0
        for choice in torch.randperm(len(data), generator=generator).split(recipe.batch):
            images = to_input(augment(data.images[choice], recipe.shift_pixels, generator))
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(images)
            loss = functional.cross_entropy(
                logits.float(), data.labels[choice], label_smoothing=recipe.label_smoothing
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            after_step()
            total += float(loss) * len(choice)
        print(f"epoch {epoch + 1:2d} of {recipe.epochs}: loss {total / len(data):.4f}", flush=True)
