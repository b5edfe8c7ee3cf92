#!/usr/bin/python3
"""The C++ reader of CIFAR-10 against Pillow, byte for byte.

    tests/reference/cifar10_pictures.py PROBE ARCHIVE [--images N]

Exit code 77 if the archive or Pillow is absent.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

SKIPPED = 77
CLASSES = 10
SHAPE = (3, 32, 32)


def skip(reason: str) -> None:
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def probe(program: pathlib.Path, archive: pathlib.Path, split: str, images: int) -> tuple[np.ndarray, np.ndarray]:
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([program, archive, split, str(images), file.name], check=True)
        data = np.fromfile(file.name, np.uint8)
    return data[images:].reshape(images, *SHAPE), data[:images]


def round_robin(labels: np.ndarray, images: int) -> np.ndarray:
    """Where the first images lie in a set sorted by class: the first of each class, the second of each class, ..."""
    starts = np.searchsorted(labels, np.arange(CLASSES))
    order = np.arange(images)
    return starts[order % CLASSES] + order // CLASSES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("probe", type=pathlib.Path)
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=1234, help="of each split; not a multiple of 10 tests more")
    options = parser.parse_args()
    if not options.archive.exists():
        skip(f"{options.archive} is absent: CIFAR-10 does not come with the repository")
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "sw" / "networks"))
    try:
        import cifar10
    except ImportError as error:
        skip(f"no reference decoder: {error}")

    for split, (pixels, labels) in cifar10.load(options.archive).items():
        choice = round_robin(labels, min(options.images, len(labels)))
        got_pixels, got_labels = probe(options.probe, options.archive, split, len(choice))
        np.testing.assert_array_equal(got_labels, labels[choice], split)
        np.testing.assert_array_equal(got_pixels, pixels[choice], split)
        print(f"{split}: {len(choice)} pictures equal, all {got_pixels.size} bytes")


if __name__ == "__main__":
    main()
