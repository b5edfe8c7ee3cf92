#!/usr/bin/python3
"""The numpy Kernel Comp Units and residual against the C++ reference on random layers:
compare_kcu_references.py DUMP_PROGRAM LAYERS SEED"""

import collections
import pathlib
import subprocess
import sys
import tempfile

import kcu_numpy
import numpy as np
import package_file as pf


class Dump:
    def __init__(self, content: bytes) -> None:
        self.data, self.position = np.frombuffer(content, np.uint8), 0

    def take(self, count: int) -> np.ndarray:
        self.position += count
        if self.position > len(self.data):
            sys.exit("the dump ends in the middle of a layer")
        return self.data[self.position - count : self.position].copy()

    def words(self, count: int) -> list[int]:
        return self.take(4 * count).view("<u4").tolist()


def decode_units(content: np.ndarray) -> kcu_numpy.Units:
    units = []
    while len(content):
        size = int(content[0])
        units.append(content[1 : 1 + size * size].view(np.int8).reshape(size, size))
        content = content[1 + size * size :]
    return units


def expect_equal(layer: int, what: str, computed: np.ndarray, expected: np.ndarray) -> None:
    wrong = np.flatnonzero(computed != expected)
    if len(wrong):
        sys.exit(
            f"layer {layer}: {len(wrong)} bytes of {what} differ, first at {wrong[0]}:"
            f" numpy {computed[wrong[0]]}, C++ {expected[wrong[0]]}"
        )


def main(program: str, layers: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "layers.bin"
        subprocess.run([program, str(file), str(layers), str(seed)], check=True)
        dump = Dump(file.read_bytes())

    kernels = collections.Counter()
    while dump.position < len(dump.data):
        number = kernels.total()
        convolution, residual = dump.take(128).view(pf.KCU_CONVOLUTION)[0], dump.take(128).view(pf.RESIDUAL)[0]
        *sizes, crc = dump.words(6)
        units, fmm, wm, table, sums = (dump.take(size).view(np.int8) for size in sizes)
        units = decode_units(units.view(np.uint8))
        if kcu_numpy.design_crc(units) != crc:
            sys.exit(f"layer {number}: the design's CRC is {kcu_numpy.design_crc(units):#x}, in C++ {crc:#x}")
        fmm, sums = fmm[None, :], sums[None, :]
        kcu_numpy.convolution(convolution, units, fmm, table, sums)
        kcu_numpy.residual(residual, fmm, wm, sums)
        expect_equal(number, "FMM", fmm[0], dump.take(fmm.size).view(np.int8))
        expect_equal(number, "partial sums", sums[0], dump.take(sums.size).view(np.int8))
        kernels[int(convolution["kernel"])] += 1
    if kernels.total() != layers or set(kernels) != {3, 5, 7}:
        sys.exit(f"expected {layers} layers of 3 kernel sizes, saw {dict(kernels)}")
    print(f"{layers} layers agree; by kernel size: {dict(sorted(kernels.items()))}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
