#!/usr/bin/env python3
"""The hart's speed beside QEMU's (TCG): both run the same programs in turn, and the table gives million instructions per
second of CPU time.

    tests/benchmark/cpu/cpu_speed.py [--repetitions N] [--results]

The hart works in the default scenario's chip, inside the SystemC kernel, with a timer interrupt every millisecond,
instructions counted by class and energy booked; "ticking" is the same chip with another process every microsecond. CPU
time is the whole process's, all threads, less that of a program that ends at once. Both run the same instructions: what
the hart counted stands for QEMU too. --results compares only what short programs compute, and needs no quiet machine.
"""

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("KASANE_BUILD", SOURCE / "build"))
PROGRAMS = BUILD / "tests" / "benchmark" / "cpu"
SCENARIO = SOURCE / "scenarios" / "lenet5.yaml"
QUANTA = ("1 us", "10 us", "100 us")
TICK_NS = 1000


class Outcome:
    """What one run of a program printed and took."""

    def __init__(self, console, instructions, seconds):
        self.checksum = re.search(r"^checksum (\w+)$", console, re.MULTILINE)[1]
        self.timer_interrupts = int(re.search(r"^timer interrupts (\w+)$", console, re.MULTILINE)[1], 16)
        self.instructions = instructions
        self.seconds = seconds


def timed(*command):
    """Standard output and CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=SOURCE
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def on_qemu(program, _quantum, _folder):
    console, seconds = timed(
        "qemu-system-riscv64", "-machine", "virt", "-bios", "none", "-display", "none", "-monitor", "none", "-serial", "stdio",
        "-kernel", PROGRAMS / f"{program}.virt.elf",
    )  # fmt: skip
    return Outcome(console, None, seconds)


def on_chip(program, quantum, folder, traces="none"):
    _, seconds = timed(
        BUILD / "kasane", "run", SCENARIO, "--set", f"software.firmware={PROGRAMS / program}.chip.elf", "--set",
        f"chip.cpu.quantum={quantum}", "--traces", traces, "--quiet", "--no-report", "--out", folder,
    )  # fmt: skip
    summary = json.loads((folder / "summary.json").read_text())
    return Outcome((folder / "console.log").read_text(), summary["cpu"]["instructions"], seconds)


def on_traced_chip(program, quantum, folder):
    return on_chip(program, quantum, folder, "all")


def on_ticking_chip(program, quantum, _folder):
    console, seconds = timed(BUILD / "ticking_chip", PROGRAMS / f"{program}.chip.elf", SCENARIO, quantum, TICK_NS)
    return Outcome(console, int(re.search(r"^instructions (\d+)$", console, re.MULTILINE)[1]), seconds)


MACHINES = {
    "QEMU": (on_qemu, None),
    **{f"chip, quantum {quantum}": (on_chip, quantum) for quantum in QUANTA},
    **{f"chip, quantum {quantum}, ticking": (on_ticking_chip, quantum) for quantum in QUANTA},
    "chip, quantum 10 us, all traces": (on_traced_chip, "10 us"),
}


def check(program, outcomes):
    """All that ran one program computed the same, with interrupts at work."""
    checksums = {name: outcome.checksum for name, outcome in outcomes.items()}
    if len(set(checksums.values())) != 1:
        sys.exit(f"{program}: the results differ: {checksums}")
    if program != "nothing" and (quiet := [name for name, outcome in outcomes.items() if outcome.timer_interrupts == 0]):
        sys.exit(f"{program}: no timer interrupt on {quiet}")


def run_all(programs, folder):
    """By program and machine."""
    outcomes = {}
    for program in programs:
        outcomes[program] = {name: run(program, quantum, folder) for name, (run, quantum) in MACHINES.items()}
        check(program, outcomes[program])
    return outcomes


def print_table(program, runs):
    """`runs`: of every repetition, the outcomes by program and machine."""
    instructions = runs[0][program]["chip, quantum 100 us"].instructions

    def speeds(name):
        start = min(run["nothing"][name].seconds for run in runs)
        return [(run[program][name].instructions or instructions) / (run[program][name].seconds - start) / 1e6 for run in runs]

    by_machine = {name: speeds(name) for name in MACHINES}
    print(f"\n{program}: {instructions / 1e6:.0f} million instructions")
    print(f"{'million instructions per CPU second':38} {'median':>7} {'best':>7} {'of QEMU':>8} {'of 100 us':>9}")
    for name, values in by_machine.items():

        def ratio(other, values=values):
            return statistics.median(a / b for a, b in zip(values, by_machine[other]))

        base = f"chip, quantum 100 us{', ticking' if 'ticking' in name else ''}"
        of_base = f"{ratio(base):9.2f}" if "chip" in name and "traces" not in name else ""
        print(f"{name:38} {statistics.median(values):7.0f} {max(values):7.0f} {ratio('QEMU'):8.3f} {of_base}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--results", action="store_true")
    arguments = parser.parse_args()
    if shutil.which("qemu-system-riscv64") is None:
        print("skipped: qemu-system-riscv64 is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="kasane-speed-") as folder:
        if arguments.results:
            run_all(("core_mix_short", "matrix_sieve_short"), Path(folder))
            print("the results agree")
            return
        runs = [run_all(("nothing", "core_mix", "matrix_sieve"), Path(folder)) for _ in range(arguments.repetitions)]
    for program in ("core_mix", "matrix_sieve"):
        print_table(program, runs)


if __name__ == "__main__":
    main()
