"""What firmware's power policies do to a run: the same outputs, the period kept, supplies cut and restored."""

import csv
import re
import unittest

import yaml
from kasane_program import SOURCE, ScenarioTest, results, summary

RACE = "lenet5_race_to_idle.yaml"
SLOW = "lenet5_slow_and_steady.yaml"
PERIOD = 300e-6
LATENCY = 2e-6  # from the timer's interrupt to an image's first step, the UART's handler before it included
WINDOW = 2e-6  # trace.power_window of both scenarios; windows of equal power that follow each other are one row
IMAGES = 20


def technology():
    return yaml.safe_load((SOURCE / "models" / "technology" / "tables" / "45nm.yaml").read_text())


def figures():
    return {row["name"]: row for row in technology()["figures"]}


def dynamic_scale(volts):
    """The table's fit of energy against voltage, relative to its nominal voltage of 0.9 V."""
    law = technology()["voltage_scaling"]
    relative = lambda v: law["a"] * v**2 + law["b"] * v + law["c"]
    return relative(volts) / relative(0.9)


def begins(folder):
    return [float(row["begin_seconds"]) for row in results(folder)]


def outputs(folder):
    return [row["output_hex"] for row in results(folder)]


def ncu(folder):
    return summary(folder)["blocks"]["neural_comp_unit"]


def gap_rows(folder, last):
    """Rows of power.csv in the last so many seconds before an image begins, less what the wake-up may touch."""
    with (folder / "power.csv").open() as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    gaps = [(begin - last, begin - LATENCY - WINDOW) for begin in begins(folder)[1:]]
    overlaps = lambda row: any(
        row["start_seconds"] < high and row["start_seconds"] + row["duration_seconds"] > low for low, high in gaps
    )
    return [row for row in rows if overlaps(row)]


class InitialPoint(ScenarioTest):
    def test_the_scenario_chooses_where_firmware_has_no_wish(self):
        fast = self.run_scenario("lenet5.yaml", "--images", 20, name="fast")
        points = [part for domain in ("ncu", "fmm", "wm") for part in ("--set", f"chip.domains.{domain}.initial_point=1")]
        slow = self.run_scenario("lenet5.yaml", "--images", 20, *points, name="slow")
        self.assertEqual(outputs(fast), outputs(slow))
        self.assertAlmostEqual(ncu(slow)["busy_seconds"] / ncu(fast)["busy_seconds"], 2.0, delta=0.01)
        states = {row["state"] for row in summary(slow)["domains"]["ncu"]["states"]}
        self.assertEqual(states, {"0.7 V 200 MHz", "clock gated"})


class LowPower(ScenarioTest):
    def test_firmware_chooses_the_operating_point_and_cuts_the_supply(self):
        fast = self.run_scenario("lenet5.yaml", "--images", 200, name="fast")
        slow = self.run_scenario("lenet5.yaml", "--images", 200, "--set", "software.firmware=classify_low_power", name="slow")
        self.assertEqual(outputs(fast), outputs(slow))
        # 200 instead of 400 MHz: twice the time but for bursts that wait for memories of other domains.
        self.assertAlmostEqual(ncu(slow)["busy_seconds"] / ncu(fast)["busy_seconds"], 2.0, delta=0.1)
        # 0.7 instead of 0.9 V: 0.67 of the energy (Stillmaker and Baas, 45 nm).
        dynamic = lambda run: ncu(run)["energy_joules"]["dynamic"]
        self.assertAlmostEqual(dynamic(slow) / dynamic(fast), 0.67, delta=0.03)
        # Leakage power is 0.499 at 0.7 V (the table's law), and nothing while the supply is cut.
        leakage = lambda run: ncu(run)["energy_joules"]["leakage"] / summary(run)["simulated_seconds"]
        self.assertLess(leakage(slow), 0.499 * leakage(fast))


class Pair(ScenarioTest):
    """Race to idle against slow and steady."""

    def race(self, *arguments, name="race"):
        return self.run_scenario(RACE, "--images", IMAGES, *arguments, name=name)

    def slow(self, *arguments, name="slow"):
        return self.run_scenario(SLOW, "--images", IMAGES, *arguments, name=name)

    def test_both_differ_in_the_firmware_alone(self):
        race, slow = (yaml.safe_load((SOURCE / "scenarios" / name).read_text()) for name in (RACE, SLOW))
        for scenario in (race, slow):
            del scenario["name"], scenario["description"], scenario["software"]["firmware"]
        self.assertEqual(race, slow)

    def test_both_give_the_outputs_of_the_plain_program(self):
        plain = outputs(self.run_scenario("lenet5.yaml", "--images", IMAGES, name="plain"))
        self.assertEqual(outputs(self.race()), plain)
        self.assertEqual(outputs(self.slow()), plain)

    def test_the_period_is_kept(self):
        for run in (self.race(), self.slow()):
            first = begins(run)[0]
            for image, begin in enumerate(begins(run)):
                self.assertAlmostEqual(begin, first + image * PERIOD, delta=LATENCY, msg=f"{run}, image {image}")
            self.assertIn("0 deadlines missed, an image every 300 us", (run / "console.log").read_text())

    def test_missed_deadlines_are_told_and_counted(self):
        # With one lane for all input channels an image takes well over a period at 200 MHz.
        run = self.slow("--set", "chip.neural_comp_unit.lanes_in=1", "--set", "chip.neural_comp_unit.lanes_out=1")
        console = (run / "console.log").read_text()
        told = [(int(image), int(late)) for image, late in re.findall(r"deadline missed: image (\d+) by (\d+) us", console)]
        self.assertEqual([image for image, _ in told], list(range(IMAGES)))
        self.assertIn(f"{IMAGES} deadlines missed", console)
        start = begins(run)
        for image, late in told[:-1]:  # the next image begins so late, plus the time to print the line
            late_begin = (start[image + 1] - start[0] - (image + 1) * PERIOD) * 1e6
            self.assertLess(late - 1, late_begin)
            self.assertLess(late_begin, late + 100)

    def test_dynamic_energy_follows_the_voltage(self):
        race, slow = ncu(self.race()), ncu(self.slow())
        self.assertEqual(race["operations"], slow["operations"])
        # A little off the law: the control's clock runs in other numbers of cycles.
        ratio = slow["energy_joules"]["dynamic"] / race["energy_joules"]["dynamic"]
        self.assertAlmostEqual(dynamic_scale(0.7), 0.67, delta=0.01)
        self.assertAlmostEqual(ratio, dynamic_scale(0.7), delta=0.02)

    def test_engines_draw_nothing_while_their_supply_is_cut(self):
        rows = gap_rows(self.race(), 150e-6)
        self.assertGreater(sum(row["duration_seconds"] for row in rows), 140e-6 * (IMAGES - 1))
        self.assertLess(sum(row["duration_seconds"] for row in rows), PERIOD * IMAGES)
        for row in rows:
            self.assertEqual(row["neural_comp_unit_watts"], 0)
            self.assertEqual(row["dma_watts"], 0)
            self.assertGreater(row["weight_memory_watts"], 0)  # it holds the weights
        for row in gap_rows(self.slow(), 20e-6):
            self.assertGreater(row["neural_comp_unit_watts"], 0)

    def test_dram_rests_in_power_down(self):
        figure = figures()
        refresh = figure["dram_refresh"]["energy_pj"][0] * 1e-12 / 3904e-9
        power_down = figure["dram_power_down"]["leakage_uw"][0] * 1e-6
        standby = figure["dram_precharged_standby"]["leakage_uw"][0] * 1e-6
        for run, last, expected in ((self.race(), 150e-6, power_down), (self.slow(), 20e-6, standby)):
            rows = gap_rows(run, last)
            self.assertGreater(len(rows), 0)
            for row in rows:
                self.assertAlmostEqual(row["dram_watts"] / (expected + refresh), 1, delta=1e-12)

    def test_both_harts_sleep_at_the_same_point(self):
        asleep = {row["cpu_watts"] for run, last in ((self.race(), 100e-6), (self.slow(), 20e-6)) for row in gap_rows(run, last)}
        self.assertAlmostEqual(max(asleep) / min(asleep), 1, delta=1e-9)

    def test_waking_up_costs_time_and_energy(self):
        # An image waits for DMA (1 us) and NCU (5 us), to within a turn of the loop that asks whether they are ready.
        at_once = self.race("--set", "chip.domains.dma.wake_up=0 s", "--set", "chip.domains.ncu.wake_up=0 s", name="at_once")
        mean = lambda run, column: sum(float(row[column]) for row in results(run)) / IMAGES
        waking = self.race()
        self.assertAlmostEqual(mean(waking, "seconds") - mean(at_once, "seconds"), 6e-6, delta=0.5e-6)
        self.assertGreater(mean(waking, "joules"), mean(at_once, "joules"))


if __name__ == "__main__":
    unittest.main()
