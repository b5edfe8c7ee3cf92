"""Starts the program under test and reads what it leaves; shared by the tests that run whole scenarios."""

import csv
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("KASANE_BUILD", SOURCE / "build"))
PROGRAM = BUILD / "kasane"
FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
CIFAR10 = SOURCE.parent / "shared" / "data" / "cifar10-jpeg.tar.gz"


def kasane(*arguments, timeout=600, **options):
    """Runs the program; returns its completed process with text output."""
    return subprocess.run(
        [str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, cwd=SOURCE, check=False, **options
    )


class ScenarioTest(unittest.TestCase):
    """A test with a folder of its own that needs a data set, the default one unless a class says otherwise."""

    data = FASHION_MNIST
    where_from = "install Debian's dataset-fashion-mnist"

    @classmethod
    def setUpClass(cls):
        if not cls.data.exists():
            raise unittest.SkipTest(f"{cls.data} is absent: {cls.where_from}")

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="kasane-test-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def run_scenario(self, scenario, *arguments, name="run"):
        """Runs a scenario without report; returns its folder. Fails the test where the run fails."""
        out = self.folder / name
        done = kasane("run", SOURCE / "scenarios" / scenario, "--out", out, "--quiet", "--no-report", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return out


def summary(folder):
    return json.loads((folder / "summary.json").read_text())


def results(folder):
    with (folder / "results.csv").open() as file:
        return list(csv.DictReader(file))
