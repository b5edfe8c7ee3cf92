"""The report's figures, drawn by matplotlib and returned as SVG text to stand inside the page."""

import io
import re

import matplotlib

matplotlib.use("Agg")
# Text stays text, ids do not depend on chance: the same run gives the same bytes.
matplotlib.rcParams.update(
    {
        "svg.fonttype": "none",
        "svg.hashsalt": "kasane",
        "font.family": "sans-serif",
        "font.size": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
    }
)

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

from .run_folder import block_joules  # noqa: E402

PALETTE = [
    "#2f6f9f", "#e08a2e", "#4d9a5b", "#b5493f", "#7c6bb0", "#8a6d52",
    "#d077a8", "#6f7f87", "#b9ad2f", "#3aa6a6", "#9fb8cf", "#e6c08f",
]  # fmt: skip

MOST_BINS = 800  # as many steps as the figure can show


OTHERS = "#c4c8c6"  # what is too small to be told apart
SMALL_SHARE = 0.005


def colours(blocks):
    """A colour a block, the strongest ones for those that spend most; no two are alike."""
    ranked = sorted(blocks, key=lambda name: (-block_joules(blocks[name]), name))
    return {name: _nth_colour(index) for index, name in enumerate(ranked)}


def _nth_colour(index):
    """Beyond the palette: the same hues, paler each time round."""
    red, green, blue = matplotlib.colors.to_rgb(PALETTE[index % len(PALETTE)])
    strength = 0.6 ** (index // len(PALETTE))
    return tuple(1 - strength * (1 - part) for part in (red, green, blue))


def scale(largest, unit):
    for factor, prefix in ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")):
        if largest >= factor:
            return factor, prefix + unit
    return 1e-15, "f" + unit


def to_svg(figure, name):
    """`name` begins every id of the figure: several figures share a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", text)


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


def power_over_time(power, begin, end, palette, name, layers=()):
    """Power stacked by block between two moments; `layers` are (begin, end, name), in seconds."""
    edges = _edges(power, begin, end)
    watts = rebin(power, edges)
    total = watts.sum(axis=1).max()
    factor, unit = scale(total, "W")
    seconds, time_unit = scale(end - begin, "s")

    figure, axes = plt.subplots(figsize=(10, 3.6))
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
    for place, (first, last, layer) in enumerate(layers):
        left, right = max(first, begin), min(last, end)
        if left < right:
            _mark_layer(axes, (left - begin) / seconds, (right - begin) / seconds, layer, place)
    axes.set_xlabel(f"time ({time_unit})")
    axes.set_ylabel(f"power ({unit})")
    handles, labels = axes.get_legend_handles_labels()
    # The legend reads from top to bottom as the stack does.
    axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    return to_svg(figure, name)


def _mark_layer(axes, left, right, name, place):
    """A bar above the plot over the layer's time; its name where there is room for it."""
    shade = "#c9d3d8" if place % 2 else "#9fb0b9"
    above = axes.get_xaxis_transform()  # x in data, y in parts of the axes' height
    axes.add_patch(plt.Rectangle((left, 1.02), right - left, 0.035, transform=above, color=shade, linewidth=0, clip_on=False))
    axes.axvline(left, color="#1d2730", linewidth=0.4, alpha=0.5)
    axes.axvline(right, color="#1d2730", linewidth=0.4, alpha=0.5)
    room = (right - left) / axes.get_xlim()[1]
    if room > 0.008 * len(name) + 0.01:
        axes.text((left + right) / 2, 1.075, name, transform=above, ha="center", va="bottom", fontsize=9, color="#333")
    elif room > 0.025:
        axes.text((left + right) / 2, 1.075, name, transform=above, ha="left", va="bottom", fontsize=8, color="#333", rotation=40, rotation_mode="anchor")


def energy_by_layer(layers, images):
    """Time and energy per image of every layer, side by side, split into dynamic and leakage."""
    names = [layer["name"] for layer in layers]
    dynamic = np.array([layer["dynamic_joules"] for layer in layers]) / images
    leakage = np.array([layer["leakage_joules"] for layer in layers]) / images
    seconds = np.array([layer["seconds"] for layer in layers]) / images
    factor, unit = scale(max((dynamic + leakage).max(), 1e-15), "J")
    time_factor, time_unit = scale(max(seconds.max(), 1e-15), "s")
    rows = np.arange(len(names))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 0.36 * len(names) + 1.1), sharey=True)
    left.barh(rows, seconds / time_factor, color=PALETTE[0])
    left.set_xlabel(f"time per image ({time_unit})")
    left.set_yticks(rows, names)
    left.invert_yaxis()
    right.barh(rows, dynamic / factor, color=PALETTE[1], label="dynamic")
    right.barh(rows, leakage / factor, left=dynamic / factor, color=PALETTE[7], label="leakage")
    right.set_xlabel(f"energy per image ({unit})")
    right.legend(frameon=False)
    return to_svg(figure, "layers")


def energy_by_block(blocks, images, palette):
    """Energy per image of every block, the largest first, split into dynamic and leakage."""
    ranked = sorted(blocks.items(), key=lambda item: -block_joules(item[1]))
    ranked = [item for item in ranked if block_joules(item[1]) > 0]
    dynamic = np.array([block["energy_joules"]["dynamic"] for _, block in ranked]) / images
    leakage = np.array([block["energy_joules"]["leakage"] for _, block in ranked]) / images
    factor, unit = scale(max((dynamic + leakage).max(), 1e-15), "J")
    rows = np.arange(len(ranked))
    figure, axes = plt.subplots(figsize=(10, 0.36 * len(ranked) + 1.0))
    axes.barh(rows, dynamic / factor, color=[palette[name] for name, _ in ranked])
    axes.barh(
        rows, leakage / factor, left=dynamic / factor, color=[palette[name] for name, _ in ranked], alpha=0.35,
        hatch="//", edgecolor="white", linewidth=0,
    )  # fmt: skip
    axes.set_yticks(rows, [name for name, _ in ranked])
    axes.invert_yaxis()
    axes.set_xlabel(f"energy per image ({unit}); hatched: leakage")
    return to_svg(figure, "blocks")
