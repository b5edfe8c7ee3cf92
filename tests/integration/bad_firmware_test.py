"""Firmware that misbehaves gets the faults a chip would give; the simulator always ends in order."""

import struct
import unittest

from kasane_program import BUILD, SOURCE, ScenarioTest, kasane, results

COUNTS = ("load_faults", "store_faults", "fetch_faults", "misaligned", "other_exceptions", "interrupts", "sleeps")


class BadFirmware(ScenarioTest):
    def run_firmware(self, program, *arguments, name="run"):
        out = self.folder / name
        done = kasane(
            "run", SOURCE / "scenarios" / "lenet5.yaml", "--out", out, "--quiet", "--no-report",
            "--set", f"software.firmware={BUILD}/firmware/{program}.elf", *arguments,
        )  # fmt: skip
        self.assertLessEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        return done, out

    def test_nonsense_is_answered_with_faults(self):
        for seed in (1, 2, 3):
            done, out = self.run_firmware("nonsense_tame", "--images", seed, name=f"seed{seed}")
            self.assertEqual(done.returncode, 0, f"seed {seed}: {done.stderr}")
            last = bytes.fromhex(results(out)[-1]["output_hex"])
            counts = dict(zip(COUNTS, struct.unpack(f"<{len(COUNTS)}I", last[: 4 * len(COUNTS)])))
            for kind in ("load_faults", "store_faults", "fetch_faults", "interrupts", "sleeps"):
                self.assertGreater(counts[kind], 10, f"seed {seed}: {counts}")

    def test_nonsense_is_the_same_every_time(self):
        _, first = self.run_firmware("nonsense_tame", "--images", 7, name="first")
        _, second = self.run_firmware("nonsense_tame", "--images", 7, name="second")
        for name in ("summary.json", "results.csv", "power.csv"):
            self.assertEqual((first / name).read_bytes(), (second / name).read_bytes(), name)

    def test_nonsense_without_limits_never_crashes(self):
        for seed in range(1, 9):
            done, out = self.run_firmware("nonsense_wild", "--images", seed, "--set", "time_limit=50 ms", name=f"wild{seed}")
            self.assertIn(done.returncode, (0, 1), f"seed {seed}: {done.stderr}")
            checked = kasane("check", out)  # whatever firmware does, the files keep their laws
            self.assertEqual(checked.returncode, 0, f"seed {seed}: {checked.stdout}")

    def test_sleep_forever_is_noticed(self):
        done, _ = self.run_firmware("sleep_forever")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("stands still", done.stderr)

    def test_time_limit_ends_a_trap_loop(self):
        done, _ = self.run_firmware("lost_traps", "--set", "time_limit=2 ms")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("time_limit", done.stderr)

    def test_unexpected_trap_is_reported_by_firmware(self):
        done, out = self.run_firmware("jump_nowhere")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("code 101", done.stderr)  # 100 + instruction access fault
        self.assertIn("instruction access fault", (out / "console.log").read_text())


if __name__ == "__main__":
    unittest.main()
