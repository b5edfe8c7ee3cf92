#!/usr/bin/env python3
"""What traces cost the host: runs a scenario without and with them in turn and prints the ratio of the medians.

    tests/benchmark/trace_cost.py [--pairs N] [--images N] [--scenario FILE] [further options of kasane run]
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("KASANE_BUILD", SOURCE / "build")) / "kasane"


def measure(scenario, traces, images, folder, options):
    """Seconds of wall clock and of CPU, all threads, of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    subprocess.run(
        [PROGRAM, "run", scenario, "--images", str(images), "--traces", traces, "--quiet", "--no-report", "--out", folder, *options],
        check=True, cwd=SOURCE,
    )  # fmt: skip
    wall = time.monotonic() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="scenarios/lenet5.yaml")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--images", type=int, default=2000)
    arguments, options = parser.parse_known_args()
    times = {"none": [], "all": []}
    with tempfile.TemporaryDirectory(prefix="kasane-cost-") as folder:
        for _ in range(arguments.pairs):
            for traces, list_ in times.items():
                list_.append(measure(arguments.scenario, traces, arguments.images, f"{folder}/{traces}", options))
        bytes_ = sum(file.stat().st_size for file in Path(folder, "all").iterdir())
        seconds = json.loads(Path(folder, "all", "summary.json").read_text())["simulated_seconds"]
    for column, name in enumerate(("wall clock", "CPU, both threads")):
        without, with_ = (statistics.median(row[column] for row in times[traces]) for traces in ("none", "all"))
        print(f"{name:18} without {without:.3f} s, with {with_:.3f} s: {with_ / without:.3f} times")
    print(f"{bytes_ / 1e6:.0f} MB of files for {seconds * 1e3:.0f} ms of simulated time")


if __name__ == "__main__":
    main()
