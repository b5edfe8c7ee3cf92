"""The timeline of one image: what was busy with what, and the power domains' states beneath, as SVG text."""

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from .drawing import BOUNDS, FAINT, INK, legend_above, plt, scale, to_svg
from .timeline_rows import STATES, rows_of

INCHES = 7.9  # of the plot's width
LABELS = 2.2
ROW, THIN, GROUP = 0.235, 0.05, 0.12  # inches: a row, one of many of a kind, and the gap between two groups
FINEST = 1 / 1500  # of the width: what is narrower is put together with its neighbours
LETTER = 0.066  # inches, of the names' font


def _merged(bars, begin, end):
    """The bars within the plot; those that could not be told apart are one a colour. Enclosing ones come first."""
    least = FINEST * (end - begin)
    drawn, last = [], {}
    for first, until, colour, name in sorted(bars, key=lambda bar: (bar[0], -bar[1])):
        first, until = max(first, begin), min(until, end)
        former = last.get(colour)
        if until - first < least and former is not None and first - drawn[former][1] < least and drawn[former][1] - drawn[former][0] < 20 * least:
            drawn[former] = (drawn[former][0], max(until, drawn[former][1]), colour, "")
        else:
            last[colour] = len(drawn)
            drawn.append((first, until, colour, name))
    return drawn


def _ink_on(colour):
    red, green, blue = to_rgb(colour)
    return "white" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.62 else INK


def _rectangles(axes, rectangles, colour, gap):
    """All rectangles of a colour as one path: pages stay small."""
    path = Path.make_compound_path(*(Path([(l, b), (r, b), (r, t), (l, t), (l, b)], closed=True) for l, r, b, t in rectangles))
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="white" if gap else "none", linewidth=0.5 if gap else 0))


def _height(row):
    return THIN if row.thin else ROW


def _draw_row(axes, row, begin, end, centre):
    by_look = {}
    half = 0.4 * _height(row)
    for first, until, colour, name in _merged(row.bars, begin, end):
        share = (until - first) / (end - begin)
        wide = share > 6 * FINEST and not row.thin
        width = max(share, FINEST) * (end - begin)
        by_look.setdefault((colour, wide), []).append((first, first + width, centre - half, centre + half))
        if not row.thin and len(name) * LETTER + 0.06 < share * INCHES:
            axes.text((first + until) / 2, centre, name, ha="center", va="center_baseline", fontsize=7.5, color=_ink_on(colour), zorder=5)
    for (colour, wide), rectangles in by_look.items():
        _rectangles(axes, rectangles, colour, wide)


def _legend(axes, rows):
    used = {colour for row in rows for _, _, colour, _ in row.bars}
    texts = {BOUNDS["compute"]: "compute", BOUNDS["memory"]: "load, store", BOUNDS["software"]: "software runs", BOUNDS["idle"]: "sleeps"}
    texts |= {STATES["waking up"]: "waking up", STATES["clock gated"]: "clock gated", STATES["off"]: "off"}
    patches = [Patch(facecolor=colour, edgecolor="#c4c8c6", linewidth=0.5, label=text) for colour, text in texts.items() if colour in used]
    if patches:
        legend_above(axes, patches, columns=7)


def draw(slices, begin, end, name):
    """None where nothing happened between the two moments, in seconds."""
    rows = [row for row in rows_of(slices) if row.bars]
    if not rows:
        return None
    centres, at = [], 0.0
    for index, row in enumerate(rows):
        if index and row.group != rows[index - 1].group:
            at += GROUP
        centres.append(at + _height(row) / 2)
        at += _height(row)
    figure = plt.figure(figsize=(LABELS + INCHES, at + 0.8))
    axes = figure.add_axes([LABELS / (LABELS + INCHES), 0.5 / (at + 0.8), INCHES / (LABELS + INCHES), at / (at + 0.8)])
    aside = axes.get_yaxis_transform()  # x in parts of the axes' width, y in data
    for index, (row, centre) in enumerate(zip(rows, centres)):
        axes.axhspan(centre - 0.42 * _height(row), centre + 0.42 * _height(row), color="#f8f9f7", linewidth=0, zorder=0)
        _draw_row(axes, row, begin, end, centre)
        axes.text(-0.01, centre, row.label, transform=aside, ha="right", va="center_baseline", fontsize=8.5, color=FAINT)
        if index == 0 or row.group != rows[index - 1].group:
            axes.text(-LABELS / INCHES, centre, row.group, transform=aside, ha="left", va="center_baseline", fontsize=9, color=INK)
    seconds, unit = scale(end - begin, "s")
    axes.set_xlim(begin, end)
    axes.set_ylim(at, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    ticks = plt.MaxNLocator(8, steps=[1, 2, 5, 10]).tick_values(0, (end - begin) / seconds)
    ticks = ticks[ticks <= (end - begin) / seconds * (1 + 1e-9)]
    axes.set_xticks(begin + np.asarray(ticks) * seconds, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(f"time ({unit})")
    _legend(axes, rows)
    return to_svg(figure, name)
