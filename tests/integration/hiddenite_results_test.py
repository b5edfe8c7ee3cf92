"""The scripts behind reports/results/hiddenite.md, on a network small enough for every run of the tests."""

import contextlib
import io
import os
import re
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import yaml

SOURCE = Path(__file__).resolve().parents[2]
CONTROL_BITS = 2048  # models/hiddenite/README.md: all that is clocked while the engine idles
CLOCK_JOULES = 0.0018e-12  # register_bit_clock
sys.path.insert(0, str(SOURCE / "reports"))

try:
    import hiddenite
    import measuring
except ImportError as absent:
    print(absent)
    sys.exit(77)

import onnx
from onnx import numpy_helper


class HiddeniteResultsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="kasane-test-")
        cls.addClassCleanup(cls.folder.cleanup)
        build = Path(os.environ.get("KASANE_BUILD", SOURCE / "build"))
        cls.context = hiddenite.Context(build, Path(cls.folder.name), Path(cls.folder.name), None, 1)
        hiddenite.PUBLISHED = {"small": 16.0}

    def test_masks_keep_their_share_of_every_layer(self):
        document = hiddenite.hidden_shapes.network("small", "xorshift", 0.3)
        for weight in document.graph.initializer:
            values = numpy_helper.to_array(weight)
            if f"seed:{weight.name}" in {one.key for one in document.metadata_props} and weight.name != "colours.weight":
                self.assertEqual((values != 0).sum(), round(0.3 * values.size), weight.name)
        onnx.checker.check_model(document, full_check=True)

    def test_operations_make_up_the_engines_energy(self):
        costs = measuring.operation_costs(self.context.build, "hiddenite.yaml", "hiddenite")
        summary = self.context.run_shape("small", "murmur", 0.3, "0.9 V")
        operations = summary["blocks"]["hiddenite"]["operations"]
        self.assertEqual(set(costs), set(operations))
        self.assertEqual({name for names in hiddenite.PARTS.values() for name in names}, set(operations))
        clocked = sum(
            state["seconds"] for state in summary["domains"]["hiddenite"]["states"] if state["state"] == "0.9 V 320 MHz"
        )
        clock = CONTROL_BITS * CLOCK_JOULES * clocked * 320e6
        spent = sum(operations[name] * costs[name] for name in costs)
        self.assertAlmostEqual((spent + clock) / summary["blocks"]["hiddenite"]["energy_joules"]["dynamic"], 1, delta=0.005)

    def test_energy_follows_the_voltage(self):
        """Dynamic energy by the technology's parabola, at equal clocks (an idle engine's clock is part of it)."""
        curve = yaml.safe_load((SOURCE / "models/technology/tables/45nm.yaml").read_text())["voltage_scaling"]
        relative = {volt: curve["a"] * volt**2 + curve["b"] * volt + curve["c"] for volt in (0.7, 0.9)}
        with unittest.mock.patch.dict(hiddenite.POINTS, {"0.7 V": 320e6}):
            works = [
                measuring.total(hiddenite.work_of(self.context.run_shape("small", "murmur", 0.3, point, out="_slow")))
                for point in ("0.7 V", "0.9 V")
            ]
        self.assertAlmostEqual(works[0].dynamic / works[1].dynamic, relative[0.7] / relative[0.9], delta=0.001)
        self.assertEqual(works[0].busy, works[1].busy)

    def test_tables_are_whole(self):
        for section in (hiddenite.shapes, hiddenite.operations, hiddenite.limits, hiddenite.densities):
            page = io.StringIO()
            with contextlib.redirect_stdout(page):
                section(self.context)
            rows = [line for line in page.getvalue().splitlines() if line.startswith("|")]
            self.assertGreater(len(rows), 3, section.__name__)
            self.assertNotRegex(page.getvalue(), r"\bnan\b|\binf\b")
            for table in re.findall(r"(?:^\|.*\n)+", page.getvalue(), re.MULTILINE):
                self.assertEqual(len({line.count("|") for line in table.splitlines()}), 1, table)


if __name__ == "__main__":
    unittest.main()
