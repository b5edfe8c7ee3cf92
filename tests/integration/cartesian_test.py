"""The Cartesian-product array on the whole chip: driver, engine and memories, bit by bit against the references."""

import json
import unittest

import numpy as np
from cifar_test import first_test_images
from engine_layers import CompiledTest, RandomLayersTest, outputs, pf, setting
from kasane_program import CIFAR10, SOURCE, kasane, summary

LENET5 = "cartesian_lenet5.yaml"


class RandomLayers(RandomLayersTest):
    scenario = LENET5
    dump = "cartesian"
    record = pf.CARTESIAN_CONVOLUTION
    step = pf.STEP_CARTESIAN

    def is_for_chip(self, command):
        return command["tile_outputs"] % 2 == 0

    def header(self, command):
        return {"array_columns": int(command["tile_outputs"])}

    def chip(self, command):
        return [f"chip.cartesian_array.columns={command['tile_outputs']}"]

    def test_the_array_gives_the_references_bytes(self):
        self.expect_reference("classify", self.layers(40, 31))

    def test_software_gives_the_references_bytes(self):
        self.expect_reference("classify_software", self.layers(20, 32))


class ArrayTest(CompiledTest):
    """The first convolution and the last layer on the NCU, the rest INT4 on the array."""

    def align_words(self, facts):
        """Steps of the array, all images together."""
        return facts["blocks"]["cartesian_array"]["operations"]["align_word"]


class LeNet5(ArrayTest):
    scenario = LENET5

    def test_outputs_are_the_references(self):
        facts = self.expect_reference(30)
        on_array = {"conv2": "array", "fc1": "array", "fc2": "array"}
        self.assertEqual(self.engines(facts), {"conv1": "ncu", "pool1": "ncu", **on_array, "pool2": "ncu", "fc3": "ncu"})
        self.assertEqual(facts["coordinates"], 150 + 4 * 400 + 3 * 120)
        self.assertEqual(facts["kept_coordinates"], facts["coordinates"])
        # ceil(10 * 10 / 32) pixel tiles of 6 * 25 steps; 4 and 3 output tiles of one pixel.
        self.assertEqual(self.align_words(facts), 30 * (4 * 150 + 4 * 400 + 3 * 120))
        console = (self.folder / "run" / "console.log").read_text()
        self.assertIn("engines: DMA, Neural Comp Unit, Cartesian-product array of 32 x 32\n", console)
        self.assertIn(f"array: {self.align_words(facts)} steps\n", console)

    def test_outputs_are_the_references_with_the_last_layer_on_the_array(self):
        facts = self.expect_reference(10, *setting("software.array={first_and_last_on_ncu: false, ncu_layers: [conv1]}"))
        self.assertEqual([self.engines(facts)[name] for name in ("conv1", "fc3")], ["ncu", "array"])

    def test_outputs_are_the_references_with_small_memories(self):
        """Maps and weights brought in tile by tile; narrow arrays and small buffers cut the work further."""
        for rows, columns, fmm, wm, buffer in ((32, 32, 4, 8, 4096), (8, 16, 4, 4, 1024), (5, 6, 8, 16, 192), (64, 64, 2, 16, 2048)):
            sizes = setting(
                f"chip.feature_map_memory.size={fmm} KiB", f"chip.weight_memory.size={wm} KiB",
                f"chip.cartesian_array={{rows: {rows}, columns: {columns}, input_buffer: {buffer} B, weight_buffer: {buffer} B}}",
            )  # fmt: skip
            with self.subTest(rows=rows, columns=columns):
                self.expect_reference(5, *sizes)

    def test_software_gives_the_arrays_bits(self):
        engine = self.run_five("engine")
        software = self.run_five("software", "software.firmware=classify_software")
        np.testing.assert_array_equal(outputs(engine, 10), outputs(software, 10))
        self.assertEqual(set(self.engines(summary(software)).values()), {"cpu"})

    def test_layers_kept_from_the_array_are_the_int8_network(self):
        """With nothing left for the array: the bits of the chip that has none."""
        without = self.run_scenario("lenet5.yaml", "--images", 20, "--traces", "results", name="without")
        idle = self.run_scenario(
            LENET5, "--images", 20, "--traces", "results", name="idle", *setting("software.array={ncu_layers: [conv2, fc1, fc2]}"),
        )  # fmt: skip
        np.testing.assert_array_equal(outputs(without, 10), outputs(idle, 10))
        facts = summary(idle)
        self.assertNotIn("array", self.engines(facts).values())
        self.assertNotIn("coordinates", facts)
        self.assertEqual(facts["blocks"]["cartesian_array"]["busy_seconds"], 0)
        some = self.expect_reference(5, *setting("software.array={ncu_layers: [fc1]}"))
        self.assertEqual([self.engines(some)[name] for name in ("conv2", "fc1", "fc2")], ["array", "ncu", "array"])

    def test_timing_does_not_change_results(self):
        base = self.run_five("base")
        times = {summary(base)["simulated_seconds"]}
        for number, assignments in enumerate((
            ["chip.cartesian_array.rows=7"], ["chip.cartesian_array={pipeline_cycles: 0, tile_bubble_cycles: 64}"],
            ["chip.feature_map_memory.port_width=1 B", "chip.weight_memory.port_width=1 B"],
        )):  # fmt: skip
            other = self.run_five(str(number), *assignments)
            np.testing.assert_array_equal(outputs(base, 10), outputs(other, 10))
            times.add(summary(other)["simulated_seconds"])
        self.assertEqual(len(times), 4)

    def test_operating_points(self):
        """The same bits and steps at both; a step's energy falls with the voltage as the technology says, its time rises."""
        folders = [self.run_five("fast"), self.run_five("slow", "software.firmware=classify_low_power")]
        np.testing.assert_array_equal(*[outputs(folder, 10) for folder in folders])
        runs = [summary(folder) for folder in folders]
        for run, point in zip(runs, ("1.1 V 534 MHz", "0.8 V 234 MHz")):
            for domain in ("array", "fmm", "wm"):
                self.assertIn(point, {state["state"] for state in run["domains"][domain]["states"]})
        blocks = [run["blocks"]["cartesian_array"] for run in runs]
        self.assertEqual(blocks[0]["operations"], blocks[1]["operations"])
        self.assertEqual([block["peak_macs_per_second"] for block in blocks], [534e6 * 1024, 234e6 * 1024])
        scaling = [1.103 * v * v - 0.362 * v + 0.2767 for v in (1.1, 0.8)]
        ratio = blocks[1]["energy_joules"]["dynamic"] / blocks[0]["energy_joules"]["dynamic"]
        # Only the clock's energy does not follow operations alone: a port's cycles are not the array's.
        self.assertAlmostEqual(ratio, scaling[1] / scaling[0], delta=0.03)
        self.assertGreater(blocks[1]["busy_seconds"], 1.5 * blocks[0]["busy_seconds"])

    def test_a_chip_may_have_kernel_comp_units_as_well(self):
        """A package uses one or the other, and gives its bits there; a network is not compiled for both at once."""
        array = setting("chip.domains.array={points: [{frequency: 400 MHz, voltage: 0.9 V}]}", "chip.cartesian_array={}")
        both = "lenet5_kcu.yaml", "--images", 10, "--traces", "results", *array
        units = self.folder / "lenet5.units.yaml"
        done = kasane("units", SOURCE / "scenarios" / "lenet5_kcu.yaml", "--out", units, "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        for scenario in ("lenet5_kcu.yaml", LENET5):
            alone = self.run_scenario(scenario, "--images", 10, "--traces", "results", name=f"alone_{scenario}")
            package = self.folder / f"{scenario}.package"
            done = kasane("compile", SOURCE / "scenarios" / scenario, "--out", package, "--quiet")
            self.assertEqual(done.returncode, 0, done.stderr)
            here = setting(f"software.network={package}", f"chip.kernel_comp_units.units={units}")
            together = self.run_scenario(*both, *here, name=f"both_{scenario}")
            np.testing.assert_array_equal(outputs(alone, 10), outputs(together, 10))
        done = kasane("run", SOURCE / "scenarios" / both[0], "--out", self.folder / "none", "--quiet", *array)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("Kernel Comp Units and a Cartesian-product array, expected one of them", done.stderr)

    def test_check_holds_and_runs_repeat(self):
        self.expect_check_and_repetition(3)

    def test_pruned_coordinates_take_no_step(self):
        """conv2 with 5 of its 25 coordinates for all channels, and with the same number taken from each kernel at random."""
        try:
            import onnx
            from onnx import numpy_helper
        except ImportError as error:
            self.skipTest(str(error))
        random = np.random.default_rng(1)
        shared = np.zeros(25, bool)
        shared[random.choice(25, 5, replace=False)] = True
        masks = {
            "shared": np.broadcast_to(shared, (16, 6, 25)),
            "independent": random.permuted(np.broadcast_to(shared, (16, 6, 25)), axis=2),
        }
        for name, mask in masks.items():
            model = onnx.load(SOURCE / "sw" / "networks" / "lenet5-fashion.onnx")
            weights = next(node for node in model.graph.node if node.name == "conv2").input[1]
            tensor = next(tensor for tensor in model.graph.initializer if tensor.name == weights)
            values = numpy_helper.to_array(tensor) * mask.reshape(16, 6, 5, 5)
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float32), weights))
            path = self.folder / f"{name}.onnx"
            onnx.save(model, path)
            facts = self.expect_reference(5, *setting(f"software.network={path}"))
            conv2 = next(layer for layer in facts["layers"] if layer["name"] == "conv2")
            kept = int((numpy_helper.to_array(tensor).reshape(16, 6, 25) != 0).any(axis=0).sum())
            self.assertLessEqual(conv2["kept_coordinates"], kept)
            if name == "shared":
                self.assertEqual(conv2["kept_coordinates"], 6 * 5)
            else:  # only 0.8^16 = 2.8 % of the coordinates have no weight; small weights that round to 0 add to that
                self.assertGreater(conv2["kept_coordinates"], 6 * 25 * 0.85)
            self.assertEqual(self.align_words(facts), 5 * (4 * conv2["kept_coordinates"] + 4 * 400 + 3 * 120))


class Vgg8(ArrayTest):
    """On CIFAR-10, pruned and dense."""

    data = CIFAR10
    where_from = "CIFAR-10 does not come with the repository"
    scenario = "cartesian.yaml"

    def pixels(self, images):
        return first_test_images(images)[0]

    def expect_training_record(self, scenario):
        """Accuracy, and the coordinates kept of each layer, against what training counted in the network."""
        facts = summary(self.run_scenario(scenario, "--images", 2000, "--traces", "none", name=scenario))
        record = json.loads((SOURCE / "sw" / "networks" / f"{facts['network']}.json").read_text())
        print(f"{facts['network']}: top-1 {facts['top1']:.4f} of 2000, trained {record['test_accuracy']:.4f} of 10000")
        # Three standard deviations of a sample of 2000 at 85 % are 2.4 points.
        self.assertGreater(facts["top1"], record["test_accuracy"] - 0.03)
        counts = {layer["name"]: [layer["kept_coordinates"], layer["coordinates"]] for layer in facts["layers"] if layer.get("coordinates")}
        self.assertEqual(counts, record["kept_groups"])
        return facts

    def test_outputs_are_the_references(self):
        facts = self.expect_reference(10)
        on_array = [name for name, engine in self.engines(facts).items() if engine == "array"]
        self.assertEqual(on_array, [f"conv{number}" for number in range(2, 9)])

    def test_software_gives_the_arrays_bits(self):
        folders = [
            self.run_scenario(self.scenario, "--images", 1, "--traces", "results", *setting(f"software.firmware={name}"), name=name)
            for name in ("classify", "classify_software", "classify_low_power")
        ]
        for folder in folders[1:]:
            np.testing.assert_array_equal(outputs(folders[0], 10), outputs(folder, 10))

    def test_pruning_saves_the_steps_it_promises(self):
        """Each layer is pruned alike, so that the steps saved are the coordinates saved, whatever the sizes."""
        pruned, dense = (self.expect_training_record(name) for name in ("cartesian.yaml", "cartesian_dense.yaml"))
        self.assertEqual(dense["kept_coordinates"], dense["coordinates"])
        self.assertLess(pruned["kept_coordinates"], 0.6 * pruned["coordinates"])
        steps, whole = self.align_words(pruned), self.align_words(dense)
        self.assertEqual(steps * pruned["coordinates"], whole * pruned["kept_coordinates"])


if __name__ == "__main__":
    unittest.main()
