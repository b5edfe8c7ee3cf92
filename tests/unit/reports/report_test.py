"""The report of a synthetic run: complete, self-contained, deterministic, and patient with what a killed run leaves."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "reports"))
sys.dont_write_bytecode = True

try:
    import numpy as np
    from kasane_report import power_figures, run_folder
except ModuleNotFoundError as missing:
    print(f"skipped: Python module '{missing.name}' is not installed")
    sys.exit(77)

import synthetic_run


def report(folder, **environment):
    return subprocess.run(
        [sys.executable, "-B", str(ROOT / "reports" / "report.py"), str(folder)],
        capture_output=True, text=True, env=os.environ | environment,
    )  # fmt: skip


class References(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            fetched = name in ("src", "href", "xlink:href") and not value.startswith(("#", "data:"))
            if fetched:
                self.found.append(value)


class Report(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name) / "run"
        self.joules = synthetic_run.write(self.folder)

    def tearDown(self):
        self.temporary.cleanup()

    def page(self):
        done = report(self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return (self.folder / "report.html").read_text()

    def refused(self, expected, status=2):
        done = report(self.folder)
        self.assertEqual(done.returncode, status)
        self.assertIn(expected, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertFalse((self.folder / "report.html").exists())

    def edit(self, change):
        path = self.folder / "summary.json"
        summary = json.loads(path.read_text())
        change(summary)
        path.write_text(json.dumps(summary))

    def test_is_self_contained_and_the_same_every_time(self):
        page = self.page()
        references = References()
        references.feed(page)
        self.assertEqual(references.found, [])
        self.assertNotIn("script", references.tags)
        self.assertNotRegex(page, r"url\((?!#)|@import")
        self.assertEqual(references.tags.count("svg"), 7)  # one image's power and timeline, the run's power, layers, blocks, time, roofline
        self.assertEqual(page, self.page())

    def test_says_what_ran_and_what_came_out(self):
        page = self.page()
        self.assertIn("lenet5 &lt;synthetic&gt;", page)
        self.assertNotIn("<synthetic>", page)
        self.assertIn("91.67 %", page)  # 11 of 12
        self.assertIn("11 of 12 images", page)
        self.assertIn("528 µs", page)  # 40 + 488 µs an image
        for name, *_ in synthetic_run.LAYERS:
            self.assertGreaterEqual(len(re.findall(f">{name}<|<!-- {name} -->", page)), 2, name)
        self.assertIn("Most energy: dram (47 %)", page)

    def leave_early(self, overlap):
        """Two of three images leave by exit 1, after half the time; the last one takes the others."""
        rows = (self.folder / "results.csv").read_text().splitlines()
        kept = [rows[0] + ",exit,entropies"]
        for number, row in enumerate(rows[1:]):
            fields = row.split(",")
            early = number % 3 != 2
            fields[4] = repr(float(fields[4]) * (0.5 if early else 1))
            kept.append(",".join([*fields, "1,0.125" if early else "2,0.75"]))
        (self.folder / "results.csv").write_text("\n".join(kept) + "\n")
        exits = [
            {"name": "logits_early", "engine": "ncu", "macs": 100_000, "images": 8, "correct": 7, "threshold_nats": 0.5},
            {"name": "logits", "engine": "cpu", "macs": 317_360, "images": 4, "correct": 4},
        ]
        latency = {"mean": 352e-6, "p50": 264e-6, "p90": 528e-6, "p99": 528e-6, "max": 528e-6}
        self.edit(lambda summary: summary.update(exits=exits, latency_seconds=latency, **({"images_overlap": True} if overlap else {})))

    def rows_of(self, page, heading):
        table = page[page.index(f"<h2>{heading}</h2>") :]
        table = table[table.index("<tbody>") : table.index("</tbody>")]
        return [re.findall("<td>([^<]*)</td>", row) for row in re.findall("<tr>(.*?)</tr>", table)]

    def test_shows_who_leaves_where(self):
        self.assertNotIn("<h2>Exits</h2>", self.page())
        self.assertNotIn("<h2>Latency</h2>", self.page())
        self.leave_early(overlap=False)
        page = self.page()
        first, second = self.rows_of(page, "Exits")
        self.assertEqual(first, ["1", "logits_early", "ncu", "0.5 nats", "66.7 %", "87.50 %", "100,000", "100,000"])
        self.assertEqual(second, ["2", "logits", "cpu", "all the rest", "33.3 %", "100.00 %", "317,360", "417,360"])
        self.assertEqual(self.rows_of(page, "Latency"), [["352 µs", "264 µs", "528 µs", "528 µs", "528 µs"]])
        self.assertEqual(page.count("<svg"), 8, "a histogram more")
        for text in ("exit 1", "exit 2", "p99"):
            self.assertRegex(page, f">\\s*{text}<|<!-- +{text} -->")
        self.assertNotIn("in flight", page)

    def test_shows_images_that_overlap(self):
        self.leave_early(overlap=True)
        timeline = self.folder / "timeline.csv"
        begin, end = (6 * 528e-6, 7 * 528e-6)  # the image in the middle
        timeline.write_text(timeline.read_text() + f"{begin!r},{end - begin!r},software,images 1,image 6 (exit 1),\n")
        page = self.page()
        self.assertIn("Two images are in flight", page)
        self.assertIn("mean latency", page)
        self.assertIn("image 6 (exit 1)", page)

    def test_exits_that_nobody_takes_have_no_accuracy(self):
        self.leave_early(overlap=False)
        self.edit(lambda summary: summary["exits"][1].update(images=0, correct=0))
        self.assertEqual(self.rows_of(self.page(), "Exits")[1][4:6], ["0.0 %", "–"])

    def test_ids_of_figures_do_not_meet(self):
        page = self.page()
        ids = re.findall(r'\bid="([^"]+)"', page)
        self.assertEqual(sorted(set(ids)), sorted(ids))
        used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page))
        self.assertGreater(len(used), 0)
        self.assertLessEqual({one or other for one, other in used}, set(ids))

    def test_rebinned_power_keeps_the_energy(self):
        power = run_folder.read(self.folder).power
        end = power.start[-1] + power.duration[-1]
        for bins in (1, 7, 800, 5000):
            edges = np.linspace(0, end, bins + 1)
            joules = (power_figures.rebin(power, edges) * np.diff(edges)[:, None]).sum(axis=0)
            for block, found in zip(power.blocks, joules):
                self.assertAlmostEqual(found, self.joules[block], delta=1e-9 * sum(self.joules.values()))

    def test_long_runs_make_no_long_pages(self):
        short = len(self.page())
        synthetic_run.write(self.folder, images=1000)
        self.assertLess(len(self.page()), 3 * short)

    def test_takes_what_a_killed_run_left(self):
        for name in ("power.csv", "results.csv", "timeline.csv"):
            path = self.folder / name
            path.write_bytes(path.read_bytes()[:-7])
        (self.folder / "host.json").unlink()
        self.edit(lambda summary: summary.update(interrupted=True))
        self.assertIn("interrupted", self.page())

    def test_needs_neither_network_nor_traces(self):
        for name in ("power.csv", "results.csv", "timeline.csv"):
            (self.folder / name).unlink()
        self.edit(lambda summary: summary.update(layers=[], images=0, correct=0, top1=0))
        page = self.page()
        self.assertIn("recorded no power trace and no timeline", page)
        self.assertNotIn("accuracy", page)

    def test_a_boot_is_about_software(self):
        (self.folder / "results.csv").unlink()
        self.edit(lambda summary: summary.update(software="fw.bin, boot.bin", network="", dataset="", images=0, layers=summary["layers"][-1:]))
        page = self.page()
        self.assertIn("fw.bin, boot.bin, 45 nm", page)
        self.assertIn("Energy by block", page)
        for word in ("per image", "outside layers", "Energy by layer", " on ,"):
            self.assertNotIn(word, page)

    def test_leaves_out_what_a_run_without_traces_does_not_know(self):
        for name in ("power.csv", "results.csv", "timeline.csv"):
            (self.folder / name).unlink()

        def strip(summary):
            for key in ("peak_power", "energy_range_joules", "regions", "region_mistakes", "domains"):
                summary.pop(key)
            for layer in summary["layers"]:
                layer.pop("time")
                layer.pop("blocks")
            for block in summary["blocks"].values():
                block.pop("energy_range_joules")

        whole = re.findall("<h2>([^<]*)", self.page())
        self.edit(strip)
        left = re.findall("<h2>([^<]*)", self.page())
        self.assertEqual(set(whole) - set(left), {"Roofline", "Peak power", "Regions that firmware measured", "Power domains"})
        self.assertEqual(self.page().count("<svg"), 2, "layers and blocks")

    def test_shows_the_whole_run_where_there_are_no_images(self):
        (self.folder / "results.csv").unlink()
        page = self.page()
        self.assertEqual(page.count("<svg"), 6)
        self.assertTrue("The whole run. Phases are coloured" in page)

    def test_refuses_wrong_files_in_one_line(self):
        power = self.folder / "power.csv"
        good = power.read_text()
        power.write_text("time,cpu\n1,2\n")
        self.refused("power.csv:1: expected the columns")
        power.write_text(good.replace("0.008", "much", 1))
        self.refused("power.csv: expected numbers")
        power.write_text(good)
        (self.folder / "summary.json").write_text("{")
        self.refused("summary.json: not valid JSON")
        for other in ("[]", "{}", '{"scenario": "x", "images": 0, "blocks": {}}'):
            (self.folder / "summary.json").write_text(other)
            self.refused("summary.json: not a run's: expected the key")
        (self.folder / "summary.json").unlink()
        self.refused("summary.json: cannot read: No such file or directory")

    def test_says_which_module_is_missing(self):
        blocked = Path(self.temporary.name) / "blocked"
        blocked.mkdir()
        (blocked / "matplotlib.py").write_text("raise ModuleNotFoundError('gone', name='matplotlib')\n")
        done = report(self.folder, PYTHONPATH=str(blocked))
        self.assertEqual(done.returncode, 1)
        self.assertIn("Python module 'matplotlib' is missing", done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
