"""Kernel Comp Units from the YAML file that designing them leaves: units: [{constants: [[...]], amplitude: a}, ...]."""

import pathlib

import numpy as np
import yaml


def _constants(path: pathlib.Path, number: int, unit) -> np.ndarray:
    rows = unit.get("constants") if isinstance(unit, dict) else None
    whole = isinstance(rows, list) and all(isinstance(row, list) and all(type(e) is int for e in row) for row in rows)
    if not whole or len(rows) not in (3, 5, 7) or any(len(row) != len(rows) for row in rows):
        raise ValueError(f"{path}: unit {number} has no square of 3, 5 or 7 rows of whole numbers")
    if any(not -128 <= element <= 127 for row in rows for element in row):
        raise ValueError(f"{path}: unit {number} has a constant outside -128 ... 127")
    return np.array(rows, np.int8)


def parse(text: str, path: pathlib.Path = pathlib.Path("units")) -> list[np.ndarray]:
    """Of each unit its k x k constants; ValueError says what is wrong."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}".replace("\n", " ")) from error
    if not isinstance(content, dict) or not isinstance(content.get("units"), list):
        raise ValueError(f"{path}: no list of units")
    return [_constants(path, number, unit) for number, unit in enumerate(content["units"])]


def read(path: pathlib.Path) -> list[np.ndarray]:
    return parse(path.read_text(), path)
