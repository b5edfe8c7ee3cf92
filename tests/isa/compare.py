#!/usr/bin/env python3
"""Runs one program on the hart and on QEMU; what they print must be the same, line by line.

compare.py RUN_ON_HART PROGRAM.elf PROGRAM.bin [QUANTUM_NS]; exit code 77 where there is no QEMU.
"""
import shutil
import subprocess
import sys


def main():
    runner, elf, image, *quantum = sys.argv[1:]
    hart = subprocess.run([runner, image, *quantum], capture_output=True, text=True, timeout=120, check=True).stdout
    lines = hart.splitlines()
    if not lines or lines[-1] != "PASS":
        sys.exit(f"the program did not finish on the hart; last lines: {lines[-3:]}")
    qemu = shutil.which("qemu-system-riscv64")
    if qemu is None:
        print("skipped: qemu-system-riscv64 is not installed")
        sys.exit(77)
    reference = subprocess.run([qemu, "-machine", "virt", "-cpu", "rv64,zba=false,zbb=false,zbc=false,zbs=false", "-bios", "none", "-display", "none", "-monitor", "none",
                                "-serial", "stdio", "-kernel", elf], capture_output=True, text=True, timeout=120,
                               stdin=subprocess.DEVNULL, check=True).stdout.splitlines()
    differing = [n for n, (a, b) in enumerate(zip(lines, reference)) if a != b]
    if differing or len(lines) != len(reference):
        for n in differing[:20]:
            print(f"result {n}: hart {lines[n]}, QEMU {reference[n]}")
        sys.exit(f"{len(differing)} results differ; {len(lines)} against {len(reference)} lines")
    print(f"{len(lines) - 1} results agree")


main()
