"""GDB attached to a running chip: what it sees and does, and that looking changes nothing."""

import re
import shutil
import socket
import struct
import subprocess
import unittest
from pathlib import Path

from kasane_program import BUILD, PROGRAM, SOURCE, ScenarioTest, kasane, results, summary

GDB = shutil.which("gdb-multiarch")
FIRMWARE = BUILD / "firmware" / "classify.elf"
U_BOOT = Path("/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf")
IMAGES = 3
RECORDS = ("--profile", "--trace-instructions", "engine_start")


HOST = "127.0.0.1"  # by number: a bare system knows no names


class Run:
    """`kasane run` with a port for GDB, or for the console."""

    def __init__(self, out, *arguments, scenario="lenet5.yaml", images=IMAGES):
        self.out = out
        if images:
            arguments = ("--images", str(images), *arguments)
        self.process = subprocess.Popen(
            [PROGRAM, "run", SOURCE / "scenarios" / scenario, "--no-report", "--quiet", "--out", out, *arguments],
            cwd=SOURCE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def port(self):
        """The next one that the program says it has chosen."""
        line = self.process.stdout.readline()
        found = re.search(r": port (\d+) of this host$", line)
        if not found:
            self.process.kill()
            raise AssertionError(f"expected a port, got {line!r}, {self.process.stderr.read()}")
        return int(found[1])

    def finish(self):
        """The exit code and standard error."""
        _, errors = self.process.communicate(timeout=300)
        return self.process.returncode, errors


def frame(payload):
    data = payload.encode("latin-1")
    return b"$" + data + b"#%02x" % (sum(data) % 256)


def receive(client, expected):
    """What comes up to the expected bytes, or to the end of the connection."""
    data = b""
    while expected not in data:
        more = client.recv(4096)
        if not more:
            break
        data += more
    return data


@unittest.skipUnless(GDB, "install Debian's gdb-multiarch")
class GdbScenarioTest(ScenarioTest):
    def gdb(self, port, *commands, program=FIRMWARE):
        """What GDB prints when it executes the commands, attached to the chip."""
        script = self.folder / "commands.gdb"
        script.write_text("\n".join(["set pagination off", "set confirm off", f"target remote {HOST}:{port}", *commands]) + "\n")
        done = subprocess.run([GDB, "-nx", "-batch", "-x", script, program], capture_output=True, text=True, timeout=300, cwd=SOURCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout + done.stderr


class GdbTest(GdbScenarioTest):
    def debug(self, *commands, name="debugged", options=("--gdb-wait",), **more):
        """Runs the commands against a fresh chip to the run's end: what GDB printed, and the run's folder."""
        run = Run(self.folder / name, "--gdb", "0", *options, **more)
        text = self.gdb(run.port(), *commands)
        code, errors = run.finish()
        self.assertEqual(code, 0, errors + text)
        return text, run.out

    def assert_same_run(self, debugged, *options):
        """All that is left of the chip is as without GDB, byte for byte."""
        plain = self.run_scenario("lenet5.yaml", "--images", IMAGES, *options, name="plain")
        names = sorted(path.name for path in plain.iterdir() if path.name != "host.json")
        self.assertIn("summary.json", names)
        for name in names:
            self.assertEqual((debugged / name).read_bytes(), (plain / name).read_bytes(), name)

    def test_breaks_steps_and_looks_without_changing_anything(self):
        text, out = self.debug(
            "print/x $pc",
            "info registers priv",
            "break engine_start",
            "continue",
            "backtrace",
            "print count",
            "print/x *(unsigned *)engine->base",
            "print/x $mstatus",
            "print $mhartid",
            "print/x $mtvec == (long)trap_entry",
            "x/2i $pc",
            "stepi",
            "stepi",
            "next",
            "next",
            "step",
            "info registers mepc mcause minstret",
            "monitor power",
            "monitor quantum",
            "monitor help",
            "continue",
            "delete",
            "tbreak trap_handle",
            "continue",
            "finish",
            "watch -l opened[1].finished",
            "continue",
            "continue",
            "print opened[1].finished",
            "delete",
            "rwatch opened[1].base",
            "continue",
            "delete",
            "tbreak system_wait",
            "continue",
            *["next"] * 6,
            "tbreak vector_argmax",
            "continue",
            "stepi 200",
            "next",
            "next",
            "continue",
            options=("--gdb-wait", *RECORDS),
        )
        self.assertIn("$1 = 0x1000\n", text)  # the boot ROM
        self.assertRegex(text, r"priv\s+0x3\s+prv:3 \[Machine\]")
        self.assertRegex(text, r"Breakpoint 1, engine_start \(engine=engine@entry=0x[0-9a-f]+ <opened>, commands=\d+, count=\d+\)\s+at sw/drivers/engine.c")
        self.assertRegex(text, r"#\d+ +0x[0-9a-f]+ in firmware_main \(boot_info=[^)]*\) at sw/apps/classify.c")
        self.assertNotIn("Backtrace stopped", text)
        # Stepping goes through sleep, and passes over the interrupt that ends it.
        self.assertRegex(text, r"\n58\t +wait_for_interrupt.*\n59\t +interrupts_enable.*\n60\t +interrupts_disable")
        self.assertIn("= 0x4b530001\n", text)  # the engine's ID register
        self.assertIn("= 0x1\n", text)  # mtvec is trap_entry
        self.assertIn("monitor quantum [TIME]", text)
        self.assertIn("runs ahead by up to", text)
        self.assertRegex(text, r"\nneural_comp_unit +\d+(\.\d+)? .?W +\d+(\.\d+)? .?W +\d+(\.\d+)? .?J\n")
        self.assertRegex(text, r"Hardware watchpoint \d+: -location opened\[1\].finished\s+Old value = false\s+New value = true")
        self.assertRegex(text, r"Hardware read watchpoint \d+: opened\[1\].base\s+Value = ")
        self.assertRegex(text, r"Temporary breakpoint [\d.]+, vector_argmax")
        self.assertIn("[Inferior 1 (Remote target) exited normally]", text)
        self.assert_same_run(out, *RECORDS)

    def test_detaching_lets_the_run_go_on(self):
        _, out = self.debug("break engine_start", "continue", "detach")
        self.assert_same_run(out)

    def test_a_lost_connection_lets_the_run_go_on(self):
        _, out = self.debug("break engine_start", "continue", "watch -l opened[1].finished", "continue", "python import os; os._exit(0)")
        self.assert_same_run(out)

    def test_changes_what_it_is_told_to(self):
        text, out = self.debug(
            "break classification_run",
            "continue",
            f"set var run->chip->info->images = {IMAGES - 1}",
            "print run->chip->info->images",
            "continue",
        )
        self.assertIn(f"= {IMAGES - 1}\n", text)
        self.assertEqual(len(results(out)), IMAGES - 1)
        self.assertEqual(summary(out)["images"], IMAGES - 1)

    def test_resets_and_loads_again(self):
        text, out = self.debug(
            "break firmware_main",
            "continue",
            "monitor reset",
            "maintenance flush register-cache",
            "print/x $pc",
            "print $a0",
            "load",
            "set $pc = 0x1000",
            "continue",
            "monitor quantum 1 us",
            "monitor quantum nonsense",
            "delete",
            "continue",
        )
        self.assertIn("The hart is at its reset vector.", text)
        self.assertIn("$1 = 0x1000\n$2 = 0\n", text)
        self.assertIn("Start address 0x0000000040008000, load size", text)
        self.assertEqual(len(re.findall(r"Breakpoint 1, firmware_main", text)), 2)
        self.assertIn("runs ahead by up to 1.00 us", text)
        self.assertIn("quantum 'nonsense': expected", text)
        self.assertEqual(len(results(out)), IMAGES)

    def test_ends_the_run(self):
        run = Run(self.folder / "killed", "--gdb", "0", "--gdb-wait")
        self.gdb(run.port(), "break engine_start", "continue", "kill")
        code, errors = run.finish()
        self.assertEqual((code, errors), (130, "kasane: interrupted\n"))
        self.assertTrue(summary(run.out)["interrupted"])

    def test_says_why_nothing_happens(self):
        firmware = BUILD / "firmware" / "sleep_forever.elf"
        run = Run(self.folder / "still", "--gdb", "0", "--gdb-wait", "--set", f"software.firmware={firmware}")
        text = self.gdb(run.port(), "continue", "backtrace", "continue", "kill", program=firmware)
        self.assertEqual(text.count("The chip stands still"), 2)
        self.assertIn("Program received signal SIGINT", text)
        self.assertIn("firmware_main", text)
        self.assertEqual(run.finish()[0], 130)

    def test_interrupts_a_chip_that_runs_and_attaches_late(self):
        run = Run(self.folder / "long", "--gdb", "0", images=10_000)
        port = run.port()
        with socket.create_connection((HOST, port)) as client:
            client.settimeout(60)
            client.sendall(b"+" + frame("?"))
            self.assertIn(b"$T05", receive(client, b"$T05"))
            client.sendall(b"+" + frame("c"))
            client.sendall(b"\x03")
            self.assertIn(b"$T02", receive(client, b"$T02"))
            client.sendall(b"+" + frame("k"))
            receive(client, b"the end of the connection")
        self.assertEqual(run.finish(), (130, "kasane: interrupted\n"))

    def test_nonsense_on_the_port_does_no_harm(self):
        run = Run(self.folder / "attacked", "--gdb", "0", "--gdb-wait")
        port = run.port()
        linger = struct.pack("ii", 1, 0)  # close by a reset
        for attack in [
            b"GET / HTTP/1.1\r\n\r\n",
            b"$",
            b"$g#",
            b"\x00\xff" * 5000,
            b"$" + b"A" * 1_000_000 + b"#00",
            frame("m0,ffffffffffffffff") + frame("Mffffffffffffffff,1:00") + frame("Z2,0,ffffffffffffffff") + frame("p") + frame("P"),
            frame("vCont;r") + frame("vCont") + frame("qRcmd,") + frame("qXfer:features:read:target.xml:-1,"),
            b"-" * 1000 + b"\x03" * 1000,
            frame("X40000000,100:abc") + frame("G") + frame("Hg-1") + frame("D;1")[:-1],
        ]:
            with socket.create_connection((HOST, port)) as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                client.sendall(attack)
                client.settimeout(0.2)
                try:
                    client.recv(100)
                except OSError:
                    pass
        self.assertIn("exited normally", self.gdb(port, "continue"))
        self.assertEqual(run.finish()[0], 0)
        self.assert_same_run(run.out)

    def test_says_what_is_wrong_with_a_port(self):
        with socket.create_server((HOST, 0)) as taken:
            port = taken.getsockname()[1]
            for option in ["--gdb", "--console"]:
                done = kasane("run", SOURCE / "scenarios" / "lenet5.yaml", "--out", self.folder / "none", option, port)
                self.assertEqual(done.returncode, 2)
                self.assertEqual(done.stderr, f"kasane: {option}: cannot listen on port {port}: Address already in use\n")
                self.assertFalse((self.folder / "none").exists())
        done = kasane("run", SOURCE / "scenarios" / "lenet5.yaml", "--gdb", 65536)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--gdb: expected a TCP port", done.stderr)
        done = kasane("run", SOURCE / "scenarios" / "lenet5.yaml", "--gdb-wait")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--gdb-wait: expected --gdb PORT", done.stderr)

    def test_the_console_is_also_on_a_port(self):
        run = Run(self.folder / "console", "--gdb", "0", "--gdb-wait", "--console", "0")
        gdb = run.port()
        with socket.create_connection((HOST, run.port())) as client:
            client.settimeout(60)
            self.gdb(gdb, "continue")
            text = b""
            while more := client.recv(4096):
                text += more
        self.assertEqual(run.finish()[0], 0)
        self.assertEqual(text.replace(b"\r", b""), (run.out / "console.log").read_bytes())
        self.assertIn(b"images right", text)


class VirtGdbTest(GdbScenarioTest):
    data = U_BOOT
    where_from = "install Debian's u-boot-qemu and opensbi"

    def test_people_type_and_look_at_software_in_supervisor_mode(self):
        run = Run(self.folder / "virt", "--gdb", "0", "--console", "0", scenario="virt.yaml", images=None)
        gdb = run.port()
        with socket.create_connection((HOST, run.port())) as client:
            client.settimeout(300)
            self.assertIn(b"\n=> ", receive(client, b"\n=> "))
            client.sendall(b"version\n")
            self.assertIn(b"U-Boot 20", receive(client, b"=> "))
            text = self.gdb(gdb, "info registers priv fcsr satp", "x/i $pc", "stepi", "stepi", "detach", program=U_BOOT)
            self.assertRegex(text, r"priv\s+0x1\s+prv:1 \[Supervisor\]")
            self.assertRegex(text, r"fcsr\s+0x0\s+NV:0")
            self.assertRegex(text, r"=> 0x[0-9a-f]+")
            client.sendall(b"poweroff\n")
            receive(client, b"the end of the connection")
        self.assertEqual(run.finish(), (0, ""))


if __name__ == "__main__":
    unittest.main()
