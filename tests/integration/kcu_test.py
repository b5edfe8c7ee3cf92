"""Kernel Comp Units on the whole chip: the same network with and without units, bit by bit against the reference."""

import sys
import unittest

import numpy as np
import yaml
from kasane_program import FASHION_MNIST, SOURCE, ScenarioTest, kasane, results, summary

sys.path[:0] = [str(SOURCE / "tests" / "reference"), str(SOURCE / "sw" / "networks")]
import idx  # noqa: E402
import package_file  # noqa: E402
from package_executor import PackageExecutor  # noqa: E402

SCENARIO = "lenet5_kcu.yaml"


def units(count, threshold, *more, clusters=None):
    """Options for that many units and that threshold."""
    options = [
        f"chip.kernel_comp_units.count={count}",
        f"chip.kernel_comp_units.clusters={clusters or max(count, 1)}",
        f"software.mapping.threshold={threshold}",
        *more,
    ]
    return [word for option in options for word in ("--set", option)]


def outputs(folder):
    return [row["output_hex"] for row in results(folder)]


class KernelCompUnits(ScenarioTest):
    def write(self, command, scenario, name, *settings):
        """The file that `kasane compile` or `kasane units` makes."""
        path = self.folder / name
        done = kasane(command, SOURCE / "scenarios" / scenario, "--out", path, "--quiet", *settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def expect_reference_outputs(self, images, *settings):
        """Package and units, executed in numpy by code that shares nothing with compiler, firmware or models."""
        run = self.run_scenario(SCENARIO, "--images", images, "--traces", "results", *settings)
        package = package_file.read(self.write("compile", SCENARIO, "network.package", *settings))
        listed = yaml.safe_load(self.write("units", SCENARIO, "units.yaml", *settings).read_text())["units"]
        kernels = [np.array(unit["constants"], dtype=np.int64) for unit in listed]
        pixels = idx.load(FASHION_MNIST, "test")[0][:images].reshape(images, -1)
        expected = PackageExecutor(package, images, kernels).infer((pixels ^ 0x80).view(np.int8))
        found = [np.frombuffer(bytes.fromhex(row["output_hex"]), np.int8)[: expected.shape[1]] for row in results(run)]
        np.testing.assert_array_equal(np.stack(found), expected)
        return summary(run)

    def test_outputs_are_the_references(self):
        facts = self.expect_reference_outputs(30, *units(16, 0.5))
        self.assertGreater(facts["replaced_kernels"], 40)
        self.assertLess(facts["replaced_kernels"], facts["kernels"])
        self.assertEqual(facts["kernels"], 6 + 96)

    def test_outputs_are_the_references_with_everything_on_units(self):
        facts = self.expect_reference_outputs(30, *units(12, -1))
        self.assertEqual(facts["replaced_kernels"], facts["kernels"])

    def test_outputs_are_the_references_with_small_memories(self):
        """Bands of few rows, one at a time, tables loaded layer by layer, maps and weights brought in tile by tile."""
        self.expect_reference_outputs(
            10, *units(16, 0.5), "--set", "chip.partial_sum_memory.size=1 KiB", "--set", "chip.partial_sum_memory.banks=4",
            "--set", "chip.correspondence_table_memory.size=1 KiB", "--set", "chip.feature_map_memory.size=4 KiB",
            "--set", "chip.weight_memory.size=8 KiB",
        )  # fmt: skip

    def test_outputs_are_the_references_without_gains(self):
        self.expect_reference_outputs(10, *units(16, 0.5, "chip.kernel_comp_units.gains=false"))

    def test_no_units_are_the_chip_without_them(self):
        without = self.run_scenario("lenet5.yaml", "--images", 5, name="without")
        none = self.run_scenario(SCENARIO, "--images", 5, *units(0, 0.5), "--set", "name=lenet5", name="none")
        for name in ("summary.json", "results.csv", "power.csv"):
            self.assertEqual((without / name).read_bytes(), (none / name).read_bytes(), name)

    def test_a_threshold_above_1_replaces_nothing(self):
        without = self.run_scenario("lenet5.yaml", "--images", 20, name="without")
        idle = self.run_scenario(SCENARIO, "--images", 20, *units(8, 1.01), name="idle")
        self.assertEqual(outputs(without), outputs(idle))
        self.assertEqual(summary(idle)["replaced_kernels"], 0)
        packages = [self.write("compile", "lenet5.yaml", "a"), self.write("compile", SCENARIO, "b", *units(8, 1.01))]
        self.assertEqual(packages[0].read_bytes(), packages[1].read_bytes())

    def test_a_unit_for_each_kernel_reproduces_the_network_to_rounding(self):
        """102 kernels, 102 clusters: each its own centroid. 8-bit constants and 16-bit gains leave rounding alone."""
        images = 200
        without = self.run_scenario("lenet5.yaml", "--images", images, name="without")
        fine = ("chip.kernel_comp_units.constant_bits=8", "chip.kernel_comp_units.gain_bits=16")
        each = self.run_scenario(SCENARIO, "--images", images, *units(102, -1, *fine), name="each")
        facts = summary(each)
        self.assertEqual(facts["replaced_kernels"], 102)
        logits = [
            np.stack([np.frombuffer(bytes.fromhex(text), np.int8)[:10] for text in outputs(run)]).astype(int)
            for run in (without, each)
        ]
        # Steps of an int8 logit; the logits span about 150 of them.
        self.assertLessEqual(np.abs(logits[0] - logits[1]).mean(), 1.5)
        same = np.mean([a["predicted"] == b["predicted"] for a, b in zip(results(without), results(each))])
        self.assertGreaterEqual(same, 0.98)

    def test_timing_does_not_change_results(self):
        """More ports, more lanes, narrower memories: jobs end in another order, the sums are the same."""
        settings = units(24, 0.5)
        base = self.run_scenario(SCENARIO, "--images", 5, *settings, name="base")
        others = (
            ("chip.kernel_comp_units.ports=1", "chip.kernel_comp_units.lanes=1"),
            ("chip.kernel_comp_units.ports=16", "chip.kernel_comp_units.pixels_per_cycle=2"),
            ("chip.partial_sum_memory.banks=1", "chip.partial_sum_memory.port_width=4 B"),
        )
        times = {summary(base)["simulated_seconds"]}
        for number, options in enumerate(others):
            words = [word for option in options for word in ("--set", option)]
            run = self.run_scenario(SCENARIO, "--images", 5, *settings, *words, name=str(number))
            self.assertEqual(outputs(base), outputs(run))
            times.add(summary(run)["simulated_seconds"])
        self.assertEqual(len(times), 4)

    def test_one_chip_runs_many_networks(self):
        """Units designed for one network serve another: the table is loaded at run time."""
        other = "software.network=sw/networks/lenet5-mnist.onnx"
        networks = "chip.kernel_comp_units.networks=[sw/networks/lenet5-fashion.onnx, sw/networks/lenet5-mnist.onnx]"
        facts = self.expect_reference_outputs(5, *units(16, 0.6, networks))
        self.assertGreater(facts["replaced_kernels"], 0)
        facts = self.expect_reference_outputs(5, *units(16, 0.6, networks, other))
        self.assertGreater(facts["replaced_kernels"], 0)

    def test_low_power_firmware_gives_the_same_bits(self):
        settings = units(16, 0.5)
        fast = self.run_scenario(SCENARIO, "--images", 5, *settings, name="fast")
        slow = self.run_scenario(
            SCENARIO, "--images", 5, *settings, "--set", "software.firmware=classify_low_power", name="slow"
        )
        self.assertEqual(outputs(fast), outputs(slow))

    def test_a_package_for_other_units_is_refused(self):
        package = self.write("compile", SCENARIO, "network.package", *units(16, 0.5))
        done = kasane(
            "run", SOURCE / "scenarios" / SCENARIO, "--out", self.folder / "run", "--quiet", *units(8, 0.5),
            "--set", f"software.network={package}",
            "--set", f"chip.kernel_comp_units.networks=[{SOURCE}/sw/networks/lenet5-fashion.onnx]",
        )  # fmt: skip
        self.assertEqual(done.returncode, 2)
        self.assertIn("compiled for the Kernel Comp Units", done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1)


if __name__ == "__main__":
    unittest.main()
