"""What the report computes, on cases small enough to see the answer."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "reports"))
sys.dont_write_bytecode = True

try:
    import numpy as np
    from kasane_report import drawing, energy_figures, page, page_tables, roofline, roofline_figure, shown_image, time_figure, units
except ModuleNotFoundError as missing:
    print(f"skipped: Python module '{missing.name}' is not installed")
    sys.exit(77)


class Pipelines(unittest.TestCase):
    BLOCKS = {"engine": {"peak_macs_per_second": 8e9}, "cpu": {}}

    def layer(self, bounds, **more):
        return {"name": "conv", "macs": 4000, "blocks": {"engine": {"bound_seconds": bounds}, "cpu": {}}, **more}

    def test_tells_what_was_used_and_what_bound(self):
        text = page_tables.pipelines({"images": 2, "blocks": self.BLOCKS, "layers": [self.layer({"compute": 0.6e-6, "drain": 1e-9, "load input": 0.399e-6})]})
        for cell in ("500 ns", "50.0 %", "compute 60 %, load input 40 %<"):  # half of 8000; what rounds to nothing is left out
            self.assertIn(cell, text)

    def test_pruned_steps_are_not_used(self):
        text = page_tables.pipelines({"images": 1, "blocks": self.BLOCKS, "layers": [self.layer({"compute": 1e-6}, coordinates=4, kept_coordinates=1)]})
        self.assertIn("12.5 %", text)

    def test_says_nothing_of_engines_without_a_pipeline(self):
        layers = [self.layer({}), {"name": "old", "macs": 5}, self.layer({"compute": 1e-6}, macs=0)]
        self.assertEqual(page_tables.pipelines({"images": 1, "blocks": self.BLOCKS, "layers": layers}), "")


class LayerTimes(unittest.TestCase):
    def summary(self, seconds):
        blocks = {"engine": {"busy_seconds": 4e-6}, "memory": {"busy_seconds": 1e-6}}
        layer = {"name": "conv", "operators": "Conv", "engine": "ncu", "macs": 8000, "seconds": seconds, "energy_joules": 1e-9, "blocks": blocks}
        return {"images": 2, "simulated_seconds": 1e-3, "layers": [layer]}

    def test_beside_another_layer_it_is_the_engines(self):
        text = page_tables.layers(self.summary(0))
        for cell in (">(2 µs)<", ">2 GMAC/s<"):  # of one image; of both
            self.assertIn(cell, text)
        self.assertIn("beside", page_tables.beside_sentence(self.summary(0)))

    def test_else_it_is_softwares_word(self):
        text = page_tables.layers(self.summary(5e-6))
        for cell in (">2.5 µs<", ">1.6 GMAC/s<"):
            self.assertIn(cell, text)
        self.assertEqual(page_tables.beside_sentence(self.summary(5e-6)), "")


class Roofline(unittest.TestCase):
    BLOCKS = {
        "fast": {"peak_bytes_per_second": 4e9}, "slow": {"peak_bytes_per_second": 1e9}, "gated": {"peak_bytes_per_second": 0},
        "engine": {"peak_macs_per_second": 8e9}, "cpu": {},
    }  # fmt: skip

    def test_points_are_macs_over_bytes_and_over_time(self):
        moved = {"fast": {"bytes_read": 300, "bytes_written": 100}, "slow": {"bytes_read": 50, "bytes_written": 0}, "cpu": {"bytes_read": 9, "bytes_written": 9}}
        layers = [
            {"name": "conv", "macs": 800, "seconds": 1e-6, "blocks": moved},
            {"name": "pool", "macs": 0, "seconds": 1e-6, "blocks": moved},
            {"name": "silent", "macs": 5, "seconds": 1e-6, "blocks": {"fast": {"bytes_read": 0, "bytes_written": 0}}},
        ]
        found = roofline.points(layers, roofline.memory_peaks(self.BLOCKS))
        self.assertEqual([(p.layer, p.memory, p.macs_per_byte) for p in found], [("conv", "fast", 2.0), ("conv", "slow", 16.0)])
        self.assertEqual({p.macs_per_second for p in found}, {800 / 1e-6})

    def test_points_count_the_macs_that_pruning_left(self):
        layer = {"name": "conv", "macs": 900, "seconds": 1e-6, "coordinates": 90, "kept_coordinates": 10, "blocks": {"fast": {"bytes_read": 50, "bytes_written": 0}}}
        found = roofline.points([layer, layer | {"kept_coordinates": 0}], roofline.memory_peaks(self.BLOCKS))
        self.assertEqual([(p.macs_per_byte, p.macs_per_second) for p in found], [(2.0, 100 / 1e-6)])

    def test_names_stand_apart_and_within_the_axes(self):
        gap = roofline_figure.LABEL_GAP
        for wanted in ([0.1, 0.5], [0.5, 0.5, 0.5], [0.2] + [0.95] * 8, [0.99, 0.99]):
            places = roofline_figure.label_places(wanted)
            self.assertGreaterEqual(min(b - a for a, b in zip(places, places[1:])), gap - 1e-12)
            self.assertLess(places[-1], 1)
        self.assertEqual(roofline_figure.label_places([0.1, 0.5]), [0.1, 0.5])

    def test_roofs_meet_at_the_ridge(self):
        self.assertEqual(roofline.memory_peaks(self.BLOCKS), {"fast": 4e9, "slow": 1e9})
        self.assertEqual(roofline.engine_peaks(self.BLOCKS), {"engine": 8e9})
        self.assertEqual(roofline.ridge(8e9, 4e9), 2.0)


class Shares(unittest.TestCase):
    def test_time_is_divided_only_where_every_layer_says_so(self):
        time = {"compute_seconds": 4.0, "memory_seconds": 3.0, "software_seconds": 2.0, "idle_seconds": 1.0}
        shares = time_figure.time_shares([{"time": time}, {"time": dict.fromkeys(time, 0.5)}])
        self.assertEqual({bound: list(seconds) for bound, seconds in shares.items()}, {"compute": [4, 0.5], "memory": [3, 0.5], "software": [2, 0.5], "idle": [1, 0.5]})
        self.assertIsNone(time_figure.time_shares([{"time": time}, {}]))
        self.assertIsNone(time_figure.time_shares([]))

    def test_energy_of_layers_by_block(self):
        layers = [
            {"blocks": {"a": {"dynamic_joules": 1, "leakage_joules": 2}, "b": {"dynamic_joules": 10, "leakage_joules": 0}}},
            {"blocks": {"a": {"dynamic_joules": 4, "leakage_joules": 0}}},
        ]
        table = energy_figures.joules_by_block(layers)
        self.assertEqual({name: list(row) for name, row in table.items()}, {"b": [10, 0], "a": [3, 4]})
        self.assertEqual(list(table), ["b", "a"], "the largest first")
        self.assertEqual(energy_figures.joules_by_block([{}]), {})

    def test_range_is_in_parts_of_the_typical_energy(self):
        self.assertEqual(page.energy_range({"energy_joules": 4.0, "energy_range_joules": {"low": 1.0, "high": 6.0}}), (0.25, 1.5))
        self.assertIsNone(page.energy_range({"energy_joules": 4.0}))


class ShownImage(unittest.TestCase):
    @staticmethod
    def rows(*spans):
        return [{"image": str(n), "begin_seconds": str(begin), "seconds": str(seconds)} for n, (begin, seconds) in enumerate(spans)]

    def test_one_in_the_middle_that_ends_within_the_trace(self):
        rows = self.rows((0, 10), (10, 10), (20, 10), (30, 10), (40, 10))
        self.assertEqual(shown_image.choose(rows, 50.0), shown_image.Shown("2", 20.0, 30.0, False))
        self.assertEqual(shown_image.choose(rows, 29.0).number, "1")
        self.assertEqual(shown_image.choose(rows, 50.0, "4").number, "4")
        self.assertEqual(shown_image.choose(rows, 29.0, "4").number, "1")
        self.assertIsNone(shown_image.choose(rows, 9.0))
        self.assertIsNone(shown_image.choose([], 9.0))

    def test_a_long_rest_after_it_is_shown(self):
        self.assertEqual(shown_image.choose(self.rows((0, 10), (30, 10), (60, 10)), 99.0), shown_image.Shown("1", 30.0, 60.0, True))
        self.assertFalse(shown_image.choose(self.rows((0, 10), (12, 10), (24, 10)), 99.0).rests, "firmware prints the result meanwhile")


class Drawing(unittest.TestCase):
    def test_what_belongs_to_no_layer_does_not_dwarf_the_layers(self):
        self.assertEqual(drawing.reach([2.0, 5.0, 3.0]), 5.0)
        self.assertEqual(drawing.reach([2.0, 5.0, 7.0]), 7.0)
        self.assertEqual(drawing.reach([2.0, 5.0, 70.0]), 8.0)
        self.assertEqual(drawing.reach([7.0]), 7.0)

    def test_numbers_that_people_read_are_not_cut(self):
        figure, axes = drawing.plt.subplots()
        axes.text(0.5, 0.5, "0.0656789")
        axes.plot([0, 1 / 3], [0, 1 / 7])
        svg = drawing.to_svg(figure, "one")
        self.assertIn(">0.0656789<", svg)
        self.assertNotRegex(svg, r' d="[^"]*\d\.\d{4}')


class Units(unittest.TestCase):
    def test_units_of_a_kind_count_as_one_block(self):
        unit = {"busy_seconds": 1.0, "energy_joules": {"dynamic": 2.0, "leakage": 0.5}}
        summary = {"blocks": {"cpu": dict(unit), "kcu_0": dict(unit), "kcu_1": dict(unit)}, "layers": [{"blocks": {"kcu_0": {"bytes_read": 3}, "kcu_1": {"bytes_read": 4}}}]}
        units.fold_summary(summary)
        self.assertEqual(summary["blocks"]["cpu"], unit | {"units": 1})
        self.assertEqual(summary["blocks"]["kcus"], {"busy_seconds": 2.0, "energy_joules": {"dynamic": 4.0, "leakage": 1.0}, "units": 2})
        self.assertEqual(summary["layers"][0]["blocks"], {"kcus": {"bytes_read": 7}})
        self.assertEqual(unit["energy_joules"], {"dynamic": 2.0, "leakage": 0.5}, "the parts themselves stay as they are")

    def test_columns_of_a_kind_are_added(self):
        names, watts = units.fold_columns(["a_0", "b", "a_1"], np.array([[1.0, 2.0, 4.0]]))
        self.assertEqual((names, watts.tolist()), (["as", "b"], [[5.0, 2.0]]))


if __name__ == "__main__":
    unittest.main()
