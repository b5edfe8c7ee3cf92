"""Instruction traces of whole runs: what a selection writes is what it should be of the whole, and nothing else changes.

Which instructions belong to a call is found here by a stack of calls, returns and traps, of the whole trace's text; the
program goes by return address and stack pointer.
"""

import re
import subprocess
import unittest

from kasane_program import BUILD, ScenarioTest, kasane, summary

LINE = re.compile(r"^ *(\d+\.\d{3}) [MSU] (?:-- |[0-9a-f]{8,16} (\S+) +(?:[0-9a-f]{8}|[0-9a-f]{4}) +(\S+) ?(.*))")
FUNCTIONS = ("engine_start", "memcpy", "serial_put", "serial_flush", "trap_handle", "crc32_continue", "end_run")


class Line:
    def __init__(self, text):
        match = LINE.match(text)
        assert match, f"cannot be read: {text!r}"
        self.text = text
        self.time = float(match[1])
        self.is_trap = match[2] is None
        if self.is_trap:
            return
        self.function, _, offset = match[2].partition("+")
        self.is_first = not offset
        self.mnemonic = match[3]
        operands = match[4].split()[0] if match[4].strip() else ""
        self.calls = (self.mnemonic in ("jal", "jalr") and operands.startswith("ra,")) or self.mnemonic == "c.jalr"
        self.returns = (self.mnemonic, operands) in (("c.jr", "ra"), ("jalr", "zero,0(ra)"))


def calls_of(lines, function):
    """For each outermost call of the function the range of its lines, and its number among all calls."""
    ranges, stack, inside, number = [], [0], None, 0
    before, interrupted = None, []
    for index, line in enumerate(lines):
        if line.is_trap:
            stack.append("trap")
            interrupted.append(before)
            continue
        if inside and len(stack) < inside[1]:
            ranges.append((inside[0], index, inside[2]))
            inside = None
        if line.function == function and line.is_first and (
                before is None or before.calls or before.function != function):
            number += 1
            inside = inside or (index, len(stack), number)
        before = line
        if line.calls:
            stack.append("call")
        elif line.returns:
            stack.pop()
        elif line.mnemonic == "mret" and "trap" in stack:
            while stack.pop() != "trap":
                pass
            before = interrupted.pop()
    if inside:
        ranges.append((inside[0], len(lines), inside[2]))
    return ranges


class InstructionTrace(ScenarioTest):
    def trace(self, what):
        folder = self.run_scenario(
            "lenet5.yaml", "--images", 1, "--traces", "none", "--trace-instructions", what, name="traced")
        heading, columns, *lines = (folder / "instructions.log").read_text().splitlines()
        self.assertEqual(heading, f"# instructions: {what}")
        self.assertTrue(columns.startswith("# "))
        return folder, lines

    def assert_lines(self, found, expected, what):
        self.assertEqual(len(found), len(expected), what)
        for mine, other in zip(found, expected):
            if mine != other:
                self.fail(f"{what}: {mine!r}, expected {other!r}")

    def test_selections_are_parts_of_the_whole(self):
        untraced = self.run_scenario("lenet5.yaml", "--images", 1, "--traces", "none", name="untraced")
        self.assertFalse((untraced / "instructions.log").exists())
        folder, texts = self.trace("all")
        result = (untraced / "summary.json").read_bytes()
        self.assertEqual((folder / "summary.json").read_bytes(), result)
        lines = [Line(text) for text in texts]
        # All traps of this run are interrupts: every instruction is retired.
        self.assertEqual(sum(not line.is_trap for line in lines), summary(folder)["cpu"]["instructions"])
        self.assertGreater(sum(line.is_trap for line in lines), 5)
        self.assertEqual(lines[0].function, "(boot_rom)")
        self.assertEqual(lines[0].time, 0)

        begin, end = lines[len(lines) // 3].time, lines[len(lines) // 2].time
        _, part = self.trace(f"{begin:.3f}ns..{end:.3f}ns")
        self.assert_lines(part, [line.text for line in lines if begin <= line.time < end], "window")

        for function in FUNCTIONS:
            calls = calls_of(lines, function)
            self.assertTrue(calls, function)
            every = [line.text for first, last, _ in calls for line in lines[first:last]]
            folder, found = self.trace(function)
            self.assert_lines(found, every, function)
            self.assertEqual((folder / "summary.json").read_bytes(), result)
            first, last, number = calls[len(calls) // 2]
            _, found = self.trace(f"{function}#{number}")
            self.assert_lines(found, [line.text for line in lines[first:last]], f"{function}#{number}")

        first, last, _ = calls_of(lines, "serial_put")[3]
        window = (lines[first + 2].time, lines[last + 400].time)
        _, found = self.trace(f"{window[0]:.3f}ns..{window[1]:.3f}ns,serial_put")
        inside = [line.text for first, last, _ in calls_of(lines, "serial_put") for line in lines[first:last]
                  if window[0] <= line.time < window[1]]
        self.assertGreater(len(inside), 10)
        self.assert_lines(found, inside, "window and function")

    def test_what_cannot_be_selected_is_said(self):
        for what, message in (("no_such_function", "no function 'no_such_function'"), ("10us", "expected all"),
                              ("20us..10us", "is empty")):
            done = kasane("run", "scenarios/lenet5.yaml", "--out", self.folder / "none", "--trace-instructions", what)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertFalse((self.folder / "none").exists())
        done = kasane("run", "scenarios/lenet5.yaml", "--out", self.folder / "few", "--images", 1, "--traces", "none",
                      "--no-report", "--quiet", "--trace-instructions", "end_run#9")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("instructions.log is empty: end_run was called 1 times", done.stderr)

    def test_functions_are_those_of_the_symbol_table(self):
        names = subprocess.run(["riscv64-unknown-elf-nm", BUILD / "firmware/classify.elf"], capture_output=True, text=True,
                               check=True).stdout
        starts = {name: int(address, 16) for address, kind, name in map(str.split, names.splitlines()) if kind in "tT"}
        _, lines = self.trace("engine_start#1")
        self.assertEqual(int(lines[0].split()[2], 16), starts["engine_start"])


if __name__ == "__main__":
    unittest.main()
