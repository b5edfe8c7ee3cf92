"""What all figures share: style, colours, units, and SVG text to stand inside a page."""

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
        "axes.edgecolor": "#8a949c",
        "axes.labelcolor": "#3c4750",
        "xtick.color": "#3c4750",
        "ytick.color": "#3c4750",
    }
)

import matplotlib.pyplot as plt  # noqa: E402

from .run_folder import block_joules  # noqa: E402

PALETTE = [
    "#2f6f9f", "#e08a2e", "#4d9a5b", "#b5493f", "#7c6bb0", "#8a6d52",
    "#d077a8", "#6f7f87", "#b9ad2f", "#3aa6a6", "#9fb8cf", "#e6c08f",
]  # fmt: skip
OTHERS = "#c4c8c6"  # what is too small to be told apart
INK, FAINT = "#1d2730", "#6b7780"

# Figures' widths in inches that fill the page: alone, with names on the left, with a legend on the right as well.
ALONE, NAMED, WITH_LEGEND = 12.2, 10.8, 9.2

# What bounds the work: the same colours wherever time is divided.
BOUNDS = {"compute": "#2f6f9f", "memory": "#e08a2e", "software": "#4d9a5b", "idle": "#dfe3e1"}

PAIR = ["#9aa7b0", "#b5493f"]  # two runs side by side: the former one, the one in question


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
    """The factor and the unit with its SI prefix in which numbers up to `largest` read well."""
    for factor, prefix in ((1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p")):
        if largest >= factor:
            return factor, prefix + unit
    return 1e-15, "f" + unit


def legend_right(axes, reverse=False, at=1.01, **options):
    """A legend outside the plot; reversed it reads from top to bottom as a stack does."""
    handles, labels = axes.get_legend_handles_labels()
    step = -1 if reverse else 1
    axes.legend(handles[::step], labels[::step], loc="upper left", bbox_to_anchor=(at, 1), frameon=False, borderaxespad=0, **options)


def legend_above(axes, handles=None, columns=6):
    """A legend in one line above the plot."""
    options = {"handles": handles} if handles else {}
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.01), ncol=columns, frameon=False, borderaxespad=0.2, handlelength=1.2, **options)


def reach(values):
    """Where an axis of layers ends: the last value, what belongs to no layer, may be far larger than all others."""
    largest = max(values)
    others = max(values[:-1], default=0)
    return max(1.6 * others if 0 < 1.6 * others < largest else largest, 1e-15)


def label_ends(axes, ends, limit):
    """Numbers just behind the ends of horizontal bars, with an arrow where a bar goes on beyond the limit."""
    axes.set_xlim(0, limit)
    for row, end in enumerate(ends):
        number = f"{end:.3g}" if end < 1000 else f"{end:,.0f}"
        axes.annotate(f"→ {number}" if end > limit else number, (min(end, limit), row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9, color=INK)


def row_height(rows, inches=0.33, around=1.1):
    """The height of a figure with so many rows of bars, in inches."""
    return inches * rows + around


def to_svg(figure, name):
    """`name` begins every id of the figure: several figures share a page."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    # A thousandth of a point is finer than any screen.
    text = re.sub(r' (?:d|x|y)="[^"]*"', lambda found: re.sub(r"(\d\.\d{3})\d+", r"\1", found[0]), text)
    return re.sub(r'(\bid="|href="#|url\(#)', rf"\1{name}-", text)
