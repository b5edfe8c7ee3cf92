"""Values worth computing with: corners of integers, special floating-point numbers of both widths, boxed well and badly."""
INTEGERS = [0, 1, 2, 31, 32, 63, 64, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
            0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0x8000000000000001, 0xFFFFFFFF80000000, 0xFFFFFFFFFFFFFFFF,
            0xFFFFFFFFFFFFFFFE, 0x0123456789ABCDEF, 0xFEDCBA9876543210]
SINGLES = [
    0x00000000, 0x80000000,  # zeros
    0x00000001, 0x80000001, 0x007FFFFF, 0x807FFFFF, 0x00400000,  # subnormal
    0x00800000, 0x80800000, 0x00800001, 0x00FFFFFF, 0x01000000,  # the smallest normal ones
    0x7F7FFFFF, 0xFF7FFFFF, 0x7F7FFFFE, 0x7F000000,  # the largest
    0x7F800000, 0xFF800000,  # infinities
    0x7FC00000, 0xFFC00000, 0x7FFFFFFF, 0x7FC12345,  # quiet NaNs
    0x7F800001, 0xFF800001, 0x7FBFFFFF, 0x7FA00000,  # signalling NaNs
    0x3F800000, 0xBF800000, 0x3F800001, 0x3F7FFFFF, 0x40000000, 0x3F000000, 0xBF000000, 0x3FC00000, 0x40200000,
    0x4EFFFFFF, 0x4F000000, 0xCF000000, 0xCF000001, 0x4F7FFFFF, 0x4F800000,  # around 2^31 and 2^32
    0x5EFFFFFF, 0x5F000000, 0xDF000000, 0x5F7FFFFF, 0x5F800000,  # around 2^63 and 2^64
    0x4B000000, 0x4B000001, 0x4AFFFFFF, 0x34000000, 0x33800000,  # around 2^23, 2^-23
    0x1F800000, 0x20000000, 0x5F400000,
]
DOUBLES = [
    0x0000000000000000, 0x8000000000000000,
    0x0000000000000001, 0x8000000000000001, 0x000FFFFFFFFFFFFF, 0x800FFFFFFFFFFFFF, 0x0008000000000000,
    0x0010000000000000, 0x8010000000000000, 0x0010000000000001, 0x001FFFFFFFFFFFFF, 0x0020000000000000,
    0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFE, 0x7FE0000000000000,
    0x7FF0000000000000, 0xFFF0000000000000,
    0x7FF8000000000000, 0xFFF8000000000000, 0x7FFFFFFFFFFFFFFF, 0x7FF8123456789ABC,
    0x7FF0000000000001, 0xFFF0000000000001, 0x7FF7FFFFFFFFFFFF,
    0x3FF0000000000000, 0xBFF0000000000000, 0x3FF0000000000001, 0x3FEFFFFFFFFFFFFF, 0x4000000000000000,
    0x3FE0000000000000, 0xBFE0000000000000, 0x3FF8000000000000, 0x4004000000000000,
    0x41DFFFFFFFC00000, 0x41E0000000000000, 0xC1E0000000000000, 0xC1E0000000200000, 0x41EFFFFFFFE00000,
    0x41F0000000000000,  # around 2^31 and 2^32
    0x43DFFFFFFFFFFFFF, 0x43E0000000000000, 0xC3E0000000000000, 0x43EFFFFFFFFFFFFF, 0x43F0000000000000,
    0x4330000000000000, 0x4330000000000001, 0x3CB0000000000000, 0x3CA0000000000000,
    # around single's largest, smallest normal and smallest subnormal: conversion rounds over and under
    0x47EFFFFFE0000000, 0x47EFFFFFF0000000, 0x47EFFFFFEFFFFFFF, 0x3810000000000000, 0x380FFFFFFFFFFFFF,
    0x380FFFFFE0000000, 0x36A0000000000000, 0x3690000000000000, 0x3690000000000001, 0x368FFFFFFFFFFFFF,
]
BOX = 0xFFFFFFFF << 32


def random_single(rng):
    if rng.random() < 0.4:
        return rng.choice(SINGLES) ^ (rng.getrandbits(1) << 31)
    if rng.random() < 0.6:  # exponents near each other, so that sums cancel and align
        return rng.getrandbits(1) << 31 | 127 + rng.randrange(-26, 27) << 23 | mantissa(rng, 23)
    return rng.getrandbits(32)


def random_double(rng):
    if rng.random() < 0.4:
        return rng.choice(DOUBLES) ^ (rng.getrandbits(1) << 63)
    if rng.random() < 0.6:
        return rng.getrandbits(1) << 63 | 1023 + rng.randrange(-56, 57) << 52 | mantissa(rng, 52)
    return rng.getrandbits(64)


def mantissa(rng, width):
    """Random, or long runs of equal bits, where rounding is decided far below."""
    value = rng.getrandbits(width)
    shape = rng.randrange(4)
    if shape == 0:
        value &= value << rng.randrange(width)
    elif shape == 1:
        value |= (1 << rng.randrange(width)) - 1
    elif shape == 2:
        value = (1 << rng.randrange(width)) - 1
    return value & (1 << width) - 1


def operand(rng):
    """A register's 64 bits."""
    kind = rng.randrange(16)
    if kind < 4:
        return BOX | random_single(rng)
    if kind < 5:  # not boxed: reads as the canonical NaN
        return rng.getrandbits(32) << 32 | random_single(rng)
    if kind < 10:
        return random_double(rng)
    if kind < 13:
        return rng.choice(INTEGERS)
    value = rng.getrandbits(64)
    return value >> rng.randrange(64) if kind == 13 else value
