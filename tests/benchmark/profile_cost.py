#!/usr/bin/env python3
"""What --profile costs the host: runs scenarios without and with it in turn and prints the medians of the pairs' ratios.

    tests/benchmark/profile_cost.py [--pairs N] [--limit RATIO] [SCENARIO:IMAGES ...]

CPU seconds of the simulation loop are what each run's host.json says. Ends with code 1 where a ratio is above the
limit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("KASANE_BUILD", SOURCE / "build")) / "kasane"
DEFAULT = ["lenet5:1000", "lenet5_software:60", "lenet5_race_to_idle:200"]


def cpu_seconds(scenario, images, folder, *options):
    subprocess.run(
        [PROGRAM, "run", SOURCE / "scenarios" / f"{scenario}.yaml", "--images", images, "--quiet", "--no-report", "--out", folder,
         *options], check=True, cwd=SOURCE,
    )  # fmt: skip
    return json.loads(Path(folder, "host.json").read_text())["cpu_seconds"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--limit", type=float, default=1.25)
    parser.add_argument("--traces", default="none")
    parser.add_argument("runs", nargs="*", default=DEFAULT)
    arguments = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(prefix="kasane-cost-") as folder:
        for run in arguments.runs:
            scenario, images = run.split(":")
            pairs = []
            for _ in range(arguments.pairs):
                without, with_ = (
                    cpu_seconds(scenario, images, folder, "--traces", arguments.traces, *options)
                    for options in ([], ["--profile"])
                )
                pairs.append((without, with_))
            ratio = statistics.median(with_ / without for without, with_ in pairs)
            good &= ratio <= arguments.limit
            medians = [statistics.median(column) for column in zip(*pairs)]
            print(f"{run:24} without {medians[0]:.3f} s, with {medians[1]:.3f} s of CPU: {ratio:.3f} times")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
