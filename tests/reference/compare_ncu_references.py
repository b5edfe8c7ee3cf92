#!/usr/bin/python3
"""The numpy NCU against the C++ reference on random layers: compare_ncu_references.py DUMP_PROGRAM LAYERS SEED"""

import collections
import pathlib
import subprocess
import sys
import tempfile

import ncu_numpy
import numpy as np


def main(program: str, layers: int, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "layers.bin"
        subprocess.run([program, str(dump), str(layers), str(seed)], check=True)
        data = np.frombuffer(dump.read_bytes(), np.uint8)

    position, opcodes = 0, collections.Counter()

    def take(count: int) -> np.ndarray:
        nonlocal position
        position += count
        if position > len(data):
            sys.exit("the dump ends in the middle of a layer")
        return data[position - count : position]

    while position < len(data):
        record = take(128)
        sizes = np.frombuffer(take(8).tobytes(), "<u4")
        fmm = take(int(sizes[0])).view(np.int8)[None, :].copy()
        wm, expected = take(int(sizes[1])).view(np.int8), take(int(sizes[0])).view(np.int8)
        ncu_numpy.execute(record.copy(), fmm, wm)
        opcodes[int(record[0])] += 1
        if not np.array_equal(fmm[0], expected):
            wrong = np.flatnonzero(fmm[0] != expected)
            sys.exit(
                f"layer {sum(opcodes.values()) - 1}, opcode {record[0]}: {len(wrong)} bytes differ, first at {wrong[0]}:"
                f" numpy {fmm[0][wrong[0]]}, C++ {expected[wrong[0]]}"
            )
    if sum(opcodes.values()) != layers or len(opcodes) != 6:
        sys.exit(f"expected {layers} layers of 6 opcodes, saw {dict(opcodes)}")
    print(f"{layers} layers agree; by opcode: {dict(sorted(opcodes.items()))}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
