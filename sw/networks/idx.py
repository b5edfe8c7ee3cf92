"""Reads the IDX files of MNIST and its relatives, plain or gzip-compressed."""

import gzip
import pathlib

import numpy as np

SPLITS = {"train": "train", "test": "t10k"}


def read_array(path: pathlib.Path) -> np.ndarray:
    """An IDX file of unsigned bytes as an array; the header's sizes must match the file's length."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if len(data) < 4 or data[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path}: not an IDX file of unsigned bytes")
    rank = data[3]
    header_bytes = 4 + 4 * rank
    shape = np.frombuffer(data[4:header_bytes], dtype=">u4").astype(int)
    expected = header_bytes + int(np.prod(shape))
    if len(data) != expected:
        raise ValueError(f"{path}: {len(data)} bytes, its header says {expected}")
    return np.frombuffer(data, dtype=np.uint8, offset=header_bytes).reshape(shape)


def _find(folder: pathlib.Path, name: str) -> pathlib.Path:
    for candidate in (folder / name, folder / f"{name}.gz"):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{folder}: neither {name} nor {name}.gz is there")


def load(folder: pathlib.Path, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, height, width) and labels (n) of the split "train" or "test"."""
    prefix = SPLITS[split]
    images = read_array(_find(folder, f"{prefix}-images-idx3-ubyte"))
    labels = read_array(_find(folder, f"{prefix}-labels-idx1-ubyte"))
    if len(images) != len(labels):
        raise ValueError(f"{folder}: {len(images)} images but {len(labels)} labels")
    return images, labels
