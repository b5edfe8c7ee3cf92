#!/usr/bin/python3
"""The package reader and executor on a package made by hand, with results worked by hand."""

import dataclasses
import struct
import unittest
import zlib

import kcu_numpy
import numpy as np
import package_executor as pe
import package_file as pf
import unit_file


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


def convolution(dtype: np.dtype, opcode: int, *, source: tuple, kernel: int, result: tuple, **fields) -> bytes:
    """An engine's convolution of maps of (channels, rows, columns) without gaps, with a square kernel; one group, stride 1 and
    all of int8 where the fields do not say otherwise."""
    ones = ("groups", "stride_height", "stride_width", "dilation_height", "dilation_width")
    values = dict.fromkeys(ones, 1) | dict.fromkeys(("kernel", "kernel_height", "kernel_width"), kernel)
    values |= {"output_min": -128, "output_max": 127}
    for map_name, (channels, rows, columns) in (("input", source), ("output", result)):
        values |= {f"{map_name}_channels": channels, f"{map_name}_height": rows, f"{map_name}_width": columns}
        values |= {f"{map_name}_row_pitch": columns}
        values |= {f"{map_name}_channel_pitch": rows * columns, f"{map_name}_plane_pitch": rows * columns}
    values = {name: value for name, value in values.items() if name in dtype.names}
    return record(dtype, opcode=opcode, **values | fields)


def assemble(
    loads: list[tuple[int, int, bytes]],
    steps: list[tuple[int, bytes]],
    output: tuple,
    run_by: dict[int, int] | None = None,
    exits: list[dict] | None = None,
    **header: object,
) -> bytes:
    """A package of one layer, which is the last engine's. The set-up loads (space, address, content); each step behind it is
    (kind, command). `run_by`: of the steps, counted from the first load, that no engine carries out. `exits`: fields of several
    exits' records; without them the output is the only exit's."""
    data = b"".join(content for _, _, content in loads)
    kinds = [pf.STEP_DMA for _ in loads] + [kind for kind, _ in steps]
    layers = padded(
        record(
            pf.LAYER,
            name_offset=5,
            operator_offset=11,
            macs=8,
            kernels=4,
            replaced_kernels=2,
            kcu_jobs=1,
            coordinates=6,
            kept_coordinates=5,
            hidden_weights=9,
            kept_weights=3,
            step_kind=[kind for kind in kinds if kind not in (pf.STEP_DMA, pf.STEP_CPU)][-1],
        )
    )
    run_by = run_by or {}
    step_records = (record(pf.STEP, kind=k, first=i, count=1, run_by=run_by.get(i, 0)) for i, k in enumerate(kinds))
    step_table = padded(b"".join(step_records))
    strings = b"hand\0conv1\0Conv+Relu\0early\0late\0"
    header = {"outputs_bytes": output[0], **header}
    only = {"name_offset": 27, "first_step": len(loads), "end_step": len(kinds), "output": output, "scale_q24": round(output[5] * 2**24)}
    exit_table = b"".join(record(pf.EXIT, **fields) for fields in exits or [only])
    steps_offset = pf.PACKAGE_HEADER.itemsize + len(layers)
    exits_offset = steps_offset + len(step_table)
    commands_offset = exits_offset + len(exit_table)
    data_offset = commands_offset + len(kinds) * pf.COMMAND_BYTES
    commands, source = [], data_offset
    for space, address, content in loads:
        commands.append(copy(pe.PACKAGE, source, space, address, row_bytes=len(content)))
        source += len(content)
    commands += [command for _, command in steps]
    body = layers + step_table + exit_table + b"".join(commands) + padded(data) + strings
    values = {
        "magic": pf.MAGIC,
        "version": 5,
        "total_bytes": pf.PACKAGE_HEADER.itemsize + len(body),
        "layers_offset": pf.PACKAGE_HEADER.itemsize,
        "layer_count": 1,
        "steps_offset": steps_offset,
        "setup_step_count": len(loads),
        "step_count": len(kinds),
        "exits_offset": exits_offset,
        "exit_count": len(exits or [only]),
        "commands_offset": commands_offset,
        "command_count": len(kinds),
        "data_offset": data_offset,
        "data_bytes": len(data),
        "strings_offset": data_offset + len(padded(data)),
        "strings_bytes": len(strings),
        "input": (4, 1, 2, 2, -128, 1 / 255),
        "output": output,
        "wm_bytes": max(address + len(content) for space, address, content in loads if space == pe.WM),
        **header,
    }
    blank = record(pf.PACKAGE_HEADER, **values)
    return record(pf.PACKAGE_HEADER, **values, crc32=zlib.crc32(blank + body)) + body


def hand_made() -> bytes:
    """A 2x2 image → FMM rows of pitch 3 → 2x2 convolution (weights 1, 2, 3, 4; bias 5; / 2) to two channels, the second with
    weights -1 → their argmax. The set-up step moves weights and parameters to Weight Memory."""
    weights = bytes([1, 2, 3, 4]) + struct.pack("4b", -1, -1, -1, -1)
    data = weights + struct.pack("<iii", 5, 1, 1) + struct.pack("<iii", 0, 2, 1)
    conv1 = convolution(
        pf.CONVOLUTION,
        1,
        source=(1, 2, 2),
        input_channel_pitch=6,
        input_row_pitch=3,
        kernel=2,
        parameters_address=8,
        result=(2, 1, 1),
        output_address=8,
    )
    argmax = record(
        pf.CPU_VECTOR, opcode=pf.CPU_ARGMAX, input_offset=8, count=2, input_space=pe.FMM, output_space=pe.OUTPUT
    )
    rows = {"row_bytes": 2, "rows": 2, "source_row_pitch": 2, "destination_row_pitch": 3}
    return assemble(
        [(pe.WM, 0, data)],
        [(pf.STEP_DMA, copy(pe.INPUT, 0, pe.FMM, 0, **rows)), (pf.STEP_NCU, conv1), (pf.STEP_CPU, argmax)],
        (4, 1, 1, 1, 0, 1),
        fmm_bytes=10,
    )


UNITS = unit_file.parse("""
units:
  - constants: [[1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]]
    amplitude: 1
  - constants: [[1, 2, 0], [0, 3, -1], [0, 0, 4]]
    amplitude: 0.5
""")


def hand_made_for_units() -> bytes:
    """A 2x2 image → FMM → two output maps of a 3x3 convolution with padding 1. Of map 0 unit 1 computes the only kernel,
    with gain -3 / 4; map 1 keeps its kernel, whose one weight is the middle, 5. Both are halved."""
    table = struct.pack("<HHHHHh", 1, 0, 1, 0, 0, -3)
    parameters = struct.pack("<iiiiii", 0, 1, 1, 1, 1, 1)
    kept = struct.pack("<IHHI", 1, 0, 0, 0b10)
    weights = bytes([0, 0, 0, 0, 5, 0, 0, 0, 0])
    window = {"source": (1, 2, 2), "kernel": 3, "pad_top": 1, "pad_left": 1, "result": (2, 2, 2)}
    sums = {"sums_address": 4, "sums_channel_pitch": 20}
    jobs = {"table_bytes": 12, "table_address": 4, "job_count": 1, "gain_shift": 2}
    units = convolution(pf.KCU_CONVOLUTION, 0x0301, **window, **sums, **jobs)
    lists = {"kept_address": 24, "kept_bytes": 12, "kept_block": 2, "weight_address": 36}
    residual = convolution(pf.RESIDUAL, 7, output_address=4, **window, **sums, **lists)
    return assemble(
        [(pe.WM, 0, parameters + kept + weights), (pe.TABLE, 4, table)],
        [
            (pf.STEP_DMA, copy(pe.INPUT, 0, pe.FMM, 0, row_bytes=4)),
            (pf.STEP_KCU, units),
            (pf.STEP_KCU, residual),
            (pf.STEP_DMA, copy(pe.FMM, 4, pe.OUTPUT, 0, row_bytes=8)),
        ],
        (8, 2, 2, 2, 0, 1),
        fmm_bytes=12,
        sums_bytes=40,
        table_bytes=16,
        kcu_design=kcu_numpy.design_crc(UNITS),
    )


def two_layers(kind: int, wm: bytes, first: bytes, second: bytes, result: int, **header: int) -> bytes:
    """An engine's two commands on a 2x2 image at 0 of FMM; the two bytes at `result`, FMM's last, are the output."""
    return assemble(
        [(pe.WM, 0, wm)],
        [
            (pf.STEP_DMA, copy(pe.INPUT, 0, pe.FMM, 0, row_bytes=4)),
            (kind, first),
            (kind, second),
            (pf.STEP_DMA, copy(pe.FMM, result, pe.OUTPUT, 0, row_bytes=2)),
        ],
        (2, 2, 1, 1, 0, 1),
        fmm_bytes=result + 2,
        **header,
    )


def hand_made_for_array() -> bytes:
    """A 2x2 image, an element a byte → 2x2 convolution to three packed channels, halved → fully connected to two bytes, for
    an array of two columns. Outputs 0 and 1 keep coordinates (0, 0) and (1, 1), output 2 keeps (0, 1)."""
    bitmaps, weights = bytes([0b1001, 0b0010]), bytes([0xF1, 0x02, 0x03])  # 1, -1; 2, 0; 3
    fc_bitmaps, fc_weights = bytes([1, 0, 1]), bytes([0xF1, 0x70])  # 1, -1; 0, 7
    parameters = struct.pack("<15i", *(0, 1, 1) * 3, 10, 2, 1, 0, 2, 1)
    data = parameters + bitmaps + weights + fc_bitmaps + fc_weights
    conv1 = convolution(
        pf.CARTESIAN_CONVOLUTION,
        0x0401,
        source=(1, 2, 2),
        kernel=2,
        result=(3, 1, 1),
        output_address=4,
        kept_address=60,
        weight_address=62,
        weight_bytes=3,
        tile_outputs=2,
        input_bits=8,
        output_bits=4,
        output_min=-8,
        output_max=7,
    )
    fully_connected = convolution(
        pf.CARTESIAN_CONVOLUTION,
        0x0402,
        source=(3, 1, 1),
        kernel=1,
        result=(2, 1, 1),
        input_address=4,
        output_address=6,
        parameters_address=36,
        kept_address=65,
        weight_address=68,
        weight_bytes=2,
        tile_outputs=2,
        input_bits=4,
        output_bits=8,
    )
    return two_layers(pf.STEP_CARTESIAN, data, conv1, fully_connected, 6, array_columns=2)


def hand_made_for_hidden_weights() -> bytes:
    """A 2x2 image of zero point 1 → 2x2 convolution to three channels, halved, zero point 4 → fully connected to two, for an
    engine of two output lanes. Signs of murmur, seed 1: - - + + | - + - + | + - - +; of xorshift, seed 1, from weight 2 on:
    - + - | + - +. Of the convolution's tiles of 8 and 4 weights 0, 1, 6 and 11 are kept, in fields of two bits: 0, 0,
    3 and 1 (a run of four), 1 (its kept one lies beyond the tile); 3 and 0. The second mask is raw."""
    parameters = struct.pack("<15i", 10, 1, 1, 0, 1, 1, 0, 1, 1, 0, 2, 1, 0, 2, 1)
    data = parameters + struct.pack("<3I", 5, 2, 6) + bytes([0b01_11_00_00, 0b01, 0b00_11, 0b110101])
    conv1 = convolution(
        pf.HIDDENITE_CONVOLUTION,
        0x0501,
        source=(1, 2, 2),
        kernel=2,
        result=(3, 1, 1),
        output_address=4,
        tiles_address=60,
        mask_address=72,
        mask_bytes=3,
        field_bits=2,
        layer_seed=1,
        tile_outputs=2,
        input_zero_point=1,
        output_zero_point=4,
    )
    fully_connected = convolution(
        pf.HIDDENITE_CONVOLUTION,
        0x0502,
        source=(3, 1, 1),
        kernel=1,
        result=(2, 1, 1),
        input_address=4,
        output_address=7,
        parameters_address=36,
        tiles_address=68,
        mask_address=75,
        mask_bytes=1,
        generator=1,
        first_weight=2,
        layer_seed=1,
        tile_outputs=2,
        input_zero_point=4,
    )
    return two_layers(pf.STEP_HIDDENITE, data, conv1, fully_connected, 7, hiddenite_outputs=2)


def run(executor: pe.PackageExecutor, images: list[list[int]]) -> tuple[np.ndarray, list]:
    """The outputs, and what the executor shows of each layer: places in FMM and what they hold."""
    seen = []
    output = executor.infer(np.array(images, np.int8), lambda _, places, values: seen.append((places, values.copy())))
    return output, seen


def with_header(package: pf.Package, **values: int) -> pf.Package:
    header = package.header.copy()
    for name, value in values.items():
        header[name] = value
    return dataclasses.replace(package, header=header)


EARLY, LATE = (2, 2, 1, 1, 0, 0.5), (3, 3, 1, 1, 0, 0.25)


def hand_made_with_exits(exits: list[dict] | None = None, **header) -> bytes:
    """Two elements → 1x1 convolution to two logits, the swapped difference to a half → exit "early", by the exit unit → the
    same two elements, by the CPU in its own memories, to three logits → exit "late". Fields of the records may be replaced."""
    data = struct.pack("4b", -1, 1, 1, -1) + struct.pack("<6i", 0, 1, 1, 0, 1, 1)
    late = struct.pack("6b", 1, 0, 0, 1, 1, 1) + bytes(2) + struct.pack("<9i", 0, 1, 0, 0, 1, 0, 10, 1, 0)
    window = {
        "opcode": pf.NCU_FULLY_CONNECTED,
        "input_channels": 2,
        "input_height": 1,
        "input_width": 1,
        "output_height": 1,
        "output_width": 1,
        "input_channel_pitch": 1,
        "input_row_pitch": 1,
        "output_channel_pitch": 1,
        "output_row_pitch": 1,
        "groups": 1,
        "kernel_height": 1,
        "kernel_width": 1,
        "stride_height": 1,
        "stride_width": 1,
        "dilation_height": 1,
        "dilation_width": 1,
        "output_min": -128,
        "output_max": 127,
    }
    records = [
        {"name_offset": 21, "first_step": 2, "end_step": 6, "output": EARLY, "scale_q24": 2**23, "uses_unit": 1, "macs": 4},
        {"name_offset": 27, "first_step": 6, "end_step": 9, "output_offset": 64, "output": LATE, "scale_q24": 2**22, "run_by": 1},
    ]
    return assemble(
        [(pe.WM, 0, data), (pe.CPU_WEIGHTS, 4, late)],
        [
            (pf.STEP_DMA, copy(pe.INPUT, 0, pe.FMM, 3, row_bytes=2)),
            (
                pf.STEP_NCU,
                record(pf.CONVOLUTION, input_address=3, output_address=1, parameters_address=4, output_channels=2, **window),
            ),
            (pf.STEP_DMA, copy(pe.FMM, 1, pe.OUTPUT, 0, row_bytes=2)),
            (pf.STEP_EXIT_UNIT, record(pf.EXIT_DECIDE, opcode=0x0601, input_address=1, count=2, step_q24=2**23)),
            (pf.STEP_DMA, copy(pe.FMM, 3, pe.CPU_MAPS, 0, row_bytes=2)),
            (
                pf.STEP_NCU,
                record(
                    pf.CONVOLUTION, output_address=5, weight_address=4, parameters_address=12, output_channels=3, **window
                ),
            ),
            (pf.STEP_DMA, copy(pe.CPU_MAPS, 5, pe.OUTPUT, 64, row_bytes=3)),
        ],
        LATE,
        run_by={7: pf.RUN_BY_CPU},
        exits=exits or records,
        **{
            "input": (2, 2, 1, 1, 0, 1 / 255),
            "outputs_bytes": 67,
            "fmm_bytes": 5,
            "wm_bytes": len(data),
            "cpu_maps_bytes": 8,
            "cpu_weights_bytes": 4 + len(late),
            **header,
        },
    )


class HandMadePackage(unittest.TestCase):
    def test_layers_and_results(self) -> None:
        package = pf.parse(hand_made())
        self.assertEqual(package.layers, [pf.Layer("conv1", ("Conv", "Relu"), 8, 4, 2, 1, 6, 5, 9, 3)])
        output, seen = run(pe.PackageExecutor(package, 2), [[1, 2, 3, 4], [-10, -10, -10, -9]])
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

    def test_only_packages_of_this_version_are_read(self) -> None:
        for version in (4, 6):
            with self.assertRaisesRegex(ValueError, f"version {version} is no package of version 5"):
                pf.parse(hand_made()[:4] + struct.pack("<I", version) + hand_made()[8:])


class PackageWithExits(unittest.TestCase):
    images = np.array([[4, 4], [8, 2], [0, 20]], np.int8)

    def changed(self, index: int, header: dict | None = None, **fields) -> bytes:
        """The package with other fields in an exit's record."""
        exits = [{name: e[name] for name in e.dtype.names} for e in self.records()]
        exits[index].update(fields)
        return hand_made_with_exits(exits, **(header or {}))

    def records(self) -> np.ndarray:
        content = hand_made_with_exits()
        offset = int(np.frombuffer(content[: pf.PACKAGE_HEADER.itemsize], pf.PACKAGE_HEADER)["exits_offset"][0])
        return np.frombuffer(content, pf.EXIT, 2, offset)

    def test_what_the_table_says(self) -> None:
        exits = pf.parse(hand_made_with_exits()).exits
        self.assertEqual(exits[0], pf.Exit("early", range(2, 6), range(0, 2), 2**23, False, True, 4))
        self.assertEqual(exits[1], pf.Exit("late", range(6, 9), range(64, 67), 2**22, True, False, 0))

    def test_outputs_of_both_exits_by_hand(self) -> None:
        executor, seen = pe.PackageExecutor(pf.parse(hand_made_with_exits()), 3), []
        early, late = executor.infer_exits(self.images, lambda *what: seen.append((what[1], what[2].copy())))
        # (b - a) / 2 and (a - b) / 2; a, b and a + b + 10.
        np.testing.assert_array_equal(early, [[0, 0], [-3, 3], [10, -10]])
        np.testing.assert_array_equal(late, [[4, 4, 18], [8, 2, 20], [0, 20, 30]])
        np.testing.assert_array_equal(executor.infer(self.images), late)
        self.assertEqual([list(places) for places, _ in seen], [[1, 2], [5, 6, 7]])
        np.testing.assert_array_equal(seen[1][1], late)

    def test_the_exit_unit_decides_on_the_logits_in_its_memory(self) -> None:
        package = pf.parse(hand_made_with_exits())
        executor = pe.PackageExecutor(package, 3)
        executor._run(range(2), None)
        executor.memory[pe.INPUT][:] = self.images
        executor._run(package.exits[0].steps, None)
        entropies, classes = executor.unit
        # Even; then one is exp(3) and exp(10) times the other.
        share = np.array([1 / (1 + np.exp(3)), 1 / (1 + np.exp(10))])
        expected = -(share * np.log(share) + (1 - share) * np.log(1 - share))
        np.testing.assert_allclose(entropies, [np.log(2), *expected], rtol=1e-9)
        np.testing.assert_array_equal(classes, [0, 1, 0])

    def test_a_unit_that_decides_on_other_logits_is_noticed(self) -> None:
        package = pf.parse(hand_made_with_exits())
        for field, value in (("input_address", 0), ("count", 1), ("step_q24", 2**22)):
            commands = package.commands.copy()
            commands[5].view(pf.EXIT_DECIDE)[field] = value
            executor = pe.PackageExecutor(dataclasses.replace(package, commands=commands), 3)
            with self.assertRaisesRegex(ValueError, "other logits than early's", msg=field):
                executor.infer(self.images)

    def test_exit_unit_records_that_are_wrong_are_refused(self) -> None:
        package = pf.parse(hand_made_with_exits())
        for field, value in (("opcode", 1), ("count", 0), ("count", 65537), ("count", 5), ("input_address", 4)):
            commands = package.commands.copy()
            commands[5].view(pf.EXIT_DECIDE)[field] = value
            executor = pe.PackageExecutor(dataclasses.replace(package, commands=commands), 3)
            with self.assertRaises(ValueError, msg=f"{field} {value}"):
                executor.infer(self.images)

    def test_software_has_memories_of_its_own(self) -> None:
        package = pf.parse(hand_made_with_exits())
        executor = pe.PackageExecutor(package, 3)
        executor.memory[pe.CPU_MAPS][:] = 99
        before = executor.memory[pe.WM].copy()
        executor.infer(self.images)
        np.testing.assert_array_equal(executor.memory[pe.WM], before)
        np.testing.assert_array_equal(executor.memory[pe.FMM][:, 3:], self.images)
        np.testing.assert_array_equal(executor.memory[pe.CPU_MAPS][:, 2:5], 99)

    def test_no_step_but_the_neural_comp_units_is_softwares(self) -> None:
        package = pf.parse(hand_made_with_exits())
        steps = package.steps.copy()
        steps["run_by"][4] = pf.RUN_BY_CPU
        executor = pe.PackageExecutor(dataclasses.replace(package, steps=steps), 3)
        with self.assertRaisesRegex(ValueError, "no software carries out a step of kind 1"):
            executor.infer(self.images)

    def test_tables_of_exits_that_do_not_fit_are_refused(self) -> None:
        for index, fields, problem in (
            (0, {"first_step": 1}, "do not follow"),
            (0, {"end_step": 2}, "do not follow"),
            (1, {"first_step": 7}, "do not follow"),
            (1, {"end_step": 10}, "do not follow"),
            (1, {"end_step": 8}, "end at 8 of 9"),
            (1, {"output_offset": 65}, "3 bytes at 65 of 67"),
            (1, {"output_offset": 1}, "overlaps"),
            (0, {"output_offset": 65}, "overlaps"),
            (1, {"scale_q24": 0}, "its scale is"),
            (1, {"scale_q24": 2**22 + 9}, "its scale is"),
            (0, {"uses_unit": 0}, "uses_unit 0"),
            (1, {"uses_unit": 1}, "uses_unit 1"),
            (1, {"output": (3, 1, 3, 1, 0, 0.25)}, "not the last exit's"),
        ):
            with self.assertRaisesRegex(ValueError, problem, msg=f"exit {index}: {fields}"):
                pf.parse(self.changed(index, **fields))
        for count in (0, 9):
            with self.assertRaisesRegex(ValueError, f"{count} exits, expected 1 to 8"):
                pf.parse(hand_made_with_exits(exit_count=count))


class PackageForUnits(unittest.TestCase):
    def test_units_and_residual_by_hand(self) -> None:
        executor = pe.PackageExecutor(pf.parse(hand_made_for_units()), 2, UNITS)
        output, seen = run(executor, [[1, 2, 3, 4], [-1, 0, 0, 7]])
        # The kernel's rows 1 2 0 / 0 3 -1 / 0 0 4 on 1 2 / 3 4 with zeros around: 3 - 2 + 16 = 17; 6; 2 + 9 - 4 = 7;
        # 1 + 4 + 12 = 17. Times -3 / 4: -12.75, -4.5, -5.25, -12.75, rounded -13, -4, -5, -13; halved.
        # Map 1: (5 * 1 + 1) / 2 = 3, 5.5, 8, 10.5.
        np.testing.assert_array_equal(output[0], [-6, -2, -2, -6, 3, 6, 8, 11])
        # On -1 0 / 0 7: -3 + 28 = 25; 0; -2 - 7 = -9; -1 + 21 = 20: -18.75, 0, 6.75, -15: -19, 0, 7, -15; halved.
        np.testing.assert_array_equal(output[1], [-9, 0, 4, -7, -2, 1, 1, 18])
        self.assertEqual(len(seen), 1)
        np.testing.assert_array_equal(seen[0][0], range(4, 12))
        np.testing.assert_array_equal(seen[0][1], output)

    def test_other_units_are_refused(self) -> None:
        package = pf.parse(hand_made_for_units())
        for units in (None, UNITS[::-1], UNITS[1:]):
            with self.assertRaisesRegex(ValueError, "made for units of design"):
                pe.PackageExecutor(package, 1, units)

    def test_tables_that_do_not_fit_are_refused(self) -> None:
        executor = pe.PackageExecutor(pf.parse(hand_made_for_units()), 1, UNITS)
        # unit, channel, targets, reserved, output, gain
        wrong = [
            (0, 0, 1, 0, 0, 1),  # a 5 x 5 unit
            (2, 0, 1, 0, 0, 1),
            (1, 1, 1, 0, 0, 1),
            (1, 0, 0, 0, 0, 1),
            (1, 0, 2, 0, 0, 1),
            (1, 0, 1, 1, 0, 1),
            (1, 0, 1, 0, 2, 1),
        ]
        for job in wrong:
            executor.memory[pe.TABLE][0, 4:] = np.frombuffer(struct.pack("<HHHHHh", *job), np.int8)
            with self.assertRaises(ValueError, msg=f"job {job}"):
                executor.infer(np.zeros((1, 4), np.int8))


class PackageForArray(unittest.TestCase):
    def executor(self, images: int = 1) -> pe.PackageExecutor:
        return pe.PackageExecutor(pf.parse(hand_made_for_array()), images)

    def test_convolution_and_fully_connected_by_hand(self) -> None:
        # Of 0x37 the low nibble counts.
        output, seen = run(self.executor(2), [[1, 2, 3, 4], [-8, 7, 0, 0x37]])
        # 1 + 2 * 4 = 9, -1, 3 * 2 = 6, halved: 5, 0, 3. -8 + 2 * 7 = 6, 8, 3 * 7 = 21: 3, 4, 11 clamped to 7.
        np.testing.assert_array_equal(seen[0][0], [4, 5])
        np.testing.assert_array_equal(seen[0][1], [[0x05, 0x03], [0x43, 0x07]])
        np.testing.assert_array_equal(output, [[5 + 10, -5 + 7 * 3], [3 + 10, -3 + 7 * 7]])

    def test_lists_for_another_array_are_refused(self) -> None:
        package = with_header(pf.parse(hand_made_for_array()), array_columns=4)
        executor = pe.PackageExecutor(package, 1)
        with self.assertRaisesRegex(ValueError, "2 columns in a package for an array of 4"):
            executor.infer(np.zeros((1, 4), np.int8))

    def test_bitmaps_that_do_not_fit_are_refused(self) -> None:
        for bitmap, problem in ((0b11001, "beyond the kernel"), (0b0001, "weight bytes"), (0b1011, "weight bytes")):
            executor = self.executor()
            executor.memory[pe.WM][0, 60] = bitmap
            with self.assertRaisesRegex(ValueError, problem):
                executor.infer(np.zeros((1, 4), np.int8))


class PackageForHiddenWeights(unittest.TestCase):
    def executor(self, images: int = 1) -> pe.PackageExecutor:
        return pe.PackageExecutor(pf.parse(hand_made_for_hidden_weights()), images)

    def test_convolution_and_fully_connected_by_hand(self) -> None:
        output, seen = run(self.executor(2), [[1, 2, 3, 4], [-128, 127, 0, -1]])
        # 0 1 / 2 3 without the zero point: -0 - 1 + 10 = 9; -2; 3: 5, -1, 2 and the zero point of 4.
        # -129 126 / -1 -2: 129 - 126 + 10 = 13; 1; -2: 7, 1, -1.
        np.testing.assert_array_equal(seen[0][0].ravel(), [4, 5, 6])
        np.testing.assert_array_equal(seen[0][1], [[9, 3, 6], [11, 5, 3]])
        np.testing.assert_array_equal(output, [[-5 - 2, 1 + 2], [-7 + 1, -1 - 1]])

    def test_padding_adds_nothing_and_indices_begin_at_the_first_weight(self) -> None:
        # The windows' upper rows, all that output 0 keeps, lie above the image; 2 3 below. Weight 6 is the lower left of
        # output 1, -, weight 11 the lower right of output 2, +; with a first weight of 2 they have the signs of 8 and 13, + -.
        for first_weight, expected in ((0, [9, 4 - 1, 4 + 2]), (2, [9, 4 + 1, 4 - 1])):
            package = pf.parse(hand_made_for_hidden_weights())
            commands = package.commands.copy()
            command = commands[2].view(pf.HIDDENITE_CONVOLUTION)
            command["pad_top"], command["first_weight"] = 1, first_weight
            executor = pe.PackageExecutor(dataclasses.replace(package, commands=commands), 1)
            executor.infer(np.array([[3, 4, 99, 99]], np.int8))
            np.testing.assert_array_equal(executor.memory[pe.FMM][0, 4:7], expected)

    def test_tiles_for_another_engine_are_refused(self) -> None:
        package = with_header(pf.parse(hand_made_for_hidden_weights()), hiddenite_outputs=1)
        executor = pe.PackageExecutor(package, 1)
        with self.assertRaisesRegex(ValueError, "2 outputs in a package for an engine of 1"):
            executor.infer(np.zeros((1, 4), np.int8))

    def test_masks_that_do_not_fit_are_refused(self) -> None:
        for place, value, problem in (
            (60, 4, "2 mask bytes, the record names 3"),
            (60, 6, "do not cover its tile of 8"),  # the sixth field begins where the tile has ended
            (60, 9, "4 mask bytes, the record names 3"),
            (64, 1, "do not cover its tile of 4"),
            (64, 0, "2 mask bytes"),
            (68, 5, "behind its last field"),
            (68, 7, "raw mask of 7 bits"),
            (72, 0b01_11_00_01, "do not cover its tile of 8"),
            (72, 0, "do not cover its tile of 8"),
            (73, 0b10, "leaves its tile of 8"),  # two of one weight
            (73, 0b11, "leaves its tile of 8"),
            (73, 0b101, "behind its last field"),
            (74, 0b10011, "behind its last field"),
            (75, 0b1110101, "behind its last field"),
        ):
            with self.subTest(place=place, value=value):
                executor = self.executor()
                executor.memory[pe.WM][0, place] = np.uint8(value).view(np.int8)
                with self.assertRaisesRegex(ValueError, problem):
                    executor.infer(np.zeros((1, 4), np.int8))


class UnitFile(unittest.TestCase):
    def test_constants_row_by_row(self) -> None:
        self.assertEqual([unit.shape for unit in UNITS], [(5, 5), (3, 3)])
        np.testing.assert_array_equal(UNITS[1], [[1, 2, 0], [0, 3, -1], [0, 0, 4]])

    def test_what_is_no_unit_is_refused(self) -> None:
        for text in (
            "",
            "units: 3",
            "units: [",
            "units: [{amplitude: 1}]",
            "units: [{constants: [[1, 2, 3], [1, 2, 3]]}]",
            "units: [{constants: [[1, 2, 3], [1, 2, 3], [1, 2]]}]",
            "units: [{constants: [[1, 2, 3], [1, 2, 3], [1, 2, 3.5]]}]",
            "units: [{constants: [[1, 2, 3], [1, 2, 3], [1, 2, 128]]}]",
        ):
            with self.assertRaises(ValueError, msg=text):
                unit_file.parse(text)


if __name__ == "__main__":
    unittest.main()
