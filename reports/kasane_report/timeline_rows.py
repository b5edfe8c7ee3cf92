"""Which rows the timeline has: one a block and track, in the order in which work passes through a chip."""

import re
from dataclasses import dataclass, field

from .drawing import BOUNDS
from .timeline import layer_spans

HANDLERS = "interrupt"
CALLS = "driver"
REGIONS = "regions: "
IMAGES = "images "
LAYER_SHADES = ["#9fb0b9", "#c9d3d8"]
IMAGE_SHADES = ["#5f7481", "#8296a4"]
COMMAND_SHADES = ["#8296a4", "#a9b7c1"]
STATES = {"off": "#f1f2f0", "clock gated": "#dcdfe6", "waking up": "#e6c08f"}
POINTS = ["#7c6bb0", "#a89bcb", "#cdc5e2"]  # operating points, the fastest first
SERVICE = "#2f6b3b"
JOBS = "#5f7481"
REGION = "#e3dcee"
MOST_UNITS = 16  # of a kind that have a full row each
LABEL_EVERY = 8  # thin rows


@dataclass
class Row:
    group: str  # a block, or what blocks of a kind have in common
    label: str  # the track
    bars: list = field(default_factory=list)  # (begin, end, colour, name)
    thin: bool = False  # one of many of a kind


def bound_of(phase):
    """What bounds an engine while it is in this phase: computing, or moving data to or from memory."""
    return "compute" if phase == "compute" or phase.startswith("channel") else "memory"


def _alternating(spans, shades):
    """Bars of (begin, end, name); neighbours differ in shade, unless they have the same name."""
    turn, former = 1, None
    for begin, end, name in spans:
        if name != former:
            turn, former = 1 - turn, name
        yield begin, end, shades[turn], name


def _plain(slices, colour):
    return [(one.begin, one.end, colour, one.name) for one in slices]


def _software(tracks):
    rows = []
    for track in sorted(tracks):
        if track.startswith(IMAGES):
            rows.append(Row("software", "image", list(_alternating([(one.begin, one.end, one.name) for one in tracks[track]], IMAGE_SHADES))))
    if "layers" in tracks:
        rows.append(Row("software", "layers", list(_alternating(layer_spans(tracks["layers"]), LAYER_SHADES))))
    for track in sorted(tracks):
        if track.startswith(REGIONS):
            rows.append(Row("software", "region", _plain(tracks[track], REGION)))
    return rows


def _cpu(block, tracks):
    rows = []
    if "activity" in tracks:
        bars = [(one.begin, one.end, BOUNDS["idle" if one.name == "sleep" else "software"], one.name) for one in tracks["activity"]]
        rows.append(Row(block, "activity", bars))
    for kind, label in ((CALLS, "driver calls"), (HANDLERS, "interrupts")):
        bars = [bar for track in sorted(tracks) if track.startswith(kind) for bar in _plain(tracks[track], SERVICE)]
        if bars:
            rows.append(Row(block, label, bars))
    return rows


def _engine(block, tracks):
    rows = []
    if "jobs" in tracks:
        rows.append(Row(block, "jobs", _plain(tracks["jobs"], JOBS)))
    if "commands" in tracks:
        rows.append(Row(block, "commands", list(_alternating([(one.begin, one.end, one.name) for one in tracks["commands"]], COMMAND_SHADES))))
    if "phases" in tracks:
        rows.append(Row(block, "phases", [(one.begin, one.end, BOUNDS[bound_of(one.name)], one.name) for one in tracks["phases"]]))
    return rows


def _units(stem, members):
    """Units of a kind: a row each, of what they do in most detail; where there are many, thin ones and few numbers."""
    rows = []
    thin = len(members) > MOST_UNITS
    for index, (number, tracks) in enumerate(sorted(members.items())):
        if "phases" in tracks:
            bars = [(one.begin, one.end, BOUNDS[bound_of(one.name)], one.name) for one in tracks["phases"]]
        else:
            bars = _plain(tracks.get("commands", []), COMMAND_SHADES[0])
        rows.append(Row(stem, "" if thin and index % LABEL_EVERY else str(number), bars, thin))
    return rows


def _hertz(state):
    """The clock of an operating point's text, "0.9 V 400 MHz"; None for any other state."""
    found = re.fullmatch(r"\S+ V (\S+) ([kMG]?)Hz", state)
    return float(found[1]) * {"": 1, "k": 1e3, "M": 1e6, "G": 1e9}[found[2]] if found else None


def _domain(name, states):
    fastest = sorted({_hertz(one.name) for one in states} - {None}, reverse=True)

    def colour(state):
        hertz = _hertz(state)
        return STATES.get(state, "#dcdfe6") if hertz is None else POINTS[min(fastest.index(hertz), len(POINTS) - 1)]

    return Row("power domains", name, [(one.begin, one.end, colour(one.name), one.name) for one in states])


def rows_of(slices):
    """Rows from top to bottom: software, CPU, engines as they come into play, power domains."""
    blocks = {}
    for one in sorted(slices, key=lambda one: (one.begin, one.block)):
        blocks.setdefault(one.block, {}).setdefault(one.track, []).append(one)
    engines, units, domains = [], {}, []
    cpus = []
    for block, tracks in blocks.items():
        numbered = re.fullmatch(r"(.+)_(\d+)", block)
        if block == "software":
            continue
        if block.startswith("domain "):
            domains.append(_domain(block.removeprefix("domain "), tracks.get("state", [])))
        elif "activity" in tracks:
            cpus += _cpu(block, tracks)
        elif numbered:
            units.setdefault(numbered[1], {})[int(numbered[2])] = tracks
        else:
            engines += _engine(block, tracks)
    for stem, members in units.items():
        engines += _units(stem, members)
    return _software(blocks.get("software", {})) + cpus + engines + sorted(domains, key=lambda row: row.label)
