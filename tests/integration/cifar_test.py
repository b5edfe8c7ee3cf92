"""CIFAR-10 on the whole chip: three channels, the first network whose layers are no LeNet's."""

import json
import sys
import unittest

import numpy as np
from kasane_program import CIFAR10, SOURCE, ScenarioTest, kasane, results, summary

sys.path[:0] = [str(SOURCE / "tests" / "reference"), str(SOURCE / "sw" / "networks")]
import package_file  # noqa: E402
from package_executor import PackageExecutor  # noqa: E402

SCENARIO = SOURCE / "scenarios" / "cifar.yaml"
CLASSES = 10


def first_test_images(count):
    """The first of each class by file name, then the second of each class, ... as Pillow decodes them."""
    try:
        import cifar10
    except ImportError as error:
        raise unittest.SkipTest(f"no reference decoder: {error}") from None
    pixels, labels = cifar10.load(CIFAR10)["test"]
    order = np.arange(count)
    choice = np.searchsorted(labels, order % CLASSES) + order // CLASSES
    return pixels[choice].reshape(count, -1), labels[choice]


class Cifar10(ScenarioTest):
    data = CIFAR10
    where_from = "CIFAR-10 does not come with the repository"

    def test_outputs_are_the_references(self):
        images = 20
        run = self.run_scenario(SCENARIO, "--images", images, "--traces", "results")
        package = self.folder / "network.package"
        done = kasane("compile", SCENARIO, "--out", package, "--quiet")
        self.assertEqual(done.returncode, 0, done.stderr)
        pixels, labels = first_test_images(images)
        expected = PackageExecutor(package_file.read(package), images).infer((pixels ^ 0x80).view(np.int8))
        rows = results(run)
        outputs = [np.frombuffer(bytes.fromhex(row["output_hex"]), np.int8)[: expected.shape[1]] for row in rows]
        np.testing.assert_array_equal(np.stack(outputs), expected)
        self.assertEqual([int(row["label"]) for row in rows], list(labels))
        self.assertEqual([int(row["predicted"]) for row in rows], list(expected.argmax(axis=1)))
        facts = summary(run)
        self.assertEqual(facts["dataset"], "CIFAR-10")
        # 88.25 % in float: fewer than 15 of 20 right would happen to less than one in 30 such networks.
        self.assertGreaterEqual(facts["correct"], 15)

    def test_all_weights_stay_on_the_chip(self):
        """The DMA engine moves the pixels of each further image in and its ten logits out, and no weights."""
        read = {}
        for images in (1, 3):
            run = self.run_scenario(SCENARIO, "--images", images, "--traces", "none", name=str(images))
            read[images] = summary(run)["blocks"]["dma"]["bytes_read"]
        self.assertEqual(read[3] - read[1], 2 * (3 * 32 * 32 + CLASSES))

    def test_small_memories_tile_and_give_the_same_bits(self):
        whole = self.run_scenario(SCENARIO, "--images", 2, "--traces", "results", name="whole")
        tiled = self.run_scenario(
            SCENARIO, "--images", 2, "--traces", "results", "--set", "chip.feature_map_memory.size=32 KiB",
            "--set", "chip.weight_memory.size=48 KiB", name="tiled",
        )  # fmt: skip
        self.assertEqual([row["output_hex"] for row in results(whole)], [row["output_hex"] for row in results(tiled)])

    def test_software_gives_the_accelerators_bits(self):
        engine = self.run_scenario(SCENARIO, "--images", 1, "--traces", "results", name="engine")
        software = self.run_scenario(
            SCENARIO, "--images", 1, "--traces", "results", "--set", "software.firmware=classify_software", name="software",
        )  # fmt: skip
        self.assertEqual([row["output_hex"] for row in results(engine)], [row["output_hex"] for row in results(software)])

    def test_accuracy_is_the_float_networks(self):
        run = self.run_scenario(SCENARIO, "--images", 10000, "--traces", "none")
        record = json.loads((SOURCE / "sw" / "networks" / "vgg8-cifar10.json").read_text())
        accuracy = summary(run)["top1"]
        print(f"top-1 {accuracy:.4f}, in float {record['test_accuracy']:.4f}")
        self.assertGreaterEqual(accuracy, record["test_accuracy"] - 0.005)


if __name__ == "__main__":
    unittest.main()
