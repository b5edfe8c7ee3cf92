"""kasane sweep: every point once, the same rows as single runs, and nothing lost where it is interrupted or fails."""

import csv
import io
import os
import signal
import sqlite3
import subprocess
import time
import unittest

from kasane_program import PROGRAM, SOURCE, ScenarioTest, kasane, summary

SWEEP = """
name: small
description: a test
scenarios: {lenet5: {file: scenarios/lenet5_kcu.yaml, set: {dataset.images: 4}}}
set: {dataset.calibration_images: 8}
axes:
  units: {key: chip.kernel_comp_units.count, values: [0, 3, 6]}
  threshold: {key: software.mapping.threshold, values: [0.8, -1]}
  memory:
    variants:
      small: {chip.feature_map_memory.size: 64 KiB}
      large: {chip.feature_map_memory.size: 256 KiB, chip.feature_map_memory.banks: 16}
skip: [{units: 6, threshold: -1}, {units: 0, threshold: 0.8}]  # the second: of an axis without effect there
irrelevant: [{when: {units: 0}, axes: [threshold]}]
report: {count: units, curves: threshold}
"""
# units 0: 2 memories; 3: 2 thresholds x 2; 6: 1 threshold x 2
POINTS = [
    ("0", "", "small"), ("0", "", "large"),
    ("3", "0.8", "small"), ("3", "0.8", "large"), ("3", "-1", "small"), ("3", "-1", "large"),
    ("6", "0.8", "small"), ("6", "0.8", "large"),
]  # fmt: skip


class Sweep(ScenarioTest):
    def write(self, text=SWEEP, name="sweep.yaml"):
        file = self.folder / name
        file.write_text(text)
        return file

    def sweep(self, file, *arguments, expected=0):
        done = kasane("sweep", file, "--out", self.folder / "out", "--quiet", *arguments)
        self.assertEqual(done.returncode, expected, done.stderr)
        return done

    def rows(self):
        return list(csv.DictReader(io.StringIO((self.folder / "out" / "points.csv").read_text())))

    def host_seconds(self):
        """Of every run, by fingerprint: differs where it was made anew."""
        database = sqlite3.connect(self.folder / "out" / "points.sqlite")
        try:
            return dict(database.execute("SELECT fingerprint, host_seconds FROM runs WHERE status = 'ok'"))
        finally:
            database.close()


class Rows(Sweep):
    def test_every_point_once_in_order_and_as_a_single_run_has_it(self):
        self.sweep(self.write())
        rows = self.rows()
        self.assertEqual([(r["units"], r["threshold"], r["memory"]) for r in rows], POINTS)
        self.assertEqual({r["status"] for r in rows}, {"ok"})
        alone = summary(
            self.run_scenario(
                "lenet5_kcu.yaml", "--images", 4, "--set", "dataset.calibration_images=8", "--set", "chip.kernel_comp_units.count=3",
                "--set", "software.mapping.threshold=-1", "--set", "chip.feature_map_memory.size=64 KiB", "--traces", "none",
            )
        )  # fmt: skip
        row = rows[4]
        for column in ("seconds_per_image", "joules_per_image", "area_mm2", "kernels", "replaced_kernels", "kcu_jobs"):
            # Boost.JSON 1.81 may be wrong by one in the last place when it reads a number.
            self.assertAlmostEqual(float(row[column]), alone[column], delta=1e-15 * alone[column], msg=column)
        self.assertEqual(float(row["accuracy"]), alone["top1"])
        parts = float(row["dynamic_joules_per_image"]) + float(row["leakage_joules_per_image"])
        self.assertAlmostEqual(parts, alone["joules_per_image"], delta=1e-9 * parts)
        busy = alone["blocks"]["neural_comp_unit"]["busy_seconds"] / (4 * alone["seconds_per_image"])
        self.assertAlmostEqual(float(row["ncu_busy_share"]), busy)
        units = [f"kernel_comp_unit_{n}" for n in range(3)]
        accelerator = ["neural_comp_unit", "feature_map_memory", "weight_memory", "kernel_dispatcher",
                       "partial_sum_memory", "correspondence_table_memory", *units]  # fmt: skip
        self.assertAlmostEqual(float(row["accelerator_area_mm2"]), sum(alone["blocks"][b]["area_mm2"] for b in accelerator))
        energy = sum(sum(alone["blocks"][b]["energy_joules_per_image"].values()) for b in accelerator)
        self.assertAlmostEqual(float(row["accelerator_joules_per_image"]), energy, delta=1e-9 * energy)
        page = (self.folder / "out" / "report.html").read_text()
        self.assertIn("Recommended: units", page)

    def test_two_sweeps_give_the_same_bytes_whatever_the_number_of_jobs(self):
        file = self.write()
        self.sweep(file, "--jobs", 1)
        first = [(self.folder / "out" / name).read_bytes() for name in ("points.csv", "report.html")]
        subprocess.run(["rm", "-r", self.folder / "out"], check=True)
        self.sweep(file, "--jobs", 3)
        self.assertEqual(first, [(self.folder / "out" / name).read_bytes() for name in ("points.csv", "report.html")])


class GoingOn(Sweep):
    def test_nothing_runs_twice_and_what_changes_runs_again(self):
        self.sweep(self.write(), "--no-report")
        before = self.host_seconds()
        self.sweep(self.write(), "--no-report")
        self.assertEqual(self.host_seconds(), before, "a finished sweep ran again")
        self.write(SWEEP.replace("values: [0, 3, 6]", "values: [0, 3, 6, 9]").replace("large", "great"))
        self.sweep(self.folder / "sweep.yaml", "--no-report")
        after = self.host_seconds()
        self.assertEqual({k: after[k] for k in before}, before)
        self.assertEqual(len(after), len(before) + 4, "two thresholds x two memories for 9 units")
        self.assertEqual(len(self.rows()), len(POINTS) + 4)
        # Another number of images is another result.
        self.sweep(self.folder / "sweep.yaml", "--no-report", "--images", 3)
        self.assertEqual(len(self.host_seconds()), 2 * len(after))
        self.assertEqual({r["images"] for r in self.rows()}, {"3"})

    def test_runs_again_with_another_table_of_memories(self):
        tables = SOURCE / "models" / "technology" / "tables"
        for name in ("45nm.yaml", "cacti45.csv"):
            (self.folder / name).write_bytes((tables / name).read_bytes())
        choice = ("--set", f"technology.file={self.folder / '45nm.yaml'}", "--no-report")
        self.sweep(self.write(), *choice)
        before = self.rows()
        table = self.folder / "cacti45.csv"
        table.write_text(table.read_text().replace("itrs-lstp,32768,64,17.042", "itrs-lstp,32768,64,27.042"))
        self.sweep(self.write(), *choice)
        after = self.rows()
        for old, new in zip(before, after, strict=True):
            self.assertGreater(float(new["joules_per_image"]), float(old["joules_per_image"]))

    def start(self, images=40):
        file = self.write(SWEEP.replace("dataset.images: 4", f"dataset.images: {images}"))
        command = [str(PROGRAM), "sweep", str(file), "--out", str(self.folder / "out"), "--quiet", "--no-report", "--jobs", "2"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=SOURCE)
        self.addCleanup(process.stderr.close)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if (self.folder / "out" / "points.sqlite").exists() and len(self.results_so_far()) >= 2:
                return file, process
            self.assertIsNone(process.poll(), "ended early")
            time.sleep(0.02)
        self.fail("no point in a minute")

    def results_so_far(self):
        try:
            return self.host_seconds()
        except sqlite3.Error:
            return {}

    def goes_on(self, file):
        before = self.host_seconds()
        self.assertLess(len(before), len(POINTS), "the sweep ended before it was stopped")
        self.sweep(file, "--no-report")
        after = self.host_seconds()
        self.assertEqual({k: after[k] for k in before}, before, "what was done ran again")
        self.assertEqual(len(after), len(POINTS))
        self.assertEqual([r["status"] for r in self.rows()], ["ok"] * len(POINTS))

    def test_after_ctrl_c(self):
        file, process = self.start()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("the same command goes on from there", errors)
        self.assertEqual(len(self.rows()), len(POINTS), "points.csv holds every point")
        self.assertFalse((self.folder / "out" / "running").exists())
        self.goes_on(file)

    def test_after_kill_which_leaves_no_child(self):
        file, process = self.start(images=400)
        children = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout.split()
        process.kill()
        process.wait()
        deadline = time.monotonic() + 20
        while any(os.path.exists(f"/proc/{child}") for child in children) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse([child for child in children if os.path.exists(f"/proc/{child}")], "children outlive the sweep")
        self.goes_on(file)


class Failures(Sweep):
    def test_failing_points_are_recorded_and_the_rest_runs(self):
        text = SWEEP.replace("values: [0, 3, 6]", "values: [0, 3, 500]").replace("units: 6,", "units: 500,")
        text = text.replace("small: {chip.feature_map_memory.size: 64 KiB}", "small: {time_limit: 1 us}")
        done = self.sweep(self.write(text), expected=3)
        self.assertIn("points failed, the first one: the scenario's time_limit passed", done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        by_point = {(r["units"], r["threshold"], r["memory"]): r for r in self.rows()}
        self.assertEqual(by_point[("0", "", "large")]["status"], "ok")
        self.assertEqual(by_point[("3", "-1", "large")]["status"], "ok")
        self.assertIn("time_limit passed", by_point[("0", "", "small")]["reason"])
        self.assertIn("expected a whole number in 0 ... 256", by_point[("500", "0.8", "large")]["reason"])
        self.assertIn("points failed", (self.folder / "out" / "report.html").read_text())

    def test_a_failed_point_is_tried_again(self):
        network = self.folder / "network.onnx"
        text = SWEEP.replace("dataset.images: 4", f"dataset.images: 4, software.network: {network}, chip.kernel_comp_units.networks: [sw/networks/lenet5-fashion.onnx]")
        network.write_bytes(b"no network")
        self.sweep(self.write(text), "--no-report", expected=3)
        self.assertEqual({r["status"] for r in self.rows()}, {"failed"})
        network.write_bytes((SOURCE / "sw" / "networks" / "lenet5-fashion.onnx").read_bytes())
        self.sweep(self.write(text), "--no-report")
        self.assertEqual({r["status"] for r in self.rows()}, {"ok"})


class BadInput(Sweep):
    def refused(self, text, says):
        done = kasane("sweep", self.write(text), "--out", self.folder / "out", "--quiet")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertFalse((self.folder / "out").exists(), "nothing is begun")

    def test_each_mistake_is_one_clear_line(self):
        cases = [
            (SWEEP.replace("name: small", "nam: small"), "name: missing"),
            (SWEEP.replace("axes:\n", "axis:\n"), "axes: missing"),
            (SWEEP.replace("values: [0, 3, 6]", "values: [0, 3, 3]"), "value '3' is given twice"),
            (SWEEP.replace("values: [0, 3, 6]", "values: []"), "expected at least one value"),
            (SWEEP.replace("when: {units: 0}", "when: {unit: 0}"), "no axis 'unit', expected one of units, threshold, memory"),
            (SWEEP.replace("when: {units: 0}", "when: {units: 1}"), "the axis has no value '1'"),
            (SWEEP.replace("skip: [{units: 6, threshold: -1}", "skip: [{units: [0, 3, 6]}"), "skip leaves no point"),
            (SWEEP.replace("count: units", "count: lanes"), "no axis 'lanes'"),
            (SWEEP.replace("lenet5_kcu.yaml", "nothing.yaml"), "nothing.yaml: cannot read the file"),
            (SWEEP.replace("chip.kernel_comp_units.count, values", "chip.kernel_comp_unit.count, values"), "has no 'chip.kernel_comp_unit'"),
            (SWEEP.replace("  units:", "  Units:"), "expected a name of small letters"),
        ]
        for text, says in cases:
            with self.subTest(says):
                self.refused(text, says)

    def test_command_line(self):
        for arguments, says in ((["sweep"], "expected a scenario or sweep file"), (["sweep", self.write(), "--jobs", "0"], "--jobs: expected 1 ... 1024")):
            done = kasane(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)

    def test_a_database_that_is_none(self):
        (self.folder / "out").mkdir()
        (self.folder / "out" / "points.sqlite").write_bytes(b"no database at all, but a text that is long enough" * 20)
        done = kasane("sweep", self.write(), "--out", self.folder / "out", "--quiet")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("points.sqlite: file is not a database", done.stderr)


if __name__ == "__main__":
    unittest.main()
