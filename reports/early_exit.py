"""Measures the tables of reports/results/early_exit.md.

    /usr/bin/python3 reports/early_exit.py BUILD [--archive CIFAR10] [--images N] [--all-images N] [--only SECTION ...]

BUILD is a build folder with the program `kasane`. Without the archive of CIFAR-10's pictures the table of its network is left out.
SECTIONS stand at the end of this file.
"""

import csv
import dataclasses
import functools
import math
from pathlib import Path

import measuring
from measuring import SOURCE, head, row

THRESHOLD = 0.025  # nats; what the scenarios have
THRESHOLDS = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.7, 1, 1.5, 2.3026)
NOBODY, EVERYBODY = 0, 200  # thresholds
SYSTEMS = {
    "software": "all in software",
    "branch_in_turn": "branch on the NCU, rest in software, one after the other",
    "branch": "the same, overlapped",
    "hardware": "all on the NCU",
}
SCENARIOS = {
    "software": ("early_exit_software.yaml", ()),
    "branch_in_turn": ("early_exit.yaml", ("software.exits.overlap=false",)),
    "branch": ("early_exit.yaml", ()),
    "hardware": ("early_exit_hardware.yaml", ()),
}
FASHION = (
    "software.network=sw/networks/exits-lenet5-fashion.onnx",
    "dataset.kind=fashion_mnist",
    "dataset.folder=/usr/share/datasets/fashion-mnist",
)
NETWORKS = {"mnist": (), "fashion": FASHION}


@dataclasses.dataclass(frozen=True)
class Context:
    build: Path
    work: Path
    archive: Path | None
    images: int  # where the CPU computes layers
    all_images: int  # where it does not

    def run(self, out, system, thresholds, images, *settings):
        """The summary of a run and its images, as results.csv has them."""
        scenario, own = SCENARIOS.get(system, (system, ()))
        dataset = (f"dataset.archive={self.archive}",) if "cifar" in scenario else ()
        limits = f"software.exits.thresholds=[{', '.join(str(nats) for nats in thresholds)}]"
        folder = self.work / out
        summary = measuring.run(self.build, folder, scenario, images, *own, *dataset, limits, *settings, traces="results")
        with open(folder / "results.csv", newline="") as file:
            return summary, list(csv.DictReader(file))

    @functools.cache
    def sweep(self, name):
        """Points of a sweep: numbers, but for the scenario."""
        points = measuring.sweep(self.build, self.work / f"sweep_{name}", f"early_exit_{name}", f"dataset.images={self.images}")
        kept = ("cpu_mhz", "engine_mhz", "threshold")
        texts = lambda key: key in kept or key.endswith(("_share", "_per_image", "_seconds", "_second", "accuracy"))  # noqa: E731
        return [{key: float(text) if texts(key) and text else text for key, text in point.items()} for point in points]


def answers(rows):
    """What must not depend on where a segment runs. At exit 2 nothing is decided: only the exit unit tells its entropy."""
    return [(*(one[key] for key in ("image", "predicted", "exit", "output_hex")), one["entropies"].split()[0]) for one in rows]


def placements(context):
    """The same images at every placement of the two segments: bit by bit the same logits, entropies, exits, classes."""
    head("segments", "entropy", "images", "left at exit 1", "right", "answers")
    expected = None
    for number, (segments, overlap, unit) in enumerate(
        (("cpu, cpu", False, False), ("ncu, cpu", False, False), ("ncu, cpu", True, False), ("ncu, cpu", True, True),
         ("cpu, ncu", False, False), ("ncu, ncu", False, False), ("ncu, ncu", False, True))  # fmt: skip
    ):
        settings = [f"software.exits.segments=[{segments}]", f"software.exits.overlap={str(overlap).lower()}"]
        settings += ["chip.exit_unit={}"] if unit else []
        summary, rows = context.run(f"placement_{number}", "early_exit.yaml", [THRESHOLD], context.images, *settings)
        expected = expected or answers(rows)
        if answers(rows) != expected:
            raise SystemExit(f"{segments}: the answers depend on the placement")
        first = summary["exits"][0]["images"] / summary["images"]
        name = segments + (", overlapped" if overlap else "")
        row(name, "exit unit" if unit else "firmware", summary["images"], f"{first:.1%}", f"{summary['top1']:.1%}", "the same")


def wilson(right, count):
    """Half the width of a 95 % interval of a share, in points."""
    share = right / count
    return 1.96 * math.sqrt(share * (1 - share) / count) * 100


def accuracy(context):
    """Every threshold on many images: from runs in which nobody, and everybody, leaves at exit 1."""
    for name, settings in NETWORKS.items():
        stay, leave = (
            context.run(f"all_{name}_{nats}", "hardware", [nats], context.all_images, *settings)[1] for nats in (NOBODY, EVERYBODY)
        )
        images = [
            (float(last["entropies"].split()[0]), first["predicted"] == first["label"], last["predicted"] == last["label"])
            for last, first in zip(stay, leave, strict=True)
        ]
        alone = sum(right for _, _, right in images) / len(images)
        head(f"{name}, {len(images)} images: threshold", "leave at exit 1", "right of these", "right of the others", "accuracy", "against exit 2 alone, points")
        for nats in (NOBODY, *THRESHOLDS, EVERYBODY):
            early = [first for entropy, first, _ in images if entropy < nats]
            late = [last for entropy, _, last in images if entropy >= nats]
            share = (sum(early) + sum(late)) / len(images)
            of = lambda rights: f"{sum(rights) / len(rights):.2%}" if rights else ""  # noqa: E731
            row(nats, f"{len(early) / len(images):.2%}", of(early), of(late), f"{share:.2%}", f"{(share - alone) * 100:+.2f}")
        print(f"\n95 % interval of an accuracy: +- {wilson(alone * len(images), len(images)):.2f} points")


def thresholds(context):
    """Share of exits, accuracy, throughput and energy of an image over the threshold."""
    points = context.sweep("threshold")
    by = {(point["network"], point["scenario"], point["threshold"]): point for point in points}
    for network in NETWORKS:
        head(f"{network}: threshold", "leave at exit 1", "accuracy", *(f"images/s, {name}" for name in SYSTEMS), "branch in turn / software",
             "branch / software", *(f"uJ an image, {name}" for name in SYSTEMS))  # fmt: skip
        for nats in dict.fromkeys(point["threshold"] for point in points):
            if (network, "software", nats) not in by:
                continue
            here = {name: by[network, name, nats] for name in SYSTEMS}
            if len({(point["exit_1_share"], point["accuracy"]) for point in here.values()}) > 1:
                raise SystemExit(f"{nats}: exits or accuracy depend on the placement")
            speed = {name: point["images_per_second"] for name, point in here.items()}
            row(
                f"{nats:g}", f"{here['branch']['exit_1_share']:.1%}", f"{here['branch']['accuracy']:.1%}", *(f"{one:.0f}" for one in speed.values()),
                f"{speed['branch_in_turn'] / speed['software']:.2f}", f"{speed['branch'] / speed['software']:.2f}",
                *(f"{point['joules_per_image'] * 1e6:.1f}" for point in here.values()),
            )  # fmt: skip


def clocks(context):
    """Throughput over the ratio of the CPU's clock to the engine's, at the scenarios' threshold."""
    points = context.sweep("clock")
    software = {point["cpu_mhz"]: point["images_per_second"] for point in points if point["scenario"] == "software"}
    by = {(point["scenario"], point["cpu_mhz"], point["engine_mhz"]): point["images_per_second"] for point in points}
    head("CPU, MHz", "engine, MHz", "ratio", "software, images/s", "branch in turn", "branch", "hardware", "branch in turn / software", "branch / software")
    for name, cpu, engine in by:
        if name != "branch":
            continue
        speeds = [by[system, cpu, engine] for system in ("branch_in_turn", "branch", "hardware")]
        ratios = (f"{speed / software[cpu]:.2f}" for speed in speeds[:2])
        row(f"{cpu:g}", f"{engine:g}", f"{cpu / engine:g}", f"{software[cpu]:.0f}", *(f"{speed:.0f}" for speed in speeds), *ratios)


def nearest_rank(values, percent):
    return sorted(values)[max(math.ceil(len(values) * percent / 100), 1) - 1]


def stream(rows):
    """Seconds from the first image's begin to the last one's end, and the share of them in which two images are in flight."""
    spans = [(float(one["begin_seconds"]), float(one["begin_seconds"]) + float(one["seconds"])) for one in rows]
    whole = spans[-1][1] - spans[0][0]
    return whole, sum(max(0, before[1] - after[0]) for before, after in zip(spans, spans[1:])) / whole


def latency(context):
    """How long single images take, from the beginning of their quantisation to their result, by the exit they leave at."""
    ranks = (50, 90, 99, 100)
    head("system", "left at", "images", "mean, us", *(f"p{rank}, us" if rank < 100 else "longest, us" for rank in ranks),
         "images/s", "with the console", "two in flight", "NCU busy", "chip uJ an image")  # fmt: skip
    for system, name in SYSTEMS.items():
        summary, rows = context.run(f"latency_{system}", system, [THRESHOLD], context.images)
        for exits in ("12", "1", "2"):
            micros = [float(one["seconds"]) * 1e6 for one in rows if one["exit"] in exits]
            cells = [f"{sum(micros) / len(micros):.0f}", *(f"{nearest_rank(micros, rank):.0f}" for rank in ranks)]
            whole = ("",) * 5
            if exits == "12":
                seconds, both = stream(rows)
                busy = summary["blocks"]["neural_comp_unit"]["busy_seconds"] / summary["images"] / summary["seconds_per_image"]
                speeds = (f"{1 / summary['seconds_per_image']:.0f}", f"{len(rows) / seconds:.0f}")
                whole = (*speeds, f"{both:.0%}", f"{busy:.1%}", f"{summary['joules_per_image'] * 1e6:.1f}")
            row(name, "either" if exits == "12" else f"exit {exits}", len(micros), *cells, *whole)


def entropy(context):
    """The decision at exit 1 by firmware and by the exit unit: everything on the NCU, everybody leaves at exit 1."""
    firmware, _ = context.run("entropy_firmware", "early_exit.yaml", [EVERYBODY], context.images, "software.exits.segments=[ncu, ncu]")
    unit, _ = context.run("entropy_unit", "hardware", [EVERYBODY], context.images)
    head("entropy by", "us an image", "CPU instructions an image", "uJ an image", "of them the unit", "unit busy, us", "unit, mm2")
    for name, summary in (("firmware", firmware), ("exit unit", unit)):
        block = summary["blocks"].get("exit_unit")
        own = ("", "", "")
        if block:
            joules = sum(block["energy_joules_per_image"].values())
            own = (f"{joules * 1e6:.4f}", f"{block['busy_seconds'] / summary['images'] * 1e6:.3f}", f"{block['area_mm2']:.4f}")
        row(
            name, f"{summary['seconds_per_image'] * 1e6:.2f}", f"{summary['cpu']['instructions'] / summary['images']:.0f}",
            f"{summary['joules_per_image'] * 1e6:.3f}", *own,
        )  # fmt: skip


def cifar(context):
    """Three exits on CIFAR-10: everything on the NCU over the threshold; the last segment, or two, in software."""
    if context.archive is None:
        return
    on_ncu = [(nats, "ncu, ncu, ncu", "false", context.all_images // 20) for nats in (NOBODY, 0.1, 0.3, 0.5, 0.8, 1.2, EVERYBODY)]
    in_software = [
        (0.8, segments, overlap, context.images // 10)
        for segments, overlap in (("ncu, ncu, cpu", "true"), ("ncu, ncu, cpu", "false"), ("ncu, cpu, cpu", "true"), ("cpu, cpu, cpu", "false"))
    ]
    head("threshold of both", "segments", "overlap", "images", "leave at 1, 2, 3", "accuracy", "images/s", "latency p50, p99, us", "uJ an image")
    for number, (nats, segments, overlap, images) in enumerate(on_ncu + in_software):
        settings = (f"software.exits.segments=[{segments}]", f"software.exits.overlap={overlap}")
        summary, _ = context.run(f"cifar_{number}", "early_exit_cifar.yaml", [nats, nats], images, *settings)
        shares = ", ".join(f"{one['images'] / images:.1%}" for one in summary["exits"])
        times = summary["latency_seconds"]
        row(
            nats, segments, overlap, images, shares, f"{summary['top1']:.1%}", f"{1 / summary['seconds_per_image']:.1f}",
            f"{times['p50'] * 1e6:.0f}, {times['p99'] * 1e6:.0f}", f"{summary['joules_per_image'] * 1e6:.1f}",
        )  # fmt: skip


SECTIONS = (placements, accuracy, thresholds, clocks, latency, entropy, cifar)


def main():
    parser = measuring.parser(__doc__, SECTIONS)
    parser.add_argument("--all-images", type=int, default=10000)
    words = parser.parse_args()
    work = measuring.work_folder(words.build, "early_exit_results")
    measuring.measure(SECTIONS, words.only, Context(words.build, work, words.archive, words.images, words.all_images))


if __name__ == "__main__":
    main()
