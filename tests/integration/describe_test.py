"""What `describe` and the documentation say must be what the program takes."""

import re
import unittest

from kasane_program import SOURCE, ScenarioTest, kasane


class Describe(ScenarioTest):
    def test_names_blocks_addresses_and_registers(self):
        done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("neural_comp_unit", "int8_multiply 200 fJ", "0x0000000080000000", "DOORBELL", "400 MHz at 0.90 V"):
            self.assertIn(text, done.stdout)

    def test_names_an_engine_that_not_every_chip_has(self):
        done = kasane("describe", SOURCE / "scenarios" / "hiddenite_lenet.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        for text in ("hiddenite registers, from 0x20030000", "OUTPUT_CHANNELS", "500 MHz at 1.10 V", "0x0000000020030fff"):
            self.assertIn(text, done.stdout)
        done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml")
        self.assertNotIn("hiddenite", done.stdout)

    def test_names_the_exit_unit(self):
        done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml", "--set", "chip.exit_unit={}")
        self.assertEqual(done.returncode, 0, done.stderr)
        line = next(line for line in done.stdout.splitlines() if line.endswith(" exit_unit"))
        self.assertEqual(line.split(), ["0x0000000020040000", "0x0000000020040fff", "7", "ncu", "exit_unit"])
        self.assertIn("exit_unit registers, from 0x20040000", done.stdout)
        self.assertIn("ENTROPY", done.stdout)
        done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml")
        self.assertNotIn("exit_unit", done.stdout)

    def test_documented_scenario_is_accepted(self):
        """Every key of scenarios/README.md, with its default, over the domains of the default scenario."""
        example = re.search(r"```yaml\n(.*?)```", (SOURCE / "scenarios" / "README.md").read_text(), re.S).group(1)
        default = (SOURCE / "scenarios" / "lenet5.yaml").read_text()
        domains = re.search(r"  domains:\n(?:    .*\n)+", default).group(0)
        documented = re.search(r"  domains:.*?(?=  cpu:\n)", example, re.S).group(0)
        scenario = self.folder / "documented.yaml"
        scenario.write_text(example.replace(documented, domains))
        done = kasane("describe", scenario)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_describes_the_corner(self):
        """Horowitz's multiplication of bytes, 0.15 ... 0.3 pJ."""
        for corner, energy in (("low", "150 fJ"), ("high", "300 fJ")):
            done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml", "--corner", corner)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"int8_multiply {energy}", done.stdout)


if __name__ == "__main__":
    unittest.main()
