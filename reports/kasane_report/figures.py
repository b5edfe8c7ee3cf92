"""The report's figures, drawn by matplotlib and returned as SVG text to stand inside the page."""

import io

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

PALETTE = [
    "#2f6f9f", "#e08a2e", "#4d9a5b", "#b5493f", "#7c6bb0", "#8a6d52",
    "#d077a8", "#6f7f87", "#b9ad2f", "#3aa6a6", "#9fb8cf", "#e6c08f",
]  # fmt: skip


def colours(names):
    return {name: PALETTE[index % len(PALETTE)] for index, name in enumerate(names)}


def _scale(largest, unit):
    for factor, prefix in ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")):
        if largest >= factor:
            return factor, prefix + unit
    return 1e-15, "f" + unit


def _svg(figure):
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def power_over_time(power, begin, end, palette, marks=()):
    """Power stacked by block between two moments; `marks` are (second, text) of what begins there."""
    shown = (power.start + power.duration > begin) & (power.start < end)
    start = np.clip(power.start[shown], begin, end)
    stop = np.clip((power.start + power.duration)[shown], begin, end)
    watts = power.watts[shown]
    edges = np.repeat(np.append(start, stop[-1:]), 2)[1:-1]
    total = watts.sum(axis=1).max()
    factor, unit = _scale(total, "W")
    seconds, time_unit = _scale(end - begin, "s")

    figure, axes = plt.subplots(figsize=(10, 3.4))
    order = np.argsort(-(watts * (stop - start)[:, None]).sum(axis=0))
    order = [index for index in order if watts[:, index].any()]
    steps = [np.repeat(watts[:, index], 2) / factor for index in order]
    names = [power.blocks[index] for index in order]
    axes.stackplot((edges - begin) / seconds, steps, labels=names, colors=[palette[n] for n in names], linewidth=0)
    for second, text in marks:
        if begin <= second < end:
            axes.axvline((second - begin) / seconds, color="#555", linewidth=0.6, linestyle=":")
            axes.text((second - begin) / seconds, total / factor * 1.02, text, fontsize=8, rotation=45, color="#333")
    axes.set_xlim(0, (end - begin) / seconds)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"time ({time_unit})")
    axes.set_ylabel(f"power ({unit})")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, reverse=False)
    return _svg(figure)


def energy_by_layer(layers, images):
    """Time and energy per image of every layer, side by side, split into dynamic and leakage."""
    names = [layer["name"] for layer in layers]
    dynamic = np.array([layer["energy_joules"]["dynamic"] for layer in layers]) / images
    leakage = np.array([layer["energy_joules"]["leakage"] for layer in layers]) / images
    seconds = np.array([layer["seconds"] for layer in layers]) / images
    factor, unit = _scale(max((dynamic + leakage).max(), 1e-15), "J")
    time_factor, time_unit = _scale(max(seconds.max(), 1e-15), "s")
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
    return _svg(figure)


def energy_by_block(blocks, images, palette):
    """Energy per image of every block, the largest first, split into dynamic and leakage."""
    ranked = sorted(blocks.items(), key=lambda item: -item[1]["energy_joules"]["total"])
    ranked = [item for item in ranked if item[1]["energy_joules"]["total"] > 0]
    dynamic = np.array([block["energy_joules"]["dynamic"] for _, block in ranked]) / images
    leakage = np.array([block["energy_joules"]["leakage"] for _, block in ranked]) / images
    factor, unit = _scale(max((dynamic + leakage).max(), 1e-15), "J")
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
    return _svg(figure)
