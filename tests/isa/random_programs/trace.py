"""Finds the first instruction after which hart and QEMU differ, by the registers before each instruction. QEMU writes them
as text, some gigabytes for a million instructions: cut the program down to one scene and few iterations before."""
import os
import re
import struct
import subprocess

import reference

# What differs for so few instructions is a counter, or the value of a breakpoint, until the program has dealt with it.
TRANSIENT = 24
RECORD = struct.Struct("<65Q")
NAMES = ["pc"] + [f"x{n}" for n in range(32)] + [f"f{n}" for n in range(32)]
VALUE = re.compile(rb"^ pc +(\w+)|[xf]\d+/\w+ +(\w+)", re.MULTILINE)


def hart_states(path):
    with open(path, "rb") as file:
        while len(record := file.read(RECORD.size)) == RECORD.size:
            yield RECORD.unpack(record)


def qemu_states(pipe):
    """A state ends where the next pc begins. An instruction that QEMU begins again appears twice."""
    state, last = [], None
    for line in pipe:
        if line.startswith(b" pc ") and state:
            if state != last:
                yield tuple(state)
            last, state = state, []
        if line.startswith((b" pc ", b" x", b" f")):
            state += [int(a or b, 16) for a, b in VALUE.findall(line)]
    if len(state) == len(NAMES) and state != last:
        yield tuple(state)


def run_qemu(image, memory, pipe):
    with open(memory, "wb") as file:
        file.write(image)
        file.truncate(reference.MEMORY)
    if os.path.exists(pipe):
        os.unlink(pipe)
    os.mkfifo(pipe)
    return subprocess.Popen(reference.command(memory, "-singlestep", "-d", "cpu,fpu,nochain", "-D", pipe),
                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def first_difference(trace, image, memory, begin):
    """(number, states before, hart's state, QEMU's state) or None; compares from the first instruction at `begin` on, since
    the ways there differ."""
    pipe = memory + ".log"
    process = run_qemu(image, memory, pipe)
    try:
        with open(pipe, "rb", buffering=1 << 20) as log:
            ours, theirs = hart_states(trace), qemu_states(log)
            other = next(state for state in theirs if state[0] in begin)
            mine = next(state for state in ours if state[0] in begin)
            before, number, doubtful = [], 0, []
            while mine is not None and other is not None:
                if mine == other:
                    before, doubtful = before[-5:] + [mine], []
                else:
                    doubtful.append((mine, other))
                    if mine[0] != other[0] or len(doubtful) > TRANSIENT:
                        return number - len(doubtful) + 1, before, *doubtful[0]
                number += 1
                mine, other = next(ours, None), next(theirs, None)
            return None if mine is other else (number, before, mine, other)
    finally:
        process.kill()
        process.wait()
        os.unlink(pipe)
        os.unlink(memory)
