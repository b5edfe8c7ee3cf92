"""The random weight generator of kasane/weight_generator.h in numpy, written from its words alone."""

import numpy as np

GOLDEN = 0x9E3779B9


def xorshift_round(x: np.ndarray) -> np.ndarray:
    x = x ^ x << np.uint32(13)
    x = x ^ x >> np.uint32(17)
    return x ^ x << np.uint32(5)


def murmur(x: np.ndarray) -> np.ndarray:
    x = (x ^ x >> np.uint32(16)) * np.uint32(0x85EBCA6B)
    x = (x ^ x >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return x ^ x >> np.uint32(16)


def xorshift(x: np.ndarray) -> np.ndarray:
    for _ in range(4):
        x = xorshift_round(x) * np.uint32(9)
    return x


FINALISERS = {"murmur": murmur, "xorshift": xorshift}
NAMES = ("murmur", "xorshift")  # by KASANE_GENERATOR_*


def words(generator: str, seed: int, first: int, count: int) -> np.ndarray:
    """Of the indices first, first + 1, ..., modulo 2^32."""
    indices = np.arange(first, first + count, dtype=np.uint64) % 2**32
    return FINALISERS[generator](((indices * GOLDEN + seed) % 2**32).astype(np.uint32))


def signs(generator: str, seed: int, first: int, count: int) -> np.ndarray:
    """+1 or -1, int8."""
    return 1 - 2 * (words(generator, seed, first, count) & 1).astype(np.int8)
