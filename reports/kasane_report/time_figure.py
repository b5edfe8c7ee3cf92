"""Where the time went: each layer's time divided by what bound it, as SVG text."""

import numpy as np

from .drawing import BOUNDS, INK, NAMED, label_ends, legend_above, plt, reach, row_height, scale, to_svg
from .html_parts import quantity


def time_shares(layers):
    """{bound: seconds of each layer}; None where a layer's time is not divided."""
    if not layers or any("time" not in layer for layer in layers):
        return None
    return {bound: np.array([layer["time"][f"{bound}_seconds"] for layer in layers]) for bound in BOUNDS}


def _bars(axes, rows, shares, divisor):
    left = np.zeros(len(rows))
    for bound, seconds in shares.items():
        axes.barh(rows, seconds / divisor, left=left, height=0.7, color=BOUNDS[bound], label=bound)
        left += seconds / divisor
    return left


def where_the_time_went(layers, images):
    """A bar for the whole image with percentages, and one a layer on a scale of its own."""
    shares = time_shares(layers)
    sums = {bound: seconds.sum() / images for bound, seconds in shares.items()}
    total = max(sum(sums.values()), 1e-15)
    rows = np.arange(len(layers))
    height = row_height(len(layers) + 1, around=1.7)
    figure, (above, below) = plt.subplots(2, 1, figsize=(NAMED, height), gridspec_kw={"height_ratios": [1, len(layers)], "hspace": 0.9 / len(layers) + 0.1})
    _bars(above, np.zeros(1), {bound: np.array([seconds]) for bound, seconds in sums.items()}, total)
    at = 0
    for bound, seconds in sums.items():
        share = seconds / total
        if share > 0.05:
            above.text(at + share / 2, 0, f"{100 * share:.0f} %", ha="center", va="center", fontsize=9, color=INK if bound == "idle" else "white")
        at += share
    above.annotate(quantity(total, "s"), (1, 0), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9, color=INK)
    above.set_xlim(0, 1)
    above.set_yticks([0], ["all"], fontweight="bold")
    above.set_xticks([])
    above.spines["bottom"].set_visible(False)
    legend_above(above)

    longest = reach(sum(seconds / images for seconds in shares.values()))
    factor, unit = scale(longest, "s")
    label_ends(below, _bars(below, rows, shares, images * factor), longest / factor)
    below.set_yticks(rows, [layer["name"] for layer in layers])
    below.invert_yaxis()
    below.set_xlabel(f"time per image ({unit})")
    for axes in (above, below):
        axes.tick_params(axis="y", length=0)
    return to_svg(figure, "time")
