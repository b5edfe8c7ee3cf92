"""Measures reports/results/power_policies.md: race to idle against slow and steady, over the period.

    python3 reports/power_policies.py BUILD

BUILD is a build folder with the program `kasane`. The firmware is built for each period in BUILD/periods; a period's energy is
the difference between runs of 110 and of 10 images, by a hundred.
"""

import json
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
POLICIES = ("race_to_idle", "slow_and_steady")
PERIODS = (300, 600, 1500, 2100, 6000)  # microseconds
MEMORIES = ("feature_map_memory", "weight_memory")
COLUMNS = {  # what a table's column adds up; "rest" is what none of them names
    "CPU": ("cpu",),
    "RAM": ("ram",),
    "NCU": ("neural_comp_unit",),
    "FMM + WM": MEMORIES,
    "DMA": ("dma",),
    "bus": ("bus",),
    "rest": ("boot_rom", "uart", "clint", "plic", "power_manager"),
    "DRAM": ("dram",),
}


def call(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL, cwd=SOURCE)


def build_firmware(build, period):
    """The two programs for a period; returns the folder that holds them."""
    folder = build / "periods" / str(period)
    call("cmake", "-S", SOURCE, "-B", folder, "-G", "Ninja", f"-DKASANE_FIRMWARE_PERIOD_US={period}")
    call("ninja", "-C", folder, *(f"firmware_classify_{policy}" for policy in POLICIES))
    return folder / "firmware"


def ledger(build, firmware, policy, images):
    """Joules by block and kind."""
    out = firmware.parent / f"{policy}_{images}"
    call(
        build / "kasane", "run", SOURCE / "scenarios" / f"lenet5_{policy}.yaml", "--images", images, "--out", out, "--quiet",
        "--no-report", "--traces", "none", "--set", f"software.firmware={firmware / f'classify_{policy}.elf'}",
    )  # fmt: skip
    if f"\n0 deadlines missed, an image every {firmware.parent.name} us" not in (out / "console.log").read_text():
        raise SystemExit(f"{out}: deadlines were missed")
    blocks = json.loads((out / "summary.json").read_text())["blocks"]
    return {name: block["energy_joules"] for name, block in blocks.items()}


def period_energy(build, firmware, policy):
    """Microjoules of one period by block and kind."""
    few, many = (ledger(build, firmware, policy, images) for images in (10, 110))
    return {block: {kind: (many[block][kind] - few[block][kind]) / 100 * 1e6 for kind in many[block]} for block in many}


def columns(energy):
    blocks = {name: sum(kinds.values()) for name, kinds in energy.items()}
    unknown = set(blocks) - {name for names in COLUMNS.values() for name in names}
    if unknown:
        raise SystemExit(f"blocks that no column adds up: {sorted(unknown)}")
    sums = {title: sum(blocks[name] for name in names) for title, names in COLUMNS.items()}
    return sums | {"on chip": sum(blocks.values()) - blocks["dram"], "all": sum(blocks.values())}


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def break_evens(differences):
    """Periods where a difference, linear between measured periods, changes its sign."""
    points = sorted(differences.items())
    for (low, below), (high, above) in zip(points, points[1:]):
        if below * above < 0:
            yield low + (high - low) * below / (below - above)


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: power_policies.py BUILD")
    build = Path(sys.argv[1]).resolve()
    titles = (*COLUMNS, "on chip", "all")
    row("period", "policy", *titles)
    row(*["---"] * (len(titles) + 2))
    measured = {}
    for period in PERIODS:
        firmware = build_firmware(build, period)
        measured[period] = {policy: columns(period_energy(build, firmware, policy)) for policy in POLICIES}
        for policy, sums in measured[period].items():
            row(f"{period} us", policy.replace("_", " "), *(f"{sums[title]:.2f}" for title in titles))
    for title in ("on chip", "all"):
        race, slow = POLICIES
        found = break_evens({period: sums[race][title] - sums[slow][title] for period, sums in measured.items()})
        print(f"break-even, {title}:", ", ".join(f"{period:.0f} us" for period in found) or "none")


if __name__ == "__main__":
    main()
