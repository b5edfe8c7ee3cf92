#!/usr/bin/python3
"""The numpy Cartesian-product array against the C++ reference on random layers:
compare_cartesian_references.py DUMP_PROGRAM LAYERS SEED"""

import collections
import pathlib
import subprocess
import sys
import tempfile

import cartesian_numpy
import numpy as np
import package_file as pf


def main(program: str, layers: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "layers.bin"
        subprocess.run([program, str(dump), str(layers), str(seed)], check=True)
        data = np.frombuffer(dump.read_bytes(), np.uint8)

    position, bits = 0, collections.Counter()

    def take(count: int) -> np.ndarray:
        nonlocal position
        position += count
        if position > len(data):
            sys.exit("the dump ends in the middle of a layer")
        return data[position - count : position].copy()

    while position < len(data):
        number, record = bits.total(), take(128)
        sizes = take(8).view("<u4").tolist()
        fmm, wm, expected = take(sizes[0]).view(np.int8)[None, :], take(sizes[1]).view(np.int8), take(sizes[0]).view(np.int8)
        cartesian_numpy.execute(record, fmm, wm)
        command = record.view(pf.CARTESIAN_CONVOLUTION)[0]
        bits[int(command["input_bits"]), int(command["output_bits"])] += 1
        wrong = np.flatnonzero(fmm[0] != expected)
        if len(wrong):
            sys.exit(
                f"layer {number}: {len(wrong)} bytes differ, first at {wrong[0]}: numpy {fmm[0][wrong[0]]},"
                f" C++ {expected[wrong[0]]}"
            )
    if bits.total() != layers or len(bits) != 4:
        sys.exit(f"expected {layers} layers of 4 pairs of widths, saw {dict(bits)}")
    print(f"{layers} layers agree; by input and output bits: {dict(sorted(bits.items()))}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
