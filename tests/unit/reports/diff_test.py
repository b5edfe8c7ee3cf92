"""The difference of two runs: hand-worked cases, the program's words, and what it refuses."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "reports"))
sys.dont_write_bytecode = True

try:
    from kasane_report import diff_analysis, diff_text
    from kasane_report.diff_analysis import Change
except ModuleNotFoundError as missing:
    print(f"skipped: Python module '{missing.name}' is not installed")
    sys.exit(77)

import synthetic_run


def summary(images, layers, blocks):
    """`layers`: {name: (seconds, joules)}; `blocks`: {name: (dynamic, leakage, busy)}, of the whole run."""
    return {
        "images": images,
        "layers": [{"name": name, "seconds": seconds, "energy_joules": joules} for name, (seconds, joules) in layers.items()],
        "blocks": {name: {"energy_joules": {"dynamic": dynamic, "leakage": leakage}, "busy_seconds": busy} for name, (dynamic, leakage, busy) in blocks.items()},
    }


class Analysis(unittest.TestCase):
    BEFORE = summary(10, {"conv": (20.0, 5.0), "pool": (1.0, 1.0), "gone": (0.5, 0.1)}, {"cpu": (6.0, 4.0, 2.0), "bus": (1.0, 0.0, 0.0)})
    AFTER = summary(5, {"conv": (15.0, 1.5), "pool": (0.5, 0.5), "new": (5.0, 0.5)}, {"cpu": (6.0, 4.0, 1.0), "ncu": (0.5, 0.5, 0.0), "bus": (0.5, 0.0, 0.0)})

    def test_layers_match_by_name_per_image_the_largest_change_first(self):
        changes = diff_analysis.layers(self.BEFORE, self.AFTER, "seconds", "s")
        self.assertEqual([(c.name, c.before, c.after) for c in changes], [("conv", 2.0, 3.0), ("new", None, 1.0), ("gone", 0.05, None), ("pool", 0.1, 0.1)])
        self.assertEqual([(c.absolute, c.relative, c.same) for c in changes][0], (1.0, 0.5, False))
        self.assertEqual([c.relative for c in changes][1:3], [None, None])
        self.assertTrue(changes[3].same)

    def test_blocks(self):
        energy = diff_analysis.block_energy(self.BEFORE, self.AFTER)
        self.assertEqual([(c.name, c.before, c.after) for c in energy], [("cpu", 1.0, 2.0), ("ncu", None, 0.2), ("bus", 0.1, 0.1)])
        busy = diff_analysis.block_busy(self.BEFORE, self.AFTER)
        self.assertEqual([c.name for c in busy if not c.same], [], "0.2 s an image both; a block that is new and did nothing changes nothing")

    def test_images_compare_by_number(self):
        def rows(*given):
            return [{"image": str(n), "predicted": predicted, "output_hex": output} for n, predicted, output in given]

        found = diff_analysis.images(rows((0, "1", "aa"), (1, "2", "bb"), (2, "3", "cc"), (9, "3", "cc")), rows((2, "4", "cd"), (1, "2", "b0"), (0, "1", "aa")))
        self.assertEqual(found, diff_analysis.Images(3, 1, 0, [2], [1, 2]))
        self.assertEqual(diff_text.images(found), "1 of 3 predictions differ, the first at image 2; 2 of 3 outputs differ, the first at image 1; 1 images are in the first run only.")
        self.assertIsNone(diff_analysis.images([], rows((0, "1", "aa"))))

    def test_rounding_is_no_change(self):
        self.assertTrue(Change("x", "J", 0.1 + 0.2, 0.3).same)
        self.assertFalse(Change("x", "J", 0.3, 0.3000001).same)
        self.assertTrue(Change("x", "J", 0.0, 0.0).same)


class Words(unittest.TestCase):
    def test_columns(self):
        for change, words in (
            (Change("time", "s", 2e-6, 3e-6), ["time", "2 µs", "3 µs", "+1 µs", "+50.0 %"]),
            (Change("time", "s", 2e-6, 1.5e-6), ["time", "2 µs", "1.5 µs", "−500 ns", "−25.0 %"]),
            (Change("accuracy", "%", 93.5, 93.0), ["accuracy", "93.5 %", "93 %", "−0.5 points", ""]),
            (Change("unit", "J", None, 4e-9), ["unit", "–", "4 nJ", "+4 nJ", "new"]),
            (Change("unit", "J", 4e-9, None), ["unit", "4 nJ", "–", "−4 nJ", "gone"]),
            (Change("area", "mm²", 5.5, 5.5), ["area", "5.5 mm²", "5.5 mm²", "=", ""]),
        ):
            self.assertEqual(diff_text.columns(change), words)

    def test_unchanged_ones_are_one_line(self):
        same, other = [Change(name, "J", 1.0, 1.0) for name in "ab"], Change("c", "J", 1.0, 2.0)
        self.assertEqual(diff_text.unchanged([*same, other]), "2 others unchanged")
        self.assertEqual(diff_text.unchanged([same[0], other]), "1 other unchanged: a")
        self.assertEqual(diff_text.unchanged(same), "all 2 unchanged")
        self.assertEqual(diff_text.unchanged([other]), "")


class Program(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.a, self.b = self.folder / "a", self.folder / "b"
        synthetic_run.write(self.a)
        synthetic_run.write(self.b, images=8, slower=2.0)

    def diff(self, *arguments):
        return subprocess.run([sys.executable, "-B", str(ROOT / "reports" / "diff.py"), *map(str, arguments)], capture_output=True, text=True, check=False)

    def edit(self, folder, change):
        path = folder / "summary.json"
        facts = json.loads(path.read_text())
        change(facts)
        path.write_text(json.dumps(facts))

    def test_says_what_changed(self):
        done = self.diff(self.a, self.b)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
        self.assertIn("time per image 528 µs 738 µs +210 µs +39.8 %", lines)  # conv2 takes 210 µs more
        self.assertIn("conv2 210 µs 420 µs +210 µs +100.0 %", lines)
        self.assertIn("(7 others unchanged)", lines)
        self.assertIn("chip area 3.21 mm² 3.21 mm² =", lines)
        self.assertIn("All 8 predictions are the same; all 8 outputs are the same; 4 images are in the first run only.", lines)
        page = (self.b / "diff.html").read_text()
        self.assertEqual(page.count("<svg"), 3)
        self.assertNotIn("<script", page)

    def test_the_same_run_twice(self):
        done = self.diff(self.a, self.a, "--out", self.folder / "same.html")
        self.assertIn("No difference", done.stdout)
        self.assertIn("all 12 outputs are the same", done.stdout)
        self.assertIn("No difference", (self.folder / "same.html").read_text())
        self.assertFalse((self.a / "diff.html").exists())

    def test_one_output_byte_is_a_difference(self):
        synthetic_run.write(self.b)
        results = self.b / "results.csv"
        results.write_text(results.read_text().replace("00ff07", "00fe07"))
        done = self.diff(self.a, self.b)
        self.assertNotIn("No difference", done.stdout)
        self.assertIn("1 of 12 outputs differ, the first at image 7", done.stdout)

    def test_quiet_prints_nothing_and_draws(self):
        done = self.diff(self.a, self.b, "--quiet")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertTrue((self.b / "diff.html").exists())

    def test_runs_without_traces_compare_by_their_summaries(self):
        for name in ("power.csv", "timeline.csv", "results.csv"):
            (self.b / name).unlink()
        self.edit(self.b, lambda facts: [facts.pop(key) for key in ("peak_power", "energy_range_joules", "regions", "domains")])
        done = self.diff(self.a, self.b)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("were not compared", done.stdout)
        self.assertIn("recorded no power trace", (self.b / "diff.html").read_text())

    def test_refuses_in_one_line(self):
        (self.folder / "cut").mkdir()
        (self.folder / "cut" / "summary.json").write_text("{")
        for arguments, says in (
            ((self.a,), "required: after"),
            ((self.a, self.folder), "summary.json: cannot read"),
            ((self.a, self.folder / "cut"), "not valid JSON"),
            ((self.a, self.b, "--out", self.folder / "absent" / "x.html"), "No such file"),
            ((self.a, self.b, self.b), "unrecognized arguments"),
        ):
            done = self.diff(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
