#!/usr/bin/python3
"""Accuracy of a compiled network over a whole test set, in int8 and in float.

    tests/reference/quantised_accuracy.py PACKAGE NETWORK.onnx IDX_FOLDER [--max-loss POINTS]

int8 is the numpy executor of the package, float is PyTorch on the ONNX file. Fails if int8 is more than --max-loss percentage
points worse, or if float is not what the record beside the ONNX file says. Exit code 77 if package or data are absent.
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import package_executor
import package_file

SKIPPED = 77
RECORD_TOLERANCE = 0.0003  # other machines sum in another order: three images of 10,000


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def predictions(package: package_file.Package, images: np.ndarray) -> np.ndarray:
    """Class of each image: the package's own argmax (int32) or the first largest logit."""
    outputs = np.concatenate(list(package_executor.run_batches(package, images)))
    if package.commands.size and outputs.shape[1] == 4 and package.layers[-1].operators[-1] == "ArgMax":
        return outputs.view("<i4")[:, 0]
    return outputs.argmax(axis=1)


def float_predictions(network: pathlib.Path, images: np.ndarray) -> np.ndarray:
    try:
        import float_engine
        import onnx
    except ImportError as error:
        skip(f"no float engine: {error}")
    model = onnx.load(str(network))
    output = model.graph.output[0].name
    batches = np.array_split(images[:, None].astype(np.float32) / 255, max(1, len(images) // 500))
    return np.concatenate([float_engine.run(model, batch)[output].argmax(axis=1) for batch in batches])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("network", type=pathlib.Path)
    parser.add_argument("idx_folder", type=pathlib.Path)
    parser.add_argument("--max-loss", type=float, default=0.5)
    options = parser.parse_args()
    if not options.package.exists():
        skip(f"{options.package} was not compiled")
    try:
        images, labels = package_executor.idx.load(options.idx_folder, "test")
    except FileNotFoundError as error:
        skip(str(error))

    guessed = predictions(package_file.read(options.package), images)
    reference = float_predictions(options.network, images)
    int8, real = (guessed == labels).mean(), (reference == labels).mean()
    print("| network | images | float | int8 | loss, points | same class |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {options.network.stem} | {len(labels)} | {100 * real:.2f} % | {100 * int8:.2f} % |"
        f" {100 * (real - int8):+.2f} | {100 * (guessed == reference).mean():.2f} % |"
    )
    if 100 * (real - int8) > options.max_loss:
        sys.exit(f"int8 loses more than {options.max_loss} points")
    recorded = json.loads(options.network.with_suffix(".json").read_text())["test_accuracy"]
    if abs(recorded - real) > RECORD_TOLERANCE:
        sys.exit(f"float accuracy {real:.4f}, the record beside the network says {recorded:.4f}")


if __name__ == "__main__":
    main()
