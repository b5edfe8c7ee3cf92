#!/usr/bin/python3
"""Retrains the CIFAR-10 network around the kernels that Kernel Comp Units stand in for.

    build/kasane units scenarios/cifar_kcu.yaml -o sw/networks/vgg8-cifar10-kcu64.units.yaml
    sw/networks/retrain_vgg8.py --units sw/networks/vgg8-cifar10-kcu64.units.yaml --threshold 0.78 --data ...

Each 3x3 kernel whose |cosine| to its nearest unit reaches the threshold becomes gain * the unit's constants (least squares)
and is frozen; all other weights and the batch normalisation go on training. Run the result on a chip with the same
units and a threshold of 0.9999: then exactly the frozen kernels are replaced (and those that grew equal to a unit).
"""

import argparse
import json
import pathlib

import cifar_training
import numpy as np
import onnx
import torch
import vgg8
import yaml

HERE = pathlib.Path(__file__).resolve().parent


def read_units(path: pathlib.Path) -> torch.Tensor:
    """Constants of the 3x3 units, (units, 9)."""
    units = [np.array(unit["constants"], dtype=np.float32) for unit in yaml.safe_load(path.read_text())["units"]]
    return torch.from_numpy(np.stack([unit.ravel() for unit in units if unit.size == 9]))


def replace(weight: torch.Tensor, units: torch.Tensor, threshold: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a convolution's weights (o, i, 3, 3): which kernels are replaced (o, i), and by what (o, i, 3, 3)."""
    kernels = weight.reshape(-1, 9)
    products = kernels @ units.T
    cosines = products.abs() / (kernels.norm(dim=1, keepdim=True) * units.norm(dim=1)).clamp_min(1e-30)
    best = cosines.max(dim=1)
    nearest = units[best.indices]
    gains = (kernels * nearest).sum(dim=1, keepdim=True) / nearest.square().sum(dim=1, keepdim=True)
    chosen = best.values >= threshold
    return chosen.reshape(weight.shape[:2]), (gains * nearest).reshape(weight.shape)


class Frozen:
    """The replaced kernels of a network: puts them back after every update."""

    def __init__(self, model: vgg8.Vgg8, units: torch.Tensor, threshold: float) -> None:
        self.parts = []
        for convolution in model.convolutions:
            chosen, values = replace(convolution.weight.data, units, threshold)
            self.parts.append((convolution, chosen[:, :, None, None], values))
        self.restore()

    def restore(self) -> None:
        for convolution, chosen, values in self.parts:
            convolution.weight.data = torch.where(chosen, values, convolution.weight.data)

    def counts(self) -> tuple[int, int]:
        """Replaced kernels and all kernels."""
        return sum(int(chosen.sum()) for _, chosen, _ in self.parts), sum(c.numel() for _, c, _ in self.parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", type=pathlib.Path, default=HERE / "vgg8-cifar10.onnx")
    parser.add_argument("--units", type=pathlib.Path, required=True, help="made by: kasane units")
    parser.add_argument("--threshold", type=float, required=True)
    parser.add_argument("--data", type=pathlib.Path, required=True, help="archive of the JPEG pictures")
    parser.add_argument("--name", default="vgg8-cifar10-retrained")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--threads", type=int, default=2, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training, test = cifar_training.load(options.data)
    model = vgg8.from_onnx(options.network)
    before = cifar_training.accuracy(model, test)
    frozen = Frozen(model, read_units(options.units), options.threshold)
    replaced, kernels = frozen.counts()
    direct = cifar_training.accuracy(model, test)
    print(f"{replaced} of {kernels} kernels ({replaced / kernels:.1%}); accuracy {before:.4f}, replaced {direct:.4f}", flush=True)
    if options.epochs > 0:
        recipe = cifar_training.Recipe(epochs=options.epochs, learning_rate=options.learning_rate)
        cifar_training.train(model, training, recipe, options.seed, frozen.restore)
    after = cifar_training.accuracy(model, test)
    print(f"retrained {after:.4f}")
    if options.epochs == 0:
        return
    onnx.save(vgg8.to_onnx(model, options.name), options.out / f"{options.name}.onnx")
    record = {
        "command": f"sw/networks/retrain_vgg8.py --network {options.network.name} --units {options.units.name}"
        f" --threshold {options.threshold} --name {options.name} --seed {options.seed} --epochs {options.epochs}"
        f" --learning-rate {options.learning_rate} --threads {options.threads} --data ...",
        "seed": options.seed,
        "torch": torch.__version__,
        "kernels": kernels,
        "replaced_kernels": replaced,
        "test_images": len(test),
        "test_accuracy_before": before,
        "test_accuracy_replaced": direct,
        "test_accuracy": after,
        "input": "pixel / 255, red, green, blue",
    }
    (options.out / f"{options.name}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
