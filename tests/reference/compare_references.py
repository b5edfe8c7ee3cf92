#!/usr/bin/python3
"""An engine in numpy against its C++ reference on random layers:
compare_references.py ncu|cartesian|hiddenite DUMP_PROGRAM LAYERS SEED"""

import collections
import pathlib
import subprocess
import sys
import tempfile

import cartesian_numpy
import hiddenite_numpy
import ncu_numpy
import numpy as np
import package_file as pf


def opcode(record: np.ndarray) -> int:
    return int(record[0])


def widths(record: np.ndarray) -> tuple[int, int]:
    command = record.view(pf.CARTESIAN_CONVOLUTION)[0]
    return int(command["input_bits"]), int(command["output_bits"])


def codec(record: np.ndarray) -> tuple[int, int]:
    command = record.view(pf.HIDDENITE_CONVOLUTION)[0]
    return int(command["field_bits"]), int(command["generator"])


# The engine, which kind a layer is of, what these kinds are, how many there are.
ENGINES = {
    "ncu": (ncu_numpy, opcode, "opcode", 6),
    "cartesian": (cartesian_numpy, widths, "input and output bits", 4),
    "hiddenite": (hiddenite_numpy, codec, "field bits and generator", 18),
}


def main(engine: str, program: str, layers: int, seed: int) -> None:
    numpy_engine, kind, what, kinds = ENGINES[engine]
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "layers.bin"
        subprocess.run([program, engine, str(dump), str(layers), str(seed)], check=True)
        data = np.frombuffer(dump.read_bytes(), np.uint8)

    position, seen = 0, collections.Counter()

    def take(count: int) -> np.ndarray:
        nonlocal position
        position += count
        if position > len(data):
            sys.exit("the dump ends in the middle of a layer")
        return data[position - count : position].copy()

    while position < len(data):
        number, record = seen.total(), take(128)
        sizes = take(8).view("<u4").tolist()
        fmm, wm, expected = take(sizes[0]).view(np.int8)[None, :], take(sizes[1]).view(np.int8), take(sizes[0]).view(np.int8)
        numpy_engine.execute(record, fmm, wm)
        seen[kind(record)] += 1
        wrong = np.flatnonzero(fmm[0] != expected)
        if len(wrong):
            sys.exit(
                f"layer {number}, {what} {kind(record)}: {len(wrong)} bytes differ, first at {wrong[0]}:"
                f" numpy {fmm[0][wrong[0]]}, C++ {expected[wrong[0]]}"
            )
    if seen.total() != layers or len(seen) != kinds:
        sys.exit(f"expected {layers} layers of {kinds} kinds of {what}, saw {dict(seen)}")
    print(f"{layers} layers agree; by {what}: {dict(sorted(seen.items()))}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
