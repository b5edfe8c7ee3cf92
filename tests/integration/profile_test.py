"""The profile's laws, on whole runs: totals, worked counts, and to whom waiting and engines' energy belong."""

import json
import re
import unittest

from chip_by_hand import BLOCKS, PRICES
from kasane_program import BUILD, SOURCE, ScenarioTest, kasane, summary

QUANTITIES = ("instructions", "cycles", "energy")
ASLEEP = "[asleep]"


def folded(folder, quantity):
    """Stack (a tuple of frames) -> value."""
    stacks = {}
    for line in (folder / f"profile.{quantity}.folded").read_text().splitlines():
        frames, value = line.rsplit(" ", 1)
        stack = tuple(frames.split(";"))
        assert stack not in stacks, line
        stacks[stack] = int(value)
    return stacks


def speedscope(folder):
    """Quantity -> stack -> value, after a look at what speedscope asks of a file."""
    file = json.loads((folder / "profile.speedscope.json").read_text())
    assert file["$schema"] == "https://www.speedscope.app/file-format-schema.json"
    frames = [frame["name"] for frame in file["shared"]["frames"]]
    assert len(set(frames)) == len(frames) and 0 <= file["activeProfileIndex"] < len(file["profiles"])
    found = {}
    for profile in file["profiles"]:
        assert profile["type"] == "sampled" and profile["unit"] == "none" and profile["startValue"] == 0
        assert len(profile["samples"]) == len(profile["weights"])
        assert all(0 <= frame < len(frames) for sample in profile["samples"] for frame in sample)
        assert profile["endValue"] == sum(profile["weights"])
        found[profile["name"].split()[0]] = {
            tuple(frames[frame] for frame in sample): weight
            for sample, weight in zip(profile["samples"], profile["weights"])
        }
    return found


def total(stacks, *frames):
    """Of the stacks in which these frames follow each other, other frames in between or not."""

    def holds(stack):
        rest = iter(stack)
        return all(frame in rest for frame in frames)

    return sum(value for stack, value in stacks.items() if holds(stack))


def own(stacks, *end):
    """Of the stacks that end in these frames."""
    return sum(value for stack, value in stacks.items() if stack[-len(end) :] == end)


def clock_joules(facts, block):
    """What the block's clock tree took, by arithmetic on the time that its domain spent in each state."""
    domain, structure = BLOCKS[block]
    joules = 0
    for state in facts["domains"][domain]["states"]:
        if point := re.fullmatch(r"([\d.]+) V ([\d.]+) MHz", state["state"]):
            volts, hertz = float(point[1]), float(point[2]) * 1e6
            joules += structure.clock_joules * PRICES.dynamic_scale(volts) * hertz * state["seconds"]
    return joules


class ProfileTest(ScenarioTest):
    def profile(self, scenario, *options, name="run"):
        out = self.run_scenario(scenario, "--profile", *options, name=name)
        profile = {quantity: folded(out, quantity) for quantity in QUANTITIES}
        self.check_laws(out, profile)
        return profile

    def check_laws(self, out, profile):
        facts = summary(out)
        self.assertEqual(sum(profile["instructions"].values()), facts["cpu"]["instructions"])
        awake = sum(value for stack, value in profile["cycles"].items() if stack[-1] != ASLEEP)
        self.assertEqual(awake, facts["cpu"]["cycles"])
        picojoules = facts["energy_joules"] * 1e12
        self.assertAlmostEqual(sum(profile["energy"].values()), picojoules, delta=0.5 + 1e-9 * picojoules)
        leakage = sum(value for stack, value in profile["energy"].items() if stack[-1] == "[leakage]")
        self.assertAlmostEqual(leakage, facts["leakage_joules"] * 1e12, delta=len(profile["energy"]))
        self.assertEqual(speedscope(out), profile)

    def worked(self, program, images=1):
        return self.profile("lenet5.yaml", "--traces", "none", "--images", images,
                            "--set", f"software.firmware={BUILD}/firmware/{program}.elf", name=program)  # fmt: skip


    def check_blocks(self, out, energy):
        """Of every block, all but its clock and its leakage has its name on it; of the hart, no name at all."""
        facts = summary(out)
        for block in BLOCKS:
            operations = (facts["blocks"][block]["energy_joules"]["dynamic"] - clock_joules(facts, block)) * 1e12
            named = sum(value for stack, value in energy.items() if stack[-1] == f"[{block}]")
            if block == "cpu":
                named = sum(value for stack, value in energy.items() if not stack[-1].startswith("["))
            self.assertAlmostEqual(named, operations, delta=1e-6 * operations + len(energy), msg=block)


class Totals(ProfileTest):
    def test_hold_in_the_default_scenario_and_block_by_block(self):
        found = self.profile("lenet5.yaml", "--images", 3)
        self.check_blocks(self.folder / "run", found["energy"])

    def test_hold_on_other_chips_and_with_changing_operating_points(self):
        self.profile("lenet5_kcu.yaml", "--images", 2, name="kcu")
        self.profile("lenet5_race_to_idle.yaml", "--images", 2, name="race")

    def test_profiling_changes_nothing_and_is_the_same_each_time(self):
        plain = self.run_scenario("lenet5.yaml", "--images", 2, name="plain")
        one = self.run_scenario("lenet5.yaml", "--images", 2, "--profile", name="one")
        two = self.run_scenario("lenet5.yaml", "--images", 2, "--profile", name="two")
        for file in plain.iterdir():
            if file.name != "host.json":
                self.assertEqual(file.read_bytes(), (one / file.name).read_bytes(), file.name)
        names = [f"profile.{quantity}.folded" for quantity in QUANTITIES] + ["profile.speedscope.json"]
        self.assertEqual({file.name for file in one.iterdir()} - {file.name for file in plain.iterdir()}, set(names))
        for name in names:
            self.assertEqual((one / name).read_bytes(), (two / name).read_bytes(), name)

    def test_an_earlier_profile_does_not_stay(self):
        self.run_scenario("lenet5.yaml", "--images", 1, "--profile", "--traces", "none")
        out = self.run_scenario("lenet5.yaml", "--images", 1, "--traces", "none")
        self.assertEqual([file.name for file in out.glob("profile*")], [])

    def test_the_table_names_the_functions(self):
        done = kasane("run", SOURCE / "scenarios" / "lenet5.yaml", "--images", 1, "--traces", "none", "--profile",
                      "--no-report", "--out", self.folder / "table")  # fmt: skip
        self.assertRegex(done.stdout, r"function, by energy")
        self.assertRegex(done.stdout, r"crc32_continue +[\d.]+ .J +[\d.]+%")


class WorkedCounts(ProfileTest):
    """Functions of profiled_code.S, whose instructions are counted by hand: 2 n + 1 for worked_loop(n), ..."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.found = None

    def setUp(self):
        super().setUp()
        if WorkedCounts.found is None:
            WorkedCounts.found = self.worked("profiled_calls")
        self.instructions = WorkedCounts.found["instructions"]
        self.cycles = WorkedCounts.found["cycles"]

    def test_plain_calls(self):
        self.assertEqual(own(self.instructions, "plain_calls", "worked_loop"), 2 * 3 * (2 * 100 + 1))

    def test_cycles_of_loops(self):
        # alu 1, branch 1, taken 3, jump 2: n + 3 (n - 1) + 1 + 2. Fetching stalls nothing, and nothing is loaded.
        self.assertEqual(own(self.cycles, "plain_calls", "worked_loop"), 2 * 3 * (100 + 3 * 99 + 1 + 2))

    def test_recursion_level_by_level(self):
        level = ("worked_recursion",)
        for depth in range(1, 7):
            self.assertEqual(own(self.instructions, "other_calls", *level * depth), 8)
        self.assertEqual(own(self.instructions, "other_calls", *level * 7), 2)
        self.assertEqual(total(self.instructions, *level * 8), 0)

    def test_a_tail_call_stands_beside_its_caller(self):
        self.assertEqual(own(self.instructions, "other_calls", "worked_tail"), 2)
        # Called directly with 1000, and by worked_tail's jump with 50.
        self.assertEqual(own(self.instructions, "other_calls", "worked_loop"), 2 * 1000 + 1 + 2 * 50 + 1)

    def test_pointers_and_the_second_link_register(self):
        self.assertEqual(own(self.instructions, "other_calls", "worked_pointer"), 7)
        self.assertEqual(own(self.instructions, "worked_pointer", "worked_loop"), 2 * 20 + 1)
        self.assertEqual(own(self.instructions, "worked_pointer", "worked_millicode"), 2)

    def test_inlined_calls_have_frames(self):
        both = own(self.instructions, "with_inlined_calls", "inlined_caller", "inlined_loop")
        alone = own(self.instructions, "with_inlined_calls", "inlined_loop")
        self.assertIn(both - 2 * 500, (0, 1, 2))  # and what puts 500 into a register, if it is counted to it
        self.assertIn(alone - 2 * 100, (0, 1, 2))

    def test_exceptions_push_a_frame(self):
        self.assertEqual(own(self.instructions, "traps", "worked_trap"), 4 * 5)
        self.assertEqual(own(self.instructions, "worked_trap", "[exception]", "worked_handler"), 4 * 4)
        self.assertEqual(total(self.instructions, "worked_handler"), 4 * 4)

    def test_tasks_have_stacks_of_their_own(self):
        self.assertEqual(own(self.instructions, "tasks", "worked_loop"), 5 * (2 * 30 + 1))
        self.assertEqual(own(self.instructions, "worked_task", "worked_loop"), 5 * (2 * 10 + 1))
        in_task = {stack: value for stack, value in self.instructions.items() if "worked_task" in stack}
        self.assertEqual({stack[0] for stack in in_task}, {"worked_task"})
        # Six instructions (lla is two) up to the switch, five times; the jump back before all but the first.
        self.assertEqual(in_task[("worked_task",)], 5 * 7 + 4)
        # Either way in 7 instructions: the first belong to the task that calls, until it returns in the other.
        self.assertEqual(total(self.instructions, "worked_switch"), 10 * 7)

    def test_longjmp_ends_the_calls_in_between(self):
        self.assertEqual(own(self.instructions, "catches", "worked_loop"), 2 * 70 + 1)
        self.assertGreater(total(self.instructions, "catches", "throws", "throws", "throws", "throws", "longjmp"), 0)
        self.assertEqual(own(self.instructions, "firmware_main", "sleeps", "worked_loop"), 0)
        self.assertGreater(own(self.instructions, "firmware_main", "sleeps"), 0)

    def test_sleep_is_the_waiting_functions(self):
        asleep = {stack: value for stack, value in self.cycles.items() if stack[-1] == ASLEEP}
        slept = total(asleep, "sleeps", "system_wait")
        # 100 us at 500 MHz, less what is run on the way there and back.
        self.assertAlmostEqual(slept, 50_000, delta=1000)
        self.assertTrue(all(stack[-2] == "wait_for_interrupt" for stack in asleep))

    def test_interrupts_push_a_frame_where_they_are_taken(self):
        self.assertGreater(total(self.instructions, "sleeps", "system_wait", "[interrupt]", "trap_entry", "trap_handle"), 0)
        # trap_handle calls it last of all.
        self.assertGreater(own(self.instructions, "[interrupt]", "trap_entry", "alarm_ring"), 0)
        self.assertEqual(own(self.instructions, "firmware_main", "[interrupt]"), 0)


class Energy(ProfileTest):
    def test_an_engines_energy_is_the_driver_calls_that_rang(self):
        found = self.worked("worked_commands")
        self.check_blocks(self.folder / "worked_commands", found["energy"])
        self.assertGreater(own(found["energy"], "engine_start", "[neural_comp_unit]"), 0)
        for stack in found["energy"]:
            # The engine is never driven by anybody else, and only the engine reads weights.
            if "[neural_comp_unit]" in stack:
                self.assertEqual(stack[stack.index("[neural_comp_unit]") - 1], "engine_start")
        for memory in ("[weight_memory]", "[feature_map_memory]", "[ram]"):
            self.assertGreater(own(found["energy"], "engine_start", "[neural_comp_unit]", memory), 0)

    def test_the_dma_engines_energy_too(self):
        found = self.worked("worked_commands", 3)
        self.check_blocks(self.folder / "worked_commands", found["energy"])
        for block in ("[dram]", "[feature_map_memory]", "[bus]"):
            self.assertGreater(own(found["energy"], "engine_start", "[dma]", block), 0)

    def test_instructions_cost_their_class(self):
        found = self.worked("profiled_calls")
        self.check_blocks(self.folder / "profiled_calls", found["energy"])
        joules = lambda name: PRICES.joules(f"instruction_{name}") * 1e12
        loops = 2 * 3 * (100 * joules("alu") + 100 * joules("branch") + joules("jump"))
        self.assertAlmostEqual(own(found["energy"], "plain_calls", "worked_loop"), loops, delta=2)
        # It loads and stores nothing: what RAM it uses is its code, a word of 8 bytes each time round and one more. RAM
        # is of 16 macros.
        fetches = 2 * 3 * (100 + 1) * PRICES.read_joules(2**20 / 16, 64) * 1e12
        self.assertAlmostEqual(own(found["energy"], "plain_calls", "worked_loop", "[ram]"), fetches, delta=2)
        # A level of worked_recursion: three blocks of one, two and two words of code; a load and a store.
        words = [PRICES.read_joules(2**20 / 16, 64) * 1e12, PRICES.write_joules(2**20 / 16, 64) * 1e12]
        level = (5 + 1) * words[0] + words[1]
        self.assertAlmostEqual(own(found["energy"], "other_calls", "worked_recursion", "[ram]"), level, delta=2)

    def test_a_sleeping_second_costs_the_function_that_sleeps(self):
        one, two = (self.worked("idle_seconds", images) for images in (1, 2))
        for frame in ("[leakage]", "[clocks]"):
            difference = own(two["energy"], ASLEEP, frame) - own(one["energy"], ASLEEP, frame)
            self.assertGreater(difference, 0)
        asleep = lambda found: sum(value for stack, value in found["cycles"].items() if stack[-1] == ASLEEP)
        self.assertAlmostEqual(asleep(two) - asleep(one), 500_000_000, delta=2)
        self.assertEqual(sum(one["instructions"].values()), sum(two["instructions"].values()))


class OtherPrograms(ProfileTest):
    def test_profiles_are_for_runs(self):
        done = kasane("describe", SOURCE / "scenarios" / "lenet5.yaml", "--profile")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--profile is for run", done.stderr)

    def test_software_of_others(self):
        """OpenSBI and U-Boot, most of it without symbols: the totals hold all the same."""
        self.profile("virt.yaml", "--traces", "none")

    def test_profile_without_symbols(self):
        """A program without symbols or DWARF is profiled by the memories that its code lies in."""
        import shutil
        import subprocess

        stripped = self.folder / "stripped.elf"
        shutil.copy(BUILD / "firmware" / "profiled_calls.elf", stripped)
        subprocess.run(["riscv64-unknown-elf-strip", stripped], check=True)
        found = self.profile("lenet5.yaml", "--traces", "none", "--images", 1,
                             "--set", f"software.firmware={stripped}")  # fmt: skip
        frames = {frame for stack in found["instructions"] for frame in stack}
        self.assertEqual({frame for frame in frames if not re.match(r"\[.*\]$", frame)}, {"(boot_rom)", "(ram)"})


if __name__ == "__main__":
    unittest.main()
