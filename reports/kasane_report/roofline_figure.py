"""The roofline of every layer, as SVG text."""

import math

import numpy as np

from . import roofline
from .drawing import FAINT, INK, WITH_LEGEND, legend_right, plt, to_svg
from .html_parts import quantity

MARKERS = "osD^vP*X<>"
LABEL_GAP = 0.042  # of the axes' height: names stand no closer than that


def draw(blocks, layers, palette):
    """None where no layer's traffic or no peak is known."""
    memories = roofline.memory_peaks(blocks)
    found = roofline.points(layers, memories)
    engines = roofline.engine_peaks(blocks)
    if not found or not engines:
        return None
    used = [name for name in memories if any(point.memory == name for point in found)]
    peak = sum(engines.values())
    figure, axes = plt.subplots(figsize=(WITH_LEGEND - 0.8, 5.2))
    _frame(axes, found, peak)
    for index, name in enumerate(used):
        _roof(axes, memories[name], peak, palette[name])
        mine = [point for point in found if point.memory == name]
        axes.scatter([p.macs_per_byte for p in mine], [p.macs_per_second for p in mine], marker=MARKERS[index % len(MARKERS)], s=34,
                     color=palette[name], edgecolor="white", linewidth=0.6, zorder=4, label=f"{name}, {quantity(memories[name], 'B/s')}")  # fmt: skip
    _peaks(axes, engines, peak)
    _name_layers(axes, found)
    legend_right(axes, title="layer's MAC per byte of", alignment="left")
    return to_svg(figure, "roofline")


def _frame(axes, found, peak):
    x = [math.log10(point.macs_per_byte) for point in found]
    y = [math.log10(point.macs_per_second) for point in found]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(10 ** (min(x) - 0.4), 10 ** (max(x) + 1.0))
    axes.set_ylim(10 ** (math.floor(2 * min(y) - 0.2) / 2), 10 ** (math.log10(peak) + 0.35))
    axes.set_xlabel("MAC per byte moved")
    axes.set_ylabel("MAC/s")
    axes.grid(color="#eceeeb", linewidth=0.8)
    axes.yaxis.set_major_formatter(lambda value, _: quantity(value, ""))
    axes.xaxis.set_major_formatter(lambda value, _: quantity(value, "") if value >= 1000 else f"{value:g}")


def _roof(axes, bytes_per_second, peak, colour):
    left = axes.get_xlim()[0]
    x = np.array([left, roofline.ridge(peak, bytes_per_second)])
    axes.plot(x, x * bytes_per_second, color=colour, linewidth=1.3, alpha=0.75, zorder=2)


def _peaks(axes, engines, peak):
    for name, value in engines.items():
        alone = len(engines) == 1
        axes.axhline(value, color=INK, linewidth=1.4 if alone else 0.8, linestyle="-" if alone else "--", zorder=2)
        _name_peak(axes, value, name, "bottom" if alone else "top")
    if len(engines) > 1:
        axes.axhline(peak, color=INK, linewidth=1.4, zorder=2)
        _name_peak(axes, peak, "all engines", "bottom")


def _name_peak(axes, value, name, side):
    offset = 2 if side == "bottom" else -2
    axes.annotate(f"{name}, {quantity(value, 'MAC/s')}", (axes.get_xlim()[0], value), xytext=(4, offset), textcoords="offset points", va=side, fontsize=9, color=FAINT)


def label_places(wanted):
    """Rising parts of the axes' height moved up as far as LABEL_GAP between them asks for, and down from the top where they do not fit."""
    places = []
    for part in wanted:
        places.append(max([part, *(other + LABEL_GAP for other in places[-1:])]))
    top = 1 - LABEL_GAP / 2
    for index in reversed(range(len(places))):
        places[index] = min(places[index], top)
        top = places[index] - LABEL_GAP
    return places


def _name_layers(axes, found):
    """A thin line through the marks of each layer; its name to the right, moved up where another stands there."""
    low, high = (math.log10(value) for value in axes.get_ylim())
    layers = sorted({point.layer: point.macs_per_second for point in found}.items(), key=lambda item: item[1])
    places = label_places([(math.log10(rate) - low) / (high - low) for _, rate in layers])
    for (name, rate), at in zip(layers, places):
        x = [point.macs_per_byte for point in found if point.layer == name]
        axes.plot([min(x), max(x)], [rate, rate], color=FAINT, linewidth=0.7, zorder=3)
        axes.annotate(name, (max(x), rate), xytext=(0.985, at), textcoords="axes fraction", ha="right", va="center", fontsize=9, color=INK,
                      arrowprops={"arrowstyle": "-", "color": "#c4c8c6", "linewidth": 0.6, "shrinkA": 1, "shrinkB": 4})  # fmt: skip
