"""Puts a run's facts and figures on one page."""

from html import escape

from . import energy_figures, latency_figure, page_tables, power_figures, roofline_figure, shown_image, time_figure, timeline, timeline_figure
from .drawing import colours
from .html_parts import document, figure_part, quantity, tile, tiles
from .run_folder import block_joules

MOST_MARKS = 20  # images marked above the whole run's power


def energy_range(summary):
    """The run's (low, high) joules as parts of the typical ones; None where the run does not say."""
    bounds, joules = summary.get("energy_range_joules"), summary["energy_joules"]
    return (bounds["low"] / joules, bounds["high"] / joules) if bounds and joules > 0 else None


def _tiles(summary):
    parts = []
    bounds = energy_range(summary)
    if summary["images"]:
        joules = summary["joules_per_image"]
        between = f", {quantity(bounds[0] * joules, 'J')} to {quantity(bounds[1] * joules, 'J')}" if bounds else ""
        parts = [
            tile(f"{100 * summary['top1']:.2f} %", f"accuracy: {summary['correct']} of {summary['images']} images"),
            tile(quantity(summary["seconds_per_image"], "s"), "time per image"),
            tile(quantity(joules, "J"), f"energy per image{between}"),
        ]
        if summary.get("images_overlap"):
            parts.insert(2, tile(quantity(summary["latency_seconds"]["mean"], "s"), "mean latency: images overlap"))
    else:
        between = f", {quantity(bounds[0] * summary['energy_joules'], 'J')} to {quantity(bounds[1] * summary['energy_joules'], 'J')}" if bounds else ""
        parts = [tile(quantity(summary["energy_joules"], "J"), f"energy{between}")]
    return tiles(
        parts
        + [
            tile(quantity(summary["average_watts"], "W"), "average power"),
            tile(quantity(summary["simulated_seconds"], "s"), "simulated time"),
            tile(f"{summary['area_mm2']:.2f} mm²", "chip area"),
        ]
    )


def _sentence(summary):
    """What happened, in words, for whoever reads no further."""
    blocks = summary["blocks"]
    total = summary["energy_joules"]
    parts = []
    if total > 0:
        name, block = max(blocks.items(), key=lambda item: block_joules(item[1]))
        parts.append(f"Most energy: {name} ({100 * block_joules(block) / total:.0f} %)")
        parts.append(f"Leakage: {100 * summary['leakage_joules'] / total:.0f} % of the whole")
    if summary["network"] and summary["layers"] and summary["simulated_seconds"] > 0:
        layer = max(summary["layers"], key=lambda item: item["seconds"])
        parts.append(f"Most time: {layer['name']} ({100 * layer['seconds'] / summary['simulated_seconds']:.0f} %)")
    if energy_range(summary):
        parts.append("Energy has a range: from the lowest to the highest figures that the technology's sources give")
    return f"<p>{escape('. '.join(parts))}.</p>" if parts else ""


def _one_image(run, palette, end):
    """Power and timeline of one image, or of the whole run where it has no images."""
    shown = shown_image.choose(run.images, end) or shown_image.Shown(None, 0.0, end, False)
    slices = timeline.read(run.timeline, shown.begin, shown.end) if run.timeline else []
    spans = timeline.layer_spans(slices)
    parts = []
    if run.power is not None:
        above = " Above: the layer that software is in." if spans else ""
        parts.append(figure_part(power_figures.power_over_time(run.power, shown.begin, shown.end, palette, "image", spans), shown.words() + above))
    parts.append(_timeline(run, slices, shown))
    return "".join(parts)


def _timeline(run, slices, shown):
    if run.timeline is None:
        return "<p>This run recorded no timeline.</p>"
    svg = timeline_figure.draw(slices, shown.begin, shown.end, "timeline")
    if svg is None:
        return "<p>Nothing was busy within the time shown.</p>"
    return figure_part(svg, shown.words() + " Phases are coloured by what bounds them. Zoom into the whole run with trace.pftrace at ui.perfetto.dev.")


def _power(run, palette):
    if run.power is None:
        if run.timeline is None:
            return "<p>This run recorded no power trace and no timeline.</p>"
        return "<p>This run recorded no power trace.</p>" + _one_image(run, palette, run.summary["simulated_seconds"])
    end = float(run.power.start[-1] + run.power.duration[-1])
    parts = [_one_image(run, palette, end)]
    if run.images:
        marks = [(float(row["begin_seconds"]), float(row["begin_seconds"]) + float(row["seconds"]), row["image"]) for row in run.images]
        marks = marks if len(marks) <= MOST_MARKS and not run.summary.get("images_overlap") else []
        parts.append(figure_part(power_figures.power_over_time(run.power, 0, end, palette, "run", marks), "The whole run." + (" Above: images by their numbers." if marks else "")))
    return "".join(parts)


def _section(title, figure, caption, extra=""):
    return f"<h2>{escape(title)}</h2>{figure_part(figure, caption) if figure else ''}{extra}"


def _exits(run):
    """Networks with several exits, and images that overlap: who leaves where, and how long images take."""
    summary = run.summary
    if summary.get("exits"):
        macs = sum(layer["macs"] for layer in summary["layers"]) / max(1, summary["images"])
        caption = f"<p>An image leaves at the first exit where the entropy of its softmax is below the threshold: {macs:,.0f} MAC on average.</p>"
        yield _section("Exits", None, "", caption + page_tables.exits(summary))
    if not summary.get("latency_seconds") or not (summary.get("exits") or summary.get("images_overlap")):
        return
    figure = latency_figure.draw(run.images, summary["latency_seconds"]) if run.images else None
    overlap = " Two images are in flight at a time, so the time between results is shorter." if summary.get("images_overlap") else ""
    yield _section("Latency", figure, f"Time from the moment firmware takes an image up to its result.{overlap}", page_tables.latency(summary))


def _sections(run, palette):
    summary = run.summary
    yield from _exits(run)
    images = max(1, summary["images"])
    per = "The whole run divided by its images." if summary["images"] else "The whole run."
    if summary["network"] and summary["layers"] and summary["energy_joules"] > 0:
        figure = energy_figures.energy_by_layer(summary["layers"], images, palette)
        kept = page_tables.kept_sentence(summary) + page_tables.beside_sentence(summary)
        pipelines = page_tables.pipelines(summary)
        bound = " Bound by: the stage that an engine's other stages waited for." if pipelines else ""
        yield _section("Energy by layer", figure, f"The whole chip's energy while software was in the layer; outside layers is also all before the first image. {per}{kept}{bound}", page_tables.layers(summary) + pipelines)
    if summary["energy_joules"] > 0:
        between = " Thin lines: from the lowest to the highest figures of the technology." if energy_range(summary) else ""
        yield _section("Energy by block", energy_figures.energy_by_block(summary["blocks"], summary["images"], palette), per + between)
    shares = time_figure.time_shares(summary["layers"]) if summary["network"] else None
    figure = time_figure.where_the_time_went(summary["layers"], images) if shares else None
    caption = f"Compute: an engine computed. Memory: none computed and one moved data. Software: no engine worked and the CPU ran. Idle: nothing but clocks. {per}"
    yield _section("Where the time went", figure, caption, page_tables.blocks(summary))
    figure = roofline_figure.draw(summary["blocks"], summary["layers"], palette)
    if figure:
        yield _section("Roofline", figure, "Each layer at the rate it attained, over its MAC per byte of every memory it used: a mark near its memory's slope is bound by that memory, one near the top by the engines. Layers without MACs are left out; of pruned kernels the coordinates kept count.")
    if summary.get("peak_power"):
        yield _section("Peak power", None, "", page_tables.peaks(summary, run.images))
    if summary.get("regions"):
        mistakes = summary.get("region_mistakes", 0)
        warning = f'<p class="warning">Firmware began open regions or ended closed ones {mistakes} times; those were ignored.</p>' if mistakes else ""
        yield _section("Regions that firmware measured", None, "", warning + page_tables.regions(summary))
    if summary.get("domains"):
        yield _section("Power domains", None, "", page_tables.domains(summary))


def page(run):
    summary = run.summary
    palette = colours(summary["blocks"])
    warning = '<p class="warning">This run was interrupted: the results are those up to then.</p>' if summary["interrupted"] else ""
    host = f"; simulated in {run.host['wall_seconds']:.1f} s on the host" if run.host else ""
    body = f"{warning}{_tiles(summary)}{_sentence(summary)}<h2>Power and activity over time</h2>{_power(run, palette)}{''.join(_sections(run, palette))}"
    corner = "" if summary.get("corner", "typical") == "typical" else f" at its {summary['corner']} figures"
    ran = f"{summary['network']} on {summary['dataset']}" if summary["network"] else summary["software"]
    lead = f"{ran}, {summary['technology']}{corner}{host}"
    return document(f"Kasane: {summary['scenario']}", summary["scenario"], lead, body)
