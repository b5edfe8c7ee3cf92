"""kasane check on real runs: every law holds, and one changed number in any file is caught."""

import json
import re
import shutil
import signal
import struct
import subprocess
import time
import unittest

from kasane_program import BUILD, PROGRAM, SOURCE, ScenarioTest, kasane

REGIONS = ("--set", f"software.firmware={BUILD}/firmware/sleep_in_regions.elf")
TRACES = ("power.csv", "timeline.csv", "trace.pftrace", "waves.vcd", "results.csv", "regions.csv")
DOUBLE_COUNTER_VALUE = bytes([0xE1, 0x02])  # protobuf's tag of field 44, eight bytes


def check(folder):
    return kasane("check", folder)


class Laws(ScenarioTest):
    def expect_all_hold(self, folder):
        done = check(folder)
        self.assertEqual(done.returncode, 0, "\n".join(l for l in done.stdout.splitlines() if not l.startswith("ok")) + done.stderr)
        self.assertIn("checks hold", done.stdout)
        return done.stdout

    def expect_every_trace_held(self, scenario, *arguments):
        for window in ("100 ns", "2 us", "1 ms"):
            with self.subTest(window=window):
                run = self.run_scenario(scenario, "--traces", "all", "--set", f"trace.power_window={window}", *arguments)
                said = self.expect_all_hold(run)
                self.assertNotRegex(said, "skip  (?!.*firmware measured no regions)")
                for name in ("power.csv", "trace.pftrace", "waves.vcd"):
                    self.assertRegex(said, rf"ok    {name}: \d+ blocks, [\d,]+ (rows|values): energy = ledger")

    def test_lenet5(self):
        self.expect_every_trace_held("lenet5.yaml", "--images", 3)

    def test_lenet5_kcu(self):
        self.expect_every_trace_held("lenet5_kcu.yaml", "--images", 2)

    def test_lenet5_software(self):
        self.expect_every_trace_held("lenet5_software.yaml", "--images", 1)

    def test_power_that_firmware_switches(self):
        self.expect_every_trace_held("lenet5.yaml", "--images", 3, "--set", "software.firmware=classify_low_power")

    def test_measured_regions(self):
        for window in ("100 ns", "2 us", "1 ms"):
            with self.subTest(window=window):
                run = self.run_scenario("lenet5.yaml", *REGIONS, "--traces", "all", "--set", f"trace.power_window={window}")
                said = self.expect_all_hold(run)
                self.assertIn("ok    regions.csv: 18 stays: energy = integral of power.csv", said)
                self.assertIn("ok    timeline.csv: 6 regions: stays in each region = summary.json", said)

    def test_compressed(self):
        run = self.run_scenario("lenet5.yaml", "--traces", "perfetto", "--images", 3, "--set", "trace.compress=true")
        self.assertRegex(self.expect_all_hold(run), r"in \d+ compressed")

    def test_windows_that_are_no_multiple_of_anything(self):
        run = self.run_scenario("lenet5.yaml", "--traces", "all", "--images", 2, "--set", "trace.power_window=333 ns")
        self.expect_all_hold(run)

    def test_without_traces(self):
        said = self.expect_all_hold(self.run_scenario("lenet5.yaml", "--traces", "none", "--images", 2))
        for name in TRACES:
            self.assertIn(f"skip  {name}: absent", said)


class ChangedNumbers(ScenarioTest):
    """One run; each test changes one number of a copy."""

    def setUp(self):
        super().setUp()
        self.run_folder = self.run_scenario("lenet5.yaml", "--traces", "all", "--images", 2, "--set", "trace.power_window=2 us")

    def expect_caught(self, name, changer, law):
        folder = self.folder / "changed"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.run_folder, folder)
        changer(folder / name)
        done = check(folder)
        self.assertEqual(done.returncode, 1, f"{name}: {done.stdout[-300:]}{done.stderr}")
        self.assertRegex(done.stdout, rf"FAIL  {law}")

    @staticmethod
    def change_line(pattern, replace, from_line=0.5):
        """Changes the first line after a part of the file that has the pattern."""

        def changer(path):
            lines = path.read_text().splitlines(keepends=True)
            for n in range(int(len(lines) * from_line), len(lines)):
                changed = re.sub(pattern, replace, lines[n], count=1)
                if changed != lines[n]:
                    lines[n] = changed
                    path.write_text("".join(lines))
                    return
            raise AssertionError(f"{path.name} has no {pattern}")

        return changer

    def test_power_csv(self):
        more = lambda m: f"{m[1]}{float(m[2]) * 1.5!r}\n"
        self.expect_caught("power.csv", self.change_line(r"^(.*,)([^,]*[1-9][^,]*)\n", more), "power.csv: energy = ledger")
        late = lambda m: f"{float(m[1]) + 1e-9!r},"
        self.expect_caught("power.csv", self.change_line(r"^([^,]+),", late), "power.csv: windows")

    def test_timeline_csv(self):
        longer = lambda m: f"{m[1]},{float(m[2]) + 1e-6!r},{m[3]}"
        changer = self.change_line(r"^([^,]+),([^,]+),(software,layers,)", longer)
        self.expect_caught("timeline.csv", changer, "timeline.csv: time of each layer")
        changer = self.change_line(r"^([^,]+),([^,]+),(neural_comp_unit,phases,)", longer)
        self.expect_caught("timeline.csv", changer, "(timeline.csv: slices|trace.pftrace: each track)")

    def test_perfetto(self):
        def changer(path):
            data = bytearray(path.read_bytes())
            at = len(data) // 2
            while True:
                at = data.index(DOUBLE_COUNTER_VALUE, at) + 2
                value = struct.unpack_from("<d", data, at)[0]
                if 1e-6 < value < 100:  # a power, not a bandwidth or clock
                    struct.pack_into("<d", data, at, value * 1.5)
                    path.write_bytes(data)
                    return

        self.expect_caught("trace.pftrace", changer, "trace.pftrace: total power = sum of blocks")

    def test_vcd(self):
        path = self.run_folder / "waves.vcd"
        identifier = re.search(r"\$scope module dram \$end.*?\$var real \d+ (\S+) power_W", path.read_text(), re.S)[1]
        more = lambda m: f"r{float(m[1]) * 1.5!r} {identifier}"
        changer = self.change_line(rf"^r(\S*[1-9]\S*) {re.escape(identifier)}$", more)
        self.expect_caught("waves.vcd", changer, "waves.vcd: energy = ledger: dram")

    def test_results(self):
        more = lambda m: f"{m[1]}{float(m[2]) * 1.5!r}{m[3]}"
        self.expect_caught("results.csv", self.change_line(r"^((?:[^,]*,){5})([^,]+)(,)", more), "results.csv: energy")

    def test_regions(self):
        self.run_folder = self.run_scenario("lenet5.yaml", *REGIONS, "--traces", "all", "--set", "trace.power_window=2 us", name="regions")
        more = lambda m: f"{m[1]}{float(m[2]) * 1.5!r},{float(m[3]) * 1.5!r}\n"
        changer = self.change_line(r"^(rest,(?:[^,]*,){2})([^,]+),([^,]+)\n", more, 0)
        self.expect_caught("regions.csv", changer, "regions.csv: energy = integral")
        self.expect_caught("regions.csv", self.change_line(r"^(rest,.*),[^,]+\n", r"\1,9\n", 0), "regions.csv: average power")
        law = "regions.csv: count, time and energy"
        self.expect_caught("summary.json", self.change_summary(self.more("regions", 0, "energy_joules")), law)
        later = lambda m: f"{m[1]},{float(m[2]) + 1e-6!r},{m[3]}"
        changer = self.change_line(r"^([^,]+),([^,]+),(software,regions: rest,)", later, 0)
        self.expect_caught("timeline.csv", changer, "timeline.csv: stays in each region")

    def change_summary(self, changer):
        def change(path):
            facts = json.loads(path.read_text())
            changer(facts)
            path.write_text(json.dumps(facts))

        return change

    @staticmethod
    def more(*keys):
        def changer(value):
            for key in keys[:-1]:
                value = value[key]
            value[keys[-1]] *= 1.5

        return changer

    def test_summary(self):
        for keys, law in (
            (("blocks", "dram", "energy_joules", "leakage"), "power.csv: energy = ledger: dram"),
            (("simulated_seconds",), "summary.json: seconds of layers"),
            (("layers", 0, "seconds"), "timeline.csv: time of each layer"),
            (("layers", 0, "time", "compute_seconds"), "summary.json: compute, memory"),
            (("layers", 0, "blocks", "dram", "dynamic_joules"), "summary.json: energy and bytes of each block"),
            (("blocks", "dram", "energy_range_joules", "low"), "summary.json: energy within its range"),
            (("peak_power", 2, "watts"), "summary.json: the stretch that a peak_power names"),
        ):
            with self.subTest(keys=keys):
                self.expect_caught("summary.json", self.change_summary(self.more(*keys)), law)
        with self.subTest("peak too low"):
            lower = lambda facts: facts["peak_power"][0].update(watts=facts["average_watts"])
            self.expect_caught("summary.json", self.change_summary(lower), "summary.json: no stretch")

    def test_cut_file(self):
        for name in TRACES:
            with self.subTest(name):
                cut = lambda path: path.write_bytes(path.read_bytes()[:-2])
                self.expect_caught(name, cut, rf"{name}: can be read to its end")


class UnfinishedRuns(ScenarioTest):
    def test_killed(self):
        out = self.folder / "killed"
        command = [PROGRAM, "run", SOURCE / "scenarios" / "lenet5.yaml", "--traces", "all", "--quiet", "--no-report", "--images", "10000",
                   "--set", "trace.power_window=100 ns", "--out", out]  # fmt: skip
        with subprocess.Popen(list(map(str, command)), cwd=SOURCE) as process:
            deadline = time.monotonic() + 60
            while not all((out / name).exists() and (out / name).stat().st_size > 0 for name in TRACES[:4]):
                self.assertLess(time.monotonic(), deadline, "no trace was flushed")
                self.assertIsNone(process.poll(), "the run ended too early")
                time.sleep(0.1)
            process.send_signal(signal.SIGKILL)
        done = check(out)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the ledger is missing", done.stdout)

    def test_no_run(self):
        done = check(self.folder / "nowhere")
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("not a folder", done.stderr)
        done = kasane("check")
        self.assertEqual(done.returncode, 2)
        self.assertIn("expected the folder of a run", done.stderr)


if __name__ == "__main__":
    unittest.main()
