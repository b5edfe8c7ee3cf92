"""The figures of two runs side by side, as SVG text."""

import numpy as np

from .drawing import NAMED, PAIR, legend_above, plt, row_height, scale, to_svg

MOST_ROWS = 24
SMALL_SHARE = 0.005  # of the largest bar: rows with less in both runs show nothing


def _shown(panels):
    """Names to draw: those of some size in any panel, in the order of the first panel."""
    shown = []
    for change in panels[0]:
        sizes = []
        for changes in panels:
            largest = max(max(abs(one.before or 0), abs(one.after or 0)) for one in changes)
            mine = next((one for one in changes if one.name == change.name), None)
            sizes.append(largest > 0 and mine is not None and max(mine.before or 0, mine.after or 0) >= SMALL_SHARE * largest)
        if any(sizes):
            shown.append(change.name)
    return shown[:MOST_ROWS]


def paired_bars(panels, labels, names, name):
    """Panels side by side with the same rows: a pair of bars for each name, the first panel's order."""
    shown = _shown(panels)
    rows = np.arange(len(shown))
    figure, axes = plt.subplots(1, len(panels), figsize=(NAMED, row_height(len(shown), 0.42)), sharey=True, squeeze=False)
    for panel, changes, label in zip(axes[0], panels, labels):
        by_name = {change.name: change for change in changes}
        pairs = np.array([[by_name[one].before or 0, by_name[one].after or 0] for one in shown])
        factor, unit = scale(max(pairs.max(), 1e-15), changes[0].unit)
        for index, run in enumerate(names):
            panel.barh(rows + 0.2 * (2 * index - 1), pairs[:, index] / factor, height=0.36, color=PAIR[index], label=run)
        panel.set_xlabel(f"{label} ({unit})")
        panel.tick_params(axis="y", length=0)
        panel.set_yticks(rows, shown)
    axes[0][0].invert_yaxis()
    legend_above(axes[0][0])
    figure.subplots_adjust(wspace=0.08)
    return to_svg(figure, name)
