"""The chip of scenarios/lenet5.yaml by hand: what its parts cost, and what its blocks are made of.

Shares no code with the models: prices come from the technology's tables by this file's own reading, counts of flip-flops,
macros and operators are as the models' comments give them.
"""

import csv
import math

import numpy as np
import yaml
from kasane_program import SOURCE

TABLES = SOURCE / "models" / "technology" / "tables"
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
            self.macros = [row for row in csv.DictReader(file) if row["cell"] == "itrs-lstp"]

    def joules(self, name):
        return self.rows[name]["energy_pj"][0] * 1e-12

    def watts(self, name):
        return self.rows[name]["leakage_uw"][0] * 1e-6

    def surface(self, column, size, width):
        """Least-squares plane through the logarithms, plus the residuals weighted by inverse squared distance."""
        rows = [row for row in self.macros if float(row[column]) > 0]
        x, y, z = (np.log2([float(row[name]) for row in rows]) for name in ("size_B", "width_b", column))
        plane = np.stack([np.ones_like(x), x, y], axis=1)
        coefficients = np.linalg.lstsq(plane, z, rcond=None)[0]
        residuals = z - plane @ coefficients
        at = (math.log2(size), math.log2(width))
        weights = 1 / np.maximum((x - at[0]) ** 2 + (y - at[1]) ** 2, 1e-300)
        return 2 ** (coefficients @ [1, *at] + (weights @ residuals) / weights.sum())

    def macro_watts(self, size, width):
        """Leakage of an SRAM macro of so many bytes, and bits a word."""
        return 1e-3 * self.surface("leak_mW", size, width)

    def read_joules(self, size, width):
        return 1e-12 * self.surface("read_pJ", size, width)

    def write_joules(self, size, width):
        return 1e-12 * self.surface("write_pJ", size, width)

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


# Block: its power domain and structure. The DRAM follows other rules.
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
