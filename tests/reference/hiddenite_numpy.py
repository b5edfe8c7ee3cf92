"""The hidden-network engine on a batch of Feature Map Memories at once: fmm is (images, bytes) int8, wm is (bytes) int8.
Written from kasane/hiddenite.h alone."""

import ncu_numpy
import numpy as np
import package_file as pf
import weight_generator_numpy

MAX_FIELD_BITS = 8
MAX_WEIGHTS_AN_OUTPUT = 32768


def kept_by_zero_runs(fields: np.ndarray, largest: int, weights: int) -> np.ndarray:
    """Which of a tile's `weights` its fields keep, bool; ValueError unless they cover it exactly. `largest`, 2^r - 1, keeps
    none."""
    ends = np.cumsum(np.where(fields == largest, largest, fields + 1))  # weights covered so far
    begins = np.concatenate([[0], ends[:-1]])
    if not len(fields) or (begins >= weights).any() or ends[-1] < weights:
        raise ValueError(f"a mask's fields do not cover its tile of {weights} weights")
    if ends[-1] > weights + (fields[-1] != largest):
        raise ValueError(f"a mask's last field leaves its tile of {weights} weights")
    kept = np.zeros(weights + 1, bool)
    kept[ends[fields != largest] - 1] = True
    return kept[:weights]


def fields_of(content: np.ndarray, count: int, width: int) -> np.ndarray:
    """The first `count` fields of `width` bits in bytes that end with the last one; ValueError if bits are left over."""
    bits = np.unpackbits(content, bitorder="little")
    if bits[count * width :].any():
        raise ValueError("a mask has bits behind its last field")
    return bits[: count * width].reshape(count, width) @ (1 << np.arange(width))


def tile_weights(command) -> list[int]:
    """Of all tiles, in the order of group and tile."""
    groups, step = int(command["groups"]), int(command["tile_outputs"])
    outputs, inputs = int(command["output_channels"]) // groups, int(command["input_channels"]) // groups
    an_output = inputs * int(command["kernel_height"]) * int(command["kernel_width"])
    if an_output > MAX_WEIGHTS_AN_OUTPUT:
        raise ValueError(f"{an_output} weights of one output")
    return [min(step, outputs - first) * an_output for first in range(0, outputs, step)] * groups


def mask(command, wm: np.ndarray) -> np.ndarray:
    """Which weights are kept, bool, in the order of their indices; ValueError for a corrupt mask."""
    weights, bits = tile_weights(command), int(command["field_bits"])
    if bits > MAX_FIELD_BITS:
        raise ValueError(f"fields of {bits} bits")
    width = max(1, bits)
    places = ncu_numpy.offsets(command["tiles_address"], [4 * len(weights)], [1], wm.size, "tile table")
    counts = wm[places].view("<u4").astype(np.int64)
    sizes = -(-counts * width // 8)
    if sizes.sum() != command["mask_bytes"]:
        raise ValueError(f"the tiles' fields fill {sizes.sum()} mask bytes, the record names {command['mask_bytes']}")
    places = ncu_numpy.offsets(command["mask_address"], [sizes.sum()], [1], wm.size, "mask")
    parts = np.split(wm[places].view(np.uint8), np.cumsum(sizes)[:-1])
    tiles = []
    for in_tile, count, part in zip(weights, counts.tolist(), parts):
        fields = fields_of(part, count, width)
        if bits == 0 and count != in_tile:
            raise ValueError(f"a raw mask of {count} bits for a tile of {in_tile} weights")
        tiles.append(fields == 1 if bits == 0 else kept_by_zero_runs(fields, 2**bits - 1, in_tile))
    return np.concatenate(tiles)


def weights(command, wm: np.ndarray) -> np.ndarray:
    """(outputs, input channels of a group, kernel height, kernel width) int8 of -1, 0 and 1."""
    kept = mask(command, wm)
    name = weight_generator_numpy.NAMES[int(command["generator"])]
    signs = weight_generator_numpy.signs(name, int(command["layer_seed"]), int(command["first_weight"]), len(kept))
    inputs = int(command["input_channels"]) // int(command["groups"])
    shape = (int(command["output_channels"]), inputs, int(command["kernel_height"]), int(command["kernel_width"]))
    return np.where(kept, signs, 0).reshape(shape)


def execute(record: np.ndarray, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    """One 128-byte record; changes fmm and returns the offsets written, in (c, y, x) order."""
    command = record.view(pf.HIDDENITE_CONVOLUTION)[0]
    if command["opcode"] not in (pf.HIDDENITE_CONVOLUTION_OPCODE, pf.HIDDENITE_FULLY_CONNECTED_OPCODE):
        raise ValueError(f"unknown opcode {command['opcode']:#x} of the hidden-network engine")
    zero_point = np.int64(command["input_zero_point"])
    operands = fmm[:, ncu_numpy.input_places(command, fmm)].astype(np.int64) - zero_point
    return ncu_numpy.finish(command, ncu_numpy.sums(command, weights(command, wm), operands, 0), fmm, wm)
