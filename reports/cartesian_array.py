"""Measures the tables of reports/results/cartesian_array.md.

    python3 reports/cartesian_array.py BUILD [ARCHIVE [IMAGES]]

BUILD is a build folder with the program `kasane`; ARCHIVE the CIFAR-10 pictures, without which the network's tables are left
out; IMAGES how many of them to classify for the accuracies (200).
"""

import dataclasses
import sys
from pathlib import Path

import array_layers
import measuring
import onnx
from measuring import SOURCE, head, row

ACCELERATOR = ("cartesian_array", "feature_map_memory", "weight_memory")  # what the published figures are of
POINTS = {"1.1 V": 0, "0.8 V": 1}  # operating points of the domains array, fmm, wm
KEPT = ("9of9", "5of9", "3of9", "2of9", "1of9", "half-of9")  # the trained networks, by kept elements
PRUNINGS = (
    array_layers.DENSE,
    array_layers.Pruning("one of nine", 1 / 9),
    array_layers.Pruning("88 % shared", 0.12),
    array_layers.Pruning("88 % independent", 0.12, shared=False),
)
PUBLISHED = {
    "1.1 V": {"clock": 534e6, "peak": 1.07, "milliwatts": 352, "dense": 1.0936 / 0.352},
    "0.8 V": {"clock": 234e6, "milliwatts": 90.4, "dense": 5.30},
}


@dataclasses.dataclass(frozen=True)
class Layer(measuring.Work):
    """One layer on the array."""

    steps_kept: float  # share of the coordinates

    def utilisation(self, clock, cells=1024):
        """Share of the array's products, over its busy time, that are of kept coordinates."""
        return self.macs * self.steps_kept / (self.busy * clock * cells)

    @staticmethod
    def total(layers):
        work = measuring.total(layers)
        kept = sum(layer.macs * layer.steps_kept for layer in layers) / work.macs
        return Layer(**vars(work), steps_kept=kept)


def run(build, out, scenario, point, images, *settings):
    """The summary of a run at an operating point."""
    return measuring.run(build, out, scenario, images, *measuring.at_point(("array", "fmm", "wm"), POINTS[point]), *settings)


def array_layers_of(summary):
    """The layers that ran on the array."""
    leakage = measuring.leakage_watts(summary, ACCELERATOR)
    return [
        Layer(
            layer["name"],
            layer["macs"],
            layer["time"]["compute_seconds"] + layer["time"]["memory_seconds"],
            measuring.dynamic_joules(layer, ACCELERATOR),
            leakage,
            layer["kept_coordinates"] / layer["coordinates"],
        )
        for layer in summary["layers"]
        if layer["engine"] == "array"
    ]


def one_layer(build, work, channels, pruning, point):
    path = work / f"{channels}_{pruning.name.replace(' ', '_').replace('%', 'percent')}.onnx"
    if not path.exists():
        onnx.save(array_layers.network(channels, pruning), path)
    summary = run(build, path.with_suffix(f".{POINTS[point]}"), "cartesian_lenet5.yaml", point, 2, f"software.network={path}")
    return next(layer for layer in array_layers_of(summary) if layer.name == "layer")


def dense_points(build, work):
    head("operating point", "layer", "kept", "utilisation", "power, mW", "dense TOPS/W", "published mW", "published TOPS/W", "error")
    for point, published in PUBLISHED.items():
        for channels in (128, 64):
            layer = one_layer(build, work, channels, array_layers.DENSE, point)
            error = layer.tops_per_watt / published["dense"] - 1
            row(
                point, f"{channels} -> {channels}, 3 x 3", f"{layer.steps_kept:.1%}", f"{layer.utilisation(published['clock']):.1%}",
                f"{layer.watts * 1e3:.1f}", f"{layer.tops_per_watt:.2f}", published["milliwatts"], f"{published['dense']:.2f}",
                f"{error:+.1%}",
            )  # fmt: skip


def prunings(build, work):
    head("pruning", "point", "coordinates kept", "busy cycles", "of dense", "power, mW", "effective TOPS/W")
    for point, published in PUBLISHED.items():
        dense = one_layer(build, work, 128, array_layers.DENSE, point)
        for pruning in PRUNINGS:
            layer = one_layer(build, work, 128, pruning, point)
            row(
                pruning.name, point, f"{layer.steps_kept:.1%}", f"{layer.busy * published['clock'] / 2:.0f}",
                f"{layer.busy / dense.busy:.1%}", f"{layer.watts * 1e3:.1f}", f"{layer.tops_per_watt:.1f}",
            )  # fmt: skip


def trained(build, work, archive, images):
    head("kept", "on the chip", "point", "array's busy time an image", "utilisation", "power, mW", "effective TOPS/W", "array's uJ an image")
    detail = {}
    for kept in KEPT:
        network = SOURCE / "sw" / "networks" / f"vgg8-cifar10-int4-{kept}.onnx"
        if not network.exists():
            continue
        for point, published in PUBLISHED.items():
            few = images if point == "1.1 V" else 20  # the results are the same
            settings = (f"software.network={network}", f"dataset.archive={archive}")
            summary = run(build, work / f"{kept}_{POINTS[point]}", "cartesian.yaml", point, few, *settings)
            layers = array_layers_of(summary)
            total = Layer.total(layers)
            detail[kept, point] = (layers, few)
            row(
                kept.replace("half-", "0.5").replace("of", "/"), f"{summary['top1']:.1%}" if point == "1.1 V" else "", point, f"{total.busy / few * 1e6:.1f} us",
                f"{total.utilisation(published['clock']):.1%}", f"{total.watts * 1e3:.1f}", f"{total.tops_per_watt:.1f}",
                f"{total.joules / few * 1e6:.2f}",
            )  # fmt: skip
    for kept in ("9of9", "1of9"):
        if (kept, "1.1 V") not in detail:
            continue
        head(f"layer, {kept.replace('of', '/')} kept, 1.1 V", "coordinates kept", "cycles", "utilisation", "power, mW", "effective TOPS/W")
        layers, few = detail[kept, "1.1 V"]
        for layer in layers:
            row(
                layer.name, f"{layer.steps_kept:.1%}", f"{layer.busy / few * 534e6:.0f}", f"{layer.utilisation(534e6):.1%}",
                f"{layer.watts * 1e3:.1f}", f"{layer.tops_per_watt:.1f}",
            )  # fmt: skip


def main():
    if not 2 <= len(sys.argv) <= 4:
        raise SystemExit("usage: cartesian_array.py BUILD [ARCHIVE [IMAGES]]")
    build = Path(sys.argv[1]).resolve()
    work = build / "cartesian_array_results"
    work.mkdir(exist_ok=True)
    print(f"dense peak: 2 x 32 x 32 x 534 MHz = {2 * 1024 * 534e6 / 1e12:.4f} TOPS")
    dense_points(build, work)
    prunings(build, work)
    if len(sys.argv) > 2:
        trained(build, work, Path(sys.argv[2]).resolve(), int(sys.argv[3]) if len(sys.argv) > 3 else 200)


if __name__ == "__main__":
    main()
