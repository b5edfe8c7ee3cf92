#!/usr/bin/env python3
"""The instruction trace of a program must be what QEMU executes, instruction by instruction: the same addresses, and
after what the trace says was written the same registers. It changes nothing, has a line for every instruction, and
what is selected of it is a part of the whole.

trace_test.py TRACE_ON_HART PROGRAM.elf PROGRAM.bin; exit code 77 where there is no QEMU.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NAMES = ("zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()
ENTRY = 0x80000000
LINE = re.compile(r"^ *(\d+)\.(\d{3}) ([MSU]) ([0-9a-f]{8,16}) (\S+) +([0-9a-f]{4}|[0-9a-f]{8}) +(.*)$")
MEMORY = re.compile(r" mem\[([0-9a-f]+)\](?:->([0-9a-f]+))?(?:<-([0-9a-f]+))?")
EFFECT = re.compile(r" (\w+)=([0-9a-f]{16})")


class Trace:
    """What a log says: instructions as (picoseconds, pc, (register, value) or None), and trap lines."""

    def __init__(self, tool, image, what, quantum, folder):
        log = Path(folder, "instructions.log")
        command = [tool, image, log, what, str(quantum)]
        out = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
        self.run = out.splitlines()[-1]
        self.retired = int(self.run.split()[1])
        self.instructions, self.traps, self.accesses = [], [], []
        if what == "nothing":
            return
        for line in log.read_text().splitlines()[2:]:
            if " -- " in line:
                self.traps.append(line)
                continue
            match = LINE.match(line)
            assert match, f"cannot be read: {line!r}"
            written = None
            for name, value in EFFECT.findall(match[7]):
                if name in NAMES:  # or a control register
                    written = NAMES.index(name), int(value, 16)
            if access := MEMORY.search(match[7]):
                self.accesses.append((int(access[1], 16), access[2], access[3], line))
            time = int(match[1]) * 1000 + int(match[2])
            self.instructions.append((time, int(match[4], 16), written))


def qemu_trace(qemu, elf, folder):
    """For each instruction its address and all registers before it."""
    log = Path(folder, "qemu.log")
    command = [qemu, "-machine", "virt", "-cpu", "rv64,zba=false,zbb=false,zbc=false,zbs=false", "-bios", "none",
               "-display", "none", "-monitor", "none", "-serial", "null", "-kernel", elf,
               "-singlestep", "-d", "cpu,nochain", "-D", log]
    subprocess.run(command, timeout=120, stdin=subprocess.DEVNULL, check=True)
    states, pc, registers = [], None, []
    with open(log) as lines:
        for line in lines:
            if line.startswith(" pc "):
                pc, registers = int(line.split()[1], 16), []
            elif line.startswith(" x"):
                registers += [int(value, 16) for value in line.split()[1::2]]
                if len(registers) == 32:
                    states.append((pc, registers))
    while states and states[0][0] != ENTRY:
        states.pop(0)
    return states


def compare_with_qemu(trace, states):
    if len(states) < 1000:
        sys.exit(f"QEMU executed only {len(states)} instructions")
    known = {0: 0}
    for number, ((_, pc, written), (their_pc, registers)) in enumerate(zip(trace.instructions, states)):
        if pc != their_pc:
            sys.exit(f"instruction {number}: {pc:x}, QEMU is at {their_pc:x}")
        for register, value in known.items():
            if registers[register] != value:
                sys.exit(f"before instruction {number} at {pc:x}: {NAMES[register]} is {value:x}, "
                         f"in QEMU {registers[register]:x}")
        if written:
            known[written[0]] = written[1]
    if len(trace.instructions) < len(states):
        sys.exit(f"the trace has {len(trace.instructions)} instructions, QEMU {len(states)}")
    if len(known) < 10:
        sys.exit(f"only {len(known)} registers were written")
    print(f"{len(states)} instructions and {len(known)} registers agree with QEMU")


def check_whole(trace, untraced):
    if trace.run != untraced.run:
        sys.exit(f"traced:   {trace.run}\nuntraced: {untraced.run}")
    interrupts = sum("interrupt" in line for line in trace.traps)
    trapped = len(trace.traps) - interrupts
    if len(trace.instructions) - trapped != trace.retired:
        sys.exit(f"{len(trace.instructions)} instructions of which {trapped} trapped, retired: {trace.retired}")
    times = [time for time, _, _ in trace.instructions]
    if any(later <= earlier for earlier, later in zip(times, times[1:])):
        sys.exit("an instruction does not begin after the one before it")


def check_memory(trace):
    """Without devices and translation, what is read was written last, as far as the trace knows."""
    memory, compared = {}, 0
    for address, read, written, line in trace.accesses:
        for number, byte in enumerate(reversed(bytes.fromhex(read or ""))):
            if memory.get(address + number, byte) != byte:
                sys.exit(f"{memory[address + number]:02x} was written to {address + number:x}: {line}")
            compared += address + number in memory
        for number, byte in enumerate(reversed(bytes.fromhex(written or ""))):
            memory[address + number] = byte
    if compared < 100:
        sys.exit(f"only {compared} bytes were read again")


def check_window(tool, image, quantum, whole, folder):
    """Edges at instructions' beginnings: the first is in the window, the last is not."""
    begin = whole.instructions[len(whole.instructions) // 3][0]
    end = whole.instructions[len(whole.instructions) // 2][0]
    part = Trace(tool, image, f"{begin}ps..{end}ps", quantum, folder)
    expected = [one for one in whole.instructions if begin <= one[0] < end]
    if part.instructions != expected or not expected:
        sys.exit(f"window of {begin} to {end} ps: {len(part.instructions)} instructions, expected {len(expected)}")
    if part.run != whole.run:
        sys.exit("a window changes the run")


def main():
    tool, elf, image = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        traces = []
        for quantum in (100, 100000):
            whole = Trace(tool, image, "all", quantum, folder)
            check_whole(whole, Trace(tool, image, "nothing", quantum, folder))
            check_memory(whole)
            check_window(tool, image, quantum, whole, folder)
            traces.append(whole)
        qemu = shutil.which("qemu-system-riscv64")
        if qemu is None:
            print("skipped: qemu-system-riscv64 is not installed")
            sys.exit(77)
        states = qemu_trace(qemu, elf, folder)
        for whole in traces:
            compare_with_qemu(whole, states)


main()
