"""A run's folder made up of known figures: `python3 synthetic_run.py FOLDER`, to test and to look at the report."""

import json
import sys
from pathlib import Path

LAYERS = [("conv1", "Conv+Relu", 120e-6, 117_600), ("pool1", "MaxPool", 20e-6, 0), ("conv2", "Conv+Relu", 210e-6, 240_000),
          ("pool2", "MaxPool", 10e-6, 0), ("fc1", "Gemm+Relu", 90e-6, 48_000), ("fc2", "Gemm+Relu", 30e-6, 10_080),
          ("fc3", "Gemm", 8e-6, 840)]  # fmt: skip
BLOCKS = ["cpu", "ncu", "fmm", "wm", "bus", "dram", "uart"]
WINDOW = 10e-6
GAP = 40e-6  # between images, software outside any layer


def _watts(layer, window):
    """Watts of each block in one window of a layer (None: outside)."""
    if layer is None:
        return [8e-3, 0.4e-3, 0.2e-3, 0.2e-3, 0.5e-3, 34e-3, 1e-5]
    busy = 1.0 if layer.startswith("conv") else 0.5 if layer.startswith("fc") else 0.15
    ripple = 1 + 0.2 * (window % 3)
    return [1e-3, 28e-3 * busy * ripple, 9e-3 * busy, 6e-3 * busy * ripple, 2e-3, 34e-3 + (12e-3 if layer.startswith("fc") else 0), 0.0]


def write(folder, images=12):
    """Writes the folder; returns the energy of every block in joules."""
    folder.mkdir(parents=True, exist_ok=True)
    power = ["start_seconds,duration_seconds," + ",".join(f"{block}_watts" for block in BLOCKS)]
    results = ["image,label,predicted,begin_seconds,seconds,joules,output_hex"]
    stays = ["start_seconds,duration_seconds,layer"]
    joules = dict.fromkeys(BLOCKS, 0.0)
    by_layer = {name: 0.0 for name, *_ in LAYERS} | {"(outside layers)": 0.0}
    at = 0.0

    def spend(layer, seconds):
        nonlocal at
        for window in range(max(1, round(seconds / WINDOW))):
            length = min(WINDOW, seconds - window * WINDOW)
            watts = _watts(layer, window)
            power.append(",".join(repr(value) for value in [at + window * WINDOW, length, *watts]))
            for block, value in zip(BLOCKS, watts):
                joules[block] += value * length
                by_layer[layer or "(outside layers)"] += value * length
        at += seconds

    for image in range(images):
        begin = at
        spend(None, GAP)
        for name, _, seconds, _ in LAYERS:
            stays.append(f"{at!r},{seconds!r},{name}")
            spend(name, seconds)
        results.append(f"{image},{image % 10},{(image if image else 3) % 10},{begin!r},{at - begin!r},2.5e-05,00ff")
    total = sum(joules.values())
    summary = {
        "scenario": "lenet5 <synthetic>", "network": "lenet5-fashion", "dataset": "Fashion-MNIST", "technology": "45 nm planar CMOS",
        "interrupted": False, "simulated_seconds": at, "energy_joules": total, "dynamic_joules": 0.7 * total, "leakage_joules": 0.3 * total,
        "average_watts": total / at if at else 0, "images": images, "correct": max(0, images - 1),
        "top1": max(0, images - 1) / max(1, images), "seconds_per_image": at / max(1, images), "joules_per_image": total / max(1, images),
        "area_mm2": 3.21, "cpu": {"instructions": 123456, "cycles": 234567},
        "blocks": {block: {"busy_seconds": 0.1 * (index + 1) * at, "energy_joules": {"dynamic": 0.7 * joules[block], "leakage": 0.3 * joules[block]},
                           "area_mm2": 0.4, "operations": {}, "bytes_read": 1000 * index, "bytes_written": 0} for index, block in enumerate(BLOCKS)},
        "layers": [{"name": name, "operators": operators, "engine": "ncu" if macs else "cpu", "seconds": seconds * images, "macs": macs * images,
                    "energy_joules": by_layer[name], "dynamic_joules": 0.7 * by_layer[name], "leakage_joules": 0.3 * by_layer[name]} for name, operators, seconds, macs in LAYERS]
        + [{"name": "(outside layers)", "operators": "", "engine": "", "seconds": GAP * images, "macs": 0,
            "energy_joules": by_layer["(outside layers)"], "dynamic_joules": by_layer["(outside layers)"], "leakage_joules": 0.0}],
    }  # fmt: skip
    host = {"wall_seconds": 1.5, "cpu_seconds": 1.4, "instructions_per_second": 5e7, "macs_per_second": 1e8, "peak_memory_bytes": 1e8}
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "host.json").write_text(json.dumps(host))
    (folder / "power.csv").write_text("\n".join(power) + "\n")
    (folder / "results.csv").write_text("\n".join(results) + "\n")
    (folder / "layers.csv").write_text("\n".join(stays) + "\n")
    return joules


if __name__ == "__main__":
    write(Path(sys.argv[1]))
