"""Puts a run's facts and figures on one page."""

from html import escape

from . import figures
from .html_parts import document, figure_part, quantity, table, tile, tiles
from .run_folder import block_joules

def _tiles(run):
    summary = run.summary
    parts = []
    if summary["images"]:
        parts = [
            tile(f"{100 * summary['top1']:.2f} %", f"accuracy: {summary['correct']} of {summary['images']} images"),
            tile(quantity(summary["seconds_per_image"], "s"), "time per image"),
            tile(quantity(summary["joules_per_image"], "J"), "energy per image"),
        ]
    parts += [
        tile(quantity(summary["average_watts"], "W"), "average power"),
        tile(quantity(summary["simulated_seconds"], "s"), "simulated time"),
        tile(f"{summary['area_mm2']:.2f} mm²", "chip area"),
    ]
    return tiles(parts)


def _host(host):
    return f"; simulated in {host['wall_seconds']:.1f} s on the host" if host else ""


def _shown_image(run, end):
    """A steady image, not the first one: its neighbours look the same. None where the trace has none."""
    traced = [row for row in run.images if float(row["begin_seconds"]) + float(row["seconds"]) <= end]
    return traced[len(traced) // 2] if traced else None


def _layer_spans(run):
    return [
        (float(row["start_seconds"]), float(row["start_seconds"]) + float(row["duration_seconds"]), row["layer"])
        for row in run.layers
    ]


def _power_figures(run, palette):
    if run.power is None:
        return "<p>This run recorded no power trace.</p>"
    end = float(run.power.start[-1] + run.power.duration[-1])
    spans = _layer_spans(run)
    parts = []
    row = _shown_image(run, end)
    if row is not None:
        begin = float(row["begin_seconds"])
        stop = begin + float(row["seconds"])
        caption = f"One image (number {row['image']}), from the moment firmware takes it up to its result."
        inside = [span for span in spans if span[1] > begin and span[0] < stop]
        if inside:
            caption += " Above: the layer that software is in."
        parts.append(figure_part(figures.power_over_time(run.power, begin, stop, palette, "image", inside), caption))
    few = spans if len(spans) <= 20 else []
    parts.append(figure_part(figures.power_over_time(run.power, 0, end, palette, "run", few), "The whole run."))
    return "".join(parts)


def _sentence(summary):
    """What happened, in words, for whoever reads no further."""
    blocks = summary["blocks"]
    total = summary["energy_joules"]
    parts = []
    if total > 0:
        name, block = max(blocks.items(), key=lambda item: block_joules(item[1]))
        parts.append(f"Most energy: {name} ({100 * block_joules(block) / total:.0f} %)")
        parts.append(f"Leakage: {100 * summary['leakage_joules'] / total:.0f} % of the whole")
    if summary["layers"] and summary["simulated_seconds"] > 0:
        layer = max(summary["layers"], key=lambda item: item["seconds"])
        parts.append(f"Most time: {layer['name']} ({100 * layer['seconds'] / summary['simulated_seconds']:.0f} %)")
    if not parts:
        return ""
    return f"<p>{escape('. '.join(parts))}.</p>"


def _layers(summary, images):
    if not summary["layers"]:
        return ""
    figure = figure_part(figures.energy_by_layer(summary["layers"], images), "The whole chip's, while software was in the layer.")
    return f"<h2>Time and energy by layer</h2>{figure}{_layer_table(summary)}"


def _blocks(summary, images, palette):
    if summary["energy_joules"] <= 0:
        return ""
    figure = figures.energy_by_block(summary["blocks"], images, palette)
    per = "Energy of the whole run, divided by its images." if summary["images"] else "Energy of the whole run."
    return f"<h2>Energy by block</h2>{figure_part(figure, per)}"


def _where_the_time_went(run):
    summary = run.summary
    seconds = summary["simulated_seconds"]
    blocks = summary["blocks"]
    rows = []
    for name, block in sorted(blocks.items(), key=lambda item: -item[1]["busy_seconds"]):
        if block["busy_seconds"] > 0:
            rows.append(
                [
                    name,
                    f"{100 * block['busy_seconds'] / seconds:.1f} %",
                    quantity(block["busy_seconds"], "s"),
                    quantity(block["bytes_read"], "B"),
                    quantity(block["bytes_written"], "B"),
                ]
            )
    return table(["block", "busy", "busy time", "bytes read", "bytes written"], rows)


def _layer_table(summary):
    images = max(1, summary["images"])
    seconds = summary["simulated_seconds"]
    rows = []
    for layer in summary["layers"]:
        macs = layer["macs"] / images
        rate = layer["macs"] / layer["seconds"] if layer["seconds"] > 0 else 0
        rows.append(
            [
                layer["name"],
                layer["operators"],
                layer["engine"],
                f"{macs:,.0f}",
                quantity(layer["seconds"] / images, "s"),
                f"{100 * layer['seconds'] / seconds:.1f} %",
                quantity(layer["energy_joules"] / images, "J"),
                quantity(rate, "MAC/s") if macs else "",
            ]
        )
    return table(["layer", "operators", "on", "MAC", "time", "share", "energy", "throughput"], rows)


def page(run):
    summary = run.summary
    images = max(1, summary["images"])
    palette = figures.colours(summary["blocks"])
    title = f"Kasane: {summary['scenario']}"
    warning = '<p class="warning">This run was interrupted: the results are those up to then.</p>' if summary["interrupted"] else ""
    body = f"""{warning}{_tiles(run)}{_sentence(summary)}
<h2>Power over time</h2>{_power_figures(run, palette)}
{_layers(summary, images)}
{_blocks(summary, images, palette)}
<h2>Where the time went</h2>{_where_the_time_went(run)}"""
    lead = f"{summary['network']} on {summary['dataset']}, {summary['technology']}{_host(run.host)}"
    return document(title, summary["scenario"], lead, body)
