#!/usr/bin/python3
"""Trains a network with several exits jointly and writes its .onnx with a .json record of how it was made.

    sw/networks/train_early_exit.py mnist --work FOLDER
    sw/networks/train_early_exit.py cifar10 --data ARCHIVE --work FOLDER

The loss is the weighted sum of the exits' losses. FOLDER gets a checkpoint after every epoch; the same command goes on
after it. The last epoch's weights are kept: the test set measures, it chooses nothing.
"""

import argparse
import dataclasses
import json
import pathlib
import time
from collections.abc import Callable

import early_exit
import hidden_tasks
import onnx
import torch
from cifar_training import Data
from early_exit_networks import CLASSES, ExitLeNet5, ExitResNet
from onnx_graph import OnnxGraph
from resumable_training import Recipe, Training, Views
from torch import nn
from torch.nn import functional

HERE = pathlib.Path(__file__).resolve().parent
MEASURE_EVERY = 4  # epochs


@dataclasses.dataclass(frozen=True)
class Task:
    name: str  # of the network's files
    network: Callable[[], nn.Module]
    images: hidden_tasks.Task  # whose data and views are used
    loss_weights: tuple[float, ...]  # one for each exit
    recipe: Recipe


# Smoothed labels would keep entropies up and everybody from leaving early: there are none.
LENET_RECIPE = Recipe(epochs=20, learning_rate=0.05, weight_decay=2e-4, label_smoothing=0.0, batch=128)
TASKS = {
    "mnist": Task("exits-lenet5-mnist", ExitLeNet5, hidden_tasks.TASKS["mnist"], (0.5, 1.0), LENET_RECIPE),
    "fashion": Task("exits-lenet5-fashion", ExitLeNet5, hidden_tasks.TASKS["fashion"], (0.5, 1.0), LENET_RECIPE),
    "cifar10": Task(
        "exits-resnet-cifar10",
        ExitResNet,
        hidden_tasks.TASKS["cifar10"],
        (0.5, 0.5, 1.0),
        Recipe(epochs=10, learning_rate=0.2, weight_decay=5e-4, label_smoothing=0.0, batch=128),
    ),
}


def exit_names(model: nn.Module) -> list[str]:
    return [f"exit{number}" for number in range(1, model.EXITS + 1)]


def to_onnx(model: nn.Module, name: str) -> onnx.ModelProto:
    graph = OnnxGraph()
    model.write(graph)
    return graph.document(name, model.IMAGE, CLASSES, {}, exit_names(model))


def joint_loss(
    weights: tuple[float, ...], logits: tuple[torch.Tensor, ...], labels: torch.Tensor, label_smoothing: float
) -> torch.Tensor:
    losses = (functional.cross_entropy(exit.float(), labels, label_smoothing=label_smoothing) for exit in logits)
    return sum(weight * loss for weight, loss in zip(weights, losses, strict=True))


def test_logits(model: nn.Module, test: Data, views: Views) -> torch.Tensor:
    """(exits, images, classes), in float32 whatever the network was trained with."""
    model.eval()
    with torch.no_grad():
        return torch.cat([torch.stack(model(views.plain(images))) for images in test.images.split(500)], dim=1)


def measure(training: Training, test: Data) -> dict[str, float]:
    training.settle()
    right = test_logits(training.model, test, training.views).argmax(dim=-1) == test.labels
    return dict(zip(exit_names(training.model), right.double().mean(dim=1).tolist()))


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=sorted(TASKS))
    parser.add_argument("--data", type=pathlib.Path, help="archive of CIFAR-10's pictures, or folder of IDX files")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for checkpoints")
    parser.add_argument("--epochs", type=int, help="of the whole schedule")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no epoch after so long; go on later")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    return parser.parse_args()


def main() -> None:
    options = parse_options()
    stop_at = time.time() + 60 * options.minutes
    task = TASKS[options.task]
    recipe = task.recipe if options.epochs is None else dataclasses.replace(task.recipe, epochs=options.epochs)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    data, test = task.images.load(options.data or pathlib.Path(task.images.data))

    def loss(logits, labels, label_smoothing):
        return joint_loss(task.loss_weights, logits, labels, label_smoothing)

    origin = {"loss_weights": task.loss_weights}
    training = Training(task.network(), data, task.images.views, recipe, options.seed, origin, loss=loss)
    options.work.mkdir(parents=True, exist_ok=True)
    checkpoint = options.work / f"{task.name}.pt"
    if checkpoint.exists():
        training.resume(checkpoint)
    training.run(checkpoint, stop_at, lambda: measure(training, test), MEASURE_EVERY)
    if not training.finished():
        raise SystemExit(f"{task.name}: {len(training.history)} of {recipe.epochs} epochs done, nothing written yet")

    accuracies = measure(training, test)
    print(f"{task.name}: test accuracy", *(f"{name} {value:.4f}" for name, value in accuracies.items()))
    onnx.save(to_onnx(training.model, task.name), options.out / f"{task.name}.onnx")
    logits = test_logits(training.model, test, training.views)
    record = {
        "command": f"sw/networks/train_early_exit.py {options.task} --epochs {recipe.epochs} --seed {options.seed}"
        f" --threads {options.threads} --data DATA --work FOLDER",
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in training.model.parameters()),
        "train_images": len(data),
        "test_images": len(test),
        "test_accuracy": accuracies,
        "loss_weights": task.loss_weights,
        "recipe": dataclasses.asdict(recipe),
        "history": training.history,
        "thresholds": [
            {"nats": threshold} | dataclasses.asdict(early_exit.outcome(logits, test.labels, threshold))
            for threshold in early_exit.thresholds()
        ],
    }
    (options.out / f"{task.name}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
