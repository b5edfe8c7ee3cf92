#!/usr/bin/python3
"""Retrains the CIFAR-10 network around the kernels that Kernel Comp Units stand in for.

    build/kasane units scenarios/cifar_kcu.yaml -o vgg8-kcu64.units.yaml
    sw/networks/retrain_vgg8.py --units vgg8-kcu64.units.yaml --threshold 0.8 --name vgg8-cifar10-kcu64 --data ARCHIVE

Run the result on a chip with the same units and a threshold of 0.9999: then exactly the frozen kernels are replaced.
"""

import argparse
import pathlib

import cifar_training
import retraining
import torch
import vgg8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    retraining.add_options(parser)
    parser.add_argument("--network", type=pathlib.Path, default=retraining.HERE / "vgg8-cifar10.onnx")
    parser.add_argument("--data", type=pathlib.Path, required=True, help="archive of the JPEG pictures")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training, test = cifar_training.load(options.data)
    model = vgg8.from_onnx(options.network)
    recipe = cifar_training.Recipe(epochs=options.epochs, learning_rate=options.learning_rate)
    retraining.retrain(
        options,
        f"sw/networks/retrain_vgg8.py --network {options.network.name} --epochs {options.epochs}"
        f" --learning-rate {options.learning_rate} --data ARCHIVE",
        model,
        accuracy=lambda: cifar_training.accuracy(model, test),
        train=lambda after_step: cifar_training.train(model, training, recipe, options.seed, after_step),
        to_onnx=lambda: vgg8.to_onnx(model, options.name),
    )


if __name__ == "__main__":
    main()
