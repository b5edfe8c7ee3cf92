#!/usr/bin/python3
"""Trains the VGG-style network on CIFAR-10 and writes vgg8-cifar10.onnx with a .json record of how it was made.

    sw/networks/train_vgg8.py --data ../shared/data/cifar10-jpeg.tar.gz

The last epoch's weights are kept: the test set measures, it chooses nothing.
"""

import argparse
import json
import pathlib

import cifar_training
import onnx
import torch
import vgg8

HERE = pathlib.Path(__file__).resolve().parent
NAME = "vgg8-cifar10"
ACCURACY_FLOOR = 0.88  # below it nothing is written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True, help="archive of the JPEG pictures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--threads", type=int, default=2, help="part of the recipe: sums depend on it")
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    training, test = cifar_training.load(options.data)
    model = vgg8.Vgg8()
    recipe = cifar_training.Recipe(epochs=options.epochs, learning_rate=0.3)
    cifar_training.train(model, training, recipe, options.seed)

    test_accuracy = cifar_training.accuracy(model, test)
    print(f"test accuracy {test_accuracy:.4f} on {len(test)} images")
    if test_accuracy < ACCURACY_FLOOR:
        raise SystemExit(f"below {ACCURACY_FLOOR}: nothing written")
    onnx.save(vgg8.to_onnx(model, NAME), options.out / f"{NAME}.onnx")
    record = {
        "command": f"sw/networks/train_vgg8.py --seed {options.seed} --epochs {options.epochs}"
        f" --threads {options.threads} --data ...",
        "seed": options.seed,
        "torch": torch.__version__,
        "parameters": sum(p.numel() for p in model.parameters()),
        "train_images": len(training),
        "test_images": len(test),
        "test_accuracy": test_accuracy,
        "input": "pixel / 255, red, green, blue",
    }
    (options.out / f"{NAME}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
