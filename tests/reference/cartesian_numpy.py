"""The Cartesian-product array on a batch of Feature Map Memories at once: fmm is (images, bytes) int8, wm is (bytes) int8.
Written from kasane/cartesian_array.h alone."""

import ncu_numpy
import numpy as np
import package_file as pf

ACCUMULATOR_BITS = 24


def signed_nibbles(values: np.ndarray) -> np.ndarray:
    """The low four bits of each value as two's complement."""
    return ((values.astype(np.int64) & 15) ^ 8) - 8


def unpacked(planes: np.ndarray, channels: int, bits: int) -> np.ndarray:
    """(images, planes, h, w) int8 to the levels of (images, channels, h, w)."""
    if bits == 8:
        return signed_nibbles(planes)
    pairs = np.stack([signed_nibbles(planes), signed_nibbles(planes.view(np.uint8) >> 4)], axis=2)
    return pairs.reshape(len(planes), -1, *planes.shape[2:])[:, :channels]


def packed(levels: np.ndarray) -> np.ndarray:
    """(images, channels, h, w) levels to planes of two channels; zero beyond an odd last one."""
    even, odd = levels[:, 0::2], levels[:, 1::2]
    odd = np.pad(odd, [(0, 0), (0, even.shape[1] - odd.shape[1]), (0, 0), (0, 0)])
    return ((even & 15) | (odd & 15) << 4).astype(np.uint8).view(np.int8)


def plane_places(command, side: str, limit: int) -> np.ndarray:
    channels, bits = int(command[f"{side}_channels"]), int(command[f"{side}_bits"])
    if bits not in (4, 8):
        raise ValueError(f"{side} of {bits} bits")
    counts = [-(-channels // 2) if bits == 4 else channels, command[f"{side}_height"], command[f"{side}_width"]]
    pitches = [command[f"{side}_plane_pitch"], command[f"{side}_row_pitch"], 1]
    return ncu_numpy.offsets(command[f"{side}_address"], counts, pitches, limit, f"{side} map")


def tile_sizes(command) -> list[int]:
    """Output channels of each tile of a group."""
    outputs, columns = int(command["output_channels"]) // int(command["groups"]), int(command["tile_outputs"])
    return [min(columns, outputs - first) for first in range(0, outputs, columns)]


def kept_coordinates(command, wm: np.ndarray) -> np.ndarray:
    """(groups * tiles, input channels of a group, kernel height, kernel width) bool; ValueError for bits beyond it."""
    groups, shape = int(command["groups"]), (int(command["kernel_height"]), int(command["kernel_width"]))
    lists = groups * len(tile_sizes(command))
    channels, elements = int(command["input_channels"]) // groups, shape[0] * shape[1]
    counts = [lists, channels, -(-elements // 8)]
    places = ncu_numpy.offsets(command["kept_address"], [int(np.prod(counts))], [1], wm.size, "bitmaps")
    bits = np.unpackbits(wm[places].view(np.uint8).reshape(counts), axis=2, bitorder="little")
    if bits[:, :, elements:].any():
        raise ValueError("a bitmap names a coordinate beyond the kernel")
    return bits[:, :, :elements].reshape(lists, channels, *shape).astype(bool)


def dense_weights(command, wm: np.ndarray) -> np.ndarray:
    """(outputs, input channels of a group, kernel height, kernel width) with zeros where nothing is kept."""
    kept = kept_coordinates(command, wm)
    sizes = tile_sizes(command) * int(command["groups"])
    stored = [np.count_nonzero(tile) * -(-size // 2) for tile, size in zip(kept, sizes)]
    if sum(stored) != command["weight_bytes"]:
        raise ValueError(f"the bitmaps name {sum(stored)} weight bytes, the record {command['weight_bytes']}")
    places = ncu_numpy.offsets(command["weight_address"], [sum(stored)], [1], wm.size, "weights")
    parts = np.split(wm[places].view(np.uint8), np.cumsum(stored)[:-1])
    tiles = []
    for tile, size, part in zip(kept, sizes, parts):
        pairs = part.reshape(np.count_nonzero(tile), -(-size // 2))
        weights = np.zeros((*tile.shape, size), np.int64)
        weights[tile, 0::2] = signed_nibbles(pairs)
        weights[tile, 1::2] = signed_nibbles(pairs >> 4)[:, : size // 2]
        tiles.append(np.moveaxis(weights, 3, 0))
    return np.concatenate(tiles)


def convolution(command, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    """Changes fmm; returns the FMM offsets written, in (plane, y, x) order."""
    outputs = int(command["output_channels"])
    planes = fmm[:, plane_places(command, "input", fmm.shape[1])]
    levels = unpacked(planes, int(command["input_channels"]), int(command["input_bits"]))
    total = ncu_numpy.sums(command, dense_weights(command, wm), levels, int(command["pad_value"]))

    half = np.int64(1) << (ACCUMULATOR_BITS - 1)
    sums = ((total + half) & (2 * half - 1)) - half
    p = ncu_numpy.parameters(wm, command["parameters_address"], outputs)
    column = {name: p[name].astype(np.int64)[None, :, None, None] for name in p.dtype.names}
    values = ncu_numpy.requantise(
        (sums + column["bias"]).astype(np.int32).astype(np.int64),  # wraps at 32 bits
        column["multiplier"],
        column["shift"],
        command["output_zero_point"],
        command["output_min"],
        command["output_max"],
    )
    target = plane_places(command, "output", fmm.shape[1])
    fmm[:, target] = values if command["output_bits"] == 8 else packed(values)
    return target


def execute(record: np.ndarray, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    """One 128-byte record; changes fmm and returns the offsets written."""
    command = record.view(pf.CARTESIAN_CONVOLUTION)[0]
    if command["opcode"] not in (pf.CARTESIAN_CONVOLUTION_OPCODE, pf.CARTESIAN_FULLY_CONNECTED_OPCODE):
        raise ValueError(f"unknown opcode {command['opcode']:#x} of the Cartesian-product array")
    return convolution(command, fmm, wm)
