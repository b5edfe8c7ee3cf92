"""An idle second costs what arithmetic on the technology's files says, block by block, gated or not.

Firmware sleeps once for one second and once for two; the difference of the two ledgers is one second of sleep and
nothing else. The arithmetic is in chip_by_hand.py and shares no code with the models.
"""

import unittest

from chip_by_hand import BLOCKS, FAST, PRICES, SLOW
from kasane_program import BUILD, SOURCE, ScenarioTest, kasane, summary

EXACT = 1e-12  # relative
CLOCKS_RUN, CLOCKS_GATED, SUPPLY_CUT, LOWEST_POINTS = range(4)
STAYS_ON = ("system", "cpu")


class IdleSecond(ScenarioTest):
    def ledger(self, state, seconds):
        out = self.folder / f"{state}_{seconds}"
        done = kasane(
            "run", SOURCE / "scenarios" / "lenet5.yaml", "--out", out, "--quiet", "--no-report", "--traces", "none",
            "--set", f"software.firmware={BUILD}/firmware/idle_seconds.elf", "--images", 1 + 2 * state + (seconds - 1),
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return summary(out)

    def idle_second(self, state):
        """Energy by block and kind of one second of sleep."""
        one, two = self.ledger(state, 1), self.ledger(state, 2)
        self.assertAlmostEqual(two["simulated_seconds"] - one["simulated_seconds"], 1, delta=EXACT)
        joules = lambda facts, block, kind: facts["blocks"][block]["energy_joules"][kind]
        return {
            block: {kind: joules(two, block, kind) - joules(one, block, kind) for kind in ("dynamic", "leakage")}
            for block in one["blocks"]
        }

    def expect(self, found, expected, what):
        if expected == 0:
            self.assertEqual(found, 0, what)
        else:
            self.assertAlmostEqual(found / expected, 1, delta=EXACT, msg=what)

    def expect_blocks(self, state, points):
        second = self.idle_second(state)
        self.assertEqual(set(second), {*BLOCKS, "dram"})
        for name, (domain, structure) in BLOCKS.items():
            volts, hertz = points[domain]
            clocked = domain in STAYS_ON or state in (CLOCKS_RUN, LOWEST_POINTS)
            powered = domain in STAYS_ON or state != SUPPLY_CUT
            clock = structure.clock_joules * PRICES.dynamic_scale(volts) * hertz if clocked else 0
            leakage = structure.leakage_watts * PRICES.leakage_scale(volts) if powered else 0
            self.expect(second[name]["dynamic"], clock, f"{name}, clock, state {state}")
            self.expect(second[name]["leakage"], leakage, f"{name}, leakage, state {state}")
        return second

    def expect_dram(self, second, standby, refreshed=True):
        # An all-bank refresh every 3904 ns. The DRAM has a supply of its own: the domain's voltage is nothing to it.
        self.expect(second["dram"]["dynamic"], PRICES.joules("dram_refresh") / 3904e-9 if refreshed else 0, "refresh")
        self.expect(second["dram"]["leakage"], PRICES.watts(standby) if standby else 0, "standby")

    def test_clocks_run(self):
        self.expect_dram(self.expect_blocks(CLOCKS_RUN, FAST), "dram_precharged_standby")

    def test_clocks_gated(self):
        self.expect_dram(self.expect_blocks(CLOCKS_GATED, FAST), "dram_power_down")

    def test_supply_cut(self):
        self.expect_dram(self.expect_blocks(SUPPLY_CUT, FAST), None, refreshed=False)

    def test_lowest_operating_points(self):
        self.expect_dram(self.expect_blocks(LOWEST_POINTS, SLOW), "dram_precharged_standby")


if __name__ == "__main__":
    unittest.main()
