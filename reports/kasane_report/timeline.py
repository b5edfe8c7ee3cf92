"""Reads the part of timeline.csv around some moments. A long run leaves a million rows, in order of their end track by track."""

import bisect
import csv
import os
from dataclasses import dataclass

from .run_folder import FolderError

COLUMNS = ["begin_seconds", "duration_seconds", "block", "track", "name", "layer"]
ROUNDING = 1e-9  # seconds
# Seconds. A slice is written once its end is known, which is up to a quantum of the CPU later, so rows of different
# tracks may change places by so much; phases aside.
DISORDER = 1e-3


@dataclass(frozen=True)
class Slice:
    begin: float  # seconds
    end: float
    block: str
    track: str
    name: str
    layer: str  # empty where it belongs to none


def _first_ending_after(file, first, size, moment):
    """The offset of a row before which none ends later than the moment and DISORDER, found by bisection over the file's bytes."""

    def start_of_row(offset):
        file.seek(offset - 1)
        file.readline()
        return file.tell()

    def ends_later(offset):
        start_of_row(offset)
        for line in file:
            if not line.endswith(b"\n"):
                break
            begin, duration, _, track, _ = line.split(b",", 4)
            if track != b"phases":  # they come as late as their command, whatever its length
                return float(begin) + float(duration) > moment
        return True

    return start_of_row(first + bisect.bisect_left(range(first, size), True, key=ends_later))


def _overlapping(file, size, begin, end):
    header = file.readline()
    if header.decode(errors="replace").strip().split(",") != COLUMNS:
        raise ValueError(f"expected the columns {','.join(COLUMNS)}")
    file.seek(_first_ending_after(file, len(header), size, begin - DISORDER))
    # What ends later may have begun within: the rest is passed over, but only its first number is read.
    lines = [line.decode() for line in file if line.endswith(b"\n") and float(line[: line.index(b",")]) < end]
    for first, duration, block, track, name, layer in csv.reader(lines):
        one = Slice(float(first), float(first) + float(duration), block, track, name, layer)
        if one.end > begin:
            yield one


def read(path, begin, end):
    """Slices that overlap [begin, end), in the file's order and whole; a last row that is cut off is left out."""
    try:
        with path.open("rb") as file:
            return list(_overlapping(file, os.fstat(file.fileno()).st_size, begin, end))
    except OSError as error:
        raise FolderError(f"{path}: cannot read: {error.strerror}") from error
    except ValueError as error:
        raise FolderError(f"{path}: {error}") from error


def layer_spans(slices):
    """(begin, end, name) of the layers that software was in; stays in one layer that follow each other are one."""
    spans = []
    for one in slices:
        if (one.block, one.track) != ("software", "layers"):
            continue
        if spans and spans[-1][2] == one.name and one.begin - spans[-1][1] < ROUNDING:
            spans[-1] = (spans[-1][0], one.end, one.name)
        else:
            spans.append((one.begin, one.end, one.name))
    return spans
