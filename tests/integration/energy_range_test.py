"""The bounds of a run's energy against runs that count with the table's bounds."""

import unittest

from kasane_program import ScenarioTest, summary


class EnergyRange(ScenarioTest):
    def expect_corners_to_be_the_bounds(self, scenario, *arguments):
        """Time must not depend on the corner; then a corner's energy is the bound, in each block."""
        images = ("--images", 2, "--traces", "none")
        at = {
            corner: summary(self.run_scenario(scenario, *images, "--corner", corner, *arguments, name=corner))
            for corner in ("low", "typical", "high")
        }
        typical = at["typical"]
        self.assertLess(typical["energy_range_joules"]["low"], typical["energy_joules"])
        self.assertLess(typical["energy_joules"], typical["energy_range_joules"]["high"])
        for corner, run in at.items():
            self.assertEqual(run["corner"], corner)
            self.assertEqual(run["simulated_seconds"], typical["simulated_seconds"])
            for name, block in run["blocks"].items():
                for bound, joules in block["energy_range_joules"].items():
                    expected = typical["blocks"][name]["energy_range_joules"][bound]
                    self.assertAlmostEqual(joules, expected, delta=1e-9 * expected, msg=f"{name}, {bound} at {corner}")
        for bound in ("low", "high"):
            run = at[bound]
            self.assertAlmostEqual(run["energy_joules"] / typical["energy_range_joules"][bound], 1, delta=1e-9)
            for name, block in run["blocks"].items():
                expected = typical["blocks"][name]["energy_range_joules"][bound]
                self.assertAlmostEqual(sum(block["energy_joules"].values()), expected, delta=1e-9 * expected, msg=f"{name}, {bound}")

    def test_default_scenario(self):
        self.expect_corners_to_be_the_bounds("lenet5.yaml")

    def test_firmware_that_changes_voltage_and_cuts_supplies(self):
        self.expect_corners_to_be_the_bounds("lenet5.yaml", "--set", "software.firmware=classify_low_power")

    def test_kernel_comp_units(self):
        self.expect_corners_to_be_the_bounds("lenet5_kcu.yaml")

    def test_other_memory_cells(self):
        self.expect_corners_to_be_the_bounds("lenet5.yaml", "--set", "technology.sram=hp")


if __name__ == "__main__":
    unittest.main()
