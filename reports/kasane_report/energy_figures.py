"""Where the energy went: by layer and block, as SVG text."""

import numpy as np

from .drawing import INK, NAMED, OTHERS, PALETTE, WITH_LEGEND, label_ends, legend_right, plt, reach, row_height, scale, to_svg
from .run_folder import block_joules

SMALL_SHARE = 0.01  # of all energy: blocks below it are one


def joules_by_block(layers):
    """{block: joules of each layer}, the largest block first; empty where the layers are not split by block."""
    names = list(dict.fromkeys(block for layer in layers for block in layer.get("blocks", {})))

    def joules(layer, name):
        block = layer.get("blocks", {}).get(name, {})
        return block.get("dynamic_joules", 0) + block.get("leakage_joules", 0)

    table = {name: np.array([joules(layer, name) for layer in layers]) for name in names}
    return dict(sorted(table.items(), key=lambda item: (-item[1].sum(), item[0])))


def _with_others(table):
    """The table with all small blocks put together, at its end."""
    total = sum(row.sum() for row in table.values())
    small = [name for name, row in table.items() if row.sum() < SMALL_SHARE * total]
    if len(small) < 2:
        return table
    return {name: row for name, row in table.items() if name not in small} | {f"{len(small)} others": sum(table[name] for name in small)}


def energy_by_layer(layers, images, palette):
    """Energy per image of every layer, stacked by block."""
    names = [layer["name"] for layer in layers]
    table = _with_others(joules_by_block(layers)) or {"energy": np.array([layer["energy_joules"] for layer in layers])}
    totals = sum(table.values()) / images
    limit = reach(totals)
    factor, unit = scale(limit, "J")
    rows = np.arange(len(names))
    figure, axes = plt.subplots(figsize=(WITH_LEGEND - 0.6, row_height(len(names))))
    left = np.zeros(len(names))
    for block, joules in table.items():
        width = joules / images / factor
        axes.barh(rows, width, left=left, height=0.7, color=palette.get(block, OTHERS), label=block)
        left += width
    label_ends(axes, totals / factor, limit / factor)
    axes.set_yticks(rows, names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlabel(f"energy per image ({unit})")
    if len(table) > 1:
        legend_right(axes, at=1.07)  # beside the numbers
    return to_svg(figure, "layers")


def energy_by_block(blocks, images, palette):
    """Energy per image (of the whole run where it has none) of every block, the largest first, split into dynamic and leakage; lines: from low to high."""
    each = " per image" if images else ""
    images = max(1, images)
    ranked = sorted(blocks.items(), key=lambda item: -block_joules(item[1]))
    ranked = [item for item in ranked if block_joules(item[1]) > 0]
    dynamic = np.array([block["energy_joules"]["dynamic"] for _, block in ranked]) / images
    leakage = np.array([block["energy_joules"]["leakage"] for _, block in ranked]) / images
    ranges = [block.get("energy_range_joules") for _, block in ranked]
    highest = max([*(dynamic + leakage), *(bounds["high"] / images for bounds in ranges if bounds), 1e-15])
    factor, unit = scale(highest, "J")
    rows = np.arange(len(ranked))
    figure, axes = plt.subplots(figsize=(NAMED - 0.6, row_height(len(ranked))))
    colour = [palette.get(name, PALETTE[0]) for name, _ in ranked]
    axes.barh(rows, dynamic / factor, height=0.7, color=colour)
    axes.barh(rows, leakage / factor, left=dynamic / factor, height=0.7, color=colour, alpha=0.35, hatch="//", edgecolor="white", linewidth=0)
    for row, bounds in zip(rows, ranges):
        if bounds:
            axes.plot([bounds["low"] / images / factor, bounds["high"] / images / factor], [row, row], color=INK, linewidth=1, marker="|", markersize=5)
    axes.set_yticks(rows, [name for name, _ in ranked])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(f"energy{each} ({unit}); hatched: leakage")
    return to_svg(figure, "blocks")
