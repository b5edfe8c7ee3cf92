"""Puts the difference of two runs on one page."""

from html import escape

from . import diff_text, power_figures, shown_image
from .diff_figures import paired_bars
from .html_parts import document, figure_part, table

HEADER = ["", "before", "after", "change", ""]
LONGEST = 32  # letters of a run's name in a legend


def _table(changes):
    rows = [diff_text.columns(change) for change in changes if not change.same]
    rest = diff_text.unchanged(changes)
    return (table(HEADER, rows) if rows else "") + (f'<p class="lead">{escape(rest[0].upper() + rest[1:])}.</p>' if rest else "")


def _labels(before, after):
    """What the runs are called in legends: their scenarios, or their folders where the scenario is the same."""
    names = [run.summary["scenario"] for run in (before, after)]
    if names[0] == names[1]:
        names = [run.folder.resolve().name for run in (before, after)]
    short = [name if len(name) <= LONGEST else name[: LONGEST - 1] + "…" for name in names]
    return [f"{name} ({role})" for name, role in zip(short, ("before", "after"))]


def _powers(before, after, labels):
    if before.power is None or after.power is None:
        return "<p>No power curves: a run recorded no power trace.</p>"
    ends = [float(run.power.start[-1] + run.power.duration[-1]) for run in (before, after)]
    first = shown_image.choose(before.images, ends[0])
    second = shown_image.choose(after.images, ends[1], first and first.number)
    if first is None or second is None:
        return "<p>No power curves: a run recorded no whole image.</p>"
    svg = power_figures.two_powers((before.power, first.begin, first.end), (after.power, second.begin, second.end), labels, "powers")
    number = f"number {first.number}" if first.number == second.number else f"numbers {first.number} and {second.number}"
    rest = ", and what follows up to the next one" if first.rests or second.rests else ""
    return figure_part(svg, f"One image ({number}) of each run{rest}, all blocks together.")


def page(found, before, after):
    labels = _labels(before, after)
    lead = f"{before.folder} → {after.folder}"
    heading = f"{before.summary['scenario']} → {after.summary['scenario']}"
    if found.none:
        parts = [f"<p>No difference: totals, layers and blocks are the same. {escape(diff_text.images(found.images))}</p>"]
    else:
        rows = [[*fact, "", ""] for fact in found.facts] + [diff_text.columns(change) for change in found.totals]
        parts = [table(HEADER, rows)]
        parts.append(f"<p>{escape(diff_text.images(found.images))}</p>")
    parts.append(f"<h2>Power over one image</h2>{_powers(before, after, labels)}")
    by_title = dict(found.sections)
    for name, kind in (("layers", "by layer"), ("blocks", "by block")):
        titles = [title for title in by_title if title.endswith(kind)]
        if not titles:
            continue
        svg = paired_bars([by_title[title] for title in titles], [title.removesuffix(f" {kind}") for title in titles], labels, name)
        parts.append(f"<h2>{kind.capitalize()}</h2>{figure_part(svg, 'The largest change comes first.')}")
        parts += [f"<h3>{escape(title.capitalize())}</h3>{_table(by_title[title])}" for title in titles]
    return document(f"Kasane: {heading}", heading, lead, "".join(parts))
