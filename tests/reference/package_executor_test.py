#!/usr/bin/python3
"""The package reader and executor on a package made by hand, with results worked by hand."""

import struct
import unittest
import zlib

import numpy as np
import package_executor as pe
import package_file as pf


def record(dtype: np.dtype, **fields) -> bytes:
    value = np.zeros(1, dtype)
    for name, content in fields.items():
        value[name] = content
    return value.tobytes()


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 64)


def copy(source_space: int, source: int, destination_space: int, destination: int, **shape) -> bytes:
    shape = {"rows": 1, "planes": 1, **shape}
    return record(
        pf.DMA_COPY,
        opcode=1,
        source=source,
        destination=destination,
        source_space=source_space,
        destination_space=destination_space,
        **shape,
    )


def hand_made() -> bytes:
    """A 2x2 image → FMM rows of pitch 3 → 2x2 convolution (weights 1, 2, 3, 4; bias 5; / 2) to two channels, the second with
    weights -1 → their argmax. The set-up step moves weights and parameters to Weight Memory."""
    weights = bytes([1, 2, 3, 4]) + struct.pack("4b", -1, -1, -1, -1)
    data = weights + struct.pack("<iii", 5, 1, 1) + struct.pack("<iii", 0, 2, 1)
    layers = padded(record(pf.LAYER, name_offset=5, operator_offset=11, macs=8, step_kind=pf.STEP_NCU))
    steps_offset = 128 + len(layers)
    kinds = [pf.STEP_DMA, pf.STEP_DMA, pf.STEP_NCU, pf.STEP_CPU]
    steps = padded(b"".join(record(pf.STEP, kind=k, first=i, count=1) for i, k in enumerate(kinds)))
    commands_offset = steps_offset + len(steps)
    data_offset = commands_offset + 4 * 128
    convolution = record(
        pf.CONVOLUTION,
        opcode=1,
        output_address=8,
        parameters_address=8,
        input_channels=1,
        input_height=2,
        input_width=2,
        output_channels=2,
        output_height=1,
        output_width=1,
        input_channel_pitch=6,
        input_row_pitch=3,
        output_channel_pitch=1,
        output_row_pitch=1,
        groups=1,
        kernel_height=2,
        kernel_width=2,
        stride_height=1,
        stride_width=1,
        dilation_height=1,
        dilation_width=1,
        output_min=-128,
        output_max=127,
    )
    commands = (
        copy(pe.PACKAGE, data_offset, pe.WM, 0, row_bytes=len(data))
        + copy(pe.INPUT, 0, pe.FMM, 0, row_bytes=2, rows=2, source_row_pitch=2, destination_row_pitch=3)
        + convolution
        + record(
            pf.CPU_VECTOR, opcode=pf.CPU_ARGMAX, input_offset=8, count=2, input_space=pe.FMM, output_space=pe.OUTPUT
        )
    )
    strings = b"hand\0conv1\0Conv+Relu\0"
    body = layers + steps + commands + padded(data) + strings
    header = np.zeros(1, pf.PACKAGE_HEADER)
    values = {
        "magic": pf.MAGIC,
        "version": 1,
        "total_bytes": 128 + len(body),
        "layers_offset": 128,
        "layer_count": 1,
        "steps_offset": steps_offset,
        "setup_step_count": 1,
        "step_count": 4,
        "commands_offset": commands_offset,
        "command_count": 4,
        "data_offset": data_offset,
        "data_bytes": len(data),
        "strings_offset": data_offset + len(padded(data)),
        "strings_bytes": len(strings),
        "fmm_bytes": 10,
        "wm_bytes": len(data),
    }
    for name, value in values.items():
        header[name] = value
    header["input"] = (4, 1, 2, 2, -128, 1 / 255)
    header["output"] = (4, 1, 1, 1, 0, 1)
    header["crc32"] = zlib.crc32(header.tobytes() + body)
    return header.tobytes() + body


class HandMadePackage(unittest.TestCase):
    def test_layers_and_results(self) -> None:
        package = pf.parse(hand_made())
        self.assertEqual(package.layers, [pf.Layer("conv1", ("Conv", "Relu"), 8)])
        seen = []
        executor = pe.PackageExecutor(package, 2)
        images = np.array([[1, 2, 3, 4], [-10, -10, -10, -9]], np.int8)
        output = executor.infer(images, lambda layer, places, values: seen.append((places, values.copy())))
        # (1 + 4 + 9 + 16 + 5) / 2 = 17.5 -> 18 and -10; (-10 - 20 - 30 - 36 + 5) / 2 = -45.5 -> -45 and 39.
        np.testing.assert_array_equal(seen[0][0], [8, 9])
        np.testing.assert_array_equal(seen[0][1], [[18, -10], [-45, 39]])
        np.testing.assert_array_equal(output.view("<i4")[:, 0], [0, 1])

    def test_input_is_quantised_to_pixel_minus_128(self) -> None:
        pixels = np.array([[[0, 127], [128, 255]]], np.uint8)
        np.testing.assert_array_equal(pe.quantise_input(pf.parse(hand_made()), pixels), [[-128, -1, 0, 127]])

    def test_any_damaged_byte_is_noticed(self) -> None:
        good = hand_made()
        for position in range(0, len(good), 7):
            damaged = bytearray(good)
            damaged[position] ^= 0x10
            with self.assertRaises(ValueError, msg=f"byte {position}"):
                pf.parse(bytes(damaged))
        with self.assertRaises(ValueError):
            pf.parse(good[:-1])

    def test_softmax_by_hand(self) -> None:
        package = pf.parse(hand_made())
        executor = pe.PackageExecutor(package, 1)
        executor.memory[pe.FMM][0, :2] = [0, 1]
        command = record(
            pf.CPU_VECTOR,
            opcode=pf.CPU_SOFTMAX,
            count=2,
            input_scale_q24=round(np.log(3) * 2**24),
            input_space=pe.FMM,
            output_space=pe.OUTPUT,
        )
        executor._cpu(np.frombuffer(command, pf.CPU_VECTOR)[0])
        np.testing.assert_array_equal(executor.memory[pe.OUTPUT][0, :2], [64 - 128, 192 - 128])  # 1/4 and 3/4


if __name__ == "__main__":
    unittest.main()
