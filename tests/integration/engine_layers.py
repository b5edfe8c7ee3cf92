"""What the tests of engines on the whole chip share: random commands as packages of their own, and networks compiled for an engine."""

import subprocess
import sys

import numpy as np
from kasane_program import BUILD, SOURCE, ScenarioTest, kasane, results, summary

sys.path[:0] = [str(SOURCE / "tests" / "reference"), str(SOURCE / "sw" / "networks")]
import idx  # noqa: E402
import package_executor as pe  # noqa: E402
import package_file as pf  # noqa: E402
from package_executor_test import assemble, copy  # noqa: E402


def setting(*assignments):
    return [word for assignment in assignments for word in ("--set", assignment)]


def outputs(folder, size):
    return np.stack([np.frombuffer(bytes.fromhex(row["output_hex"]), np.int8)[:size] for row in results(folder)])


class RandomLayersTest(ScenarioTest):
    """Each a package of one command, whose output is all of Feature Map Memory: nothing else may have been written."""

    scenario: str
    dump: str  # the engine's name for random_layer_dump
    record: np.dtype
    step: int

    def is_for_chip(self, command):
        """Whether a chip can be built for which the command is."""
        return True

    def header(self, command):
        """Of a package with the command, what names the engine's size."""
        raise NotImplementedError

    def chip(self, command):
        """Settings of a chip with such an engine."""
        raise NotImplementedError

    def layers(self, count, seed):
        """(command record, FMM, WM, FMM afterwards by the C++ reference)."""
        dump = self.folder / "layers.bin"
        subprocess.run([BUILD / "random_layer_dump", self.dump, dump, str(count), str(seed)], check=True)
        data, position = dump.read_bytes(), 0

        def take(size):
            nonlocal position
            position += size
            return data[position - size : position]

        while position < len(data):
            record = take(pf.COMMAND_BYTES)
            fmm, wm = np.frombuffer(take(8), "<u4").tolist()
            layer = record, take(fmm), take(wm), take(fmm)
            if self.is_for_chip(np.frombuffer(record, self.record)[0]):
                yield layer

    def package(self, record, fmm, wm):
        package = assemble(
            [(pe.WM, 0, wm), (pe.FMM, 0, fmm)],
            [(self.step, record), (pf.STEP_DMA, copy(pe.FMM, 0, pe.OUTPUT, 0, row_bytes=len(fmm)))],
            (len(fmm), len(fmm), 1, 1, 0, 1),
            input=(784, 1, 28, 28, -128, 1 / 255),
            fmm_bytes=len(fmm),
            **self.header(np.frombuffer(record, self.record)[0]),
        )
        path = self.folder / "layer.package"
        path.write_bytes(package)
        return path

    def settings(self, firmware, record, fmm, wm):
        """Of a run of the command."""
        return setting(
            f"software.network={self.package(record, fmm, wm)}", f"software.firmware={firmware}",
            "chip.feature_map_memory.size=16 MiB", "chip.weight_memory.size=16 MiB",
            *self.chip(np.frombuffer(record, self.record)[0]),
        )  # fmt: skip

    def expect_reference(self, firmware, layers):
        done = 0
        for number, (record, fmm, wm, expected) in enumerate(layers):
            settings = self.settings(firmware, record, fmm, wm)
            run = self.run_scenario(self.scenario, "--images", 1, "--traces", "results", *settings, name=f"{firmware}{number}")
            np.testing.assert_array_equal(outputs(run, len(fmm))[0], np.frombuffer(expected, np.int8), f"layer {number}")
            done += 1
        self.assertGreater(done, 3)


class CompiledTest(ScenarioTest):
    """A network that the program compiles for an engine; for Fashion-MNIST, unless a class says otherwise."""

    scenario: str

    def pixels(self, images):
        """Of the first test images."""
        return idx.load(self.data, "test")[0][:images].reshape(images, -1)

    def compile(self, *settings, scenario=None):
        path = self.folder / "network.package"
        done = kasane("compile", SOURCE / "scenarios" / (scenario or self.scenario), "--out", path, "--quiet", *settings)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def expect_reference(self, images, *settings):
        """The package, executed in numpy by code that shares nothing with compiler, firmware or models."""
        run = self.run_scenario(self.scenario, "--images", images, "--traces", "results", *settings)
        package = pf.read(self.compile(*settings))
        expected = pe.PackageExecutor(package, images).infer((self.pixels(images) ^ 0x80).view(np.int8))
        np.testing.assert_array_equal(outputs(run, expected.shape[1]), expected)
        return summary(run)

    def run_five(self, name, *assignments):
        return self.run_scenario(self.scenario, "--images", 5, "--traces", "results", *setting(*assignments), name=name)

    def engines(self, facts):
        return {layer["name"]: layer["engine"] for layer in facts["layers"][:-1]}

    def expect_check_and_repetition(self, images):
        runs = [self.run_scenario(self.scenario, "--images", images, name=name) for name in ("one", "two")]
        for name in ("summary.json", "power.csv", "timeline.csv", "results.csv", "waves.vcd", "trace.pftrace"):
            self.assertEqual((runs[0] / name).read_bytes(), (runs[1] / name).read_bytes(), name)
        done = kasane("check", runs[0])
        self.assertEqual(done.returncode, 0, done.stdout)
