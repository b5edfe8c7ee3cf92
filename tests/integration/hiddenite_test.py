"""The hidden-network engine on the whole chip: driver, engine and memories, bit by bit against the references."""

import unittest

import numpy as np
from cifar_test import first_test_images
from engine_layers import CompiledTest, RandomLayersTest, outputs, pf, setting
from kasane_program import CIFAR10, SOURCE, kasane, summary

LENET = "hiddenite_lenet.yaml"
RESNET = "hiddenite.yaml"


class RandomLayers(RandomLayersTest):
    scenario = LENET
    dump = "hiddenite"
    record = pf.HIDDENITE_CONVOLUTION
    step = pf.STEP_HIDDENITE

    def header(self, command):
        return {"hiddenite_outputs": int(command["tile_outputs"])}

    def chip(self, command):
        lanes = command["tile_outputs"]
        return [f"chip.hiddenite={{output_channels: {lanes}, weight_buffer: 1 MiB, input_buffer: 1 MiB}}"]

    def test_the_engine_gives_the_references_bytes(self):
        self.expect_reference("classify", self.layers(40, 41))

    def test_software_gives_the_references_bytes(self):
        self.expect_reference("classify_software", self.layers(10, 42))

    def expect_refusal(self, firmware, record, fmm, wm, what):
        done = kasane(
            "run", SOURCE / "scenarios" / self.scenario, "--out", self.folder / "refused", "--quiet", "--no-report", "--images", 1,
            "--traces", "none", *self.settings(firmware, record, fmm, wm),
        )  # fmt: skip
        self.assertEqual(done.returncode, 1, f"{what}: {done.stderr}")
        console = (self.folder / "refused" / "console.log").read_text()
        self.assertIn("truncated or corrupt mask", console, what)
        self.assertNotIn("image    0", console, what)

    def test_a_corrupt_mask_is_an_error_that_names_it(self):
        """The number of fields that WM holds for the first tile, one too few and too many; and no such mask at all."""
        layers = list(self.layers(3, 43))
        for firmware in ("classify", "classify_software"):
            for record, fmm, wm, _ in layers:
                table = int(np.frombuffer(record, self.record)[0]["tiles_address"])
                fields = int.from_bytes(wm[table : table + 4], "little")
                for other in (fields - 1, fields + 1, 0, 2**32 - 1):
                    damaged = wm[:table] + other.to_bytes(4, "little") + wm[table + 4 :]
                    self.expect_refusal(firmware, record, fmm, damaged, f"{firmware}: {other} fields instead of {fields}")


class HiddenTest(CompiledTest):
    """All convolutions and fully connected layers on the engine."""

    materialised: tuple  # scenario and settings of the same network on the Neural Comp Unit

    def on_engine(self, facts):
        return [name for name, engine in self.engines(facts).items() if engine == "hiddenite"]

    def expect_materialised_bits(self, images):
        """The Neural Comp Unit reads weights from memory where the engine generates them."""
        scenario, *settings = self.materialised
        engine = self.run_scenario(self.scenario, "--images", images, "--traces", "results", name="engine")
        ncu = self.run_scenario(scenario, "--images", images, "--traces", "results", *setting(*settings), name="ncu")
        np.testing.assert_array_equal(outputs(engine, 10), outputs(ncu, 10))
        self.assertEqual(self.on_engine(summary(ncu)), [])
        return summary(engine), summary(ncu)


class LeNet(HiddenTest):
    """On Fashion-MNIST."""

    scenario = LENET
    # A chip without the engine. lenet5.yaml's has an array of the same size, and room for every layer.
    materialised = "lenet5.yaml", "software.network=sw/networks/hidden-lenet-fashion-k30.onnx"

    def test_outputs_are_the_references(self):
        facts = self.expect_reference(30)
        self.assertEqual(self.on_engine(facts), ["conv1", "conv2", "fc1", "fc2"])
        self.assertEqual(facts["hidden_weights"], 464160)
        self.assertEqual(facts["kept_weights"], round(0.3 * 464160))
        console = (self.folder / "run" / "console.log").read_text()
        self.assertIn("engines: DMA, Neural Comp Unit, Hiddenite of 8 x 8 x 8 x 8\n", console)
        engine = facts["blocks"]["hiddenite"]
        on_engine = [layer for layer in facts["layers"] if layer["engine"] == "hiddenite"]
        steps = [sum(layer["blocks"]["hiddenite"]["bound_seconds"].values()) for layer in on_engine]
        self.assertAlmostEqual(sum(steps), engine["busy_seconds"], delta=1e-9 * engine["busy_seconds"])  # all of its time is some step's
        for layer, seconds in zip(on_engine, steps):
            self.assertLess(layer["macs"], engine["peak_macs_per_second"] * seconds)

    def test_outputs_are_the_references_in_other_arrays_and_memories(self):
        """Maps and masks brought in tile by tile; small buffers cut the work further; every codec."""
        for lanes, fmm, wm, weights, inputs, bits in (
            ((16, 16, 4, 4), 256, 64, 32, 16, 0), ((4, 16, 8, 8), 32, 8, 32, 4, 2), ((32, 32, 2, 2), 16, 16, 64, 2, 4),
            ((1, 1, 1, 1), 256, 64, 16, 16, 8), ((3, 5, 7, 2), 16, 8, 16, 1, 1), ((8, 8, 8, 8), 8, 8, 16, 1, "automatic"),
        ):  # fmt: skip
            names = ("input_channels", "output_channels", "rows", "columns")
            array = ", ".join(f"{name}: {size}" for name, size in zip(names, lanes))
            sizes = setting(
                f"chip.feature_map_memory.size={fmm} KiB", f"chip.weight_memory.size={wm} KiB", f"software.hiddenite.field_bits={bits}",
                f"chip.hiddenite={{{array}, weight_buffer: {weights} KiB, input_buffer: {inputs} KiB}}",
            )  # fmt: skip
            with self.subTest(lanes=lanes, field_bits=bits):
                facts = self.expect_reference(5, *sizes)
                self.assertEqual(len(self.on_engine(facts)), 4)

    def test_software_gives_the_engines_bits(self):
        engine = self.run_five("engine")
        software = self.run_five("software", "software.firmware=classify_software")
        np.testing.assert_array_equal(outputs(engine, 10), outputs(software, 10))
        self.assertEqual(set(self.engines(summary(software)).values()), {"cpu"})

    def test_the_neural_comp_unit_gives_the_engines_bits(self):
        self.expect_materialised_bits(100)

    def test_layers_kept_from_the_engine_have_the_same_bits(self):
        base = self.run_five("base")
        some = self.run_five("some", "software.hiddenite={ncu_layers: [conv2, fc2]}")
        np.testing.assert_array_equal(outputs(base, 10), outputs(some, 10))
        self.assertEqual(self.on_engine(summary(some)), ["conv1", "fc1"])

    def test_timing_does_not_change_results(self):
        base = self.run_five("base")
        times = {summary(base)["simulated_seconds"]}
        for number, assignments in enumerate((
            ["chip.hiddenite.expander_fields=1"], ["chip.hiddenite={pipeline_cycles: 0, tile_bubble_cycles: 64, requantizers: 1}"],
            ["chip.feature_map_memory.port_width=1 B", "chip.weight_memory.port_width=1 B"],
        )):  # fmt: skip
            other = self.run_five(str(number), *assignments)
            np.testing.assert_array_equal(outputs(base, 10), outputs(other, 10))
            times.add(summary(other)["simulated_seconds"])
        self.assertEqual(len(times), 4)

    def test_operating_points(self):
        """The same bits and operations at each; energy falls with the voltage as the technology says, time rises."""
        fast = [f"chip.domains.{domain}.initial_point=2" for domain in ("hiddenite", "fmm", "wm")]
        folders = [
            self.run_five("fast", *fast), self.run_five("nominal"), self.run_five("slow", "software.firmware=classify_low_power"),
        ]  # fmt: skip
        for folder in folders[1:]:
            np.testing.assert_array_equal(outputs(folders[0], 10), outputs(folder, 10))
        runs = [summary(folder) for folder in folders]
        for run, point in zip(runs, ("1.1 V 500 MHz", "0.9 V 320 MHz", "0.8 V 220 MHz")):
            for domain in ("hiddenite", "fmm", "wm"):
                self.assertIn(point, {state["state"] for state in run["domains"][domain]["states"]})
        blocks = [run["blocks"]["hiddenite"] for run in runs]
        for block in blocks[1:]:
            self.assertEqual(blocks[0]["operations"], block["operations"])
            self.assertLess(blocks[0]["busy_seconds"], block["busy_seconds"])
        self.assertEqual([block["peak_macs_per_second"] for block in blocks], [megahertz * 1e6 * 4096 for megahertz in (500, 320, 220)])
        scaling = [1.103 * v * v - 0.362 * v + 0.2767 for v in (1.1, 0.9, 0.8)]
        for block, factor in zip(blocks[1:], scaling[1:]):
            ratio = block["energy_joules"]["dynamic"] / blocks[0]["energy_joules"]["dynamic"]
            # Only the clock's energy does not follow operations alone: a port's cycles are not the engine's.
            self.assertAlmostEqual(ratio, factor / scaling[0], delta=0.03)

    def test_check_holds_and_runs_repeat(self):
        self.expect_check_and_repetition(3)


class ResNet(HiddenTest):
    """On CIFAR-10."""

    data = CIFAR10
    where_from = "CIFAR-10 does not come with the repository"
    scenario = RESNET
    materialised = ("hiddenite_ncu.yaml",)

    def pixels(self, images):
        return first_test_images(images)[0]

    def test_outputs_are_the_references(self):
        facts = self.expect_reference(10)
        self.assertEqual(len(self.on_engine(facts)), 10)

    def test_outputs_are_the_references_where_maps_do_not_fit(self):
        self.expect_reference(2, *setting("chip.feature_map_memory.size=16 KiB", "chip.weight_memory.size=16 KiB"))

    def test_software_and_low_power_give_the_engines_bits(self):
        folders = [
            self.run_scenario(self.scenario, "--images", 1, "--traces", "results", *setting(f"software.firmware={name}"), name=name)
            for name in ("classify", "classify_software", "classify_low_power")
        ]
        for folder in folders[1:]:
            np.testing.assert_array_equal(outputs(folders[0], 10), outputs(folder, 10))

    def test_the_neural_comp_unit_gives_the_engines_bits(self):
        engine, ncu = self.expect_materialised_bits(200)
        print(f"{engine['network']}: top-1 {engine['top1']:.4f} of 200")
        self.assertEqual(engine["top1"], ncu["top1"])


if __name__ == "__main__":
    unittest.main()
