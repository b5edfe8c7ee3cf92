"""What a user can get wrong: one clear line, exit code 2, nothing half-written."""

import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "integration"))
from kasane_program import BUILD, CIFAR10, FASHION_MNIST, PROGRAM, SOURCE, ScenarioTest, kasane  # noqa: E402

DEFAULT = SOURCE / "scenarios" / "lenet5.yaml"
CIFAR = SOURCE / "scenarios" / "cifar.yaml"
ARRAY = SOURCE / "scenarios" / "cartesian_lenet5.yaml"
HIDDEN = SOURCE / "scenarios" / "hiddenite_lenet.yaml"


class Refusals(ScenarioTest):
    def expect_refusal(self, *arguments, says):
        out = self.folder / "out"
        done = kasane("run", *arguments, "--out", out, "--quiet")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn(says, done.stderr)
        self.assertFalse(out.exists() and any(out.iterdir()), "something was written")

    def damaged(self, source, keep, name):
        """A copy of a file cut to `keep` bytes."""
        path = self.folder / name
        path.write_bytes(Path(source).read_bytes()[:keep])
        return path


class BadInput(Refusals):
    def scenario(self, change_from, change_to):
        """The default scenario with a text replaced."""
        text = DEFAULT.read_text()
        self.assertIn(change_from, text)
        path = self.folder / "changed.yaml"
        path.write_text(text.replace(change_from, change_to))
        return path

    def override(self, setting, says):
        self.expect_refusal(DEFAULT, "--set", setting, says=says)

    def test_scenario_file(self):
        self.expect_refusal(self.folder / "nowhere.yaml", says="cannot read")
        self.expect_refusal(self.scenario("quantum", "quantm"), says="changed.yaml:20:9: chip.cpu.quantm: unknown key")
        self.expect_refusal(self.scenario("images: 200", "images: many"), says="expected a whole number")
        self.expect_refusal(self.scenario("name: lenet5\n", "name: lenet5\nname: twice\n"), says="given twice")
        self.expect_refusal(self.scenario("chip:", "chip: ["), says="not valid YAML")

    def test_values(self):
        self.override("chip.cpu.quantm=1 us", "unknown key")
        self.override("chip.cpu.quantum=1", "expected a time such as 10 us")
        self.override("chip.neural_comp_unit.lanes_in=0", "expected a whole number in 1 ... 256")
        self.override("chip.ram.size=3 B", "chip.ram.size")
        self.override("chip.dram.size=1 MiB", "dram")
        self.override("technology.corner=best", "expected one of low, typical, high")
        self.override("technology.file=nowhere.yaml", "cannot read")
        self.override("dataset.images=10001", "expected a whole number in 1 ... 10000")

    def technology(self, change_from, change_to):
        """The setting that uses a copy of the technology's tables with a text replaced."""
        tables = SOURCE / "models" / "technology" / "tables"
        text = (tables / "45nm.yaml").read_text()
        self.assertIn(change_from, text)
        (self.folder / "cacti45.csv").write_bytes((tables / "cacti45.csv").read_bytes())
        (self.folder / "changed.yaml").write_text(text.replace(change_from, change_to))
        return f"technology.file={self.folder / 'changed.yaml'}"

    def test_technology(self):
        self.override(self.technology("energy_pj: [0.2, 0.15, 0.3]", "energy_pj: [0.2]"), "expected three numbers")
        self.override(self.technology("leakage: [0.3, 10]", "leakage: [10, 0.3]"), "sram.bounds.lstp.leakage: expected")
        # Active standby may not cost less than precharged standby at any of the three figures.
        for figures in ("37000, 26000, 45000", "33000, 30000, 45000", "37000, 30000, 39000"):
            setting = self.technology("leakage_uw: [37000, 30000, 45000]", f"leakage_uw: [{figures}]")
            self.override(setting, "expected dram_active_standby above dram_precharged_standby")

    def test_sizes_that_cannot_fit(self):
        self.override("chip.ram.size=16 KiB", "classify.elf")
        self.override("chip.feature_map_memory.banks=3", "feature_map_memory")
        self.override("chip.cpu.quantum=0 ns", "quantum")
        self.override("chip.domains.ncu.initial_point=2", "expected a whole number in 0 ... 1")

    def test_network(self):
        onnx = SOURCE / "sw" / "networks" / "lenet5-fashion.onnx"
        self.override("software.network=nowhere.onnx", "nowhere.onnx")
        for keep in (0, 1, 100, onnx.stat().st_size // 2, onnx.stat().st_size - 1):
            self.override(f"software.network={self.damaged(onnx, keep, 'cut.onnx')}", "cut.onnx")

    def test_package(self):
        package = self.folder / "network.package"
        done = kasane("compile", DEFAULT, "--out", package, "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        size = package.stat().st_size
        for keep in (4, 127, 1000, size - 1):
            self.override(f"software.network={self.damaged(package, keep, 'cut.package')}", "cut.package")
        for at in (40, size // 2, size - 1):
            flipped = bytearray(package.read_bytes())
            flipped[at] ^= 0x10
            (self.folder / "flipped.package").write_bytes(flipped)
            self.override(f"software.network={self.folder / 'flipped.package'}", "flipped.package")
        self.expect_refusal(
            DEFAULT, "--set", f"software.network={package}", "--set", "chip.weight_memory.size=8 KiB", says="Weight Memory",
        )  # fmt: skip

    def test_firmware(self):
        elf = BUILD / "firmware" / "classify.elf"
        self.override("software.firmware=nowhere.elf", "nowhere.elf")
        for keep in (0, 3, 63, 200, 5000):
            self.override(f"software.firmware={self.damaged(elf, keep, 'cut.elf')}", "cut.elf")
        self.override(f"software.firmware={PROGRAM}", "RISC-V")

    def test_dataset(self):
        self.override(f"dataset.folder={self.folder}", "idx3-ubyte")
        for name in FASHION_MNIST.iterdir():
            self.damaged(name, 1 << 30, name.name)
        victim = "t10k-images-idx3-ubyte.gz"
        for keep in (0, 10, 5000, (FASHION_MNIST / victim).stat().st_size - 1):
            self.damaged(FASHION_MNIST / victim, keep, victim)
            self.override(f"dataset.folder={self.folder}", victim)

    def test_command_line(self):
        for arguments, says in (
            (["fly"], "unknown command"),
            (["run"], "expected a scenario or sweep file"),
            (["run", DEFAULT, "--fast"], "unrecognised option"),
            (["run", DEFAULT, "--traces", "sound"], "unknown trace"),
            (["run", DEFAULT, "--corner", "best"], "--corner best: expected low, typical or high"),
            (["describe", DEFAULT, "--corner", ""], "expected low, typical or high"),
            (["run", DEFAULT, "--set", "x"], "expected a.b=VALUE"),
            (["report", self.folder], "summary.json"),
            (["run", DEFAULT, DEFAULT], "expected one file or folder"),
            (["diff", self.folder], "expected the folders of two runs"),
            (["diff", self.folder, self.folder], "summary.json"),
        ):
            done = kasane(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(says, done.stderr)

    def test_folder_that_cannot_be_written(self):
        (self.folder / "file").write_text("in the way")
        done = kasane("run", DEFAULT, "--images", 1, "--quiet", "--out", self.folder / "file" / "out")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


class CartesianKeys(Refusals):
    def test_values(self):
        for setting, says in (
            ("chip.cartesian_array.rows=0", "chip.cartesian_array.rows: expected a whole number in 1 ... 256"),
            ("chip.cartesian_array.rows=257", "1 ... 256"),
            ("chip.cartesian_array.columns=31", "chip.cartesian_array.columns: expected an even number"),
            ("chip.cartesian_array.columns=many", "expected a whole number in 2 ... 256"),
            ("chip.cartesian_array.weight_buffer=1000 B", "chip.cartesian_array.weight_buffer"),
            ("chip.cartesian_array.input_buffer=64", "expected"),
            ("chip.cartesian_array.pipeline_cycles=65", "0 ... 64"),
            ("chip.cartesian_array.tile_bubble_cycles=-1", "0 ... 64"),
            ("chip.cartesian_array.depth=3", "unknown key"),
            ("chip.cartesian_array=32", "expected a mapping"),
            ("software.array={columns: 32}", "software.array.columns: unknown key"),
            ("software.array={first_and_last_on_ncu: perhaps}", "expected true or false"),
            ("software.array={ncu_layers: [nowhere]}", "nowhere"),
        ):
            self.expect_refusal(ARRAY, "--set", setting, says=says)

    def test_an_array_needs_its_domain(self):
        self.expect_refusal(DEFAULT, "--set", "chip.cartesian_array={}", says="chip.domains.array: missing")

    def test_a_package_of_another_width(self):
        package = self.folder / "network.package"
        done = kasane("compile", ARRAY, "--out", package, "--quiet", "--set", "chip.cartesian_array.columns=16")
        self.assertEqual(done.returncode, 0, done.stderr)
        network = f"software.network={package}"
        self.expect_refusal(ARRAY, "--set", network, says="array of 16 columns, the chip has one of 32")
        self.expect_refusal(DEFAULT, "--set", network, says="array of 16 columns, the chip has none")


class HiddeniteKeys(Refusals):
    def test_values(self):
        for setting, says in (
            ("chip.hiddenite.input_channels=0", "chip.hiddenite.input_channels: expected a whole number in 1 ... 256"),
            ("chip.hiddenite.output_channels=257", "1 ... 256"),
            ("chip.hiddenite.rows=many", "expected a whole number in 1 ... 256"),
            ("chip.hiddenite.columns=-1", "1 ... 256"),
            ("chip.hiddenite={rows: 256, columns: 256}", "chip.hiddenite.rows: hiddenite: input_channels * output_channels * rows * columns"),
            ("chip.hiddenite.expander_fields=0", "1 ... 1024"),
            ("chip.hiddenite.mask_fifo=17 MiB", "chip.hiddenite.mask_fifo"),
            ("chip.hiddenite.weight_buffer=63 B", "chip.hiddenite.weight_buffer"),
            ("chip.hiddenite.input_buffer=64", "expected"),
            ("chip.hiddenite.requantizers=0", "1 ... 65536"),
            ("chip.hiddenite.pipeline_cycles=65", "0 ... 64"),
            ("chip.hiddenite.tile_bubble_cycles=-1", "0 ... 64"),
            ("chip.hiddenite.depth=3", "unknown key"),
            ("chip.hiddenite=4096", "expected a mapping"),
            ("software.hiddenite={output_lanes: 8}", "software.hiddenite.output_lanes: unknown key"),
            ("software.hiddenite.field_bits=9", "software.hiddenite.field_bits: expected automatic, 0 (raw bitmaps) or bits in 1 ... 8, got '9'"),
            ("software.hiddenite.field_bits=raw", "got 'raw'"),
            ("software.hiddenite={ncu_layers: [nowhere]}", "nowhere"),
        ):
            self.expect_refusal(HIDDEN, "--set", setting, says=says)

    def test_the_engine_needs_its_domain(self):
        self.expect_refusal(DEFAULT, "--set", "chip.hiddenite={}", says="chip.domains.hiddenite: missing")

    def test_a_package_of_other_lanes(self):
        package = self.folder / "network.package"
        done = kasane("compile", HIDDEN, "--out", package, "--quiet", "--set", "chip.hiddenite.output_channels=4")
        self.assertEqual(done.returncode, 0, done.stderr)
        network = f"software.network={package}"
        self.expect_refusal(HIDDEN, "--set", network, says="engine of 4 output channels, the chip has one of 8")
        self.expect_refusal(DEFAULT, "--set", network, says="engine of 4 output channels, the chip has none")


class ExitKeys(Refusals):
    def test_values(self):
        for setting, says in (
            ("chip.exit_unit={comparators: 0}", "chip.exit_unit.comparators: expected a whole number in 1 ... 256"),
            ("chip.exit_unit={multipliers: 20}", "1 ... 19"),
            ("chip.exit_unit={quotient_bits: 9}", "1 ... 8"),
            ("chip.exit_unit={buffer: 5 KiB}", "chip.exit_unit.buffer"),
            ("chip.exit_unit={depth: 3}", "unknown key"),
            ("software.exits={segments: [ncu, gpu]}", "software.exits.segments: expected each of cpu, ncu, kcu, cartesian, hiddenite, got 'gpu'"),
            ("software.exits={segments: [ncu, kcu]}", "software.exits.segments: the chip has no engine for 'kcu'"),
            ("software.exits={segments: [cartesian]}", "the chip has no engine for 'cartesian'"),
            ("software.exits={segments: [hiddenite]}", "the chip has no engine for 'hiddenite'"),
            ("software.exits={segments: [cpu, cpu, cpu, cpu, cpu, cpu, cpu, cpu, cpu]}", "software.exits.segments: expected at most 8, got 9"),
            ("software.exits={thresholds: [0.1, 201]}", "software.exits.thresholds: expected numbers of nats in 0 ... 200"),
            ("software.exits={thresholds: [-0.1]}", "0 ... 200"),
            ("software.exits={thresholds: [low]}", "software.exits.thresholds"),
            ("software.exits={thresholds: [1, 1, 1, 1, 1, 1, 1, 1]}", "software.exits.thresholds: expected at most 7, got 8"),
            ("software.exits={overlap: 2}", "software.exits.overlap"),
            ("software.exits={depth: 3}", "unknown key"),
        ):
            self.expect_refusal(DEFAULT, "--set", setting, says=says)

    def test_a_network_with_one_exit_has_no_thresholds(self):
        self.expect_refusal(DEFAULT, "--set", "software.exits={thresholds: [0.5]}", says="software.exits.thresholds: expected 0 for the network's 1 exit, got 1")


class Cifar10Keys(Refusals):
    """Needs no pictures: the scenario alone is wrong, or the archive is absent."""

    def test_one_place_fits_each_kind(self):
        self.expect_refusal(CIFAR, "--set", "dataset.folder=.", says="dataset.folder: does not fit")
        self.expect_refusal(CIFAR, "--set", "dataset.kind=mnist", says="dataset.archive: does not fit")
        self.expect_refusal(DEFAULT, "--set", "dataset.kind=cifar10", says="dataset.folder: does not fit")
        self.expect_refusal(DEFAULT, "--set", "dataset.archive=x.tar.gz", says="expected 'folder'")
        path = self.folder / "neither.yaml"
        path.write_text("\n".join(line for line in CIFAR.read_text().splitlines() if "archive: " not in line))
        self.expect_refusal(path, says="dataset.archive: missing")

    def test_absent_archive(self):
        for place in ("nowhere.tar.gz", self.folder):
            self.expect_refusal(CIFAR, "--set", f"dataset.archive={place}", says="does not come with this repository")


class Cifar10Archive(Refusals):
    data = CIFAR10
    where_from = "CIFAR-10 does not come with the repository"

    def test_damaged_archive(self):
        for keep in (0, 10, 5000, CIFAR10.stat().st_size // 2, CIFAR10.stat().st_size - 1):
            cut = self.damaged(CIFAR10, keep, "cut.tar.gz")
            self.expect_refusal(CIFAR, "--set", f"dataset.archive={cut}", says="cut.tar.gz: is truncated or corrupt")

    def test_more_images_than_there_are(self):
        self.expect_refusal(CIFAR, "--set", "dataset.calibration_images=50001", says="expected 5001 for 50001 images")


class Interruption(ScenarioTest):
    def start(self):
        out = self.folder / "out"
        process = subprocess.Popen(
            [str(PROGRAM), "run", str(DEFAULT), "--images", "10000", "--quiet", "--out", str(out)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=SOURCE,
        )  # fmt: skip
        results = out / "results.csv"
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not (results.exists() and results.stat().st_size > 200):
            self.assertIsNone(process.poll(), "ended early")
            time.sleep(0.05)
        return process, out

    def test_ctrl_c_leaves_complete_files(self):
        process, out = self.start()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("interrupted", errors)
        import json

        facts = json.loads((out / "summary.json").read_text())
        self.assertTrue(facts["interrupted"])
        self.assertGreater(facts["images"], 0)
        self.assertLess(facts["images"], 10000)
        self.assertTrue((out / "power.csv").read_text().endswith("\n"))

    def test_kill_leaves_readable_files(self):
        process, out = self.start()
        time.sleep(1.5)
        process.kill()
        process.communicate(timeout=60)
        self.assertFalse((out / "summary.json").exists(), "a summary of a run that never ended")
        self.assertGreater(len((out / "results.csv").read_text().splitlines()), 1)

    def test_full_disk_is_one_line(self):
        if os.geteuid() != 0:
            self.skipTest("needs root to mount a small file system")
        small = self.folder / "small"
        small.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], check=False, capture_output=True).returncode:
            self.skipTest("cannot mount a small file system here")
        try:
            done = kasane("run", DEFAULT, "--images", 200, "--quiet", "--no-report", "--out", small / "out")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn("No space left on device", done.stderr)
            self.assertFalse((small / "out" / "summary.json").exists())
        finally:
            subprocess.run(["umount", small], check=True)


if __name__ == "__main__":
    unittest.main()
