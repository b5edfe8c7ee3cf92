"""An idle second costs what arithmetic on the technology's files says, block by block, gated or not.

Firmware sleeps once for one second and once for two; the difference of the two ledgers is one second of sleep and
nothing else. The arithmetic below shares no code with the models: it takes prices from the tables, and counts of flip-flops,
macros and operators as the models' comments give them.
"""

import csv
import math
import unittest

import numpy as np
import yaml
from kasane_program import BUILD, SOURCE, ScenarioTest, kasane, summary

TABLES = SOURCE / "models" / "technology" / "tables"
EXACT = 1e-12  # relative
CLOCKS_RUN, CLOCKS_GATED, SUPPLY_CUT, LOWEST_POINTS = range(4)
# Volts and hertz of each domain at its first and at its last operating point.
FAST = {"system": (0.9, 250e6), "cpu": (0.9, 500e6), "dma": (0.9, 250e6)} | dict.fromkeys(("fmm", "wm", "ncu"), (0.9, 400e6))
SLOW = {"system": (0.9, 250e6), "cpu": (0.7, 250e6), "dma": (0.7, 125e6)} | dict.fromkeys(("fmm", "wm", "ncu"), (0.7, 200e6))
KIB = 1024


class Prices:
    """The technology's tables, typical values, in joules and watts."""

    def __init__(self):
        self.table = yaml.safe_load((TABLES / "45nm.yaml").read_text())
        self.rows = {row["name"]: row for row in self.table["figures"]}
        with (TABLES / "cacti45.csv").open() as file:
            rows = [row for row in csv.DictReader(file) if row["cell"] == "itrs-lstp" and float(row["leak_mW"]) > 0]
        columns = ("size_B", "width_b", "leak_mW")
        self.x, self.y, self.z = (np.log2([float(row[name]) for row in rows]) for name in columns)

    def joules(self, name):
        return self.rows[name]["energy_pj"][0] * 1e-12

    def watts(self, name):
        return self.rows[name]["leakage_uw"][0] * 1e-6

    def macro_watts(self, size, width):
        """Least-squares plane through the logarithms, plus the residuals weighted by inverse squared distance."""
        plane = np.stack([np.ones_like(self.x), self.x, self.y], axis=1)
        coefficients = np.linalg.lstsq(plane, self.z, rcond=None)[0]
        residuals = self.z - plane @ coefficients
        at = (math.log2(size), math.log2(width))
        weights = 1 / np.maximum((self.x - at[0]) ** 2 + (self.y - at[1]) ** 2, 1e-300)
        return 1e-3 * 2 ** (coefficients @ [1, *at] + (weights @ residuals) / weights.sum())

    def dynamic_scale(self, volts):
        law = self.table["voltage_scaling"]
        energy = lambda v: law["a"] * v**2 + law["b"] * v + law["c"]
        return energy(volts) / energy(0.9)

    def leakage_scale(self, volts):
        dibl = float(self.table["leakage_scaling"]["v_dibl"].removesuffix(" V"))
        return volts / 0.9 * math.exp((volts - 0.9) / dibl)


PRICES = Prices()


class Structure:
    """What a block is made of, as far as an idle one shows it: what leaks, and flip-flops that are clocked."""

    def __init__(self, leakage_watts, clocked_bits):
        self.leakage_watts = leakage_watts
        self.clock_joules = clocked_bits * PRICES.joules("register_bit_clock")


def register_block(bits):
    return Structure(bits * PRICES.watts("register_bit"), bits)


def banked_memory(size, banks, bank_width, port_width, bus_width=8):
    """Macros, and an input and an output latch for each bank, the engine's port and the bus's. Widths in bytes."""
    bits = 2 * 8 * (banks * bank_width + port_width + bus_width)
    return Structure(banks * PRICES.macro_watts(size / banks, 8 * bank_width) + bits * PRICES.watts("register_bit"), bits)


def main_memory(size, macros, width=8):
    bits = 2 * 8 * width
    return Structure(macros * PRICES.macro_watts(size / macros, 8 * width) + bits * PRICES.watts("register_bit"), bits)


def neural_comp_unit(lanes=16, input_buffer=16 * KIB, weight_buffer=16 * KIB, pixels=256, pool=16, elementwise=16):
    """16 x 16 lanes; two input buffers, two weight buffers of a bank a lane, two sets of sums of a bank a lane."""
    multipliers = lanes * lanes
    control_bits = 2 * 128 * 8  # a command of 128 bytes, and as much again for counters and state machines
    weights_and_inputs = 8 * (2 * multipliers + lanes)
    parameters = 3 * lanes * 12 * 8  # three sets of twelve bytes a lane
    leakage = (
        multipliers * PRICES.watts("int8_multiply")
        + (multipliers + 2 * elementwise) * PRICES.watts("int32_add")
        + pool * PRICES.watts("comparator_32")
        + (lanes + 2 * elementwise) * PRICES.watts("requantize")
        + (control_bits + weights_and_inputs + parameters) * PRICES.watts("register_bit")
        + 2 * PRICES.macro_watts(input_buffer, 8 * lanes)
        + 2 * lanes * PRICES.macro_watts(weight_buffer / lanes, 8 * lanes)
        + 2 * lanes * PRICES.macro_watts(pixels * 4, 32)
    )
    return Structure(leakage, control_bits)  # lanes and operand registers are clocked only while they work


def core():
    """31 registers, program counter and ten CSRs of 64 bits."""
    return Structure(PRICES.watts("risc_v_core"), (31 + 1 + 10) * 64)


def bus(targets=12, initiators=3):
    """A crossbar: 64 bits each of address, write and read data, in each target's path and at each initiator."""
    return register_block((targets + initiators) * 3 * 64)


def uart():
    """Seven registers of eight bits, the divisor of 16, two shift registers, two FIFOs of 16 bytes."""
    return register_block(7 * 8 + 16 + 2 * 8 + 2 * 16 * 8)


def clint():
    """The time, and a compare register and a software interrupt for the one hart."""
    return register_block(64 + 64 + 1)


def plic(sources=31, priority_bits=3):
    """Of each source priority, pending and in service; of the one context an enable for each source, and a threshold."""
    return register_block(sources * (priority_bits + 2) + sources + priority_bits)


def dma(burst=64):
    """A FIFO of two bursts, two address generators (64-bit address, three counters of 32), a command, eight registers."""
    return register_block(2 * burst * 8 + 2 * (64 + 3 * 32) + 128 * 8 + 8 * 32)


def power_manager(domains=7):
    """Of each domain clock, power, fault, and an operating point of eight bits."""
    return register_block(domains * (3 + 8))


# Block: its power domain and structure, of the chip in scenarios/lenet5.yaml. The DRAM follows other rules.
BLOCKS = {
    "cpu": ("cpu", core()),
    "ram": ("cpu", main_memory(1024 * KIB, macros=16)),
    "boot_rom": ("system", main_memory(4 * KIB, macros=1)),
    "bus": ("system", bus()),
    "uart": ("system", uart()),
    "clint": ("system", clint()),
    "plic": ("system", plic()),
    "power_manager": ("system", power_manager()),
    "dma": ("dma", dma()),
    "feature_map_memory": ("fmm", banked_memory(256 * KIB, banks=8, bank_width=8, port_width=16)),
    "weight_memory": ("wm", banked_memory(128 * KIB, banks=8, bank_width=8, port_width=32)),
    "neural_comp_unit": ("ncu", neural_comp_unit()),
}
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
