"""What the points of a sweep say: which qualify, which none beats, which to build, what leakage costs.

A point is a dictionary with the columns of points.csv. Energies and times are per image."""

from dataclasses import dataclass


def number(label):
    """An axis' label as a number, or None."""
    try:
        return float(label)
    except (TypeError, ValueError):
        return None


def baselines(points, count_axis):
    """Points with none of what the axis counts: the chips without units."""
    return [p for p in points if number(p[count_axis]) == 0]


def qualifying(points, count_axis, accuracy_loss):
    """Points that lose at most `accuracy_loss` against the most accurate baseline (or of all, without one)."""
    reference = baselines(points, count_axis) or points
    needed = max(p["accuracy"] for p in reference) - accuracy_loss
    return [p for p in points if p["accuracy"] >= needed - 1e-12]


def pareto_front(points, costs, gains=()):
    """Points that no other one equals or beats in all of the columns, better in one; sorted by the first cost."""

    def key(point):
        return tuple(point[c] for c in costs) + tuple(-point[g] for g in gains)

    front = []
    for candidate in sorted(points, key=key):
        mine = key(candidate)
        if not any(all(a <= b for a, b in zip(key(other), mine)) for other in front):
            front.append(candidate)
    return front


@dataclass
class Recommendation:
    point: dict
    equal_throughput: dict | None  # the baseline of least energy among those at least as fast
    fastest: dict | None  # the fastest baseline, where none is as fast
    equal_area: dict | None  # the baseline of least energy among those not larger


def _least(points):
    return min(points, key=lambda p: (p["joules_per_image"], p["area_mm2"], p["point"]), default=None)


def recommend(points, count_axis, accuracy_loss):
    """The qualifying point of least energy per image of the whole chip, and the baselines it has to beat."""
    best = _least(qualifying(points, count_axis, accuracy_loss))
    if best is None:
        return None
    without = [p for p in baselines(points, count_axis) if p["accuracy"] >= best["accuracy"] - accuracy_loss - 1e-12]
    as_fast = [p for p in without if p["seconds_per_image"] <= best["seconds_per_image"] * (1 + 1e-9)]
    as_small = [p for p in without if p["area_mm2"] <= best["area_mm2"] * (1 + 1e-9)]
    fastest = min(without, key=lambda p: p["seconds_per_image"], default=None)
    return Recommendation(best, _least(as_fast), None if as_fast else fastest, _least(as_small))


def series_through(points, point, axes, count_axis):
    """Points that differ from `point` in the count only, by ascending count; where an axis has no effect
    (the baseline) any value matches."""

    def same(other):
        return all(other[a] is None or point[a] is None or other[a] == point[a] for a in axes if a != count_axis)

    chosen = [p for p in points if same(p) and number(p[count_axis]) is not None]
    return sorted(chosen, key=lambda p: number(p[count_axis]))


@dataclass
class LeakageBalance:
    """Between the count of least energy and the highest one: what leakage grows by, what dynamic energy falls by."""

    cheapest: dict
    last: dict

    @property
    def leakage_growth(self):
        return self.last["leakage_joules_per_image"] - self.cheapest["leakage_joules_per_image"]

    @property
    def dynamic_saving(self):
        return self.cheapest["dynamic_joules_per_image"] - self.last["dynamic_joules_per_image"]


def leakage_balance(series):
    """Of points by ascending count."""
    return LeakageBalance(min(series, key=lambda p: p["joules_per_image"]), series[-1])
