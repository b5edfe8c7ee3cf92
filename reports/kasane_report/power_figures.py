"""Power over time, as SVG text."""

import numpy as np

from .drawing import ALONE, INK, OTHERS, PAIR, WITH_LEGEND, legend_above, legend_right, plt, scale, to_svg

MOST_BINS = 800  # as many steps as the figure can show
SMALL_SHARE = 0.005


def rebin(power, edges):
    """Average watts[bin, block] between the edges: exact, since energy is piecewise linear in time."""
    moments = np.append(power.start, power.start[-1] + power.duration[-1])
    joules = np.zeros((len(moments), len(power.blocks)))
    np.cumsum(power.watts * power.duration[:, None], axis=0, out=joules[1:])
    columns = [np.diff(np.interp(edges, moments, column)) for column in joules.T]
    return np.stack(columns, axis=1) / np.diff(edges)[:, None]


def _edges(power, begin, end):
    """The trace's own windows where there are few of them, equal bins as fine as the figure otherwise."""
    moments = np.append(power.start, power.start[-1] + power.duration[-1])
    inside = moments[(moments > begin) & (moments < end)]
    if len(inside) < MOST_BINS:
        return np.concatenate(([begin], inside, [end]))
    return np.linspace(begin, end, MOST_BINS + 1)


def power_over_time(power, begin, end, palette, name, marks=()):
    """Power stacked by block between two moments; `marks` above it are (begin, end, name), in seconds."""
    edges = _edges(power, begin, end)
    watts = rebin(power, edges)
    total = watts.sum(axis=1).max()
    factor, unit = scale(total, "W")
    seconds, time_unit = scale(end - begin, "s")

    figure, axes = plt.subplots(figsize=(WITH_LEGEND, 3.8))
    shares = (watts * np.diff(edges)[:, None]).sum(axis=0)
    ranked = np.argsort(-shares, kind="stable")
    order = [index for index in ranked if shares[index] >= SMALL_SHARE * shares.sum() > 0]
    small = [index for index in ranked if index not in order and shares[index] > 0]
    steps = [np.repeat(watts[:, index], 2) / factor for index in order]
    names = [power.blocks[index] for index in order]
    if small:
        steps.append(np.repeat(watts[:, small].sum(axis=1), 2) / factor)
        names.append(f"{len(small)} others")
    at = (np.repeat(edges, 2)[1:-1] - begin) / seconds
    if steps:
        axes.stackplot(at, steps, labels=names, colors=[palette.get(n, OTHERS) for n in names], linewidth=0)
    axes.set_xlim(0, (end - begin) / seconds)
    axes.set_ylim(0, max(total / factor, 1e-9) * 1.05)
    for place, (first, last, mark) in enumerate(marks):
        left, right = max(first, begin), min(last, end)
        if left < right:
            _mark(axes, (left - begin) / seconds, (right - begin) / seconds, mark, place)
    axes.set_xlabel(f"time ({time_unit})")
    axes.set_ylabel(f"power ({unit})")
    legend_right(axes, reverse=True)
    return to_svg(figure, name)


def _mark(axes, left, right, name, place):
    """A bar above the plot over the time of a layer or image; its name where there is room for it."""
    shade = "#c9d3d8" if place % 2 else "#9fb0b9"
    above = axes.get_xaxis_transform()  # x in data, y in parts of the axes' height
    axes.add_patch(plt.Rectangle((left, 1.02), right - left, 0.035, transform=above, color=shade, linewidth=0, clip_on=False))
    axes.axvline(left, color=INK, linewidth=0.4, alpha=0.5)
    axes.axvline(right, color=INK, linewidth=0.4, alpha=0.5)
    room = (right - left) / axes.get_xlim()[1]
    if room > 0.008 * len(name) + 0.01:
        axes.text((left + right) / 2, 1.075, name, transform=above, ha="center", va="bottom", fontsize=9, color=INK)
    elif room > 0.025:
        axes.text((left + right) / 2, 1.075, name, transform=above, ha="left", va="bottom", fontsize=8, color=INK, rotation=40, rotation_mode="anchor")


def two_powers(first, second, names, name):
    """Total power of one image each of two runs over each other; each is (power, begin, end), from its own begin."""
    drawn = []
    for power, begin, end in (first, second):
        edges = _edges(power, begin, end)
        drawn.append((edges - begin, rebin(power, edges).sum(axis=1)))
    factor, unit = scale(max(watts.max() for _, watts in drawn), "W")
    seconds, time_unit = scale(max(edges[-1] for edges, _ in drawn), "s")
    figure, axes = plt.subplots(figsize=(ALONE, 3.4))
    for (edges, watts), label, colour, width in zip(drawn, names, PAIR, (3, 1.3)):  # the former one shows beneath where both are equal
        axes.stairs(watts / factor, edges / seconds, label=label, color=colour, linewidth=width, baseline=None)
    axes.set_xlim(0, max(edges[-1] for edges, _ in drawn) / seconds)
    axes.set_ylim(0, 1.05 * max(watts.max() for _, watts in drawn) / factor)
    axes.set_xlabel(f"time since the image began ({time_unit})")
    axes.set_ylabel(f"power ({unit})")
    legend_above(axes)
    return to_svg(figure, name)
