#!/usr/bin/python3
"""Executes a network package in numpy, many images at once: an independent check of compiler, runtime and engines.

    tests/reference/package_executor.py PACKAGE IDX_FOLDER [--units UNITS.yaml] [--images N] [--save outputs.npy]

Prints the output tensor of each image as integers, one image a line.
"""

import argparse
import pathlib
import sys
from collections.abc import Callable, Iterator

import cartesian_numpy
import exit_decision
import hiddenite_numpy
import kcu_numpy
import ncu_numpy
import numpy as np
import package_file as pf
import unit_file

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "sw" / "networks"))
import idx  # noqa: E402

ABSOLUTE, PACKAGE, FMM, WM, SCRATCH, INPUT, OUTPUT, SUMS, TABLE, CPU_MAPS, CPU_WEIGHTS = range(11)
SHARED = (PACKAGE, WM, TABLE, CPU_WEIGHTS)  # one content for all images
UNWRITTEN = 0x5B  # memories hold anything at first; this is unlikely to pass for a result

# Called after each command that writes feature maps with (layer, offsets written, values written (images, n)).
Observer = Callable[[int, np.ndarray, np.ndarray], None]


class PackageExecutor:
    """Holds the memories of `images` chips that run the same package."""

    def __init__(self, package: pf.Package, images: int, units: kcu_numpy.Units | None = None) -> None:
        """`units`: constants of the Kernel Comp Units; ValueError if the package is made for others."""
        self.package, self.images, self.units = package, images, units or []
        header = package.header
        design = int(header["kcu_design"])
        if design != 0 and design != kcu_numpy.design_crc(self.units):
            raise ValueError(
                f"the package is made for units of design {design:#010x}, these are"
                f" {kcu_numpy.design_crc(self.units):#010x}"
            )
        sizes = {
            FMM: header["fmm_bytes"],
            WM: header["wm_bytes"],
            SCRATCH: header["scratch_bytes"],
            INPUT: header["input"]["bytes"],
            OUTPUT: header["outputs_bytes"],
            SUMS: -(-int(header["sums_bytes"]) // 4) * 4,
            TABLE: header["table_bytes"],
            CPU_MAPS: header["cpu_maps_bytes"],
            CPU_WEIGHTS: header["cpu_weights_bytes"],
        }
        self.memory = {
            space: np.full((1 if space in SHARED else images, int(size)), UNWRITTEN, np.int8)
            for space, size in sizes.items()
        }
        self.memory[PACKAGE] = package.data.view(np.int8)[None, :]
        self.unit: exit_decision.Decisions | None = None  # what the exit unit's registers hold
        self._run(range(int(header["setup_step_count"])), None)

    def infer(self, quantised: np.ndarray, observer: Observer | None = None) -> np.ndarray:
        """quantised: (images, input bytes) int8. Returns the last exit's outputs, (images, output bytes) int8."""
        return self.infer_exits(quantised, observer)[-1]

    def infer_exits(self, quantised: np.ndarray, observer: Observer | None = None) -> list[np.ndarray]:
        """The outputs of every exit, as if no image left before the last one."""
        if quantised.shape != self.memory[INPUT].shape:
            raise ValueError(f"input of shape {quantised.shape}, expected {self.memory[INPUT].shape}")
        self.memory[INPUT][:] = quantised
        outputs = []
        for segment in self.package.exits:
            self.unit = None
            self._run(segment.steps, observer)
            outputs.append(self.memory[OUTPUT][:, segment.place].copy())
            if segment.uses_unit:
                self._check_unit(segment, outputs[-1])
        return outputs

    def _check_unit(self, segment: pf.Exit, logits: np.ndarray) -> None:
        """The unit has to say of the logits in its memory what software would say of those in the output."""
        entropies, classes = self.unit
        same = np.array_equal(classes, exit_decision.classes(logits))
        if not (same and np.allclose(entropies, exit_decision.entropies(logits, segment.step_q24), rtol=0, atol=1e-12)):
            raise ValueError(f"the exit unit decides on other logits than {segment.name}'s")

    def _run(self, steps: range, observer: Observer | None) -> None:
        for step in self.package.steps[steps.start : steps.stop]:
            by_cpu = int(step["run_by"]) == pf.RUN_BY_CPU
            for index in range(int(step["first"]), int(step["first"]) + int(step["count"])):
                written = self._execute_in_software(step, index) if by_cpu else self._execute(int(step["kind"]), index)
                if written is not None and observer is not None:
                    places, maps = written.ravel(), self.memory[CPU_MAPS if by_cpu else FMM]
                    observer(int(step["layer"]), places, maps[:, places])

    def _execute_in_software(self, step: np.void, index: int) -> np.ndarray:
        """As the engine would, in the memories that the CPU has for it."""
        if step["kind"] != pf.STEP_NCU:
            raise ValueError(f"no software carries out a step of kind {step['kind']}")
        return ncu_numpy.execute(self.package.commands[index], self.memory[CPU_MAPS], self.memory[CPU_WEIGHTS][0])

    def _execute(self, kind: int, index: int) -> np.ndarray | None:
        """The offsets in FMM that an engine wrote; None if it wrote none."""
        if kind == pf.STEP_DMA:
            return self._copy(self.package.command(index, pf.DMA_COPY))
        if kind == pf.STEP_CPU:
            return self._cpu(self.package.command(index, pf.CPU_VECTOR))
        if kind == pf.STEP_NCU:
            return ncu_numpy.execute(self.package.commands[index], self.memory[FMM], self.memory[WM][0])
        if kind == pf.STEP_EXIT_UNIT:
            return self._decide(self.package.command(index, pf.EXIT_DECIDE))
        if kind == pf.STEP_KCU:
            return self._kcu(index)
        if kind == pf.STEP_CARTESIAN:
            return self._cartesian(index)
        if kind == pf.STEP_HIDDENITE:
            return self._hiddenite(index)
        raise ValueError(f"step kind {kind} does not exist")

    def _kcu(self, index: int) -> np.ndarray | None:
        memory = self.memory
        opcode = int(self.package.commands[index][:2].view("<u2")[0])
        if opcode == pf.KCU_CONVOLUTION_OPCODE:
            command = self.package.command(index, pf.KCU_CONVOLUTION)
            kcu_numpy.convolution(command, self.units, memory[FMM], memory[TABLE][0], memory[SUMS])
            return None
        if opcode == pf.NCU_RESIDUAL:
            command = self.package.command(index, pf.RESIDUAL)
            return kcu_numpy.residual(command, memory[FMM], memory[WM][0], memory[SUMS])
        raise ValueError(f"opcode {opcode:#x} is none of a list for Kernel Comp Units")

    def _cartesian(self, index: int) -> np.ndarray:
        command, columns = self.package.command(index, pf.CARTESIAN_CONVOLUTION), self.package.header["array_columns"]
        if command["tile_outputs"] != columns:
            raise ValueError(f"lists for {command['tile_outputs']} columns in a package for an array of {columns}")
        return cartesian_numpy.execute(self.package.commands[index], self.memory[FMM], self.memory[WM][0])

    def _hiddenite(self, index: int) -> np.ndarray:
        command, lanes = self.package.command(index, pf.HIDDENITE_CONVOLUTION), self.package.header["hiddenite_outputs"]
        if not 1 <= command["tile_outputs"] <= lanes:
            raise ValueError(f"tiles of {command['tile_outputs']} outputs in a package for an engine of {lanes} lanes")
        return hiddenite_numpy.execute(self.package.commands[index], self.memory[FMM], self.memory[WM][0])

    def _decide(self, c: np.void) -> None:
        if c["opcode"] != pf.EXIT_DECIDE_OPCODE:
            raise ValueError(f"unknown opcode {c['opcode']:#x} of the exit unit")
        if not 1 <= c["count"] <= pf.MAX_LOGITS:
            raise ValueError(f"{c['count']} logits, the exit unit takes 1 to {pf.MAX_LOGITS}")
        fmm = self.memory[FMM]
        logits = fmm[:, ncu_numpy.offsets(c["input_address"], [c["count"]], [1], fmm.shape[1], "logits")]
        self.unit = exit_decision.decide(logits, int(c["step_q24"]))

    def _space(self, space: int) -> np.ndarray:
        if int(space) not in self.memory:
            raise ValueError(f"a package cannot name space {space}")
        return self.memory[int(space)]

    def _write(self, space: int, places: np.ndarray, values: np.ndarray) -> None:
        if int(space) == PACKAGE:
            raise ValueError("the package itself is not written to")
        if int(space) in SHARED:
            if not (values == values[:1]).all():
                raise ValueError("data that differ between images go to a memory of what is the same for all")
            values = values[:1]
        self._space(space)[:, places] = values

    def _copy(self, c: np.void) -> None:
        if c["opcode"] != pf.DMA_COPY_OPCODE:
            raise ValueError(f"unknown DMA opcode {c['opcode']:#x}")

        def places(side: str, space: int) -> np.ndarray:
            pitches = [c[f"{side}_plane_pitch"], c[f"{side}_row_pitch"], 1]
            counts = [c["planes"], c["rows"], c["row_bytes"]]
            return ncu_numpy.offsets(c[side], counts, pitches, self._space(space).shape[1], f"DMA {side}").ravel()

        values = self._space(c["source_space"])[:, places("source", c["source_space"])]
        self._write(c["destination_space"], places("destination", c["destination_space"]), values)

    def _cpu(self, c: np.void) -> None:
        source = self._space(c["input_space"])
        places = ncu_numpy.offsets(c["input_offset"], [c["count"]], [1], source.shape[1], "CPU input")
        values = source[:, places]
        if c["opcode"] == pf.CPU_ARGMAX:
            result = values.argmax(axis=1).astype("<i4")[:, None].view(np.int8)
        elif c["opcode"] == pf.CPU_SOFTMAX:
            real = values.astype(np.float64) * (int(c["input_scale_q24"]) / 2**24)
            exponential = np.exp(real - real.max(axis=1, keepdims=True))
            share = exponential / exponential.sum(axis=1, keepdims=True)
            result = np.clip(np.floor(share * 256 + 0.5) - 128, -128, 127).astype(np.int8)
        else:
            raise ValueError(f"unknown CPU opcode {c['opcode']:#x}")
        size = self._space(c["output_space"]).shape[1]
        target = ncu_numpy.offsets(c["output_offset"], [result.shape[1]], [1], size, "CPU output")
        self._write(c["output_space"], target, result)


def quantise_input(package: pf.Package, images: np.ndarray) -> np.ndarray:
    """uint8 images (n, height, width) or (n, channels, height, width), pixel / 255, as the package wants them."""
    tensor = package.header["input"]
    flat = images.reshape(len(images), -1)
    if flat.shape[1] != tensor["bytes"]:
        raise ValueError(f"images of {flat.shape[1]} pixels, the network takes {tensor['bytes']}")
    steps = np.floor(flat / (255.0 * float(tensor["scale"])) + 0.5) + int(tensor["zero_point"])
    return np.clip(steps, -128, 127).astype(np.int8)


def run_batches(
    package: pf.Package, images: np.ndarray, batch: int = 250, units: kcu_numpy.Units | None = None
) -> Iterator[np.ndarray]:
    """Output bytes of all images, a batch at a time."""
    executor = None
    for begin in range(0, len(images), batch):
        part = quantise_input(package, images[begin : begin + batch])
        if executor is None or executor.images != len(part):
            executor = PackageExecutor(package, len(part), units)
        yield executor.infer(part)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=pathlib.Path)
    parser.add_argument("idx_folder", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=10)
    parser.add_argument("--units", type=pathlib.Path, help="of the Kernel Comp Units that the package is made for")
    parser.add_argument("--save", type=pathlib.Path)
    options = parser.parse_args()
    images, _ = idx.load(options.idx_folder, "test")
    units = unit_file.read(options.units) if options.units else None
    outputs = np.concatenate(list(run_batches(pf.read(options.package), images[: options.images], units=units)))
    if options.save:
        np.save(options.save, outputs)
    for row in outputs:
        print(*row)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"package_executor: {error}")
