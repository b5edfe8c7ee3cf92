"""Traces are opened by programs that are not ours: GTKWave's converters, protoc, NumPy."""

import bisect
import csv
import re
import shutil
import subprocess
import unittest

import numpy as np
from kasane_program import SOURCE, ScenarioTest, summary

PROTO = SOURCE / "platform" / "trace" / "perfetto.proto"


def need(program, package):
    """Skips the test where a program is absent."""
    if shutil.which(program) is None:
        raise unittest.SkipTest(f"{program} is absent: install Debian's {package}")


def value_changes(text):
    """Changes of a VCD by variable's full name: [(time, value)], without values that change nothing."""
    names, scopes, changes, now = {}, [], {}, 0
    declarations, body = text.split("$enddefinitions $end", 1)
    for keyword, rest in re.findall(r"\$(scope|upscope|var)\s(.*?)\$end", declarations, re.S):
        words = rest.split()
        if keyword == "scope":
            scopes.append(words[1])
        elif keyword == "upscope":
            scopes.pop()
        else:
            names[words[2]] = ".".join([*scopes, words[3]])
            changes[names[words[2]]] = []
    for line in body.splitlines():
        if not line or line.startswith("$"):
            continue
        if line.startswith("#"):
            now = int(line[1:])
            continue
        kind = line[0].lower()
        value, identifier = line[1:].split() if kind in "rbs" else (line[0], line[1:])
        value = float(value) if kind == "r" else int(value, 2) if kind == "b" else value
        changed = changes[names[identifier]]
        if not changed or changed[-1][1] != value:
            changed.append((now, value))
    return changes


def held(changes, time):
    """The value at a time: that of the last change up to it."""
    return changes[bisect.bisect_right(changes, time, key=lambda change: change[0]) - 1][1]


class Formats(ScenarioTest):
    def setUp(self):
        super().setUp()
        self.run_folder = self.run_scenario("lenet5.yaml", "--traces", "all", "--images", 2, "--set", "trace.power_window=2 us")

    def convert(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_vcd_survives_gtkwaves_converters(self):
        need("vcd2fst", "gtkwave")
        need("fst2vcd", "gtkwave")
        fst, back = self.folder / "waves.fst", self.folder / "back.vcd"
        self.convert("vcd2fst", self.run_folder / "waves.vcd", fst)
        self.convert("fst2vcd", "-f", fst, "-o", back)
        expected = value_changes((self.run_folder / "waves.vcd").read_text())
        found = value_changes(back.read_text())
        self.assertIn("kasane.dram.power_W", expected)
        self.assertEqual(set(found), set(expected))
        for name, changes in expected.items():
            # fst2vcd prints 16 digits, so that two powers that differ in the 17th are one: compare what holds when.
            for time in sorted({time for time, _ in changes} | {time for time, _ in found[name]}):
                one, other = held(changes, time), held(found[name], time)
                if isinstance(one, float):
                    self.assertAlmostEqual(other, one, delta=1e-15 * abs(one), msg=f"{name} at {time}")
                else:
                    self.assertEqual(other, one, f"{name} at {time}")

    def test_gtkwaves_save_file_names_variables_of_the_dump(self):
        names = {re.sub(r"\[.*\]$", "", name) for name in value_changes((self.run_folder / "waves.vcd").read_text())}
        lines = (self.run_folder / "waves.gtkw").read_text().splitlines()
        signals = [re.sub(r"\[.*\]$", "", line) for line in lines if line.startswith("kasane.")]
        self.assertTrue(signals)
        self.assertEqual([signal for signal in signals if signal not in names], [])

    def test_perfetto_is_what_protoc_decodes(self):
        need("protoc", "protobuf-compiler")
        with (self.run_folder / "trace.pftrace").open("rb") as trace:
            done = subprocess.run(
                ["protoc", f"--proto_path={PROTO.parent}", "--decode=kasane.perfetto.Trace", PROTO.name],
                stdin=trace, capture_output=True, text=True, timeout=120, check=False,
            )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        # A field that the description does not have is decoded as its number.
        self.assertEqual(re.findall(r"^\s*\d+[:{ ].*", done.stdout, re.M)[:5], [])
        begins = done.stdout.count("type: TYPE_SLICE_BEGIN")
        self.assertEqual(begins, done.stdout.count("type: TYPE_SLICE_END"))
        with (self.run_folder / "timeline.csv").open() as file:
            self.assertEqual(begins, sum(1 for _ in csv.DictReader(file)))
        for name in ("dram power", "total power"):
            self.assertIn(f'name: "{name}"', done.stdout)

    def test_numpy_reads_power(self):
        table = np.genfromtxt(self.run_folder / "power.csv", delimiter=",", names=True)
        np.testing.assert_allclose(np.cumsum(table["duration_seconds"])[:-1], table["start_seconds"][1:], rtol=1e-12)
        for block, facts in summary(self.run_folder)["blocks"].items():
            joules = (table[f"{block}_watts"] * table["duration_seconds"]).sum()
            np.testing.assert_allclose(joules, sum(facts["energy_joules"].values()), rtol=1e-9, err_msg=block)

    def test_numpy_reads_the_timeline(self):
        table = np.genfromtxt(self.run_folder / "timeline.csv", delimiter=",", names=True, dtype=None, encoding="utf-8", comments=None)
        self.assertEqual(table.dtype.names, ("begin_seconds", "duration_seconds", "block", "track", "name", "layer"))
        self.assertGreaterEqual(table["duration_seconds"].min(), 0)
        end = table["begin_seconds"] + table["duration_seconds"]
        for block, track in set(zip(table["block"], table["track"])):
            rows = (table["block"] == block) & (table["track"] == track)
            self.assertTrue((np.diff(end[rows]) >= -1e-15).all(), f"{block}, {track}")
        on_layers = (table["block"] == "software") & (table["track"] == "layers")
        for layer in summary(self.run_folder)["layers"][:-1]:
            seconds = table["duration_seconds"][on_layers & (table["name"] == layer["name"])].sum()
            np.testing.assert_allclose(seconds, layer["seconds"], rtol=1e-9, err_msg=layer["name"])


if __name__ == "__main__":
    unittest.main()
