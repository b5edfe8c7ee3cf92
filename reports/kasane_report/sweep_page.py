"""Puts a sweep's facts and figures on one page."""

from html import escape

from . import sweep_analysis as analysis
from . import sweep_figures as figures
from .html_parts import document, figure_part, quantity, table, tile, tiles


def _name(point, axes):
    """What tells a point from the others: "units 16, threshold 0.9"."""
    return ", ".join(f"{axis} {point[axis]}" for axis in axes if point[axis] is not None) or "the point"


def _percent_more(value, reference):
    change = 100 * (value / reference - 1)
    return f"{abs(change):.1f} % {'more' if change >= 0 else 'less'}"


def _against(best, rival, how, axes):
    return (
        f"Against the chip without, of {how} ({_name(rival, axes)}): {_percent_more(best['joules_per_image'], rival['joules_per_image'])} energy, "
        f"{_percent_more(best['seconds_per_image'], rival['seconds_per_image'])} time, {_percent_more(best['area_mm2'], rival['area_mm2'])} area, "
        f"accuracy {100 * best['accuracy']:.2f} % against {100 * rival['accuracy']:.2f} %."
    )


def _recommendation(sweep, found):
    best = found.point
    sentences = [f"Recommended: {_name(best, sweep.axes)}: the least energy per image of all that lose at most {100 * sweep.accuracy_loss:g} points of accuracy."]
    if analysis.number(best[sweep.count_axis]) == 0:
        return sentences + [f"No point with {sweep.count_axis} that keeps the accuracy spends less: here they do not pay."]
    if found.equal_throughput:
        sentences.append(_against(best, found.equal_throughput, "equal throughput or more", sweep.axes))
    elif found.fastest:
        sentences.append(_against(best, found.fastest, "the highest throughput there is here, which is lower", sweep.axes))
    if found.equal_area:
        sentences.append(_against(best, found.equal_area, "equal area or less", sweep.axes))
    return sentences


def leakage_sentence(series, count_axis):
    """Where leakage overtakes the saving, along points that differ in their count only."""
    if len(series) < 2:
        return ""
    balance = analysis.leakage_balance(series)
    best, last = balance.cheapest[count_axis], balance.last[count_axis]
    if balance.cheapest is balance.last:
        return f"Leakage does not overtake the saving up to {last} {count_axis}: energy is least there."
    grows = quantity(abs(balance.leakage_growth), "J")
    if balance.leakage_growth <= 0:
        return f"Energy is least at {best} {count_axis}; it is not leakage that grows up to {last} (it falls by {grows} per image), but dynamic energy."
    if balance.dynamic_saving > 0:
        return f"Leakage overtakes the saving beyond {best} {count_axis}: up to {last} it grows by {grows} per image, while dynamic energy falls by {quantity(balance.dynamic_saving, 'J')} only."
    return f"Energy is least at {best} {count_axis}: up to {last} both leakage, by {grows} per image, and dynamic energy, by {quantity(-balance.dynamic_saving, 'J')}, grow."


def _share(point, part, whole):
    return f"{100 * point[part] / point[whole]:.1f} %" if point.get(whole) else "–"


def _engine_columns(points):
    """(head, text of a point) of what the engine that stands out in these points is about, or their exits."""
    if any(p.get("exit_1_share") not in (None, 1) for p in points):
        return [
            ("leave by exit 1", lambda p: f"{100 * p['exit_1_share']:.1f} %"),
            ("images a second", lambda p: f"{p['images_per_second']:.1f}"),
            ("99 % within", lambda p: quantity(p["latency_p99_seconds"], "s")),
        ]
    if any(p.get("coordinates") for p in points):
        return [
            ("array busy", lambda p: f"{100 * p['array_busy_share']:.1f} %"),
            ("coordinates kept", lambda p: _share(p, "kept_coordinates", "coordinates")),
        ]
    if any(p.get("hidden_weights") for p in points):
        return [
            ("engine busy", lambda p: f"{100 * p['hiddenite_busy_share']:.1f} %"),
            ("weights kept", lambda p: _share(p, "kept_weights", "hidden_weights")),
            ("DRAM traffic", lambda p: quantity(p["dram_bytes_per_image"], "B")),
        ]
    return [("replaced", lambda p: f"{p['replaced_kernels']:.0f}")]


def _tiles(best, baseline):
    parts = [
        tile(f"{100 * best['accuracy']:.2f} %", f"accuracy, {best['images']:.0f} images"),
        tile(quantity(best["joules_per_image"], "J"), "energy per image"),
        tile(quantity(best["seconds_per_image"], "s"), "time per image"),
        tile(f"{best['area_mm2']:.2f} mm²", "chip area"),
        tile(f"{100 * best['leakage_share']:.0f} %", "of it is leakage"),
    ]
    if best.get("coordinates"):
        parts.append(tile(_share(best, "kept_coordinates", "coordinates"), "of the array's kernel coordinates kept"))
    elif best.get("hidden_weights"):
        parts.append(tile(_share(best, "kept_weights", "hidden_weights"), "of the random weights kept"))
        parts.append(tile(quantity(best["dram_bytes_per_image"], "B"), "DRAM traffic per image"))
    else:
        parts.append(tile(f"{best['replaced_kernels']:.0f} of {best['kernels']:.0f}", "kernels replaced"))
    return tiles(parts)


def _front_table(sweep, front):
    engine = _engine_columns(front)
    header = ["point", *sweep.axes, "accuracy", "energy", "time", "area", "leakage", "NCU busy", *(head for head, _ in engine)]
    rows = []
    for p in front:
        rows.append(
            [str(p["point"])]
            + [p[a] if p[a] is not None else "–" for a in sweep.axes]
            + [
                f"{100 * p['accuracy']:.2f} %",
                quantity(p["joules_per_image"], "J"),
                quantity(p["seconds_per_image"], "s"),
                f"{p['area_mm2']:.3f} mm²",
                f"{100 * p['leakage_share']:.1f} %",
                f"{100 * p['ncu_busy_share']:.1f} %",
            ]
            + [text(p) for _, text in engine]
        )
    return table(header, rows)


def _block_table(sweep, best, rival):
    """Where the difference comes from: energy per image by block, of the recommended point and of a baseline."""
    mine, theirs = sweep.blocks.get(best["point"], {}), sweep.blocks.get(rival["point"], {})
    rows = []
    for block in list(dict.fromkeys([*theirs, *mine])):
        energies = []
        for blocks in (theirs, mine):
            row = blocks.get(block)
            energies += [quantity(row[k], "J") if row else "–" for k in ("dynamic_joules_per_image", "leakage_joules_per_image")]
        rows.append([block, *energies])
    label = _name(rival, [sweep.count_axis])
    return table(["block", f"{label}: dynamic", "leakage", "recommended: dynamic", "leakage"], rows)


def _scenario(sweep, scenario, index):
    points = sweep.done(scenario)
    if not points:
        return f"<h2>{escape(scenario)}</h2><p>No point of it has results.</p>"
    parts = [f"<h2>{escape(scenario)}</h2>"]
    count, curve = sweep.count_axis, sweep.curve_axis
    best = None
    if count:
        without = analysis.baselines(points, count)
        found = analysis.recommend(points, count, sweep.accuracy_loss)
        best = found.point
        parts.append(_tiles(best, without))
        sentences = _recommendation(sweep, found)
        alike = analysis.series_through(analysis.qualifying(points, count, sweep.accuracy_loss), best, sweep.axes, count)
        sentences.append(leakage_sentence(alike, count))
        parts.append(f"<p>{escape(' '.join(s for s in sentences if s))}</p>")
        front = analysis.pareto_front(points, ["joules_per_image"], ["accuracy"])
        caption = "Left: nothing is at once more accurate and cheaper than the line. Colour: the count."
        parts.append(figure_part(figures.pareto(points, front, best, without, count, f"pareto{index}"), caption))
        shown = best[curve] if curve else None
        if curve and shown is None:
            shown = next((p[curve] for p in points if p[curve] is not None), None)
        if any(p not in without for p in points):
            held = f" {curve} {shown}." if curve else ""
            parts.append(figure_part(figures.over_count(points, without, sweep.axes, count, curve, shown, f"count{index}"), f"The whole chip, over the count.{held}"))
    if curve:
        curves = figures.accuracy_curves(points, sweep.axes, curve, count, f"curves{index}")
        if curves:
            parts.append(figure_part(curves, "Accuracy over replaced kernels; each further mark has a higher count."))
    if count:
        parts.append("<h3>The front: no point is cheaper and more accurate than these</h3>" + _front_table(sweep, front))
        if without and best not in without:
            parts.append("<h3>Energy per image by block</h3>" + _block_table(sweep, best, without[0]))
    return "".join(parts)


def _failures(sweep):
    failed = sweep.failed()
    if not failed:
        return ""
    rows = [[str(p["point"]), f"{p['scenario']}: {_name(p, sweep.axes)}", p["reason"]] for p in failed]
    return f'<p class="warning">{len(failed)} of {len(sweep.points)} points failed.</p>' + table(["point", "what", "why"], rows)


def page(sweep):
    done = sum(p["status"] == "ok" for p in sweep.points)
    body = "".join(_scenario(sweep, scenario, index) for index, scenario in enumerate(sweep.scenarios()))
    lead = f"{sweep.description}: {done} of {len(sweep.points)} points have results; all of them are in points.csv" if sweep.description else f"{done} of {len(sweep.points)} points"
    return document(f"Kasane: {sweep.name}", sweep.name, lead, _failures(sweep) + body)
