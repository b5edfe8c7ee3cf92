"""Puts a run's facts and figures on one page."""

from html import escape

from . import figures
from .run_folder import block_joules

_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1d2730; background: #f4f5f2; margin: 0; }
main { max-width: 1060px; margin: 0 auto; padding: 28px 24px 60px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 18px; margin: 34px 0 8px; }
.lead { color: #55616b; margin: 2px 0 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tile { background: #fff; border-radius: 8px; padding: 12px 14px; }
.tile b { display: block; font-size: 21px; } .tile span { color: #55616b; font-size: 13px; }
figure { background: #fff; border-radius: 8px; margin: 0; padding: 12px; overflow-x: auto; }
figure + figure { margin-top: 12px; } .scroll { margin-top: 12px; }
figure svg { width: 100%; height: auto; min-width: 620px; } figcaption { color: #55616b; font-size: 13px; }
table { border-collapse: collapse; width: 100%; background: #fff; border-radius: 8px; }
th, td { text-align: right; padding: 5px 12px; border-bottom: 1px solid #e8eae6; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: #55616b; font-weight: 600; font-size: 13px; }
.scroll { overflow-x: auto; } .warning { background: #fff3d6; padding: 8px 12px; border-radius: 8px; }
"""


def quantity(value, unit):
    """A number with an SI prefix and three significant digits."""
    if value == 0:
        return f"0 {unit}"
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")):
        if abs(value) >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value / 1e-15:.3g} f{unit}"


def _tile(value, text):
    return f'<div class="tile"><b>{escape(value)}</b><span>{escape(text)}</span></div>'


def _tiles(run):
    summary = run.summary
    tiles = []
    if summary["images"]:
        tiles = [
            _tile(f"{100 * summary['top1']:.2f} %", f"accuracy: {summary['correct']} of {summary['images']} images"),
            _tile(quantity(summary["seconds_per_image"], "s"), "time per image"),
            _tile(quantity(summary["joules_per_image"], "J"), "energy per image"),
        ]
    tiles += [
        _tile(quantity(summary["average_watts"], "W"), "average power"),
        _tile(quantity(summary["simulated_seconds"], "s"), "simulated time"),
        _tile(f"{summary['area_mm2']:.2f} mm²", "chip area"),
    ]
    return '<div class="tiles">' + "".join(tiles) + "</div>"


def _host(host):
    return f"; simulated in {host['wall_seconds']:.1f} s on the host" if host else ""


def _figure(svg, caption):
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(header, rows):
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


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
        parts.append(_figure(figures.power_over_time(run.power, begin, stop, palette, "image", inside), caption))
    few = spans if len(spans) <= 20 else []
    parts.append(_figure(figures.power_over_time(run.power, 0, end, palette, "run", few), "The whole run."))
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
    figure = _figure(figures.energy_by_layer(summary["layers"], images), "The whole chip's, while software was in the layer.")
    return f"<h2>Time and energy by layer</h2>{figure}{_layer_table(summary)}"


def _blocks(summary, images, palette):
    if summary["energy_joules"] <= 0:
        return ""
    figure = figures.energy_by_block(summary["blocks"], images, palette)
    per = "Energy of the whole run, divided by its images." if summary["images"] else "Energy of the whole run."
    return f"<h2>Energy by block</h2>{_figure(figure, per)}"


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
    return _table(["block", "busy", "busy time", "bytes read", "bytes written"], rows)


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
    return _table(["layer", "operators", "on", "MAC", "time", "share", "energy", "throughput"], rows)


def page(run):
    summary = run.summary
    images = max(1, summary["images"])
    palette = figures.colours(summary["blocks"])
    title = f"Kasane: {summary['scenario']}"
    warning = '<p class="warning">This run was interrupted: the results are those up to then.</p>' if summary["interrupted"] else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main>
<h1>{escape(summary["scenario"])}</h1>
<p class="lead">{escape(summary["network"])} on {escape(summary["dataset"])}, {escape(summary["technology"])}{_host(run.host)}</p>
{warning}{_tiles(run)}{_sentence(summary)}
<h2>Power over time</h2>{_power_figures(run, palette)}
{_layers(summary, images)}
{_blocks(summary, images, palette)}
<h2>Where the time went</h2>{_where_the_time_went(run)}
</main></body></html>
"""
