#!/usr/bin/env python3
"""Every row of the hart's tables with random operands, every compressed encoding and whole programs must read as
objdump -M no-aliases writes them.

disassembler_test.py DISASSEMBLE_LINES [PROGRAM.elf...]
"""
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOOLS = "riscv64-unknown-elf-"
SAMPLES = 300
# Fields that the hart ignores, as it must, and objdump takes for no instruction unless they are 0.
RESERVED = {"fence": 0xF00F8F80, "fence.i": 0xFFFF8F80, "fcvt.d.s": 0x7000, "fcvt.d.w": 0x7000, "fcvt.d.wu": 0x7000}
LINE = re.compile(r"^\s*([0-9a-f]+):\t([0-9a-f]{4}|[0-9a-f]{8})\s+\t([^#<]*)")


def ours(tool, instructions):
    text = "".join(f"{address:x} {length:x} {bits:x}\n" for address, length, bits in instructions)
    lines = subprocess.run([tool], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(lines) == len(instructions), "one line an instruction"
    return lines


def objdump(elf):
    """(address, length, bits) and text of every instruction."""
    out = subprocess.run([TOOLS + "objdump", "-d", "-M", "no-aliases", elf], capture_output=True, text=True, check=True)
    instructions, texts = [], []
    for line in out.stdout.splitlines():
        if match := LINE.match(line):
            instructions.append((int(match[1], 16), len(match[2]) // 2, int(match[2], 16)))
            texts.append(" ".join(match[3].split()))
    return instructions, texts


def table(tool):
    rows = subprocess.run([tool, "rows"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(rows) >= 90, f"only {len(rows)} rows"
    return [(name, int(mask, 16), int(match, 16)) for name, mask, match in (row.split() for row in rows)]


def architecture(rows):
    """So that compressed loads of floating point are expected only of a hart with the others."""
    return "rv64imafdc_zicsr_zifencei" if "fld" in [row[0] for row in rows] else "rv64imac_zicsr_zifencei"


def assemble(encodings, march, folder):
    source, elf = Path(folder, "all.S"), Path(folder, "all.o")
    lines = [f'.attribute arch, "{march}"'] + [f".insn {length}, {bits:#x}" for length, bits in encodings]
    source.write_text("\n".join(lines) + "\n")
    subprocess.run([TOOLS + "gcc", f"-march={march}", "-mabi=lp64", "-c", source, "-o", elf], check=True)
    return elf


def random_encodings(rows):
    dice = random.Random(5)
    for name, mask, match in rows:
        fixed = mask | RESERVED.get(name, 0)
        for _ in range(SAMPLES if fixed != 0xFFFFFFFF else 1):
            yield 4, match | dice.getrandbits(32) & ~fixed & 0xFFFFFFFF
        if name == "csrrs":
            yield from ((4, match | number << 20) for number in range(4096))


def reserved_compressed(half):
    """What objdump gives a name though the specification reserves it: the hart must not."""
    return (half & 0xEF83, half & 0x107C) == (0x6101, 0)  # c.addi16sp by 0


def is_named_elsewhere(mine, theirs):
    """Registers of extensions that the hart does not have keep their number."""
    return re.fullmatch(r"csrr\w+ \w+,0x[0-9a-f]+,\w+", mine) and mine.split(",")[::2] == theirs.split(",")[::2]


def compare(name, tool, elf):
    instructions, theirs = objdump(elf)
    differing = numbered = 0
    for (address, length, bits), mine, text in zip(instructions, ours(tool, instructions), theirs):
        if mine == text or (length == 2 and reserved_compressed(bits) and mine == f".2byte {bits:#x}"):
            continue
        if is_named_elsewhere(mine, text):
            numbered += 1
            continue
        differing += 1
        if differing <= 20:
            print(f"{name} {address:x}: {bits:0{2 * length}x} is '{mine}', objdump says '{text}'")
    print(f"{name}: {len(instructions)} instructions, {differing} differ, {numbered} name a register the hart lacks")
    return len(instructions), differing


def main():
    tool, *programs = sys.argv[1:]
    compressed = [(2, half) for half in range(1 << 16) if half & 3 != 3]
    with tempfile.TemporaryDirectory() as folder:
        rows = table(tool)
        encodings = list(random_encodings(rows)) + compressed
        count, differing = compare("rows", tool, assemble(encodings, architecture(rows), folder))
    if count != len(encodings):
        sys.exit(f"objdump gave {count} of {len(encodings)} instructions")
    for program in programs:
        count, bad = compare(Path(program).name, tool, program)
        differing += bad
        if count < 100:
            sys.exit(f"{program}: only {count} instructions")
    if differing:
        sys.exit(f"{differing} instructions differ")


main()
