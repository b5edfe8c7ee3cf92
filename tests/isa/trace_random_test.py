#!/usr/bin/env python3
"""As trace_test.py, for random programs: all modes, traps, paging, floating point.

trace_random_test.py TRACE_ON_HART RUNTIME [SEED...]: RUNTIME as random_programs.py has it; exit code 77 without QEMU.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "random_programs"))
import program  # noqa: E402
import reference  # noqa: E402
import trace  # noqa: E402

X = "zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6".split()
F = [f"ft{n}" for n in range(8)] + "fs0 fs1".split() + [f"fa{n}" for n in range(8)] + [f"fs{n}" for n in range(2, 12)] \
    + [f"ft{n}" for n in range(8, 12)]
PLACE = {name: 1 + n for n, name in enumerate(X + F)}  # in trace.NAMES, behind the pc
LINE = re.compile(r"^ *[\d.]+ ([MSU]) ([0-9a-f]{8,16}) \S+ +[0-9a-f]+ +(\S+)(.*)$")
EFFECT = re.compile(r" (\w+)=([0-9a-f]{16})")
# What the machines may answer differently: counters, and the value of a breakpoint, which QEMU 7.2 leaves 0. So many
# instructions later the program has taken care of it.
OWN_ANSWER = re.compile(r" \w+,(cycle|time|instret|mcycle|minstret|mtval|stval),")
TAKES_CARE = trace.TRANSIENT


def instructions(log):
    """(mode, pc, {place: value}, whether the answer is the machine's own) of each line, and the kinds of lines."""
    kinds = set()
    for line in log.read_text().splitlines()[2:]:
        if " -- " in line:
            kinds.add("trap to " + line.split(", to ")[1][0])
            continue
        match = LINE.match(line)
        assert match, f"cannot be read: {line!r}"
        mode, pc, mnemonic, rest = match.groups()
        written = {PLACE[name]: int(value, 16) for name, value in EFFECT.findall(rest) if name in PLACE}
        kinds |= {"mode " + mode, "float" if mnemonic[0] == "f" and not mnemonic.startswith("fence") else "integer"}
        yield mode, int(pc, 16), written, OWN_ANSWER.search(rest) is not None, line, kinds


def compare(tool, image, begin, folder, seed):
    """From the first instruction at `begin` on: before it programs find out what the machine has."""
    binary, log, pipe = (Path(folder, name) for name in ("image", "instructions.log", "qemu"))
    binary.write_bytes(image)
    subprocess.run([tool, binary, log, "all"], timeout=120, check=True, stdout=subprocess.DEVNULL)
    process = trace.run_qemu(image, str(pipe) + ".ram", str(pipe))
    known, count, own_until, kinds = {}, 0, 0, set()
    with open(pipe, "rb", buffering=1 << 20) as text:
        states = trace.qemu_states(text)
        theirs = next(state for state in states if state[0] == begin)
        for mode, pc, written, is_own, line, kinds in instructions(log):
            if count == 0 and pc != begin:
                continue
            if pc != theirs[0]:
                sys.exit(f"seed {seed}, instruction {count}: QEMU is at {theirs[0]:x}\n{line}")
            for place in [place for place, value in known.items() if theirs[place] != value]:
                value = known.pop(place)
                if count >= own_until:
                    sys.exit(f"seed {seed}, instruction {count}: {trace.NAMES[place]} is {value:x}, in QEMU "
                             f"{theirs[place]:x}, before\n{line}")
            known.update(written)
            if is_own:
                own_until = count + TAKES_CARE
            count += 1
            theirs = next(states, None)
            if theirs is None:
                break
    process.wait()
    print(f"seed {seed}: {count} instructions and {len(known)} registers agree with QEMU; {', '.join(sorted(kinds))}")
    return count, kinds


def main():
    tool, runtime_files, *seeds = sys.argv[1:]
    if reference.find() is None:
        print("skipped: qemu-system-riscv64 is not installed")
        sys.exit(77)
    runtime = program.Runtime(runtime_files + ".bin", runtime_files + ".elf")
    total, kinds = 0, set()
    for seed in map(int, seeds or [3]):
        image, _ = program.build(seed, runtime, program.Options(work=5000, scenes=1))
        with tempfile.TemporaryDirectory() as folder:
            count, found = compare(tool, image, runtime.symbols["next_scene"], folder, seed)
        total += count
        kinds |= found
    missing = {"mode M", "mode S", "mode U", "float", "trap to M", "trap to S"} - kinds
    if not seeds and (total < 10000 or missing):
        sys.exit(f"{total} instructions, without {missing}: too few to prove anything")


main()
