"""What a sweep's report concludes, on points small enough to see the answer."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "reports"))
sys.dont_write_bytecode = True

from kasane_report import sweep_analysis as analysis  # noqa: E402  (needs neither numpy nor matplotlib)


def point(number, units, accuracy, dynamic, leakage, seconds=1.0, area=1.0, lanes="16"):
    return {
        "point": number, "units": units, "lanes": lanes, "accuracy": accuracy, "joules_per_image": dynamic + leakage,
        "dynamic_joules_per_image": dynamic, "leakage_joules_per_image": leakage, "seconds_per_image": seconds, "area_mm2": area,
    }  # fmt: skip


class Qualifying(unittest.TestCase):
    def test_against_the_best_baseline_else_the_best_point(self):
        points = [point(0, "0", 0.90, 9, 1), point(1, "0", 0.88, 8, 1), point(2, "4", 0.89, 5, 1), point(3, "8", 0.93, 5, 2), point(4, "2", 0.88, 1, 1)]
        self.assertEqual([p["point"] for p in analysis.qualifying(points, "units", 0.01)], [0, 2, 3])
        self.assertEqual([p["point"] for p in analysis.qualifying(points[2:], "units", 0.04)], [2, 3])


class Front(unittest.TestCase):
    def test_what_is_equalled_or_beaten_is_not_on_it(self):
        points = [point(0, "0", 0.9, 10, 0), point(1, "1", 0.8, 5, 0), point(2, "2", 0.8, 6, 0), point(3, "3", 0.95, 10, 0), point(4, "4", 0.8, 5, 0)]
        front = analysis.pareto_front(points, ["joules_per_image"], ["accuracy"])
        self.assertEqual([p["point"] for p in front], [1, 3])


class Recommend(unittest.TestCase):
    def test_least_energy_that_qualifies_against_the_right_rivals(self):
        points = [
            point(0, "0", 0.90, 6, 4, seconds=4, area=2, lanes="8"),
            point(1, "0", 0.90, 7, 4, seconds=2, area=4, lanes="16"),
            point(2, "0", 0.90, 9, 6, seconds=1, area=8, lanes="32"),
            point(3, "8", 0.895, 4, 4, seconds=2, area=5),
            point(4, "4", 0.50, 1, 1, seconds=1, area=3),
        ]
        found = analysis.recommend(points, "units", 0.01)
        self.assertEqual(found.point["point"], 3)
        self.assertEqual(found.equal_throughput["point"], 1, "at least as fast, and of least energy")
        self.assertEqual(found.equal_area["point"], 0, "not larger, and of least energy")
        self.assertIsNone(found.fastest)

    def test_where_no_baseline_is_as_fast_the_fastest_is_named(self):
        points = [point(0, "0", 0.9, 6, 4, seconds=4), point(1, "0", 0.9, 7, 4, seconds=3, area=9), point(2, "8", 0.9, 4, 4, seconds=1, area=0.5)]
        found = analysis.recommend(points, "units", 0.01)
        self.assertIsNone(found.equal_throughput)
        self.assertEqual(found.fastest["point"], 1)
        self.assertIsNone(found.equal_area)

    def test_no_units_may_be_the_answer(self):
        points = [point(0, "0", 0.9, 1, 1), point(1, "8", 0.9, 4, 4)]
        self.assertEqual(analysis.recommend(points, "units", 0.01).point["point"], 0)


class Leakage(unittest.TestCase):
    def test_balance_runs_from_the_cheapest_to_the_last(self):
        points = [point(0, None, 0.9, 10, 1), point(1, "4", 0.9, 6, 2), point(2, "8", 0.9, 5, 4), point(3, "16", 0.9, 4.5, 8), point(4, "8", 0.9, 1, 1, lanes="8")]
        points[0]["units"], points[0]["lanes"] = "0", None
        series = analysis.series_through(points, points[2], ["units", "lanes"], "units")
        self.assertEqual([p["point"] for p in series], [0, 1, 2, 3], "by count as a number, other lanes left out")
        balance = analysis.leakage_balance(series)
        self.assertEqual((balance.cheapest["point"], balance.last["point"]), (1, 3))
        self.assertAlmostEqual(balance.leakage_growth, 6)
        self.assertAlmostEqual(balance.dynamic_saving, 1.5)


if __name__ == "__main__":
    unittest.main()
