"""What the scripts that measure reports/results have in common: runs of a driver at operating points, tables in Markdown."""

import argparse
import csv
import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
UNITS = {"fJ": 1e-15, "pJ": 1e-12, "nJ": 1e-9}


@dataclasses.dataclass(frozen=True)
class Work:
    """What an engine did in a layer, all images of a run. Joules and watts are those of a group of blocks."""

    name: str
    macs: int  # dense
    busy: float  # seconds of the engine
    dynamic: float  # joules
    leakage: float  # watts

    @property
    def joules(self):
        return self.dynamic + self.leakage * self.busy

    @property
    def watts(self):
        return self.joules / self.busy

    @property
    def tops_per_watt(self):
        """Of dense operations: two a multiply-accumulate, pruned ones counted as done."""
        return 2 * self.macs / self.joules / 1e12


def total(works):
    """All of them together, which ran in one run."""
    return Work(
        "all",
        sum(work.macs for work in works),
        sum(work.busy for work in works),
        sum(work.dynamic for work in works),
        works[0].leakage,
    )


def at_point(domains, point):
    """Settings that start power domains at their operating point of that number."""
    return [f"chip.domains.{domain}.initial_point={point}" for domain in domains]


def settings_of(settings):
    return [word for setting in settings for word in ("--set", setting)]


def run(build, out, scenario, images, *settings, traces="none"):
    """The summary of a run, and what host.json says as its "host"; without the page that nobody will look at."""
    command = [build / "kasane", "run", SOURCE / "scenarios" / scenario, "--out", out, "--images", images, "--traces", traces]
    command += ["--quiet", "--no-report", *settings_of(settings)]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd=SOURCE)
    summary, host = (json.loads((out / f"{name}.json").read_text()) for name in ("summary", "host"))
    return {**summary, "host": host}


def sweep(build, out, name, *settings):
    """The points of a sweep of scenarios/sweeps: rows of its points.csv."""
    command = [build / "kasane", "sweep", SOURCE / "scenarios" / "sweeps" / f"{name}.yaml", "--out", out, "--quiet", "--no-report"]
    subprocess.run([str(word) for word in (*command, *settings_of(settings))], check=True, cwd=SOURCE)
    with open(out / "points.csv", newline="") as file:
        return list(csv.DictReader(file))


def leakage_watts(summary, blocks):
    return sum(summary["blocks"][block]["energy_joules"]["leakage"] for block in blocks) / summary["simulated_seconds"]


def dynamic_joules(layer, blocks):
    return sum(layer["blocks"][block]["dynamic_joules"] for block in blocks)


def operation_costs(build, scenario, block, *settings):
    """Joules of each operation of a block at the technology's nominal voltage, to three digits."""
    command = [str(build / "kasane"), "describe", str(SOURCE / "scenarios" / scenario), *settings_of(settings)]
    page = subprocess.run(command, check=True, capture_output=True, text=True, cwd=SOURCE).stdout
    blocks = page.split("\nblocks\n")[1].split("\npower domains\n")[0]
    lines = re.search(rf"^  {block} .*\n(?:^ {{20,}}.*\n)*", blocks, re.MULTILINE).group()
    costs = re.findall(r"(\w+) ([\d.]+) ([fpn]J);", lines)
    return {name: float(value) * UNITS[unit] for name, value, unit in costs}


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def head(*titles):
    print()
    row(*titles)
    row(*["---"] * len(titles))


def parser(document, sections):
    """What every report is told: its sections are functions, named by what they measure."""
    options = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("build", type=lambda word: Path(word).resolve())
    options.add_argument("--archive", type=lambda word: Path(word).resolve())
    options.add_argument("--images", type=int, default=200)
    options.add_argument("--only", nargs="+", metavar="SECTION", choices=[one.__name__ for one in sections])
    return options


def work_folder(build, name):
    """Where a report's runs lie, in the build folder."""
    work = build / name
    work.mkdir(exist_ok=True)
    return work


def measure(sections, only, context):
    """Prints the sections named, or all."""
    for section in sections:
        if not only or section.__name__ in only:
            print(f"\n## {section.__name__}: {section.__doc__}")
            section(context)
            sys.stdout.flush()
