"""Pages in a browser: no message on the console, nothing wider than the window, large or small."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.dont_write_bytecode = True

import browser
import synthetic_run

if browser.CHROMIUM is None:
    print("skipped: Chromium is not installed")
    sys.exit(77)
if subprocess.run([sys.executable, "-c", "import numpy, matplotlib"], capture_output=True, check=False).returncode != 0:
    print("skipped: Python's numpy or matplotlib is not installed")
    sys.exit(77)

SIZES = [(1280, 900), (480, 900)]


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        synthetic_run.write(cls.folder / "a")
        synthetic_run.write(cls.folder / "b_with_a_long_name_without_a_place_to_break_lines_in_it", slower=1.5, name="long" * 30)
        (cls.folder / "b_with_a_long_name_without_a_place_to_break_lines_in_it").rename(cls.folder / "b")

    def draw(self, program, *arguments):
        subprocess.run([sys.executable, "-B", str(ROOT / "reports" / program), *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)

    def shows(self, path):
        for width, height in SIZES:
            with self.subTest(page=path.name, width=width):
                opened = browser.Opened(path.read_text(), self.folder, width, height)
                self.assertEqual(opened.messages, [])
                self.assertLessEqual(opened.content_width, opened.width)
                self.assertGreater(opened.content_height, height, "a page with content is longer than the window")

    def test_report(self):
        for name in ("a", "b"):
            self.draw("report.py", self.folder / name)
            self.shows(self.folder / name / "report.html")

    def test_difference(self):
        self.draw("diff.py", self.folder / "a", self.folder / "b")
        self.shows(self.folder / "b" / "diff.html")

    def test_the_check_itself_can_fail(self):
        page = "<!doctype html><body style='margin:0'><div style='width:700px'>wide</div><script>console.error('boo')</script>"
        opened = browser.Opened(page, self.folder, *SIZES[1])
        self.assertEqual((opened.width, opened.content_width), (480, 700))
        self.assertIn("boo", "".join(opened.messages))


if __name__ == "__main__":
    unittest.main()
