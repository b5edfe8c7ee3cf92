"""Reads what a run left in its folder: summary.json, host.json, power.csv, results.csv."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np


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


def _json(path):
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise FolderError(f"{path}: cannot read: {error.strerror}") from error
    except ValueError as error:
        raise FolderError(f"{path}: not valid JSON: {error}") from error


def _power(path):
    with path.open() as file:
        header = file.readline().strip().split(",")
    if header[:2] != ["start_seconds", "duration_seconds"]:
        raise FolderError(f"{path}: expected the columns start_seconds,duration_seconds,...")
    table = np.loadtxt(path, delimiter=",", skiprows=1, ndmin=2)
    if table.size == 0:
        return None
    blocks = [name.removesuffix("_watts") for name in header[2:]]
    return Power(blocks, table[:, 0], table[:, 1], table[:, 2:])


def read(folder):
    folder = Path(folder)
    host = folder / "host.json"
    power = folder / "power.csv"
    results = folder / "results.csv"
    images = []
    if results.exists():
        with results.open() as file:
            images = list(csv.DictReader(file))
    return Run(
        folder=folder,
        summary=_json(folder / "summary.json"),
        host=_json(host) if host.exists() else None,
        power=_power(power) if power.exists() else None,
        images=images,
    )
