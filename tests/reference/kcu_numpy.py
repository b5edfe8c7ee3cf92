"""Kernel Comp Units and the NCU's residual on a batch of chips at once: fmm and sums are (images, bytes) int8, the table
memory and wm are (bytes) int8. Written from kasane/kernel_comp_units.h and kasane/neural_comp_unit.h alone."""

import zlib
from collections.abc import Iterator

import ncu_numpy
import numpy as np
import package_file as pf

Units = list[np.ndarray]  # of each unit its k x k constants


def design_crc(units: Units) -> int:
    return zlib.crc32(b"".join(bytes([len(unit)]) + unit.astype(np.int8).tobytes() for unit in units))


def _records(memory: np.ndarray, address: int, dtype: np.dtype, count: int, what: str) -> np.ndarray:
    places = ncu_numpy.offsets(address, [count * dtype.itemsize], [1], memory.size, what)
    return np.ascontiguousarray(memory[places]).view(dtype)


def jobs(command, table: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """(unit, input channel, targets) of each job; ValueError if they do not fill table_bytes."""
    address = int(command["table_address"])
    end = address + int(command["table_bytes"])
    for _ in range(int(command["job_count"])):
        job = _records(table, address, pf.JOB, 1, "job")[0]
        if job["targets"] == 0 or job["reserved"] != 0:
            raise ValueError(f"the job at {address} has no targets or a reserved field that is not zero")
        address += pf.JOB.itemsize
        targets = _records(table, address, pf.TARGET, int(job["targets"]), "targets")
        address += targets.nbytes
        yield int(job["unit"]), int(job["channel"]), targets
    if address != end:
        raise ValueError(f"jobs end at {address}, the record says {end}")


def _sum_places(command, size: int) -> np.ndarray:
    """Of each sum (o, y, x) the index of its 32-bit word."""
    address, pitch = int(command["sums_address"]), int(command["sums_channel_pitch"])
    if address % 4 or pitch % 4:
        raise ValueError(f"partial sums at {address} with pitch {pitch}, multiples of 4 expected")
    width = int(command["output_width"])
    counts = [command["output_channels"], command["output_height"], width]
    return ncu_numpy.offsets(address // 4, counts, [pitch // 4, width, 1], size // 4, "partial sums")


def _unit(command, units: Units, number: int) -> np.ndarray:
    if number >= len(units):
        raise ValueError(f"a job for unit {number} of {len(units)}")
    if units[number].shape != (command["kernel"], command["kernel"]):
        raise ValueError(f"unit {number} is {units[number].shape}, the record wants {command['kernel']}")
    return units[number].astype(np.int64)


class _Square:
    """A units' record, with its kernel's height and width named as the NCU's records name them."""

    def __init__(self, command) -> None:
        self.command = command

    def __getitem__(self, name: str):
        return self.command["kernel" if name in ("kernel_height", "kernel_width") else name]


def convolution(command, units: Units, fmm: np.ndarray, table: np.ndarray, sums: np.ndarray) -> None:
    """Changes `sums`."""
    words = sums.view("<i4")
    places = _sum_places(command, sums.shape[1])
    shift = np.int64(command["gain_shift"])
    half = np.int64(1) << (shift - 1) if shift > 0 else np.int64(0)
    square = _Square(command)
    frame = ncu_numpy.padded(square, fmm[:, ncu_numpy.input_places(square, fmm)], int(command["pad_value"]))
    # Summed in 64 bits and wrapped at the end: 64 bits wrap too, which leaves the low 32 bits as they are.
    total = np.zeros((len(fmm), *places.shape), np.int64)
    for number, channel, targets in jobs(command, table):
        unit = _unit(command, units, number)
        if channel >= frame.shape[1]:
            raise ValueError(f"a job on input channel {channel} of {frame.shape[1]}")
        taps = ncu_numpy.taps(square, frame[:, channel : channel + 1])
        response = sum(unit[r, s] * elements.astype(np.int64) for r, s, elements in taps)
        for output, gain in targets.tolist():
            if output >= len(places):
                raise ValueError(f"a target of output channel {output} of {len(places)}")
            total[:, output] += (response[:, 0] * gain + half) >> shift
    words[:, places] = total.astype(np.int32)


def kept_kernels(command, wm: np.ndarray) -> Iterator[tuple[int, int]]:
    """(output channel, input channel) of each kept kernel in the weights' order."""
    address, block = int(command["kept_address"]), int(command["kept_block"])
    end = address + int(command["kept_bytes"])
    for first in range(0, int(command["output_channels"]), block):
        count = int(_records(wm, address, np.dtype("<u4"), 1, "kept list")[0])
        entries = _records(wm, address + 4, pf.KEPT_CHANNEL, count, "kept list")
        address += 4 + entries.nbytes
        if (np.diff(entries["channel"].astype(int)) <= 0).any():
            raise ValueError(f"the kept channels of outputs from {first} on do not ascend")
        for entry in entries:
            for bit in range(32):
                if int(entry["outputs"]) >> bit & 1:
                    yield first + bit, int(entry["channel"])
    if address != end:
        raise ValueError(f"kept lists end at {address}, the record says {end}")


def residual(command, fmm: np.ndarray, wm: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Changes fmm; returns the FMM offsets written, in (c, y, x) order."""
    kernels = list(kept_kernels(command, wm))
    shape = (int(command["kernel_height"]), int(command["kernel_width"]))
    places = ncu_numpy.offsets(command["weight_address"], [len(kernels) * shape[0] * shape[1]], [1], wm.size, "weights")
    weights = wm[places].reshape(len(kernels), *shape)
    # All kernels as one dense array: those not kept are zero.
    dense = np.zeros((int(command["output_channels"]), int(command["input_channels"]), *shape))
    for (output, channel), kernel in zip(kernels, weights):
        dense[output, channel] = kernel

    total = sums.view("<i4")[:, _sum_places(command, sums.shape[1])].astype(np.int64)
    frame = ncu_numpy.padded(command, fmm[:, ncu_numpy.input_places(command, fmm)], int(command["pad_value"]))
    for r, s, elements in ncu_numpy.taps(command, frame):
        products = np.tensordot(dense[:, :, r, s], elements.astype(np.float64), axes=([1], [1]))
        total += np.moveaxis(products, 0, 1).astype(np.int64)
    return ncu_numpy.finish(command, total, fmm, wm)
