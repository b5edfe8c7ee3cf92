"""A run's folder made up of known figures: `python3 synthetic_run.py FOLDER`, to test and to look at the report."""

import json
import sys
from pathlib import Path

LAYERS = [("conv1", "Conv+Relu", 120e-6, 117_600), ("pool1", "MaxPool", 20e-6, 0), ("conv2", "Conv+Relu", 210e-6, 240_000),
          ("pool2", "MaxPool", 10e-6, 0), ("fc1", "Gemm+Relu", 90e-6, 48_000), ("fc2", "Gemm+Relu", 30e-6, 10_080),
          ("fc3", "Gemm", 8e-6, 840)]  # fmt: skip
BLOCKS = ["cpu", "neural_comp_unit", "feature_map_memory", "weight_memory", "bus", "dram", "dma", "uart"]
WINDOW = 10e-6
GAP = 40e-6  # between images, software outside any layer
OUTSIDE = "(outside layers)"
PEAKS = {"feature_map_memory": 3.2e9, "weight_memory": 1.28e10, "dram": 8e8}
PEAK_MACS = 1.024e11
SHARES = {"compute": 0.7, "memory": 0.15, "software": 0.1, "idle": 0.05}  # of a layer's time


def watts(layer, window):
    """Watts of each block in one window of a layer (None: outside)."""
    if layer is None:
        return [8e-3, 0.4e-3, 0.2e-3, 0.2e-3, 0.5e-3, 34e-3, 1e-3, 1e-5]
    busy = 1.0 if layer.startswith("conv") else 0.5 if layer.startswith("fc") else 0.15
    ripple = 1 + 0.2 * (window % 3)
    return [1e-3, 28e-3 * busy * ripple, 9e-3 * busy, 6e-3 * busy * ripple, 2e-3, 34e-3 + (12e-3 if layer.startswith("fc") else 0), 0.2e-3, 0.0]


def moved(layer, macs):
    """Bytes read and written per image by block: one MAC in two a byte of input, one in four a byte of weights."""
    if not macs:
        return {"feature_map_memory": (800, 200)}
    bytes_moved = {"feature_map_memory": (macs // 2, macs // 10), "weight_memory": (macs // 4, 0)}
    return bytes_moved | ({"dram": (macs, 0)} if layer.startswith("fc") else {})


def slices_of_image(begin, layers):
    """(begin, end, block, track, name, layer) of one image; `layers` are (name, begin, seconds)."""
    yield begin, begin + 35e-6, "domain ncu", "state", "off", ""
    yield begin + 35e-6, begin + GAP, "domain ncu", "state", "waking up", ""
    yield begin, begin + 30e-6, "dma", "jobs", "copy", ""
    yield begin, begin + 30e-6, "dma", "commands", "copy", ""
    for at, name in ((0, "fill"), (4e-6, "stream"), (27e-6, "drain")):
        yield begin + at, begin + {"fill": 4e-6, "stream": 27e-6, "drain": 30e-6}[name], "dma", "phases", name, ""
    yield begin, begin + GAP, "cpu", "activity", "run", ""
    end = begin + GAP
    for layer, at, seconds in layers:
        end = at + seconds
        yield at, end, "software", "layers", layer, layer
        yield at, at + 0.1 * seconds, "cpu", "activity", "run", ""
        yield at, at + 0.05 * seconds, "cpu", "driver: neural_comp_unit", "neural_comp_unit", layer
        yield at + 0.1 * seconds, at + 0.95 * seconds, "cpu", "activity", "sleep", ""
        yield at + 0.95 * seconds, end, "cpu", "activity", "run", ""
        yield at + 0.95 * seconds, at + 0.98 * seconds, "cpu", "interrupt: neural_comp_unit", "neural_comp_unit", layer
        yield at + 0.05 * seconds, at + 0.95 * seconds, "neural_comp_unit", "jobs", "list", layer
        yield at + 0.05 * seconds, at + 0.95 * seconds, "neural_comp_unit", "commands", "convolution" if layer.startswith("conv") else "gemm", layer
        yield at + 0.05 * seconds, at + 0.2 * seconds, "neural_comp_unit", "phases", "load weights", layer
        yield at + 0.2 * seconds, at + 0.9 * seconds, "neural_comp_unit", "phases", "compute", layer
        yield at + 0.9 * seconds, at + 0.95 * seconds, "neural_comp_unit", "phases", "drain", layer
    yield begin + GAP, end, "domain ncu", "state", "0.9 V 400 MHz", ""
    yield begin + GAP, end, "software", "regions: inference", "inference", ""


def _layer(name, operators, engine, seconds, macs, joules, blocks):
    shares = SHARES if engine else {"compute": 0, "memory": 0, "software": 0.8, "idle": 0.2}
    return {
        "name": name, "operators": operators, "engine": engine, "seconds": seconds, "macs": macs, "energy_joules": sum(joules.values()),
        "dynamic_joules": 0.7 * sum(joules.values()), "leakage_joules": 0.3 * sum(joules.values()),
        "blocks": {block: {"dynamic_joules": 0.7 * value, "leakage_joules": 0.3 * value, "bytes_read": blocks.get(block, (0, 0))[0],
                           "bytes_written": blocks.get(block, (0, 0))[1]} for block, value in joules.items() if value > 0},
        "time": {f"{kind}_seconds": share * seconds for kind, share in shares.items()},
    }  # fmt: skip


def _block(index, name, joules, at, images):
    facts = {
        "busy_seconds": 0.1 * (index + 1) * at, "energy_joules": {"dynamic": 0.7 * joules, "leakage": 0.3 * joules},
        "energy_joules_per_image": {"dynamic": 0.7 * joules / max(1, images), "leakage": 0.3 * joules / max(1, images)},
        "energy_range_joules": {"low": 0.6 * joules, "high": 1.5 * joules}, "area_mm2": 0.4, "operations": {}, "bytes_read": 1000 * index, "bytes_written": 0,
    }  # fmt: skip
    facts |= {"peak_bytes_per_second": PEAKS[name]} if name in PEAKS else {}
    return facts | ({"peak_macs_per_second": PEAK_MACS} if name == "neural_comp_unit" else {})


def write(folder, images=12, name="lenet5 <synthetic>", slower=1.0):
    """Writes the folder; returns the energy of every block in joules. `slower` stretches conv2."""
    folder.mkdir(parents=True, exist_ok=True)
    layers = [(layer, operators, seconds * (slower if layer == "conv2" else 1), macs) for layer, operators, seconds, macs in LAYERS]
    power = ["start_seconds,duration_seconds," + ",".join(f"{block}_watts" for block in BLOCKS)]
    results = ["image,label,predicted,begin_seconds,seconds,joules,output_hex"]
    slices = []
    joules = dict.fromkeys(BLOCKS, 0.0)
    by_layer = {layer: dict.fromkeys(BLOCKS, 0.0) for layer in [layer for layer, *_ in layers] + [OUTSIDE]}
    at = 0.0

    def spend(layer, seconds):
        nonlocal at
        for window in range(max(1, round(seconds / WINDOW))):
            length = min(WINDOW, seconds - window * WINDOW)
            power.append(",".join(repr(value) for value in [at + window * WINDOW, length, *watts(layer, window)]))
            for block, value in zip(BLOCKS, watts(layer, window)):
                joules[block] += value * length
                by_layer[layer or OUTSIDE][block] += value * length
        at += seconds

    for image in range(images):
        begin = at
        spend(None, GAP)
        stays = []
        for layer, _, seconds, _ in layers:
            stays.append((layer, at, seconds))
            spend(layer, seconds)
        slices += slices_of_image(begin, stays)
        results.append(f"{image},{image % 10},{(image if image else 3) % 10},{begin!r},{at - begin!r},2.5e-05,00ff{image:02x}")
    slices.append((0.0, at, "domain system", "state", "0.9 V 250 MHz", ""))
    slices.sort(key=lambda one: one[1])
    total = sum(joules.values())
    inference = at - GAP * images
    summary = {
        "scenario": name, "network": "lenet5-fashion", "dataset": "Fashion-MNIST", "technology": "45 nm planar CMOS",
        "interrupted": False, "simulated_seconds": at, "energy_joules": total, "dynamic_joules": 0.7 * total, "leakage_joules": 0.3 * total,
        "energy_range_joules": {"low": 0.6 * total, "high": 1.5 * total},
        "average_watts": total / at if at else 0, "images": images, "correct": max(0, images - 1),
        "top1": max(0, images - 1) / max(1, images), "seconds_per_image": at / max(1, images), "joules_per_image": total / max(1, images),
        "area_mm2": 3.21, "cpu": {"instructions": 123456, "cycles": 234567},
        "blocks": {block: _block(index, block, joules[block], at, images) for index, block in enumerate(BLOCKS)},
        "layers": [_layer(layer, operators, "ncu", seconds * images, macs * images, by_layer[layer],
                          {block: (read * images, written * images) for block, (read, written) in moved(layer, macs).items()})
                   for layer, operators, seconds, macs in layers] + [_layer(OUTSIDE, "", "", GAP * images, 0, by_layer[OUTSIDE], {})],
        "regions": [{"name": "inference", "count": images, "seconds": inference, "energy_joules": 0.9 * total, "average_watts": 0.9 * total / max(inference, 1e-9)}],
        "region_mistakes": 0,
        "peak_power": [{"window_seconds": 1e-6, "watts": 0.085, "begin_seconds": 0.5 * at}, {"window_seconds": 1e-5, "watts": 0.08, "begin_seconds": 0.5 * at},
                       {"window_seconds": 1e-4, "watts": 0.0725, "begin_seconds": 0.25 * at}],
        "domains": {"system": {"changes": 0, "states": [{"state": "0.9 V 250 MHz", "seconds": at}]},
                    "ncu": {"changes": 3 * images, "states": [{"state": "0.9 V 400 MHz", "seconds": inference}, {"state": "off", "seconds": 35e-6 * images},
                                                              {"state": "waking up", "seconds": 5e-6 * images}]}},
    }  # fmt: skip
    host = {"wall_seconds": 1.5, "cpu_seconds": 1.4, "instructions_per_second": 5e7, "macs_per_second": 1e8, "peak_memory_bytes": 1e8}
    timeline = ["begin_seconds,duration_seconds,block,track,name,layer"]
    timeline += [f"{first!r},{last - first!r},{block},{track},{what},{layer}" for first, last, block, track, what, layer in slices]
    (folder / "summary.json").write_text(json.dumps(summary))
    (folder / "host.json").write_text(json.dumps(host))
    (folder / "power.csv").write_text("\n".join(power) + "\n")
    (folder / "results.csv").write_text("\n".join(results) + "\n")
    (folder / "timeline.csv").write_text("\n".join(timeline) + "\n")
    return joules


if __name__ == "__main__":
    write(Path(sys.argv[1]))
