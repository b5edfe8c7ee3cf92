"""Reading a part of timeline.csv finds what reading all of it finds, at every place and after every cut; and the rows drawn from it."""

import csv
import random
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "reports"))
sys.dont_write_bytecode = True

try:
    from kasane_report import timeline, timeline_rows
    from kasane_report.run_folder import FolderError
except ModuleNotFoundError as missing:
    print(f"skipped: Python module '{missing.name}' is not installed")
    sys.exit(77)

import synthetic_run

HEADER = ",".join(timeline.COLUMNS) + "\n"


def in_full(path, begin, end):
    """The same by reading every row; an independent reference."""
    found = []
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            first = float(row["begin_seconds"])
            last = first + float(row["duration_seconds"])
            if first < end and last > begin:
                found.append((first, last, row["block"], row["track"], row["name"], row["layer"]))
    return found


def in_part(path, begin, end):
    return [(s.begin, s.end, s.block, s.track, s.name, s.layer) for s in timeline.read(path, begin, end)]


class Timeline(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.path = Path(temporary.name) / "timeline.csv"

    def write(self, rows):
        rows = sorted(rows, key=lambda row: row[0] + row[1])
        self.path.write_text(HEADER + "".join(f"{begin!r},{length!r},block,track,{name},\n" for begin, length, name in rows))

    def test_a_part_equals_the_whole_at_random_places(self):
        chance = random.Random(5)
        rows = [(chance.random(), chance.choice([1e-5, 1e-3, 0.3]) * chance.random(), "x" * chance.randint(0, 30)) for _ in range(3000)]
        self.write(rows + [(0.0, 1.5, "the whole run")])
        for _ in range(100):
            begin = chance.uniform(-0.1, 1.4)
            end = begin + chance.choice([1e-6, 1e-3, 0.5, 2.0])
            self.assertEqual(in_part(self.path, begin, end), in_full(self.path, begin, end))

    def test_tracks_may_be_behind_each_other(self):
        chance = random.Random(6)
        rows = [(n * 1e-5, 1e-5, str(n)) for n in range(3000)]
        rows.sort(key=lambda row: row[0] + row[1] + chance.uniform(0, timeline.DISORDER))
        self.path.write_text(HEADER + "".join(f"{begin!r},{length!r},block,track,{name},\n" for begin, length, name in rows))
        for _ in range(200):
            begin = chance.uniform(0, 0.03)
            self.assertEqual(in_part(self.path, begin, begin + 1e-4), in_full(self.path, begin, begin + 1e-4))

    def test_phases_may_come_as_late_as_their_command(self):
        rows = []
        for command in range(30):
            begin = command * 0.01
            rows += [f"{begin + n * 1e-4!r},0.0001,dma,commands,copy,\n" for n in range(99)]
            rows += [f"{begin + n * 2e-4!r},0.0002,ncu,phases,compute,\n" for n in range(50)] + [f"{begin!r},0.01,ncu,commands,long,\n"]
        self.path.write_text(HEADER + "".join(rows))
        for n in range(290):
            begin = n * 1e-3 + 3.3e-4
            self.assertEqual(in_part(self.path, begin, begin + 5e-4), in_full(self.path, begin, begin + 5e-4))

    def test_a_part_equals_the_whole_where_slices_meet(self):
        self.write([(n * 0.125, 0.125, str(n)) for n in range(16)])
        for n in range(17):
            self.assertEqual(in_part(self.path, n * 0.125, 2.0), in_full(self.path, n * 0.125, 2.0))
        self.assertEqual([one[4] for one in in_part(self.path, 0.25, 0.5)], ["2", "3"])

    def test_a_run_read_image_by_image(self):
        synthetic_run.write(self.path.parent, images=6)
        for image in range(6):
            begin, end = image * 528e-6, (image + 1) * 528e-6
            self.assertEqual(in_part(self.path, begin, end), in_full(self.path, begin, end))
            self.assertGreater(len(in_part(self.path, begin, end)), 50)

    def test_every_cut_of_a_killed_run_reads_its_whole_rows(self):
        self.write([(n * 0.1, 0.1, f"n{n}") for n in range(4)])
        whole = self.path.read_text()
        for size in range(len(HEADER), len(whole) + 1):
            self.path.write_text(whole[:size])
            self.assertEqual(len(in_part(self.path, 0, 9)), whole[:size].count("\n") - 1)

    def test_names_may_hold_commas(self):
        self.path.write_text(HEADER + '0,1,cpu,activity,"a, ""b""",conv1\n')
        self.assertEqual(in_part(self.path, 0, 1), [(0.0, 1.0, "cpu", "activity", 'a, "b"', "conv1")])

    def test_wrong_files_are_refused_in_one_line(self):
        for text in ("begin,end\n0,1\n", HEADER + "x,1,a,b,c,d\n", HEADER + "0,1,a\n"):
            self.path.write_text(text)
            with self.assertRaises(FolderError) as caught:
                timeline.read(self.path, 0, 1)
            self.assertIn("timeline.csv", str(caught.exception))
            self.assertNotIn("\n", str(caught.exception))

    def test_stays_in_one_layer_that_follow_each_other_are_one(self):
        def layer(begin, end, name):
            return timeline.Slice(begin, end, "software", "layers", name, name)

        spans = timeline.layer_spans([layer(0, 1, "a"), layer(1, 2, "a"), timeline.Slice(1, 2, "cpu", "activity", "run", ""), layer(2, 3, "b"), layer(4, 5, "b")])
        self.assertEqual(spans, [(0, 2, "a"), (2, 3, "b"), (4, 5, "b")])


class Rows(unittest.TestCase):
    def test_order_from_software_down_to_power_domains(self):
        def one(begin, block, track, name="x"):
            return timeline.Slice(begin, begin + 1, block, track, name, "")

        slices = [one(0, "domain b", "state", "off"), one(0, "domain a", "state", "0.9 V 400 MHz"), one(5, "ncu", "phases", "load input"), one(5, "ncu", "jobs"),
                  one(2, "dma", "commands"), one(3, "unit_10", "commands"), one(3, "unit_2", "phases", "channel 1"), one(1, "cpu", "interrupt: dma"),
                  one(0, "cpu", "activity", "sleep"), one(0, "software", "regions: all"), one(0, "software", "layers")]  # fmt: skip
        self.assertEqual(
            [(row.group, row.label) for row in timeline_rows.rows_of(slices)],
            [("software", "layers"), ("software", "region"), ("cpu", "activity"), ("cpu", "interrupts"), ("dma", "commands"), ("ncu", "jobs"),
             ("ncu", "phases"), ("unit", "2"), ("unit", "10"), ("power domains", "a"), ("power domains", "b")],
        )  # fmt: skip

    def test_slower_operating_points_are_paler(self):
        states = [timeline.Slice(n, n + 1, "domain a", "state", name, "") for n, name in enumerate(["0.7 V 200 MHz", "0.9 V 1 GHz", "off", "0.7 V 200 MHz"])]
        (row,) = timeline_rows.rows_of(states)
        slow, fast, off, again = (bar[2] for bar in row.bars)
        self.assertEqual((slow, fast, off, again), (timeline_rows.POINTS[1], timeline_rows.POINTS[0], timeline_rows.STATES["off"], slow))


if __name__ == "__main__":
    unittest.main()
