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


def _utilisation(layer, peaks):
    """Of the multiply-accumulates that the layer's engine could have done while it was busy with it."""
    possible = sum(peaks[name] * block.get("busy_seconds", 0) for name, block in layer.get("blocks", {}).items() if name in peaks)
    return f"{100 * layer['macs'] / possible:.1f} %" if layer["macs"] and possible else ""


def kept_sentence(summary):
    """What the column of what engines keep is about, where there is one."""
    meanings = [meaning for _, all_of_them, meaning in KEPT if any(layer.get(all_of_them) for layer in summary["layers"])]
    return f" Kept: {'; '.join(meanings)}. MAC and throughput count all." if meanings else ""


def layers(summary):
    images = max(1, summary["images"])
    keeps = any(_kept(layer) for layer in summary["layers"])
    peaks = roofline.engine_peaks(summary["blocks"])
    rows = []
    for layer in summary["layers"]:
        macs = layer["macs"] / images
        rate = layer["macs"] / layer["seconds"] if layer["seconds"] > 0 else 0
        rows.append(
            [
                layer["name"], layer["operators"], layer["engine"], f"{macs:,.0f}", quantity(layer["seconds"] / images, "s"),
                f"{100 * layer['seconds'] / summary['simulated_seconds']:.1f} %", quantity(layer["energy_joules"] / images, "J"),
                quantity(rate, "MAC/s") if macs else "", _utilisation(layer, peaks),
            ]
        )  # fmt: skip
        if keeps:
            rows[-1].append(_kept(layer))
    header = ["layer", "operators", "on", "MAC", "time", "share", "energy", "throughput", "utilisation"]
    return table([*header, "kept"] if keeps else header, rows)


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
