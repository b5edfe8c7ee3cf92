#!/usr/bin/python3
"""Retrains LeNet-5 around the kernels that Kernel Comp Units stand in for.

    build/kasane units scenarios/lenet5_kcu.yaml --set chip.kernel_comp_units.clusters=16 -o lenet5-kcu16.units.yaml
    sw/networks/retrain_lenet5.py fashion --units lenet5-kcu16.units.yaml --threshold 0 --train-gains --name lenet5-fashion-kcu16

Run the result on a chip with the same units and a threshold of 0.9999: then exactly the frozen kernels are replaced.
"""

import argparse
import dataclasses
import pathlib

import lenet5
import retraining
import torch
import train_lenet5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", choices=sorted(train_lenet5.RECIPES))
    retraining.add_options(parser)
    parser.add_argument("--network", type=pathlib.Path, help="default: the data set's own")
    parser.add_argument("--data", type=pathlib.Path, help="folder of the IDX files")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    options = parser.parse_args()

    recipe = dataclasses.replace(train_lenet5.RECIPES[options.set], epochs=options.epochs, learning_rate=options.learning_rate)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    folder = options.data or pathlib.Path(recipe.data)
    images, labels = train_lenet5.load(folder, "train")
    test_images, test_labels = train_lenet5.load(folder, "test")
    network = options.network or retraining.HERE / f"lenet5-{options.set}.onnx"
    model = lenet5.from_onnx(network)
    retraining.retrain(
        options,
        f"sw/networks/retrain_lenet5.py {options.set} --network {network.name} --epochs {options.epochs}"
        f" --learning-rate {options.learning_rate}",
        model,
        accuracy=lambda: train_lenet5.accuracy(model, test_images, test_labels),
        train=lambda after_step: train_lenet5.train(model, images, labels, recipe, options.seed, after_step),
        to_onnx=lambda: lenet5.to_onnx(model, options.name),
    )


if __name__ == "__main__":
    main()
