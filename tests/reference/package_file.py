"""The network package (kasane/package.h) read into tables of numpy records. Written from the header alone."""

import dataclasses
import pathlib
import zlib

import numpy as np

HEADER = [("opcode", "<u2"), ("layer", "<u2"), ("header_reserved", "<u4")]


def _fields(kind: str, names: str) -> list[tuple[str, str]]:
    return [(name, kind) for name in names.split()]


CONVOLUTION = np.dtype(
    HEADER
    + _fields("<u4", "input_address output_address weight_address parameters_address")
    + _fields("<u4", "input_channels input_height input_width output_channels output_height output_width")
    + _fields("<u4", "input_channel_pitch input_row_pitch output_channel_pitch output_row_pitch groups")
    + _fields("<u2", "kernel_height kernel_width stride_height stride_width dilation_height dilation_width")
    + _fields("<u2", "pad_top pad_left")
    + _fields("i1", "pad_value output_zero_point output_min output_max")
    + [("reserved", "u1", 40)]
)
RESIDUAL = np.dtype(
    HEADER
    + _fields("<u4", "input_address output_address weight_address parameters_address")
    + _fields("<u4", "input_channels input_height input_width output_channels output_height output_width")
    + _fields("<u4", "input_channel_pitch input_row_pitch output_channel_pitch output_row_pitch")
    + _fields("<u4", "sums_address sums_channel_pitch kept_address kept_bytes")
    + _fields("<u2", "kept_block kernel_height kernel_width stride_height stride_width pad_top pad_left")
    + _fields("i1", "pad_value output_zero_point output_min output_max")
    + [("reserved", "u1", 30)]
)
KCU_CONVOLUTION = np.dtype(
    HEADER
    + _fields("<u4", "input_address input_channels input_height input_width")
    + _fields("<u4", "input_channel_pitch input_row_pitch output_channels output_height output_width")
    + _fields("<u4", "sums_address sums_channel_pitch table_address table_bytes job_count")
    + _fields("<u2", "kernel stride_height stride_width pad_top pad_left")
    + [("pad_value", "i1"), ("gain_shift", "u1"), ("reserved", "u1", 52)]
)
CARTESIAN_CONVOLUTION = np.dtype(
    HEADER
    + _fields("<u4", "input_address output_address kept_address weight_address parameters_address weight_bytes")
    + _fields("<u4", "input_channels input_height input_width output_channels output_height output_width")
    + _fields("<u4", "input_plane_pitch input_row_pitch output_plane_pitch output_row_pitch groups")
    + _fields("<u2", "kernel_height kernel_width stride_height stride_width dilation_height dilation_width")
    + _fields("<u2", "pad_top pad_left tile_outputs")
    + _fields("u1", "input_bits output_bits")
    + _fields("i1", "pad_value output_zero_point output_min output_max")
    + [("reserved", "u1", 28)]
)
HIDDENITE_CONVOLUTION = np.dtype(
    HEADER
    + _fields("<u4", "input_address output_address tiles_address mask_address parameters_address mask_bytes")
    + _fields("<u4", "layer_seed first_weight")
    + _fields("<u4", "input_channels input_height input_width output_channels output_height output_width")
    + _fields("<u4", "input_channel_pitch input_row_pitch output_channel_pitch output_row_pitch groups")
    + _fields("<u2", "kernel_height kernel_width stride_height stride_width dilation_height dilation_width")
    + _fields("<u2", "pad_top pad_left tile_outputs")
    + _fields("u1", "generator field_bits")
    + _fields("i1", "input_zero_point output_zero_point output_min output_max")
    + [("reserved", "u1", 20)]
)
POOL = np.dtype(
    HEADER
    + _fields("<u4", "input_address output_address parameters_address parameter_count channels")
    + _fields("<u4", "input_height input_width output_height output_width")
    + _fields("<u4", "input_channel_pitch input_row_pitch output_channel_pitch output_row_pitch")
    + _fields("<u2", "kernel_height kernel_width stride_height stride_width pad_top pad_left")
    + _fields("i1", "input_zero_point output_zero_point output_min output_max")
    + [("reserved", "u1", 52)]
)
ELEMENTWISE = np.dtype(
    HEADER
    + _fields("<u4", "a_address b_address output_address count")
    + _fields("<i4", "a_multiplier b_multiplier shift")
    + _fields("i1", "a_zero_point b_zero_point output_zero_point output_min output_max")
    + [("reserved", "u1", 87)]
)
DMA_COPY = np.dtype(
    HEADER
    + _fields("<u8", "source destination")
    + _fields("<u4", "row_bytes rows planes source_row_pitch source_plane_pitch")
    + _fields("<u4", "destination_row_pitch destination_plane_pitch")
    + _fields("u1", "source_space destination_space")
    + [("reserved", "u1", 74)]
)
CPU_VECTOR = np.dtype(
    HEADER
    + _fields("<u4", "input_offset output_offset count input_scale_q24")
    + _fields("u1", "input_space output_space")
    + [("reserved", "u1", 102)]
)
EXIT_DECIDE = np.dtype(HEADER + _fields("<u4", "input_address count step_q24") + [("reserved", "u1", 108)])
COMMAND_BYTES = 128
_ENGINES = (CONVOLUTION, RESIDUAL, KCU_CONVOLUTION, CARTESIAN_CONVOLUTION, HIDDENITE_CONVOLUTION, POOL, ELEMENTWISE)
for _dtype in (*_ENGINES, DMA_COPY, CPU_VECTOR, EXIT_DECIDE):
    assert _dtype.itemsize == COMMAND_BYTES

# The correspondence table: a job, then its targets. The kept lists: a 32-bit count, then kept channels.
JOB = np.dtype(_fields("<u2", "unit channel targets reserved"))
TARGET = np.dtype([("output", "<u2"), ("gain", "<i2")])
KEPT_CHANNEL = np.dtype([("channel", "<u2"), ("reserved", "<u2"), ("outputs", "<u4")])

CHANNEL_PARAMETERS = np.dtype(_fields("<i4", "bias multiplier shift"))
TENSOR = np.dtype(_fields("<u4", "bytes channels height width") + [("zero_point", "<i4"), ("scale", "<f4")])
PACKAGE_HEADER = np.dtype(
    _fields("<u4", "magic version total_bytes crc32 layers_offset layer_count steps_offset")
    + _fields("<u4", "setup_step_count step_count commands_offset command_count data_offset data_bytes")
    + _fields("<u4", "strings_offset strings_bytes fmm_bytes wm_bytes scratch_bytes name_offset")
    + [("input", TENSOR), ("output", TENSOR)]
    + _fields("<u4", "sums_bytes table_bytes kcu_design array_columns hiddenite_outputs")
    + _fields("<u4", "exits_offset exit_count outputs_bytes cpu_maps_bytes cpu_weights_bytes")
    + [("reserved", "<u4", 7)]
)
STEP = np.dtype(_fields("<u2", "kind layer") + _fields("<u4", "first count") + _fields("<u2", "run_by reserved"))
EXIT = np.dtype(
    _fields("<u4", "name_offset first_step end_step output_offset")
    + [("output", TENSOR), ("scale_q24", "<u4")]
    + _fields("u1", "run_by uses_unit")
    + [("reserved0", "u1", 2), ("macs", "<u8"), ("reserved", "<u4", 2)]
)
LAYER = np.dtype(
    _fields("<u4", "name_offset operator_offset")
    + [("macs", "<u8")]
    + _fields("<u4", "input_bytes output_bytes weight_bytes kernels replaced_kernels kcu_jobs")
    + _fields("<u4", "coordinates kept_coordinates hidden_weights kept_weights")
    + [("step_kind", "<u2"), ("reserved", "<u2", 3)]
)
assert PACKAGE_HEADER.itemsize == 192 and STEP.itemsize == 16 and EXIT.itemsize == LAYER.itemsize == 64

MAGIC = 0x4E50534B
VERSION = 5
NO_LAYER = 0xFFFF
MAX_EXITS = 8
MAX_LOGITS = 65536
STEP_DMA, STEP_NCU, STEP_CPU, STEP_KCU, STEP_CARTESIAN, STEP_HIDDENITE, STEP_EXIT_UNIT = range(1, 8)
RUN_BY_ENGINE, RUN_BY_CPU = range(2)
NCU_CONVOLUTION, NCU_FULLY_CONNECTED, NCU_MAX_POOL, NCU_AVERAGE_POOL, NCU_ADD, NCU_REQUANTIZE, NCU_RESIDUAL = range(1, 8)
KCU_CONVOLUTION_OPCODE = 0x0301
CARTESIAN_CONVOLUTION_OPCODE, CARTESIAN_FULLY_CONNECTED_OPCODE = 0x0401, 0x0402
HIDDENITE_CONVOLUTION_OPCODE, HIDDENITE_FULLY_CONNECTED_OPCODE = 0x0501, 0x0502
DMA_COPY_OPCODE = 1
CPU_SOFTMAX, CPU_ARGMAX = 0x0101, 0x0102
EXIT_DECIDE_OPCODE = 0x0601


@dataclasses.dataclass(frozen=True)
class Layer:
    name: str
    operators: tuple[str, ...]
    macs: int
    kernels: int = 0  # that units may stand in for
    replaced_kernels: int = 0
    kcu_jobs: int = 0
    coordinates: int = 0  # of the Cartesian-product array
    kept_coordinates: int = 0
    hidden_weights: int = 0  # of the hidden-network engine
    kept_weights: int = 0


@dataclasses.dataclass(frozen=True)
class Exit:
    name: str
    steps: range  # of the segment that leads to it
    place: range  # of its output in the space of all outputs
    step_q24: int  # of the logits; of networks with one exit perhaps of no use
    run_by_cpu: bool
    uses_unit: bool
    macs: int


@dataclasses.dataclass(frozen=True)
class Package:
    data: np.ndarray  # the whole file, uint8
    header: np.void
    layers: list[Layer]
    steps: np.ndarray
    exits: list[Exit]
    commands: np.ndarray  # (count, 128) uint8

    def command(self, index: int, dtype: np.dtype) -> np.void:
        return self.commands[index].view(dtype)[0]


def _table(path: pathlib.Path, data: np.ndarray, offset: int, dtype: np.dtype, count: int) -> np.ndarray:
    end = offset + count * dtype.itemsize
    if offset % 64 or end > len(data):
        raise ValueError(f"{path}: a table of {count} records at {offset} is misaligned or leaves the package")
    return data[offset:end].view(dtype)


def _check_exit(header: np.void, steps: np.ndarray, records: np.ndarray, index: int) -> None:
    """What kasane/package.h says of an exit's place among others; ValueError says what is wrong."""
    record = records[index]
    first, end = int(record["first_step"]), int(record["end_step"])
    begin = header["setup_step_count"] if index == 0 else records[index - 1]["end_step"]
    if first != begin or not first < end <= header["step_count"]:
        raise ValueError(f"exit {index}: steps {first} to {end} do not follow those before, which end at {begin}")
    size, output = int(record["output"]["bytes"]), int(record["output_offset"])
    if size == 0 or output + size > header["outputs_bytes"]:
        raise ValueError(f"exit {index}: {size} bytes at {output} of {header['outputs_bytes']} bytes of outputs")
    for other in records[:index]:
        if output < other["output_offset"] + other["output"]["bytes"] and other["output_offset"] < output + size:
            raise ValueError(f"exit {index}: its output overlaps another one's")
    if len(records) > 1:
        exact = float(record["output"]["scale"]) * 2**24
        if not abs(record["scale_q24"] - exact) <= 0.5 + 1e-6 * exact:
            raise ValueError(f"exit {index}: a step of {record['scale_q24']} / 2^24, its scale is {exact} / 2^24")
    if bool(record["uses_unit"]) != (steps[end - 1]["kind"] == STEP_EXIT_UNIT):
        raise ValueError(f"exit {index}: uses_unit {record['uses_unit']}, its last step is of kind {steps[end - 1]['kind']}")


def _check_exits(header: np.void, steps: np.ndarray, records: np.ndarray) -> None:
    if not 1 <= len(records) <= MAX_EXITS:
        raise ValueError(f"{len(records)} exits, expected 1 to {MAX_EXITS}")
    for index in range(len(records)):
        _check_exit(header, steps, records, index)
    if records[-1]["end_step"] != header["step_count"]:
        raise ValueError(f"the last exit's steps end at {records[-1]['end_step']} of {header['step_count']}")
    if records[-1]["output"].tobytes() != header["output"].tobytes():
        raise ValueError("the header's output is not the last exit's")


def parse(content: bytes, path: pathlib.Path = pathlib.Path("package")) -> Package:
    """Checks size, magic, version, checksum and exits; ValueError says what is wrong."""
    data = np.frombuffer(content, dtype=np.uint8)
    if len(data) < PACKAGE_HEADER.itemsize:
        raise ValueError(f"{path}: {len(data)} bytes, a package header has {PACKAGE_HEADER.itemsize}")
    header = data[: PACKAGE_HEADER.itemsize].view(PACKAGE_HEADER)[0]
    if header["magic"] != MAGIC or header["version"] != VERSION:
        raise ValueError(f"{path}: magic {header['magic']:#x} version {header['version']} is no package of version {VERSION}")
    if header["total_bytes"] != len(data):
        raise ValueError(f"{path}: {len(data)} bytes, its header says {header['total_bytes']}")
    checksum = zlib.crc32(content[:12] + bytes(4) + content[16:])
    if checksum != header["crc32"]:
        raise ValueError(f"{path}: checksum {checksum:#x}, its header says {header['crc32']:#x}")

    start, size = int(header["strings_offset"]), int(header["strings_bytes"])
    strings = content[start : start + size]

    def string(offset: int) -> str:
        return strings[offset : strings.index(b"\0", offset)].decode()

    layers = [
        Layer(
            string(int(r["name_offset"])),
            tuple(string(int(r["operator_offset"])).split("+")),
            *(int(r[field.name]) for field in dataclasses.fields(Layer)[2:]),
        )
        for r in _table(path, data, int(header["layers_offset"]), LAYER, int(header["layer_count"]))
    ]
    steps = _table(path, data, int(header["steps_offset"]), STEP, int(header["step_count"]))
    exit_records = _table(path, data, int(header["exits_offset"]), EXIT, int(header["exit_count"]))
    _check_exits(header, steps, exit_records)
    exits = [
        Exit(
            string(int(r["name_offset"])),
            range(int(r["first_step"]), int(r["end_step"])),
            range(int(r["output_offset"]), int(r["output_offset"]) + int(r["output"]["bytes"])),
            int(r["scale_q24"]),
            bool(r["run_by"]),
            bool(r["uses_unit"]),
            int(r["macs"]),
        )
        for r in exit_records
    ]
    record = np.dtype((np.uint8, COMMAND_BYTES))
    count = int(header["command_count"])
    commands = _table(path, data, int(header["commands_offset"]), np.dtype(f"V{COMMAND_BYTES}"), count)
    return Package(data, header, layers, steps, exits, commands.view(np.uint8).reshape(count, record.itemsize))


def read(path: pathlib.Path) -> Package:
    return parse(path.read_bytes(), path)
