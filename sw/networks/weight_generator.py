"""The hardware's random weights in Python: calls the C code of kasane/weight_generator.h, built with the system's compiler."""

import ctypes
import functools
import os
import pathlib
import subprocess
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
GENERATORS = {"murmur": 0, "xorshift": 1}  # KASANE_GENERATOR_...


@functools.cache
def _library() -> ctypes.CDLL:
    """Built anew by each process, so that it can never be older than the header."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "weight_generator.so"
        compiler = os.environ.get("CC", "cc")
        sources = ["-I", HERE.parent / "include", HERE / "weight_generator.c"]
        subprocess.run([compiler, "-std=c11", "-O2", "-shared", "-fPIC", "-o", path, *sources], check=True)
        library = ctypes.CDLL(str(path))  # stays mapped when the file is gone
    for function in (library.fill_words, library.fill_signs):
        function.argtypes = [ctypes.c_uint32] * 3 + [ctypes.c_size_t, ctypes.c_void_p]
        function.restype = None
    return library


def _fill(function, generator: str, seed: int, first: int, count: int, kind: type) -> np.ndarray:
    if not 0 <= seed < 2**32 or not 0 <= first <= first + count <= 2**32:
        raise ValueError(f"seed {seed}, weights {first} to {first + count}: expected numbers of 32 bits")
    values = np.empty(count, dtype=kind)
    function(GENERATORS[generator], seed, first, count, values.ctypes.data)
    return values


def words(generator: str, seed: int, first: int, count: int) -> np.ndarray:
    """The random words of the indices first, first + 1, ..."""
    return _fill(_library().fill_words, generator, seed, first, count, np.uint32)


def signs(generator: str, seed: int, shape: tuple[int, ...]) -> np.ndarray:
    """+1 and -1 (bytes) for all weights of a layer; the last axis counts fastest."""
    return _fill(_library().fill_signs, generator, seed, 0, int(np.prod(shape)), np.int8).reshape(shape)


def layer_seed(generator: str, network_seed: int, layer: int) -> int:
    """A layer's seed: the word of its number in the sequence of the network's seed."""
    return int(words(generator, network_seed, layer, 1)[0])
