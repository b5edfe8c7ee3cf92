"""The tables of a run's page."""

from . import roofline
from .html_parts import quantity, table


KEPT = (  # of the Cartesian-product array; of the hidden-network engine
    ("kept_coordinates", "coordinates", "the kernel coordinates that take the array a step"),
    ("kept_weights", "hidden_weights", "the random weights that the mask does not make 0"),
)


def _kept(layer):
    """What an engine keeps of a layer, of whatever it counts."""
    for kept, all_of_them, _ in KEPT:
        if layer.get(all_of_them):
            return f"{100 * layer[kept] / layer[all_of_them]:.1f} %"
    return ""


def kept_sentence(summary):
    """What the column of what engines keep is about, where there is one."""
    meanings = [meaning for _, all_of_them, meaning in KEPT if any(layer.get(all_of_them) for layer in summary["layers"])]
    return f" Kept: {'; '.join(meanings)}. MAC and throughput count all." if meanings else ""


def _seconds_beside(layer):
    """How long the engine was busy with a layer, all of it while software was in others; 0 for other layers."""
    if layer["seconds"] > 0 or not layer["operators"]:
        return 0
    return max((block.get("busy_seconds", 0) for block in layer.get("blocks", {}).values()), default=0)


def beside_sentence(summary):
    """What times in brackets are, where there are any."""
    beside = any(_seconds_beside(layer) > 0 for layer in summary["layers"])
    return " (Time): the engine's, beside the layer that software is in." if beside else ""


def layers(summary):
    images = max(1, summary["images"])
    keeps = any(_kept(layer) for layer in summary["layers"])
    rows = []
    for layer in summary["layers"]:
        macs = layer["macs"] / images
        beside = _seconds_beside(layer)
        seconds = layer["seconds"] or beside
        rate = layer["macs"] / seconds if seconds > 0 else 0
        time = quantity(seconds / images, "s")
        rows.append(
            [
                layer["name"], layer["operators"].replace("BatchNormalization", "BatchNorm"), layer["engine"], f"{macs:,.0f}", f"({time})" if beside else time,
                f"{100 * layer['seconds'] / summary['simulated_seconds']:.1f} %", quantity(layer["energy_joules"] / images, "J"),
                quantity(rate, "MAC/s") if macs else "",
            ]
        )  # fmt: skip
        if keeps:
            rows[-1].append(_kept(layer))
    header = ["layer", "operators", "on", "MAC", "time", "share", "energy", "throughput"]
    return table([*header, "kept"] if keeps else header, rows)


def pipelines(summary):
    """What the steps of engines took their time because of, layer by layer; empty where no engine tells."""
    peaks = roofline.engine_peaks(summary["blocks"])
    rows = []
    for layer in summary["layers"]:
        for name, block in layer.get("blocks", {}).items():
            bounds = {stage: seconds for stage, seconds in block.get("bound_seconds", {}).items() if seconds > 0}
            seconds, macs = sum(bounds.values()), roofline.computed_macs(layer)
            if seconds <= 0 or macs <= 0 or name not in peaks:
                continue
            shares = [f"{stage} {100 * bounds[stage] / seconds:.0f} %" for stage in sorted(bounds, key=bounds.get, reverse=True) if bounds[stage] >= 0.005 * seconds]
            rows.append(
                [layer["name"], name, quantity(seconds / max(1, summary["images"]), "s"), f"{100 * macs / (peaks[name] * seconds):.1f} %", ", ".join(shares)]
            )  # fmt: skip
    return table(["layer", "engine", "busy", "multipliers used", "bound by"], rows) if rows else ""


def blocks(summary):
    seconds = summary["simulated_seconds"]
    rows = []
    for name, block in sorted(summary["blocks"].items(), key=lambda item: -item[1]["busy_seconds"]):
        if block["busy_seconds"] > 0:
            rows.append(
                [
                    name if block["units"] == 1 else f"{block['units']} {name}", f"{100 * block['busy_seconds'] / (seconds * block['units']):.1f} %", quantity(block["busy_seconds"], "s"),
                    quantity(block["bytes_read"], "B"), quantity(block["bytes_written"], "B"),
                ]
            )  # fmt: skip
    return table(["block", "busy", "busy time", "bytes read", "bytes written"], rows)


def exits(summary):
    """Where images leave the network, and what they have gone through until then."""
    images, macs, rows = max(1, summary["images"]), 0, []
    for number, one in enumerate(summary["exits"], 1):
        macs += one["macs"]
        rows.append(
            [
                str(number), one["name"], one["engine"], f"{one['threshold_nats']:g} nats" if "threshold_nats" in one else "all the rest",
                f"{100 * one['images'] / images:.1f} %", f"{100 * one['correct'] / one['images']:.2f} %" if one["images"] else "–",
                f"{one['macs']:,.0f}", f"{macs:,.0f}",
            ]
        )  # fmt: skip
    return table(["exit", "output", "segment on", "leave below", "images", "accuracy", "MAC of the segment", "up to here"], rows)


def latency(summary):
    names = ["mean", "p50", "p90", "p99", "max"]
    return table(["mean", "half within", "90 % within", "99 % within", "longest"], [[quantity(summary["latency_seconds"][name], "s") for name in names]])


def _image_at(images, seconds):
    for row in images:
        begin = float(row["begin_seconds"])
        if begin <= seconds < begin + float(row["seconds"]):
            return row["image"]
    return "outside images"


def peaks(summary, images):
    """With the image under way, where the run has images."""
    heads = ["averaged over", "highest power", "times the run's average", "from"]
    rows = [
        [quantity(peak["window_seconds"], "s"), quantity(peak["watts"], "W"), f"{peak['watts'] / max(summary['average_watts'], 1e-15):.2f}",
         quantity(peak["begin_seconds"], "s", 6)]
        for peak in summary["peak_power"]
    ]  # fmt: skip
    if not images:
        return table(heads, rows)
    under_way = [[_image_at(images, peak["begin_seconds"])] for peak in summary["peak_power"]]
    return table([*heads, "in image"], [row + image for row, image in zip(rows, under_way)])


def regions(summary):
    rows = [
        [region["name"], str(region["count"]), quantity(region["seconds"], "s"), quantity(region["seconds"] / max(1, region["count"]), "s"),
         quantity(region["energy_joules"], "J"), quantity(region["energy_joules"] / max(1, region["count"]), "J"), quantity(region["average_watts"], "W")]
        for region in summary["regions"]
    ]  # fmt: skip
    return table(["region", "stays", "time", "per stay", "energy", "per stay", "average power"], rows)


def domains(summary):
    rows = []
    for name, domain in summary["domains"].items():
        whole = sum(state["seconds"] for state in domain["states"])
        for index, state in enumerate(sorted(domain["states"], key=lambda one: -one["seconds"])):
            first = [name, str(domain["changes"])] if index == 0 else ["", ""]
            rows.append([*first, state["state"], quantity(state["seconds"], "s"), f"{100 * state['seconds'] / max(whole, 1e-15):.1f} %"])
    return table(["domain", "changes", "state", "time", "share"], rows)
