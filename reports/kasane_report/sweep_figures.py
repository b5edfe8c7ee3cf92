"""The figures of a sweep, as SVG text."""

import numpy as np

from .drawing import PALETTE, plt, scale, to_svg
from .sweep_analysis import number

MOST_PANELS = 12
MARKERS = "osD^vP*X"


def _labels(points, axis):
    """The values of an axis that these points have, in the sweep's order."""
    return list(dict.fromkeys(p[axis] for p in points if p[axis] is not None))


def positions(labels):
    """Where an axis' labels stand: at their numbers, or one after the other where they are words."""
    numbers = [number(label) for label in labels]
    return dict(zip(labels, numbers if None not in numbers else range(len(labels))))


def _groups(points, axes):
    """Points by their values of these axes; those without effect of an axis are left out."""
    groups = {}
    for point in points:
        values = tuple(point[a] for a in axes)
        if None not in values:
            groups.setdefault(values, []).append(point)
    return groups


def _title(axes, values):
    return ", ".join(f"{axis} {value}" for axis, value in zip(axes, values))


def accuracy_curves(points, axes, curve_axis, count_axis, name):
    """Accuracy over replaced kernels: a curve a value of `curve_axis`, a panel for each combination of
    the other axes."""
    others = [a for a in axes if a not in (curve_axis, count_axis)]
    panels = list(_groups(points, others).items())[:MOST_PANELS]
    if not panels:
        return None
    columns = min(3, len(panels))
    rows = -(-len(panels) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(10, 3.1 * rows + 0.3), sharex=True, sharey=True, squeeze=False)
    labels = _labels(points, curve_axis)
    for place, (values, members) in enumerate(panels):
        axes_here = grid[place // columns][place % columns]
        for index, label in enumerate(labels):
            curve = sorted((p["replaced_kernels"], p["accuracy"]) for p in members if p[curve_axis] == label)
            if curve:
                x, y = np.array(curve).T
                axes_here.plot(x, 100 * y, marker=MARKERS[index % len(MARKERS)], markersize=4, color=PALETTE[index % len(PALETTE)], label=f"{curve_axis} {label}")
        axes_here.set_title(_title(others, values), fontsize=10)
        axes_here.grid(alpha=0.25)
    for extra in range(len(panels), rows * columns):
        grid[extra // columns][extra % columns].set_visible(False)
    for row in grid:
        row[0].set_ylabel("accuracy (%)")
    for axes_here in grid[-1]:
        axes_here.set_xlabel("replaced kernels")
    grid[0][0].legend(frameon=False, fontsize=9)
    figure.tight_layout()
    return to_svg(figure, name)


def over_count(points, baseline, axes, count_axis, curve_axis, shown_curve, name):
    """Energy, time and area over the count: a line for each combination of the other axes, `curve_axis` held at
    `shown_curve`; the baseline is the first point of each line."""
    others = [a for a in axes if a not in (count_axis, curve_axis)]
    shown = [p for p in points if not curve_axis or p[curve_axis] in (None, shown_curve)]
    lines = list(_groups([p for p in shown if p not in baseline], others).items())[: len(PALETTE)]
    place = positions(_labels(points, count_axis))
    figure, panels = plt.subplots(1, 3, figsize=(10, 3.6))
    quantities = [("joules_per_image", "energy per image", "J"), ("seconds_per_image", "time per image", "s"), ("area_mm2", "chip area", None)]
    for panel, (column, text, unit) in zip(panels, quantities):
        factor, unit_text = scale(max(p[column] for p in points), unit) if unit else (1, "mm²")
        for index, (values, members) in enumerate(lines):
            first = [p for p in baseline if all(p[a] in (None, v) for a, v in zip(others, values))]
            line = sorted((place[p[count_axis]], p[column] / factor) for p in first + members)
            x, y = np.array(line).T
            panel.plot(x, y, marker="o", markersize=3, color=PALETTE[index], label=_title(others, values) or None)
        panel.set_xlabel(count_axis)
        panel.set_ylabel(f"{text} ({unit_text})")
        panel.set_ylim(bottom=0)
        panel.grid(alpha=0.25)
        if list(place.values()) == list(range(len(place))):
            panel.set_xticks(list(place.values()), list(place), rotation=40, ha="right")
    figure.tight_layout()
    if others:
        panels[-1].legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1.02, 1))
    return to_svg(figure, name)


def pareto(points, front, best, baseline, count_axis, name):
    """All points by energy and accuracy (left) and energy and area (right), the front joined, the recommended one
    and the baseline marked."""
    figure, panels = plt.subplots(1, 2, figsize=(10, 3.8))
    factor, unit = scale(max(p["joules_per_image"] for p in points), "J")
    place = positions(_labels(points, count_axis))
    for panel, (column, text, times) in zip(panels, (("accuracy", "accuracy (%)", 100), ("area_mm2", "chip area (mm²)", 1))):
        x = [p["joules_per_image"] / factor for p in points]
        y = [p[column] * times for p in points]
        colours = [place[p[count_axis]] for p in points]
        drawn = panel.scatter(x, y, c=colours, s=16, cmap="viridis", zorder=2)
        if column == "accuracy":
            panel.step([p["joules_per_image"] / factor for p in front], [p[column] * times for p in front], where="post", color="#55616b", linewidth=1, zorder=1)
        for marked, marker, label in ((baseline, "s", f"{count_axis} 0"), ([best] if best else [], "*", "recommended")):
            if marked:
                panel.scatter([p["joules_per_image"] / factor for p in marked], [p[column] * times for p in marked], marker=marker, s=150, facecolor="none", edgecolor="#b5493f", linewidth=1.5, label=label, zorder=3)
        panel.set_xlabel(f"energy per image ({unit})")
        panel.set_ylabel(text)
        panel.grid(alpha=0.25)
    panels[0].legend(frameon=False, fontsize=9, loc="lower right")
    figure.tight_layout()
    bar = figure.colorbar(drawn, ax=list(panels), pad=0.01, label=count_axis)
    if list(place.values()) == list(range(len(place))):
        bar.set_ticks(list(place.values()), labels=list(place))
    return to_svg(figure, name)
