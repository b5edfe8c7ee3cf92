"""Firmware of others: Debian's OpenSBI boots into Debian's U-Boot, on a machine with QEMU's device tree."""

import os
import pty
import re
import subprocess
import threading
import time
import unittest
from pathlib import Path

from kasane_program import BUILD, PROGRAM, SOURCE, ScenarioTest, kasane, summary

SCENARIO = SOURCE / "scenarios" / "virt.yaml"
OPENSBI = Path("/usr/lib/riscv64-linux-gnu/opensbi/generic")
U_BOOT = Path("/usr/lib/u-boot/qemu-riscv64_smode")


class VirtTest(ScenarioTest):
    data = U_BOOT
    where_from = "install Debian's u-boot-qemu and opensbi"

    def version(self):
        """What U-Boot calls itself, from its own bytes."""
        text = (U_BOOT / "u-boot.bin").read_bytes()
        return re.search(rb"U-Boot 20\d\d\.\d\d[^\0\n]*\([^\0\n]*\)", text).group().decode()

    def boot(self, *arguments, name="run", expected=0):
        out = self.folder / name
        done = kasane("run", SCENARIO, "--out", out, "--quiet", "--no-report", *arguments)
        self.assertEqual(done.returncode, expected, done.stderr)
        return out, done


class Boot(VirtTest):
    def test_reaches_the_prompt_and_answers(self):
        run, _ = self.boot()
        console = (run / "console.log").read_text()
        self.assertRegex(console, r"\nOpenSBI v\d")
        for line in (
            "Platform Timer Device     : aclint-mtimer @ 10000000Hz",
            "Platform Console Device   : uart8250",
            "Platform Shutdown Device  : sifive_test",
            "Boot HART Base ISA        : rv64imafdc",
            "Boot HART PMP Count       : 16",
            "Domain0 Next Mode         : S-mode",
            "DRAM:  128 MiB",
        ):
            self.assertIn(line, console)
        banner, answer = (match.start() for match in re.finditer(re.escape(self.version()), console))
        self.assertLess(banner, console.index("=> version\n"))
        self.assertLess(console.index("=> version\n"), answer)
        self.assertTrue(console.rstrip().endswith("=> poweroff\npoweroff ..."))
        facts = summary(run)
        self.assertEqual(facts["software"], "fw_dynamic.bin, u-boot.bin")
        self.assertGreater(facts["cpu"]["instructions"], 10_000_000)

    def test_time_and_energy_keep_their_laws(self):
        run, _ = self.boot()
        done = kasane("check", run)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("power.csv", done.stdout)

    def test_two_runs_are_the_same_bytes(self):
        first, _ = self.boot(name="first")
        second, _ = self.boot(name="second")
        for name in ("summary.json", "power.csv", "console.log", "trace.pftrace"):
            self.assertEqual((first / name).read_bytes(), (second / name).read_bytes(), name)

    def test_other_forms_of_the_same_software(self):
        """ELF files in place of raw images, and a firmware that does not look for fw_dynamic's information."""
        for firmware, payload in (("fw_dynamic.elf", "uboot.elf"), ("fw_jump.bin", "u-boot.bin")):
            run, _ = self.boot(
                "--set", f"software.firmware={OPENSBI / firmware}", "--set", f"software.payload={U_BOOT / payload}",
                "--traces", "none", name=firmware,
            )  # fmt: skip
            self.assertEqual((run / "console.log").read_text().count(self.version()), 2, firmware)

    def test_memory_of_another_size(self):
        run, _ = self.boot("--set", "chip.dram.size=1 GiB", "--traces", "none")
        self.assertIn("DRAM:  1 GiB", (run / "console.log").read_text())

    def test_characters_take_their_time_on_a_real_line(self):
        """At 115,200 baud no character comes earlier than 10 bits of it."""
        quick, _ = self.boot("--traces", "none", name="quick")
        timed, _ = self.boot("--set", "chip.uart={baud: 115200}", "--traces", "none", name="timed")
        text = (timed / "console.log").read_bytes()
        self.assertEqual(text.count(b"U-Boot 20"), 2)
        self.assertGreater(summary(timed)["simulated_seconds"], len(text) * 10 / 115200)
        self.assertLess(summary(quick)["simulated_seconds"], summary(timed)["simulated_seconds"])


class Endings(VirtTest):
    def steps(self, *steps):
        text = ", ".join(f'{{expect: "{expect}"' + (f', send: "{send}"}}' if send else "}") for expect, send in steps)
        return ("--set", f"console.input=[{text}]", "--traces", "none")

    stop = ("Hit any key", " ")

    def test_failure_of_software_is_the_run_s(self):
        """The finisher's FAIL with a code, written by U-Boot's memory command."""
        _, done = self.boot(*self.steps(self.stop, ("=> ", r"mw.l 100000 00073333\n")), expected=1)
        self.assertIn("firmware ended the run with code 7", done.stderr)

    def test_a_reset_ends_the_run(self):
        self.boot(*self.steps(self.stop, ("=> ", r"reset\n")))

    def test_the_dialogue_ends_the_run(self):
        run, _ = self.boot("--set", "console.input=[{expect: Platform Name, end: true}]")
        self.assertTrue((run / "console.log").read_text().endswith("Platform Name"))
        self.assertEqual(kasane("check", run).returncode, 0)

    def test_access_to_nothing_is_a_fault(self):
        run, done = self.boot(*self.steps(self.stop, ("=> ", r"md.l 50000000 1\n"), ("resetting", "")))
        self.assertIn("Unhandled exception: Load access fault", (run / "console.log").read_text())

    def test_a_dialogue_that_does_not_come_about_is_told(self):
        _, done = self.boot(*self.steps(self.stop, ("login:", "root")), "--set", "time_limit=400 ms", expected=1)
        self.assertIn("the console never showed 'login:'", done.stderr)
        self.assertIn("time_limit", done.stderr)

    def test_bad_input_is_one_line(self):
        for setting, says in (
            ("software.firmware=/usr/lib/riscv64-linux-gnu/opensbi/nowhere.bin", "Debian's package opensbi has it"),
            ("software.payload=/nowhere.bin", "/nowhere.bin: cannot read the program"),
            ("software.network=lenet.onnx", "software.network: unknown key"),
            ("machine=sifive", "expected one of kasane, virt"),
            ("chip.dram.size=1 MiB", "fw_dynamic.bin: lies where the device tree does"),
            ("chip.dram.size=4 MiB", "u-boot.bin: lies where the device tree does"),
            (f"software.payload={OPENSBI / 'fw_jump.elf'}", "fw_jump.elf: lies where"),
            ("chip.uart={baud: 9600, timed: false}", "expected true where there is a baud rate"),
            ("console.input=[{send: x}]", "console.input[0].expect"),
            ("console.input=[{expect: a, end: true}, {expect: b}]", "expected no step behind the one that ends the run"),
            ('console.input=[{expect: "", send: x}]', "console.input[0].expect: expected a text, got nothing"),
        ):
            out, done = self.boot("--set", setting, name="bad", expected=2)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
            self.assertIn(says, done.stderr)
            self.assertFalse(out.exists() and any(out.iterdir()), "something was written")
        done = kasane("compile", SCENARIO)
        self.assertEqual(done.returncode, 2)
        self.assertIn("virt runs no network", done.stderr)


class Typed(VirtTest):
    """--interactive: the dialogue is the user's."""

    def command(self, name):
        return [str(PROGRAM), "run", str(SCENARIO), "--interactive", "--no-report", "--traces", "none", "--out", str(self.folder / name)]

    def test_from_a_pipe(self):
        # All of it waits on the line from the beginning, and firmware empties the FIFO as it begins: the first keys are lost.
        keys = 80 * "\n" + "version\npoweroff\n"
        done = subprocess.run(self.command("pipe"), input=keys, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count(self.version()), 2)

    def test_on_a_terminal(self):
        """A prompt has no newline: it must be seen all the same. Keys are not echoed but by the software."""
        try:
            master, slave = pty.openpty()
        except OSError as error:
            self.skipTest(f"this system gives no terminal: {error}")
        process = subprocess.Popen(self.command("terminal"), stdin=slave, stdout=slave, stderr=slave)
        os.close(slave)
        seen = b""

        def until(text):
            nonlocal seen
            deadline = time.monotonic() + 120
            while text not in seen:
                self.assertLess(time.monotonic(), deadline, f"no {text!r} in {seen!r}")
                seen += os.read(master, 4096)

        try:
            until(b"Hit any key to stop autoboot")
            os.write(master, b" ")
            until(b"=> ")
            os.write(master, b"version\r")
            until(b"GNU ld")
            until(b"\n=> ")
            os.write(master, b"poweroff\r")
            self.assertEqual(process.wait(timeout=120), 0)
        finally:
            process.kill()
            os.close(master)
        self.assertEqual(seen.count(b"version\r\n"), 1)


def nodes(tree):
    """{path: {property: value}} of a device tree, by dtc's text."""
    text = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", str(tree)], capture_output=True, text=True, check=True).stdout
    result, path = {}, []
    for line in text.splitlines():
        line = line.strip()
        if line.endswith("{"):
            path.append(line.removesuffix("{").strip().removeprefix("/"))
            result["/" + "/".join(path[1:])] = {}
        elif line == "};":
            path.pop()
        elif path and line.endswith(";"):
            name, _, value = line.removesuffix(";").partition(" = ")
            result["/" + "/".join(path[1:])][name] = value
    return result


def console_on_qemu(tree, payload, steps):
    """What QEMU's machine prints with this device tree, a hart like ours, and the dialogue of `steps`."""
    hart = "rv64,h=false,sstc=false,zba=false,zbb=false,zbc=false,zbs=false,pmu-num=0"
    process = subprocess.Popen(
        ["qemu-system-riscv64", "-machine", "virt", "-m", "128M", "-cpu", hart, "-dtb", tree, "-nographic",
         "-bios", OPENSBI / "fw_dynamic.bin", "-kernel", payload],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    killer = threading.Timer(120, process.kill)
    killer.start()
    seen, begin = b"", 0
    for expect, send in steps:
        while expect not in seen[begin:]:
            piece = os.read(process.stdout.fileno(), 4096)
            if not piece:
                break
            seen += piece
        begin = len(seen)
        process.stdin.write(send)
        process.stdin.flush()
    seen += process.stdout.read()
    process.wait()
    killer.cancel()
    process.stdin.close()
    process.stdout.close()
    return seen.replace(b"\r", b"").decode()


class Supervisor(VirtTest):
    """Interrupts and virtual memory in supervisor mode, under OpenSBI: here, and on QEMU."""

    def test_interrupts_and_virtual_memory(self):
        program = self.folder / "supervisor.elf"
        source = SOURCE / "tests" / "integration" / "firmware" / "supervisor.c"
        subprocess.run(
            ["riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr_zifencei", "-mabi=lp64", "-mcmodel=medany", "-O2", "-Wall", "-Wextra", "-Werror",
             "-nostdlib", "-ffreestanding", "-Wl,--no-warn-rwx-segments", "-T", source.with_suffix(".ld"), source, "-o", program],
            check=True,
        )  # fmt: skip
        expected = "ready\nreceived x\ntimer in time\nalias seen\naccessed, then dirty\nwrite refused\n"
        tree = self.folder / "ours.dtb"
        subprocess.run([BUILD / "device_tree_probe", SCENARIO, tree], check=True)
        self.assertTrue(console_on_qemu(tree, program, ((b"ready", b"x"),)).endswith(expected))
        settings = ("--set", f"software.payload={program}", "--set", 'console.input=[{expect: "ready", send: "x"}]', "--traces", "none")
        for uart in ("{timed: false}", "{baud: 230400}"):
            run, _ = self.boot(*settings, "--set", f"chip.uart={uart}")
            self.assertTrue((run / "console.log").read_text().endswith(expected), uart)


class DeviceTree(VirtTest):
    def test_software_sees_the_same_machine_in_qemu(self):
        """The same programs with our tree on QEMU: every line they print is the same, what they find out by probing too."""
        tree = self.folder / "ours.dtb"
        subprocess.run([BUILD / "device_tree_probe", SCENARIO, tree], check=True)
        theirs = console_on_qemu(tree, U_BOOT / "u-boot.bin", ((b"autoboot", b" "), (b"=> ", b"version\n"), (b"=> ", b"poweroff\n")))
        run, _ = self.boot("--traces", "none")
        # QEMU's tree is larger, by its random seed, and its seconds are the host's.
        differ = ("Working FDT", "Hit any key")
        lines = lambda text: [line for line in text.splitlines() if not line.startswith(differ)]
        self.assertEqual(lines((run / "console.log").read_text()), lines(theirs))

    def test_is_qemus_where_the_machine_is_the_same(self):
        ours, theirs = self.folder / "ours.dtb", self.folder / "theirs.dtb"
        subprocess.run([BUILD / "device_tree_probe", SCENARIO, ours], check=True)
        subprocess.run(
            ["qemu-system-riscv64", "-machine", f"virt,dumpdtb={theirs}", "-m", "128M", "-nographic"],
            capture_output=True, check=True,
        )  # fmt: skip
        ours, theirs = nodes(ours), nodes(theirs)
        self.assertEqual(set(ours) - set(theirs), set(), "a node that QEMU does not have")
        differences = {}
        for path, properties in ours.items():
            self.assertEqual(set(properties) - set(theirs[path]), set(), path)
            for name, value in properties.items():
                if value != theirs[path][name]:
                    differences[path, name] = (value, theirs[path][name])
            for name in set(theirs[path]) - set(properties):
                differences[path, name] = (None, theirs[path][name])
        # What this hart is, and what this machine is called; QEMU's seed is a new one each time.
        expected = {("/", "model"), ("/chosen", "rng-seed"), ("/cpus/cpu@0", "riscv,isa"), ("/cpus/cpu@0", "mmu-type")}
        self.assertEqual(set(differences), expected, differences)
        self.assertEqual(ours["/cpus/cpu@0"]["riscv,isa"], '"rv64imafdc_zicsr_zifencei"')
        for part in ("test@100000", "clint@2000000", "plic@c000000", "serial@10000000"):
            self.assertIn(f"/soc/{part}", ours)


if __name__ == "__main__":
    unittest.main()
