#!/usr/bin/python3
"""Seeks a hidden network, or trains the same network densely, and writes its .onnx with a .json record of how it was made.

    sw/networks/train_hidden.py cifar10 --kept 30 --work FOLDER
    sw/networks/train_hidden.py cifar10 --dense --work FOLDER

FOLDER gets a checkpoint after every epoch; the same command goes on after it. The last epoch's masks are kept: the test
set measures, it chooses nothing. sw/networks/README.md describes what a hidden network's files hold.
"""

import argparse
import dataclasses
import json
import pathlib
import time

import numpy as np
import onnx
import supermask
import torch
from cifar_training import Data
from hidden_tasks import TASKS, Task
from onnx_graph import OnnxGraph
from resumable_training import Training, accuracy
from torch import nn
from weight_generator import GENERATORS

HERE = pathlib.Path(__file__).resolve().parent
MEASURE_EVERY = 4  # epochs: testing takes a tenth of one


def hidden_layers(model: nn.Module) -> dict[str, dict]:
    """What stands for each hidden layer's weights, by the name of the initializer; empty for a dense network."""
    found = {}
    for name, layer in supermask.layers(model).items():
        if nn.utils.parametrize.is_parametrized(layer):
            mask = layer.parametrizations.weight[0]
            found[f"{name}.weight"] = {
                "seed": mask.seed,
                "scale": mask.scale,
                "weights": layer.weight.numel(),
                "kept": int(layer.weight.count_nonzero()),
            }
    return found


def to_onnx(model: nn.Module, name: str, generator: str) -> onnx.ModelProto:
    """Weights as numbers. A hidden network's metadata name the generator and each layer's seed."""
    graph = OnnxGraph()
    model.write(graph)
    properties = {f"seed:{weight}": str(layer["seed"]) for weight, layer in hidden_layers(model).items()}
    if properties:
        properties["weight_generator"] = generator
    return graph.document(name, model.IMAGE, 10, properties)


def weight_bits(model: nn.Module) -> dict[str, float]:
    """Entropy of the masks: the least that any code of independent bits can do, per weight and in all."""
    bits, weights = 0.0, 0
    for layer in hidden_layers(model).values():
        share = layer["kept"] / layer["weights"]
        if share < 1:
            bits -= layer["weights"] * (share * np.log2(share) + (1 - share) * np.log2(1 - share))
        weights += layer["weights"]
    return {"mask_entropy_bits": round(bits), "weights": weights}


def measure(training: Training, test: Data) -> float:
    training.settle()
    return accuracy(training.model, test, training.views)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", choices=sorted(TASKS))
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--kept", type=float, help="per cent of each layer's weights")
    what.add_argument("--dense", action="store_true", help="train the weights, for comparison")
    parser.add_argument("--data", type=pathlib.Path, help="archive of CIFAR-10's pictures, or folder of IDX files")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for checkpoints")
    parser.add_argument("--epochs", type=int, help="of the whole schedule")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no epoch after so long; go on later")
    parser.add_argument("--generator", choices=sorted(GENERATORS), default="xorshift")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()
    if options.kept is not None and not 0 < options.kept <= 100:
        parser.error(f"--kept {options.kept:g}: expected more than 0, at most 100")
    return options


def file_name(task: Task, options: argparse.Namespace) -> str:
    """hidden-resnet-cifar10-k30, or resnet-cifar10-dense."""
    return f"{task.name}-k{options.kept:g}" if options.kept else f"{task.name.removeprefix('hidden-')}-dense"


def main() -> None:
    options = parse_options()
    stop_at = time.time() + 60 * options.minutes
    task = TASKS[options.task]
    recipe = task.dense if options.dense else task.hidden
    if options.epochs is not None:
        recipe = dataclasses.replace(recipe, epochs=options.epochs)
    name = file_name(task, options)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    data, test = task.load(options.data or pathlib.Path(task.data))

    model = task.network()
    if options.kept:
        supermask.hide(model, options.generator, options.seed, options.kept / 100)
    origin = {"generator": options.generator, "kept": options.kept} if options.kept else {}
    after_step = supermask.keep_gains_positive if options.kept else lambda model: None
    training = Training(model, data, task.views, recipe, options.seed, origin, after_step)
    options.work.mkdir(parents=True, exist_ok=True)
    checkpoint = options.work / f"{name}.pt"
    if checkpoint.exists():
        training.resume(checkpoint)
    training.run(checkpoint, stop_at, lambda: {"test_accuracy": measure(training, test)}, MEASURE_EVERY)
    if not training.finished():
        raise SystemExit(f"{name}: {len(training.history)} of {recipe.epochs} epochs done, nothing written yet")

    test_accuracy = measure(training, test)
    print(f"{name}: test accuracy {test_accuracy:.4f}")
    onnx.save(to_onnx(model, name, options.generator), options.out / f"{name}.onnx")
    what = "--dense" if options.dense else f"--kept {options.kept:g} --generator {options.generator}"
    record = {
        "command": f"sw/networks/train_hidden.py {options.task} {what} --epochs {recipe.epochs} --seed {options.seed}"
        f" --threads {options.threads} --data DATA --work FOLDER",
        "torch": torch.__version__,
        "train_images": len(data),
        "test_images": len(test),
        "test_accuracy": test_accuracy,
        "recipe": dataclasses.asdict(recipe),
        "history": training.history,
    }
    if options.kept:
        hidden = {"generator": options.generator, "kept": options.kept / 100, "layers": hidden_layers(model)}
        record = {**record, **weight_bits(model), "hidden": hidden}
    (options.out / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
