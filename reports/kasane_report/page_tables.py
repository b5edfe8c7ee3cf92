"""The tables of a run's page."""

from .html_parts import quantity, table


def has_coordinates(summary):
    """Whether the Cartesian-product array was to compute any layer."""
    return any(layer.get("coordinates") for layer in summary["layers"])


def layers(summary):
    images = max(1, summary["images"])
    on_array = has_coordinates(summary)
    rows = []
    for layer in summary["layers"]:
        macs = layer["macs"] / images
        rate = layer["macs"] / layer["seconds"] if layer["seconds"] > 0 else 0
        rows.append(
            [
                layer["name"], layer["operators"], layer["engine"], f"{macs:,.0f}", quantity(layer["seconds"] / images, "s"),
                f"{100 * layer['seconds'] / summary['simulated_seconds']:.1f} %", quantity(layer["energy_joules"] / images, "J"),
                quantity(rate, "MAC/s") if macs else "",
            ]
        )  # fmt: skip
        if on_array:
            rows[-1].append(f"{100 * layer['kept_coordinates'] / layer['coordinates']:.1f} %" if layer.get("coordinates") else "")
    header = ["layer", "operators", "on", "MAC", "time", "share", "energy", "throughput"]
    return table([*header, "kept"] if on_array else header, rows)


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
