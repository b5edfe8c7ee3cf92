"""The difference of two runs in words and columns, for the terminal and for the page's tables."""

from .html_parts import quantity

NONE = "–"


def value(change, number):
    if number is None:
        return NONE
    return f"{number:.4g} {change.unit}" if change.unit in ("%", "mm²") else quantity(number, change.unit)


def difference(change):
    """The absolute change with its sign."""
    if change.same:
        return "="
    sign = "+" if change.absolute > 0 else "−"
    size = abs(change.absolute)
    if change.unit == "%":
        return f"{sign}{size:.4g} points"
    return sign + (f"{size:.3g} {change.unit}" if change.unit == "mm²" else quantity(size, change.unit))


def percent(change):
    if change.before is None:
        return "new"
    if change.after is None:
        return "gone"
    if change.same or change.unit == "%" or change.relative is None:
        return ""
    return f"{'+' if change.relative > 0 else '−'}{100 * abs(change.relative):.1f} %"


def columns(change):
    return [change.name, value(change, change.before), value(change, change.after), difference(change), percent(change)]


def unchanged(changes):
    """A line about those that did not change; empty where all did."""
    same = [change for change in changes if change.same]
    if not same:
        return ""
    if len(same) == len(changes):
        return f"all {len(same)} unchanged" if len(same) > 1 else f"{same[0].name} unchanged"
    return f"{len(same)} others unchanged" if len(same) > 1 else f"1 other unchanged: {same[0].name}"


def images(found):
    """Sentences about predictions and outputs."""
    if found is None:
        return "Images were not compared: a run has no results.csv."
    if not found.shared:
        return "The two runs have no image in common."
    parts = []
    for numbers, what in ((found.predictions, "predictions"), (found.outputs, "outputs")):
        if numbers:
            parts.append(f"{len(numbers)} of {found.shared} {what} differ, the first at image {numbers[0]}")
        else:
            parts.append(f"all {found.shared} {what} are the same")
    apart = [f"{count} images are in the {which} run only" for count, which in ((found.only_before, "first"), (found.only_after, "second")) if count]
    sentence = "; ".join(parts + apart) + "."
    return sentence[0].upper() + sentence[1:]


def _aligned(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  " + "  ".join(cell.ljust(width) if index == 0 else cell.rjust(width) for index, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def for_terminal(found, before, after):
    """The whole difference as lines; `before` and `after` say which runs these are."""
    lines = [f"{before}  ->  {after}", ""]
    if found.none:
        return lines + ["  No difference: totals, layers and blocks are the same.", "  " + images(found.images)]
    rows = [["", "before", "after", "change", ""]]
    rows += [[name, first, second, "", ""] for name, first, second in found.facts]
    rows += [columns(change) for change in found.totals]
    blocks = [("", rows, "")]
    for title, changes in found.sections:
        moved = [columns(change) for change in changes if not change.same]
        blocks.append((title, moved, unchanged(changes)))
    # One alignment for all parts: the eye can follow a column from top to bottom.
    aligned = iter(_aligned([row for _, part, _ in blocks for row in part]))
    for title, part, rest in blocks:
        lines += ["", f"  {title}"] if title else []
        lines += [next(aligned) for _ in part]
        lines += [f"  ({rest})"] if rest else []
    return lines + ["", "  " + images(found.images)]
