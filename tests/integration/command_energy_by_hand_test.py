"""Four layers, two copies and whole runs cost what arithmetic on the technology's files says.

Firmware gives an engine one list of commands (firmware/worked_commands.c). How often each block does what for it is worked
out here, line by line, from the commands' shapes and the rules in the models' headers and the NCU's README; what it
costs is in chip_by_hand.py. Neither shares code with the models.
"""

import csv
import math
import unittest

from chip_by_hand import BLOCKS, FAST, KIB, PRICES, SLOW
from kasane_program import BUILD, ScenarioTest, summary

EXACT = 1e-12  # relative
LAYERS, COPIES = range(2)
REGISTER_BIT, CLOCK = PRICES.joules("register_bit"), PRICES.joules("register_bit_clock")
REFRESH_NS = 3904


def sram(size, width):
    return {"sram_read_word": PRICES.read_joules(size, width), "sram_write_word": PRICES.write_joules(size, width)}


def rows(*names):
    return {name: PRICES.joules(name) for name in names}


INPUT_BUFFER, WEIGHT_BANK, SUMS_BANK = (16 * KIB, 128), (1 * KIB, 128), (1 * KIB, 32)
INSTRUCTIONS = ("alu", "multiply", "divide", "load", "store", "branch", "jump", "csr", "atomic", "system",
                "float_add", "float_multiply", "float_fused", "float_divide")
ROW_OPEN_WATTS = PRICES.watts("dram_active_standby") - PRICES.watts("dram_precharged_standby")

# Joules of one operation at 0.9 V.
OPERATIONS = {
    "cpu": rows(*(f"instruction_{kind}" for kind in INSTRUCTIONS)),
    "ram": sram(64 * KIB, 64),  # 16 macros of 1 MiB together
    "boot_rom": sram(4 * KIB, 64),
    "feature_map_memory": sram(32 * KIB, 64),  # a bank, of 8
    "weight_memory": sram(16 * KIB, 64),
    "dram": rows("dram_activate", "dram_precharge", "dram_read_bit", "dram_write_bit")
    | {"dram_row_open_ns": ROW_OPEN_WATTS * 1e-9},
    "bus": rows("bus_hop_64"),
    "neural_comp_unit": rows("int8_multiply", "int32_add", "comparator_32", "requantize")
    | {
        "operand_register_byte": 8 * (REGISTER_BIT + CLOCK),
        "accumulator_read": PRICES.read_joules(*SUMS_BANK),
        "accumulator_write": PRICES.write_joules(*SUMS_BANK),
        "input_buffer_read": PRICES.read_joules(*INPUT_BUFFER),
        "input_buffer_write": PRICES.write_joules(*INPUT_BUFFER),
        "weight_buffer_read": PRICES.read_joules(*WEIGHT_BANK),
        "weight_buffer_write": PRICES.write_joules(*WEIGHT_BANK),
    },
} | {block: rows("register_bit") for block in ("dma", "uart", "clint", "plic", "power_manager")}

# 3 channels of 8 x 8, rows dense, 72 bytes apart, to 20 channels of 8 x 8, dense; kernels of 3 x 3, one element of padding.
# 64 pixels fit the accumulators, 3 channels fit half an input buffer: two slots, of 16 and of 4 output channels.
# Input at 4, output at 4100, weights at 0, parameters at 540: words of 8 bytes.
CONVOLUTION = {
    "neural_comp_unit": {
        "int8_multiply": 34_560,  # 3 channels * 9 weights * 64 pixels * 20 outputs
        "int32_add": 34_560,  # one a product
        "comparator_32": 0,
        "requantize": 1_280,  # 64 pixels * 20 outputs
        "operand_register_byte": 4_236,  # weights 3 * 9 * 20; input 3 * 9 * 64, twice; parameters 12 * 20
        "input_buffer_write": 19,  # patch of 10 * 10 with padding, 3 channels: 300 bytes in words of 16; once
        "input_buffer_read": 1_152,  # 9 passes * 64 pixels, for either slot
        "weight_buffer_write": 34,  # 432 bytes in words of 16: 27; and 108: 7
        "weight_buffer_read": 180,  # 9 passes * 20 lanes
        "accumulator_write": 11_520,  # 9 passes * 64 pixels * 20 outputs
        "accumulator_read": 11_520,  # the first pass reads none: 8 * 64 * 20; and all drain: 64 * 20
    },
    "feature_map_memory": {
        "sram_read_word": 27,  # 3 bursts of 64 bytes at 4, 76, 148, each in the middle of a word: 9 words each
        "sram_write_word": 162,  # 1024 bytes at 4100: 129 words; 256 bytes at 5124: 33
    },
    "weight_memory": {
        "sram_read_word": 100,  # weights 432 at 0: 54, 108 at 432: 14; parameters 192 at 540: 25, 48 at 732: 7
        "sram_write_word": 0,
    },
}
# Load 20: WM's port of 32 bytes takes 6 for 192 bytes of parameters, then 14 for 432 of weights; FMM's of 16 bytes
# takes 3 * 4. Then 9 * 64 for either slot, during which the port stores 1024 bytes in 64; and the last tile drains 64 pixels.
CONVOLUTION_CYCLES = 20 + 576 + 576 + 64

# 1100 inputs at 8196 to 20 outputs at 12292; weights at 1024, the same parameters. Half a weight buffer holds 16 * 1024:
# four slots, of 1024 and of 76 inputs for 16, then for 4 outputs. Both halves of the input stay for the last two.
FULLY_CONNECTED = {
    "neural_comp_unit": {
        "int8_multiply": 22_000,  # 1100 * 20
        "int32_add": 22_000,
        "comparator_32": 0,
        "requantize": 20,
        "operand_register_byte": 24_440,  # weights 1100 * 20; input 1100, twice; parameters 12 * 20
        "input_buffer_write": 69,  # 1024 / 16 and 76 / 16: 64 + 5
        "input_buffer_read": 138,  # a pass for each 16 inputs: 64 + 5, for 16 outputs and for 4
        "weight_buffer_write": 1_375,  # 1024 * 16 / 16 + 76 * 16 / 16 + 1024 * 4 / 16 + 76 * 4 / 16
        "weight_buffer_read": 1_380,  # 69 passes * 20 lanes
        "accumulator_write": 1_380,  # 69 passes * 20 lanes
        "accumulator_read": 1_380,  # the very first pass of either tile reads none: 68 * 20; and all drain: 20
    },
    "feature_map_memory": {
        "sram_read_word": 139,  # 1024 bytes in the middle of a word: 129; 76: 10
        "sram_write_word": 4,  # 16 bytes in the middle of a word: 3; 4: 1
    },
    "weight_memory": {
        # Rows of 1100 bytes, so every other one begins in the middle of a word. 1024 of it: 128 or 129 words, 10 times
        # each; 76 of it: 10 words, 20 times. Parameters as above.
        "sram_read_word": 2_802,  # 10 * 128 + 10 * 129 + 20 * 10 + 25 + 7
        "sram_write_word": 0,
    },
}
# Load 6 + 16 * 32; load 16 * 3 while 64 are computed; load 2 + 4 * 32 while 5 are; compute 64, 5; store one word.
FULLY_CONNECTED_CYCLES = 518 + 64 + 130 + 64 + 5 + 1

# The convolution's 20 channels of 8 x 8 at 4100 to 4 x 4 at 16384, windows of 2 x 2: two slots, of 16 and of 4 channels.
MAX_POOL = {
    "neural_comp_unit": {
        "int8_multiply": 0,
        "int32_add": 0,
        "comparator_32": 1_280,  # 20 * 64
        "requantize": 0,
        "operand_register_byte": 1_280,  # one an element
        "input_buffer_write": 80,  # 1024 / 16 + 256 / 16
        "input_buffer_read": 128,  # 64 cycles for either slot
        "weight_buffer_write": 0,
        "weight_buffer_read": 0,
        "accumulator_write": 320,  # 20 * 16, once each
        "accumulator_read": 320,
    },
    "feature_map_memory": {
        "sram_read_word": 162,  # as the convolution wrote them: 129 + 33
        "sram_write_word": 40,  # 16 * 16 / 8 + 4 * 16 / 8
    },
}
# Load 64; 64 elements for either slot; the last tile drains 16 pixels.
MAX_POOL_CYCLES = 64 + 64 + 64 + 16

# 100 elements at 4100 and at 16387, to 20000.
ADDITION = {
    "neural_comp_unit": {
        "int8_multiply": 0,
        "int32_add": 100,
        "comparator_32": 0,
        "requantize": 200,  # of each operand
        "operand_register_byte": 200,
        "input_buffer_write": 13,  # 200 / 16
        "input_buffer_read": 13,
        "weight_buffer_write": 0,
        "weight_buffer_read": 0,
        "accumulator_write": 100,
        "accumulator_read": 100,
    },
    "feature_map_memory": {
        "sram_read_word": 26,  # from byte 4 of a word: 13; from byte 3: 13
        "sram_write_word": 13,
    },
}
# Load 7 + 7, compute 7, store 7: 100 bytes or elements, 16 a cycle.
ADDITION_CYCLES = 28

# By layer, in the order of the list.
NCU_LAYERS = {2: CONVOLUTION, 3: FULLY_CONNECTED, 4: MAX_POOL, 5: ADDITION}
NCU_CYCLES = [CONVOLUTION_CYCLES, FULLY_CONNECTED_CYCLES, MAX_POOL_CYCLES, ADDITION_CYCLES]
WM_PARAMETER_WRITES = 60  # by the CPU, before: 20 channels of three words

# 1024 bytes from 1536 bytes into a DRAM page of 2048: half of it is in the next page, so in the next bank.
# 16 bursts of 64 bytes, each two of the DRAM's of 32 bytes, to FMM's beginning.
COPY_COUNTS = {
    "dma": {"register_bit": 16_384},  # 1024 * 8 into the FIFO, and out
    "bus": {"bus_hop_64": 256},  # 1024 / 8 from DRAM, and to FMM
    "feature_map_memory": {"sram_read_word": 0, "sram_write_word": 128},  # 1024 / 8
    "dram": {
        "dram_activate": 2,  # of either bank
        "dram_precharge": 0,
        "dram_read_bit": 8_192,  # 32 bursts * 256
        "dram_write_bit": 0,
    },
}
# 3 rows of 100 bytes, 128 apart, from 20 bytes into the next page of the first bank; to 2051 in FMM, dense.
# A row is a burst of 64 bytes and one of 36.
ROWS_COUNTS = {
    "dma": {"register_bit": 4_800},  # 300 * 8, in and out
    "bus": {"bus_hop_64": 78},  # 8 + 5 a row, from DRAM and to FMM
    "feature_map_memory": {
        "sram_read_word": 0,
        # At 3 and 67: 9 + 5 words; at 103 and 167: 9 + 6; at 203 and 267: 9 + 5 (offsets from 2048).
        "sram_write_word": 43,
    },
    "dram": {
        "dram_activate": 1,
        "dram_precharge": 1,  # the bank still holds the first copy's row open
        "dram_read_bit": 3_840,  # bytes 20 to 83 of a row touch 3 bursts, 84 to 119 touch 2: 3 * 5 * 256
        "dram_write_bit": 0,
        "dram_row_open_ns": 0,  # a row is open already
    },
}


def cost(block, counts, scale=1.0):
    return sum(count * OPERATIONS[block][name] for name, count in counts.items()) * scale


def added(commands):
    """The counts of several commands together, by block."""
    total = {}
    for counts in commands:
        for block, own in counts.items():
            for name, count in own.items():
                total.setdefault(block, {}).setdefault(name, 0)
                total[block][name] += count
    return total


def in_state(facts, domain, block):
    """Seconds a domain was in each state: (volts or None, hertz or None), seconds. While gated, volts stay."""
    for entry in facts["domains"][domain]["states"]:
        words = entry["state"].split()
        if len(words) == 4:  # "0.9 V 400 MHz"
            assert words[1::2] == ["V", "MHz"], entry
            yield (float(words[0]), float(words[2]) * 1e6), entry["seconds"]
        else:
            assert entry["state"] == "clock gated", f"{block}: {entry}"
            yield (0.9, 0.0), entry["seconds"]


class ByHand(ScenarioTest):
    def expect(self, found, expected, what):
        self.assertLessEqual(abs(found - expected), EXACT * abs(expected), f"{what}: {found}, by hand {expected}")

    def expect_counts(self, facts, expected):
        for block, counts in expected.items():
            found = {name: facts["blocks"][block]["operations"][name] for name in counts}
            self.assertEqual(found, counts, block)

    def expect_layer(self, facts, layer, expected, points):
        """Exactly these blocks spend dynamic energy for the layer, and exactly so much."""
        domain = {block: BLOCKS[block][0] for block in expected if block != "dram"}
        volts = {block: points[domain[block]][0] if block in domain else 0.9 for block in expected}
        by_hand = {block: cost(block, counts, PRICES.dynamic_scale(volts[block])) for block, counts in expected.items()}
        found = facts["layers"][layer]["blocks"]
        self.assertEqual({block for block, entry in found.items() if entry["dynamic_joules"] > 0}, set(expected))
        for block, joules in by_hand.items():
            self.expect(found[block]["dynamic_joules"], joules, f"{block}, layer {layer}")

    def expect_ledger(self, facts, volts=lambda domain: 0.9):
        """Every block's energy is its operations, its clock and its leakage; all operations at these voltages."""
        self.assertEqual(set(facts["blocks"]), {*BLOCKS, "dram"})
        for name, (domain, structure) in BLOCKS.items():
            block = facts["blocks"][name]
            dynamic = cost(name, block["operations"], PRICES.dynamic_scale(volts(domain)))
            leakage = 0
            for (at_volts, hertz), seconds in in_state(facts, domain, name):
                dynamic += structure.clock_joules * PRICES.dynamic_scale(at_volts) * hertz * seconds
                leakage += structure.leakage_watts * PRICES.leakage_scale(at_volts) * seconds
            self.expect(block["energy_joules"]["dynamic"], dynamic, f"{name}, dynamic")
            self.expect(block["energy_joules"]["leakage"], leakage, f"{name}, leakage")
        seconds = facts["simulated_seconds"]
        dram = facts["blocks"]["dram"]
        refresh = PRICES.joules("dram_refresh") / (REFRESH_NS * 1e-9) * seconds
        self.expect(dram["energy_joules"]["dynamic"], cost("dram", dram["operations"]) + refresh, "dram, dynamic")
        self.expect(dram["energy_joules"]["leakage"], PRICES.watts("dram_precharged_standby") * seconds, "dram, standby")


class Commands(ByHand):
    def run_list(self, commands, slow):
        self.out = self.run_scenario(
            "lenet5.yaml", "--traces", "power", "--set", f"software.firmware={BUILD}/firmware/worked_commands.elf",
            "--images", 1 + 2 * commands + slow, name=f"{commands}_{slow}",
        )  # fmt: skip
        return summary(self.out)

    def commands(self, block):
        """Begin and end of each, in picoseconds."""
        with (self.out / "timeline.csv").open() as file:
            slices = [row for row in csv.DictReader(file) if (row["block"], row["track"]) == (block, "commands")]
        picoseconds = lambda seconds: round(float(seconds) * 1e12)
        for row in slices:
            begin = picoseconds(row["begin_seconds"])
            yield begin, begin + picoseconds(row["duration_seconds"])

    def run_layers(self, slow):
        points = SLOW if slow else FAST
        facts = self.run_list(LAYERS, slow)
        for layer, counts in NCU_LAYERS.items():
            self.expect_layer(facts, layer, counts, points)
        total = added(NCU_LAYERS.values())
        total["weight_memory"]["sram_write_word"] += WM_PARAMETER_WRITES
        self.expect_counts(facts, total)
        cycle = round(1e12 / points["ncu"][1])
        found = [end - begin for begin, end in self.commands("neural_comp_unit")]
        self.assertEqual(found, [cycles * cycle for cycles in NCU_CYCLES])
        self.expect_ledger(facts, lambda domain: points[domain][0] if domain in ("ncu", "fmm", "wm") else 0.9)

    def test_layers(self):
        self.run_layers(slow=False)

    def test_layers_at_the_lowest_operating_points(self):
        self.run_layers(slow=True)

    def row_open_ns(self, dma_hertz):
        """From the first activate until the next refresh closes all rows."""
        (begin, _), (_, end) = self.commands("dma")
        # Four cycles of the DMA to set up, one of the bus for the address.
        activate = begin + round(4e12 / dma_hertz) + 4_000
        refresh = math.ceil(activate / (REFRESH_NS * 1000)) * REFRESH_NS * 1000
        self.assertGreater(activate, refresh - (REFRESH_NS - 280) * 1000, "the list has begun during a refresh")
        self.assertLess(end, refresh, "the list has gone on into the next refresh")
        return (refresh - activate) // 1000

    def copy(self, slow):
        points = SLOW if slow else FAST
        facts = self.run_list(COPIES, slow)
        first = {block: dict(counts) for block, counts in COPY_COUNTS.items()}
        first["dram"]["dram_row_open_ns"] = self.row_open_ns(points["dma"][1])
        self.expect_layer(facts, 0, first, points)
        self.expect_layer(facts, 1, ROWS_COUNTS, points)
        both = added([first, ROWS_COUNTS])
        del both["bus"]  # the CPU uses it, too; the other blocks have nothing to do but the copies
        self.expect_counts(facts, both)
        self.expect_ledger(facts, lambda domain: points[domain][0] if domain in ("dma", "fmm") else 0.9)

    def test_copies(self):
        self.copy(slow=False)

    def test_copies_at_the_lowest_operating_points(self):
        self.copy(slow=True)


class WholeRun(ByHand):
    def test_the_ledger_is_counts_times_prices(self):
        self.expect_ledger(summary(self.run_scenario("lenet5.yaml", "--images", 2, "--traces", "none")))


if __name__ == "__main__":
    unittest.main()
