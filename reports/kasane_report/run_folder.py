"""Reads what a run left in its folder: summary.json, host.json, power.csv, results.csv; timeline.csv is read in parts."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .units import fold_columns, fold_summary


class FolderError(Exception):
    """A file of the folder is missing or cannot be read; the message is one line for the user."""


@dataclass
class Power:
    """Power per block over time: `watts[row, block]` holds from `start[row]` for `duration[row]` seconds."""

    blocks: list
    start: np.ndarray
    duration: np.ndarray
    watts: np.ndarray


@dataclass
class Run:
    folder: Path
    summary: dict
    host: dict | None
    power: Power | None
    images: list  # rows of results.csv as dictionaries of text
    timeline: Path | None  # timeline.csv


def block_joules(block):
    """All energy of one block of summary.json."""
    return block["energy_joules"]["dynamic"] + block["energy_joules"]["leakage"]


def _json(path):
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise FolderError(f"{path}: cannot read: {error.strerror}") from error
    except ValueError as error:
        raise FolderError(f"{path}: not valid JSON: {error}") from error


def _summary(path):
    summary = _json(path)
    for key in ("scenario", "images", "blocks", "layers"):
        if not isinstance(summary, dict) or key not in summary:
            raise FolderError(f"{path}: not a run's: expected the key '{key}'")
    fold_summary(summary)
    return summary


def _whole_lines(path):
    """The file's lines without the last one where that is cut off: the run may have been killed."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise FolderError(f"{path}: cannot read: {error.strerror}") from error
    return text[: text.rfind("\n") + 1].splitlines()


def _power(path):
    lines = _whole_lines(path)
    header = lines[0].split(",") if lines else []
    if header[:2] != ["start_seconds", "duration_seconds"]:
        raise FolderError(f"{path}:1: expected the columns start_seconds,duration_seconds,...")
    if len(lines) == 1:
        return None
    try:
        table = np.loadtxt(lines[1:], delimiter=",", ndmin=2)
    except ValueError as error:
        raise FolderError(f"{path}: expected numbers: {str(error).splitlines()[0]}") from error
    if table.shape[1] != len(header):
        raise FolderError(f"{path}:2: expected {len(header)} numbers, got {table.shape[1]}")
    blocks, watts = fold_columns([name.removesuffix("_watts") for name in header[2:]], table[:, 2:])
    return Power(blocks, table[:, 0], table[:, 1], watts)


def _rows(path):
    return list(csv.DictReader(_whole_lines(path))) if path.exists() else []


def read(folder):
    folder = Path(folder)
    host = folder / "host.json"
    power = folder / "power.csv"
    timeline = folder / "timeline.csv"
    return Run(
        folder=folder,
        summary=_summary(folder / "summary.json"),
        host=_json(host) if host.exists() else None,
        power=_power(power) if power.exists() else None,
        images=_rows(folder / "results.csv"),
        timeline=timeline if timeline.exists() else None,
    )
