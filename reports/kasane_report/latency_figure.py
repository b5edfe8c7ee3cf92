"""How long images took, as SVG text."""

import numpy as np

from .drawing import ALONE, INK, PALETTE, legend_above, plt, scale, to_svg

BINS = 60
WIDE = 30  # the longest over the shortest from which on the axis is logarithmic
PERCENTILES = ("p50", "p90", "p99")


def _edges(seconds):
    shortest, longest = seconds.min(), seconds.max()
    if shortest > 0 and longest / shortest > WIDE:
        return np.geomspace(shortest, longest, BINS + 1), True
    room = 0.02 * longest if longest > shortest else 0.5 * max(longest, 1e-12)
    return np.linspace(max(0, shortest - room), longest + room, BINS + 1), False


def by_exit(images):
    """{what the legend says: seconds of its images}; one for all where the network has one exit. Rows are those of results.csv."""
    groups = {}
    for row in images:
        groups.setdefault(int(row.get("exit", 0)), []).append(float(row["seconds"]))
    return {f"exit {number}" if number else "images": np.array(groups[number]) for number in sorted(groups)}


def draw(images, latency):
    """A histogram stacked by exit; `latency` holds the run's percentiles in seconds."""
    groups = by_exit(images)
    edges, is_wide = _edges(np.concatenate(list(groups.values())))
    factor, unit = scale(edges[-1], "s")
    figure, axes = plt.subplots(figsize=(ALONE, 3.2))
    axes.hist([seconds / factor for seconds in groups.values()], bins=edges / factor, stacked=True, label=list(groups), color=PALETTE[: len(groups)])
    if is_wide:
        axes.set_xscale("log")
    for index, name in enumerate(PERCENTILES):
        at = latency[name] / factor
        axes.axvline(at, color=INK, linewidth=0.8, linestyle=":")
        axes.text(at, 0.98 - 0.08 * index, f" {name}", transform=axes.get_xaxis_transform(), va="top", fontsize=8.5, color=INK)
    axes.set_xlim(edges[0] / factor, edges[-1] / factor)
    axes.set_xlabel(f"latency ({unit})")
    axes.set_ylabel("images")
    if len(groups) > 1:
        legend_above(axes)
    return to_svg(figure, "latency")
