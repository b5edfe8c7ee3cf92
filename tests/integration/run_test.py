"""Whole runs of the default scenarios: results, determinism, the law of energy, scaling."""

import csv
import sys
import unittest

import numpy as np
from kasane_program import FASHION_MNIST, SOURCE, ScenarioTest, kasane, results, summary

sys.path[:0] = [str(SOURCE / "tests" / "reference"), str(SOURCE / "sw" / "networks")]
import idx  # noqa: E402
import package_file  # noqa: E402
from package_executor import PackageExecutor  # noqa: E402


def power_joules(folder):
    """Energy per block by adding up power.csv."""
    with (folder / "power.csv").open() as file:
        names = [name.removesuffix("_watts") for name in file.readline().strip().split(",")[2:]]
    table = np.loadtxt(folder / "power.csv", delimiter=",", skiprows=1, ndmin=2)
    return dict(zip(names, (table[:, 2:] * table[:, 1:2]).sum(axis=0)))


STATES = ("compute", "memory", "software", "idle")


def picoseconds(seconds):
    return round(float(seconds) * 1e12)


def union(intervals):
    """The same time in intervals that do not touch, in order."""
    joined = []
    for begin, end in sorted(intervals):
        if joined and begin <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([begin, end])
    return joined


def spans(slices):
    """When any of these rows of timeline.csv lasted, in picoseconds."""
    begins = [(picoseconds(row["begin_seconds"]), picoseconds(row["duration_seconds"])) for row in slices]
    return union((begin, begin + duration) for begin, duration in begins)


def length(intervals):
    return sum(end - begin for begin, end in intervals)


class Run(ScenarioTest):
    def test_classifies_images(self):
        run = self.run_scenario("lenet5.yaml", "--images", 50)
        facts = summary(run)
        self.assertEqual(facts["images"], 50)
        self.assertGreaterEqual(facts["top1"], 0.8)
        self.assertEqual(facts["correct"], sum(row["label"] == row["predicted"] for row in results(run)))

    def test_two_runs_are_the_same_bytes(self):
        first = self.run_scenario("lenet5.yaml", "--images", 5, name="first")
        second = self.run_scenario("lenet5.yaml", "--images", 5, name="second")
        for name in ("summary.json", "power.csv", "timeline.csv", "results.csv", "trace.pftrace", "waves.vcd", "waves.gtkw", "console.log"):
            self.assertEqual((first / name).read_bytes(), (second / name).read_bytes(), name)

    def test_power_over_time_adds_up_to_the_ledger(self):
        for window in ("10 us", "1 us", "333 ns", "1 ms"):
            run = self.run_scenario("lenet5.yaml", "--images", 3, "--set", f"trace.power_window={window}", name="w")
            traced = power_joules(run)
            for name, block in summary(run)["blocks"].items():
                ledger = sum(block["energy_joules"].values())
                self.assertAlmostEqual(traced[name], ledger, delta=1e-9 * max(ledger, 1e-30), msg=f"{name}, {window}")

    def test_layers_and_blocks_hold_the_same_time_and_energy(self):
        facts = summary(self.run_scenario("lenet5.yaml", "--images", 3))
        layers = facts["layers"]
        self.assertAlmostEqual(sum(l["seconds"] for l in layers) / facts["simulated_seconds"], 1, delta=1e-9)
        total = facts["energy_joules"]
        self.assertAlmostEqual(sum(l["energy_joules"] for l in layers) / total, 1, delta=1e-9)
        self.assertAlmostEqual(sum(sum(b["energy_joules"].values()) for b in facts["blocks"].values()) / total, 1, delta=1e-9)

    def test_every_moment_of_a_layer_counts_once(self):
        for scenario in ("lenet5.yaml", "lenet5_kcu.yaml", "lenet5_race_to_idle.yaml", "lenet5_software.yaml"):
            facts = summary(self.run_scenario(scenario, "--images", 2, "--traces", "none", name=scenario))
            for layer in facts["layers"]:
                parts = [picoseconds(layer["time"][f"{state}_seconds"]) for state in STATES]
                self.assertEqual(sum(parts), picoseconds(layer["seconds"]), f"{scenario}, {layer['name']}")
            whole = sum(picoseconds(layer["seconds"]) for layer in facts["layers"])
            self.assertEqual(whole, picoseconds(facts["simulated_seconds"]), scenario)

    def test_where_time_went_is_what_the_timeline_shows(self):
        for scenario, idles in (("lenet5.yaml", False), ("lenet5_race_to_idle.yaml", True)):
            run = self.run_scenario(scenario, "--images", 2, "--traces", "power", name=scenario)
            facts = summary(run)
            compute, memory, software, idle = (
                sum(picoseconds(layer["time"][f"{state}_seconds"]) for layer in facts["layers"]) for state in STATES
            )
            with (run / "timeline.csv").open() as file:
                slices = list(csv.DictReader(file))
            jobs = spans(row for row in slices if row["block"] in ("neural_comp_unit", "dma") and row["track"] == "jobs")
            running = spans(row for row in slices if (row["block"], row["track"], row["name"]) == ("cpu", "activity", "run"))
            somebody = length(union(jobs + running))
            self.assertEqual(compute + memory, length(jobs), scenario)
            self.assertEqual(software, somebody - length(jobs), scenario)
            self.assertEqual(idle, picoseconds(facts["simulated_seconds"]) - somebody, scenario)
            self.assertEqual(picoseconds(facts["blocks"]["cpu"]["busy_seconds"]), length(running), scenario)
            self.assertGreater(min(compute, memory, software), 0, scenario)
            self.assertEqual(idle > 0, idles, scenario)

    def test_a_compiled_package_runs_like_its_network(self):
        package = self.folder / "network.package"
        done = kasane("compile", SOURCE / "scenarios" / "lenet5.yaml", "--out", package, "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        network = self.run_scenario("lenet5.yaml", "--images", 3, name="network")
        compiled = self.run_scenario("lenet5.yaml", "--images", 3, "--set", f"software.network={package}", name="compiled")
        self.assertEqual((network / "summary.json").read_bytes(), (compiled / "summary.json").read_bytes())

    def test_traces_do_not_change_the_result(self):
        with_traces = self.run_scenario("lenet5.yaml", "--images", 3, name="with")
        without = self.run_scenario("lenet5.yaml", "--images", 3, "--traces", "none", name="without")
        recorded = summary(with_traces)
        self.assertTrue(recorded.pop("peak_power"))  # comes from the recording
        self.assertEqual(recorded, summary(without))
        self.assertEqual({file.name for file in without.iterdir()}, {"summary.json", "host.json", "console.log"})

    def test_quantum_does_not_change_the_outputs(self):
        short = self.run_scenario("lenet5.yaml", "--images", 3, "--set", "chip.cpu.quantum=1 us", name="short")
        long = self.run_scenario("lenet5.yaml", "--images", 3, "--set", "chip.cpu.quantum=100 us", name="long")
        self.assertEqual([row["output_hex"] for row in results(short)], [row["output_hex"] for row in results(long)])

    def test_fewer_lanes_take_longer_and_give_the_same(self):
        wide = self.run_scenario("lenet5.yaml", "--images", 3, name="wide")
        narrow = self.run_scenario(
            "lenet5.yaml", "--images", 3, "--set", "chip.neural_comp_unit.lanes_out=4",
            "--set", "chip.neural_comp_unit.lanes_in=4", name="narrow",
        )  # fmt: skip
        self.assertEqual([row["output_hex"] for row in results(wide)], [row["output_hex"] for row in results(narrow)])
        busy = lambda run: summary(run)["blocks"]["neural_comp_unit"]["busy_seconds"]
        self.assertGreater(busy(narrow), busy(wide))
        area = lambda run: summary(run)["blocks"]["neural_comp_unit"]["area_mm2"]
        self.assertLess(area(narrow), area(wide))


class Reference(ScenarioTest):
    """The whole network against an executor in numpy that shares no code with compiler, firmware or models."""

    def expect_reference_outputs(self, images, *settings):
        run = self.run_scenario("lenet5.yaml", "--images", images, *settings)
        package = self.folder / "network.package"
        done = kasane("compile", SOURCE / "scenarios" / "lenet5.yaml", "--out", package, "--quiet", *settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        executor = PackageExecutor(package_file.read(package), images)
        pixels = idx.load(FASHION_MNIST, "test")[0][:images].reshape(images, -1)
        expected = executor.infer((pixels ^ 0x80).view(np.int8))
        outputs = [np.frombuffer(bytes.fromhex(row["output_hex"]), np.int8)[: expected.shape[1]] for row in results(run)]
        np.testing.assert_array_equal(np.stack(outputs), expected)

    def test_outputs_are_the_references(self):
        self.expect_reference_outputs(200, "--traces", "results")

    def test_outputs_are_the_references_when_tiled(self):
        self.expect_reference_outputs(
            20, "--set", "chip.feature_map_memory.size=3 KiB", "--set", "chip.weight_memory.size=4 KiB",
        )  # fmt: skip


class Software(ScenarioTest):
    def test_software_gives_the_accelerators_bits(self):
        engine = self.run_scenario("lenet5.yaml", "--images", 10, name="engine")
        software = self.run_scenario("lenet5_software.yaml", "--images", 10, name="software")
        columns = ("image", "label", "predicted", "output_hex")
        pick = lambda run: [[row[name] for name in columns] for row in results(run)]
        self.assertEqual(pick(engine), pick(software))
        executors = lambda run: {layer["engine"] for layer in summary(run)["layers"][:-1]}
        self.assertEqual(executors(engine), {"ncu"})
        self.assertEqual(executors(software), {"cpu"})
        self.assertGreater(summary(software)["seconds_per_image"], summary(engine)["seconds_per_image"])

    def test_small_memories_tile_and_give_the_same_bits(self):
        whole = self.run_scenario("lenet5.yaml", "--images", 3, name="whole")
        tiled = self.run_scenario(
            "lenet5.yaml", "--images", 3, "--set", "chip.feature_map_memory.size=4 KiB",
            "--set", "chip.weight_memory.size=8 KiB", name="tiled",
        )  # fmt: skip
        self.assertEqual([row["output_hex"] for row in results(whole)], [row["output_hex"] for row in results(tiled)])
        self.assertGreater(summary(tiled)["blocks"]["dma"]["bytes_read"], summary(whole)["blocks"]["dma"]["bytes_read"])


if __name__ == "__main__":
    unittest.main()
