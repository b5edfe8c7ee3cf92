"""What retraining around Kernel Comp Units has in common for all networks: options, procedure, record."""

import argparse
import json
import pathlib
from collections.abc import Callable

import frozen_kernels
import onnx
import torch
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--units", type=pathlib.Path, required=True, help="made by: kasane units")
    parser.add_argument("--threshold", type=float, required=True, help="|cosine| from which on a unit replaces a kernel")
    parser.add_argument("--train-gains", action="store_true", help="a replaced kernel keeps its unit, but its gain trains on")
    parser.add_argument("--name", required=True, help="of the network and its files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)


def retrain(
    options: argparse.Namespace,
    command: str,
    model: nn.Module,
    accuracy: Callable[[], float],
    train: Callable[[Callable[[], None]], None],
    to_onnx: Callable[[], onnx.ModelProto],
) -> None:
    """`train` is given what it must call after each update. Writes NAME.onnx and NAME.json; with 0 epochs, nothing."""
    before = accuracy()
    convolutions = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    units = frozen_kernels.read_units(options.units)
    frozen = frozen_kernels.FrozenKernels(convolutions, units, options.threshold, options.train_gains)
    replaced, kernels = frozen.counts()
    if kernels == 0:
        raise SystemExit(f"{options.units}: no unit has the size of a kernel of this network")
    direct = accuracy()
    print(f"{replaced} of {kernels} kernels ({replaced / kernels:.1%}); accuracy {before:.4f}, replaced {direct:.4f}", flush=True)
    if options.epochs == 0:
        return
    train(frozen.restore)
    after = accuracy()
    print(f"retrained {after:.4f}")
    onnx.save(to_onnx(), options.out / f"{options.name}.onnx")
    record = {
        "command": f"{command} --units {options.units.name} --threshold {options.threshold}"
        f"{' --train-gains' if options.train_gains else ''} --name {options.name} --seed {options.seed} --threads {options.threads}",
        "seed": options.seed,
        "torch": torch.__version__,
        "kernels": kernels,
        "replaced_kernels": replaced,
        "test_accuracy_before": before,
        "test_accuracy_replaced": direct,
        "test_accuracy": after,
    }
    (options.out / f"{options.name}.json").write_text(json.dumps(record, indent=2) + "\n")
