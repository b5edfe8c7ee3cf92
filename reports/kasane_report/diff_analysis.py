"""What differs between two runs. Quantities are per image, so that runs of different lengths compare."""

from dataclasses import dataclass

from .html_parts import quantity
from .run_folder import block_joules

FACTS = ["scenario", "network", "dataset", "technology", "corner", "images"]
SAME = 1e-9  # relative: what differs less differs by the rounding of sums only


@dataclass(frozen=True)
class Change:
    """One quantity in both runs; None where a run does not have it."""

    name: str
    unit: str
    before: float | None
    after: float | None

    @property
    def absolute(self):
        return (self.after or 0) - (self.before or 0)

    @property
    def relative(self):
        """A part of `before`; None where there is nothing to relate to."""
        return self.absolute / self.before if self.before and self.after is not None else None

    @property
    def same(self):
        return abs(self.absolute) <= SAME * max(abs(self.before or 0), abs(self.after or 0))


@dataclass(frozen=True)
class Images:
    """How the images of two runs compare, by their numbers."""

    shared: int
    only_before: int
    only_after: int
    predictions: list  # numbers of images that were classified differently, ascending
    outputs: list  # numbers of images whose output tensors differ


def per_image(summary):
    """The divisor for quantities of the whole run."""
    return max(1, summary["images"])


def totals(before, after):
    """The whole run's quantities, in the order in which a reader asks for them."""
    each = "" if not before["images"] and not after["images"] else " per image"
    found = []

    def add(name, unit, value):
        change = Change(name, unit, value(before), value(after))
        if change.before is not None or change.after is not None:
            found.append(change)

    def energy(bound):
        return lambda summary: joules(summary) * summary["energy_range_joules"][bound] / summary["energy_joules"] if summary.get("energy_range_joules") and summary["energy_joules"] else None

    def joules(summary):
        return summary["joules_per_image"] if each else summary["energy_joules"]

    if each:
        add("accuracy", "%", lambda summary: 100 * summary["top1"])
    add(f"time{each}", "s", lambda summary: summary["seconds_per_image"] if each else summary["simulated_seconds"])
    add(f"energy{each}", "J", joules)
    add("at low figures", "J", energy("low"))
    add("at high figures", "J", energy("high"))
    if each:
        add("time of the whole run", "s", lambda summary: summary["simulated_seconds"])
        add("energy of the whole run", "J", lambda summary: summary["energy_joules"])
    add("average power", "W", lambda summary: summary["average_watts"])
    for window in sorted({peak["window_seconds"] for summary in (before, after) for peak in summary.get("peak_power", [])}):
        add(f"peak power over {quantity(window, 's')}", "W", lambda summary: next((peak["watts"] for peak in summary.get("peak_power", []) if peak["window_seconds"] == window), None))
    add("chip area", "mm²", lambda summary: summary["area_mm2"])
    return found


def _by_name(before, after, unit):
    """Changes of two {name: value}, the largest absolute one first."""
    names = list(dict.fromkeys([*before, *after]))
    changes = [Change(name, unit, before.get(name), after.get(name)) for name in names]
    return sorted(changes, key=lambda change: -abs(change.absolute))


def layers(before, after, key, unit):
    """Changes of a layer's "seconds" or "energy_joules"."""
    return _by_name(*({layer["name"]: layer[key] / per_image(summary) for layer in summary["layers"]} for summary in (before, after)), unit)


def block_energy(before, after):
    return _by_name(*({name: block_joules(block) / per_image(summary) for name, block in summary["blocks"].items()} for summary in (before, after)), "J")


def block_busy(before, after):
    return _by_name(*({name: block["busy_seconds"] / per_image(summary) for name, block in summary["blocks"].items()} for summary in (before, after)), "s")


def images(before, after):
    """None where a run left no results. Rows are those of results.csv."""
    if not before or not after:
        return None
    first, second = ({int(row["image"]): row for row in rows} for rows in (before, after))
    shared = sorted(first.keys() & second.keys())

    def differing(column):
        return [number for number in shared if first[number][column] != second[number][column]]

    return Images(len(shared), len(first) - len(shared), len(second) - len(shared), differing("predicted"), differing("output_hex"))


@dataclass(frozen=True)
class Difference:
    facts: list  # (name, before, after) of texts that differ
    totals: list
    sections: list  # (title, changes)
    images: Images | None

    @property
    def none(self):
        """Nothing that both runs recorded differs."""
        moved = [change for changes in [self.totals, *(changes for _, changes in self.sections)] for change in changes if not change.same]
        apart = self.images and (self.images.predictions or self.images.outputs or self.images.only_before or self.images.only_after)
        return not (self.facts or moved or apart)


def compare(before, after):
    """The difference of two runs as read by run_folder."""
    first, second = before.summary, after.summary
    facts = [(key, str(first.get(key)), str(second.get(key))) for key in FACTS if first.get(key) != second.get(key)]
    each = " per image" if first["images"] or second["images"] else ""
    sections = [
        (f"time{each} by layer", layers(first, second, "seconds", "s")),
        (f"energy{each} by layer", layers(first, second, "energy_joules", "J")),
        (f"energy{each} by block", block_energy(first, second)),
        (f"busy time{each} by block", block_busy(first, second)),
    ]
    return Difference(facts, totals(first, second), [section for section in sections if section[1]], images(before.images, after.images))
