"""All 10,000 test images: accuracy near the float network's, and memory that does not grow with the run."""

import json
import unittest

from kasane_program import SOURCE, ScenarioTest, summary


class AllImages(ScenarioTest):
    def test_accuracy_and_memory(self):
        peak = {}
        for images in (1000, 10000):
            run = self.run_scenario("lenet5.yaml", "--images", images, "--traces", "results", name=str(images))
            peak[images] = json.loads((run / "host.json").read_text())["peak_memory_bytes"]
        record = json.loads((SOURCE / "sw" / "networks" / "lenet5-fashion.json").read_text())
        accuracy = summary(run)["top1"]
        print(f"top-1 {accuracy:.4f}, peak memory {peak}")
        self.assertGreaterEqual(accuracy, record["test_accuracy"] - 0.005)
        self.assertGreaterEqual(record["test_accuracy"], 0.89)
        self.assertLessEqual(peak[10000], 1.1 * peak[1000])


if __name__ == "__main__":
    unittest.main()
