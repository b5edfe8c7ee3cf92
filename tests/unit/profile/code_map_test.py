#!/usr/bin/env python3
"""Names of code: every instruction of a program must have the frames that binutils give it, inlined ones too."""

import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

BUILD = Path(os.environ["KASANE_BUILD"])
TOOLS = "riscv64-unknown-elf-"


def output(*command, text=None):
    return subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True, check=True).stdout


def instructions(elf):
    """Address -> function and mnemonic, by the disassembler."""
    found = {}
    function = None
    for line in output(TOOLS + "objdump", "-d", elf).splitlines():
        if head := re.match(r"[0-9a-f]+ <(.*)>:$", line):
            function = head[1]
        elif row := re.match(r" *([0-9a-f]+):\t[0-9a-f ]+\t(\S+)", line):
            found[int(row[1], 16)] = function, row[2]
    return found


def frames_by_addr2line(elf, addresses):
    """The innermost first, by address."""
    text = output(TOOLS + "addr2line", "-a", "-f", "-i", "-e", elf, text="\n".join(map(hex, addresses)))
    frames = {}
    for line in text.splitlines():
        if line.startswith("0x"):
            current = frames.setdefault(int(line, 16), [])
            position = 0
        else:
            if position % 2 == 0:
                current.append(line)
            position += 1
    return frames


class CodeMapTest(unittest.TestCase):
    def compare(self, elf):
        """Returns how many instructions have frames of inlined calls."""
        functions = instructions(elf)
        addresses = sorted(functions)
        expected = frames_by_addr2line(elf, addresses)
        lines = output(BUILD / "code_map_probe", elf, text="\n".join(f"{a:x}" for a in addresses)).splitlines()
        self.assertEqual(len(lines), len(addresses))
        inlined = 0
        for address, line in zip(addresses, lines):
            frames = line.split(";")
            function, mnemonic = functions[address]
            if mnemonic in ("nop", "unimp") and frames == ["(unknown)"]:
                continue  # fills up the space between two functions
            self.assertEqual(frames[-1], function, hex(address))
            if expected[address] == ["??"]:
                continue  # code without DWARF
            # A part of a function, or a copy of it, has a symbol of its own: name.part.0, name.constprop.0
            self.assertEqual(frames[:-1], expected[address][:-1], hex(address))
            self.assertEqual(frames[-1].split(".")[0], expected[address][-1].split(".")[0], hex(address))
            inlined += len(frames) > 1
        return inlined

    def test_names_every_instruction_of_the_default_firmware_as_binutils_do(self):
        self.assertGreater(self.compare(BUILD / "firmware" / "classify.elf"), 100)

    def test_names_every_instruction_of_a_program_made_of_awkward_cases(self):
        self.assertGreater(self.compare(BUILD / "firmware" / "profiled_calls.elf"), 10)

    def test_refuses_what_is_no_elf(self):
        done = subprocess.run([BUILD / "code_map_probe", sys.argv[0]], capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main()
