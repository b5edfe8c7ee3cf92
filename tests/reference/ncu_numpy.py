"""The Neural Comp Unit's commands on a batch of Feature Map Memories at once: fmm is (images, bytes) int8, wm is (bytes)
int8. Written from kasane/neural_comp_unit.h alone; each command returns the FMM offsets it wrote, in (c, y, x) order."""

import numpy as np
import package_file as pf


def offsets(address, counts, pitches, limit: int, what: str) -> np.ndarray:
    """address + sum of index * pitch over nested counts; ValueError where one leaves `limit` bytes."""
    result = np.array(int(address), dtype=np.int64)
    for count, pitch in zip(counts, pitches):
        result = result[..., None] + np.arange(int(count), dtype=np.int64) * int(pitch)
    if result.size and (result.min() < 0 or result.max() >= limit):
        raise ValueError(f"{what}: offsets {result.min()} to {result.max()} leave {limit} bytes")
    return result


def requantise(value: np.ndarray, multiplier, shift, zero_point, low, high) -> np.ndarray:
    """value int64, |value| <= 2^31; multiplier and shift broadcast. Arithmetic shift of int64 is floor."""
    multiplier, shift = np.asarray(multiplier, np.int64), np.asarray(shift, np.int64)
    rounded = (value * multiplier + (np.int64(1) << (shift - 1))) >> shift
    return np.clip(rounded + int(zero_point), int(low), int(high)).astype(np.int8)


def parameters(wm: np.ndarray, address, count: int) -> np.ndarray:
    places = offsets(address, [count * pf.CHANNEL_PARAMETERS.itemsize], [1], wm.size, "channel parameters")
    return np.ascontiguousarray(wm[places]).view(pf.CHANNEL_PARAMETERS)


def _map_offsets(command, side: str, channels, limit: int) -> np.ndarray:
    counts = [channels, command[f"{side}_height"], command[f"{side}_width"]]
    pitches = [command[f"{side}_channel_pitch"], command[f"{side}_row_pitch"], 1]
    return offsets(command[f"{side}_address"], counts, pitches, limit, f"{side} map")


def input_places(command, fmm: np.ndarray) -> np.ndarray:
    return _map_offsets(command, "input", command["input_channels"], fmm.shape[1])


def padded(command, maps: np.ndarray, fill: int, dilation=(1, 1)) -> np.ndarray:
    """maps (n, c, h, w) inside a frame that holds every window; outside reads `fill`."""
    frame = []
    for axis, step in zip(("height", "width"), dilation):
        window = (int(command[f"kernel_{axis}"]) - 1) * step + 1
        needed = (int(command[f"output_{axis}"]) - 1) * int(command[f"stride_{axis}"]) + window
        before = int(command["pad_top" if axis == "height" else "pad_left"])
        frame.append((before, max(0, needed - before - int(command[f"input_{axis}"]))))
    return np.pad(maps, [(0, 0), (0, 0), *frame], constant_values=fill)


def taps(command, frame: np.ndarray, dilation=(1, 1)):
    """For each kernel position: its row, column and the (n, c, output height, output width) elements under it."""
    height, width = int(command["output_height"]), int(command["output_width"])
    down, right = int(command["stride_height"]), int(command["stride_width"])
    for r in range(int(command["kernel_height"])):
        for s in range(int(command["kernel_width"])):
            top, left = r * dilation[0], s * dilation[1]
            rows = slice(top, top + (height - 1) * down + 1, down)
            yield r, s, frame[:, :, rows, left : left + (width - 1) * right + 1 : right]


def finish(command, total: np.ndarray, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    """Accumulators (n, outputs, height, width) int64 to int8 output maps."""
    outputs = int(command["output_channels"])
    p = parameters(wm, command["parameters_address"], outputs)
    column = {name: p[name].astype(np.int64)[None, :, None, None] for name in p.dtype.names}
    value = (total + column["bias"]).astype(np.int32).astype(np.int64)  # wraps at 32 bits
    target = _map_offsets(command, "output", outputs, fmm.shape[1])
    fmm[:, target] = requantise(
        value,
        column["multiplier"],
        column["shift"],
        command["output_zero_point"],
        command["output_min"],
        command["output_max"],
    )
    return target


def sums(command, weights: np.ndarray, maps: np.ndarray, fill: int) -> np.ndarray:
    """Sums of products (n, outputs, height, width) int64 of a convolution. weights (outputs, inputs of a group, kernel height,
    kernel width); maps (n, inputs, h, w), `fill` outside."""
    groups, outputs, inputs = int(command["groups"]), weights.shape[0], weights.shape[1]
    dilation = (int(command["dilation_height"]), int(command["dilation_width"]))
    # float64 holds these integers exactly: |sum| < 2^53 for fewer than 2^39 products of int8.
    frame = padded(command, maps, fill, dilation).astype(np.float64)
    factors, per_group = weights.astype(np.float64), outputs // groups
    total = np.zeros((len(maps), outputs, int(command["output_height"]), int(command["output_width"])))
    for r, s, elements in taps(command, frame, dilation):
        for g in range(groups):
            chosen = slice(g * per_group, (g + 1) * per_group)
            products = np.tensordot(factors[chosen, :, r, s], elements[:, g * inputs : (g + 1) * inputs], axes=([1], [1]))
            total[:, chosen] += np.moveaxis(products, 0, 1)
    return total.astype(np.int64)


def convolution(command, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    inputs = int(command["input_channels"]) // int(command["groups"])
    shape = (int(command["output_channels"]), inputs, int(command["kernel_height"]), int(command["kernel_width"]))
    places = offsets(command["weight_address"], [int(np.prod(shape))], [1], wm.size, "weights")
    total = sums(command, wm[places].reshape(shape), fmm[:, input_places(command, fmm)], int(command["pad_value"]))
    return finish(command, total, fmm, wm)


def max_pool(command, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    frame = padded(command, fmm[:, _map_offsets(command, "input", command["channels"], fmm.shape[1])], -128)
    largest = np.maximum.reduce([elements for _, _, elements in taps(command, frame)])
    target = _map_offsets(command, "output", command["channels"], fmm.shape[1])
    fmm[:, target] = np.clip(largest, int(command["output_min"]), int(command["output_max"]))
    return target


def average_pool(command, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    maps = fmm[:, _map_offsets(command, "input", command["channels"], fmm.shape[1])].astype(np.int64)
    maps -= int(command["input_zero_point"])
    total = sum(elements for _, _, elements in taps(command, padded(command, maps, 0)))
    inside = sum(elements for _, _, elements in taps(command, padded(command, np.ones_like(maps[:1, :1]), 0)))
    p = parameters(wm, command["parameters_address"], int(command["parameter_count"]))
    index = np.zeros_like(inside) if len(p) == 1 else inside - 1
    target = _map_offsets(command, "output", command["channels"], fmm.shape[1])
    fmm[:, target] = requantise(
        total,
        p["multiplier"][index],
        p["shift"][index],
        command["output_zero_point"],
        command["output_min"],
        command["output_max"],
    )
    return target


def elementwise(command, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    def operand(name: str) -> np.ndarray:
        places = offsets(command[f"{name}_address"], [command["count"]], [1], fmm.shape[1], f"operand {name}")
        values = fmm[:, places].astype(np.int64) - int(command[f"{name}_zero_point"])
        return values * int(command[f"{name}_multiplier"])

    total = operand("a")
    if command["opcode"] == pf.NCU_ADD:
        total = total + operand("b")
    target = offsets(command["output_address"], [command["count"]], [1], fmm.shape[1], "output")
    limits = (command["output_zero_point"], command["output_min"], command["output_max"])
    fmm[:, target] = requantise(total, 1, int(command["shift"]), *limits)
    return target


COMMANDS = {
    pf.NCU_CONVOLUTION: (pf.CONVOLUTION, convolution),
    pf.NCU_FULLY_CONNECTED: (pf.CONVOLUTION, convolution),
    pf.NCU_MAX_POOL: (pf.POOL, max_pool),
    pf.NCU_AVERAGE_POOL: (pf.POOL, average_pool),
    pf.NCU_ADD: (pf.ELEMENTWISE, elementwise),
    pf.NCU_REQUANTIZE: (pf.ELEMENTWISE, elementwise),
}


def execute(record: np.ndarray, fmm: np.ndarray, wm: np.ndarray) -> np.ndarray:
    """One 128-byte record; changes fmm and returns the offsets written."""
    opcode = int(record[:2].view("<u2")[0])
    if opcode not in COMMANDS:
        raise ValueError(f"unknown NCU opcode {opcode:#x}")
    dtype, function = COMMANDS[opcode]
    return function(record.view(dtype)[0], fmm, wm)
