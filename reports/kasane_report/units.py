"""Units of a kind, numbered by their names, counted as one block: kernel_comp_unit_0 ... become kernel_comp_units."""

import re

import numpy as np


def kind_of(name):
    return re.sub(r"_\d+$", "s", name)


def _add(whole, part):
    """Adds numbers of equal keys, at any depth."""
    for key, value in part.items():
        if isinstance(value, dict):
            _add(whole.setdefault(key, {}), value)
        else:
            whole[key] = whole.get(key, 0) + value


def _fold(blocks):
    folded = {}
    for name, block in blocks.items():
        _add(folded.setdefault(kind_of(name), {}), block)
    return folded


def fold_summary(summary):
    """Replaces the blocks of summary.json, the layers' too; `units` says how many a block stands for."""
    names = list(summary["blocks"])
    summary["blocks"] = _fold(summary["blocks"])
    for name, block in summary["blocks"].items():
        block["units"] = sum(kind_of(one) == name for one in names)
    for layer in summary["layers"]:
        if "blocks" in layer:
            layer["blocks"] = _fold(layer["blocks"])


def fold_columns(blocks, watts):
    """(names, watts[row, name]) with the columns of a kind added."""
    kinds = list(dict.fromkeys(kind_of(name) for name in blocks))
    folded = np.zeros((len(watts), len(kinds)))
    for column, name in enumerate(blocks):
        folded[:, kinds.index(kind_of(name))] += watts[:, column]
    return kinds, folded
