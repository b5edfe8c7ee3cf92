"""Reads CIFAR-10 from one archive of JPEG pictures: train/<class>/<number>.jpg and test/<class>/<number>.jpg.

Classes are numbered in alphabetical order; pictures are in order of class, then of file name.
"""

import io
import pathlib
import tarfile

import numpy as np
from PIL import Image

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load(archive: pathlib.Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """{"train": (images, labels), "test": (images, labels)}; images (n, 3, 32, 32) of unsigned bytes, red first."""
    pictures: dict[str, list[tuple[int, str, bytes]]] = {"train": [], "test": []}
    with tarfile.open(archive, "r|*") as members:
        for member in members:
            if not member.name.endswith(".jpg"):
                continue
            split, name, file = pathlib.PurePosixPath(member.name).parts[-3:]
            content = members.extractfile(member)
            if split not in pictures or name not in CLASSES or content is None:
                raise ValueError(f"{archive}: {member.name}: expected train|test/<class>/<number>.jpg")
            pictures[split].append((CLASSES.index(name), file, content.read()))
    return {split: _decode(sorted(rows)) for split, rows in pictures.items()}


def _decode(rows: list[tuple[int, str, bytes]]) -> tuple[np.ndarray, np.ndarray]:
    images = np.empty((len(rows), 3, 32, 32), dtype=np.uint8)
    for index, (_, _, data) in enumerate(rows):
        images[index] = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).transpose(2, 0, 1)
    return images, np.array([label for label, _, _ in rows], dtype=np.int64)
