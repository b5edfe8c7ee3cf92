"""The Cartesian-product array on the whole chip: driver, engine and memories, bit by bit against the references."""

import subprocess
import sys
import unittest

import numpy as np
from kasane_program import BUILD, FASHION_MNIST, SOURCE, ScenarioTest, kasane, results, summary

sys.path[:0] = [str(SOURCE / "tests" / "reference"), str(SOURCE / "sw" / "networks")]
import idx  # noqa: E402
import package_executor as pe  # noqa: E402
import package_file as pf  # noqa: E402
from package_executor_test import assemble, copy  # noqa: E402

LENET5 = "cartesian_lenet5.yaml"
LAYER_DUMP = BUILD / "random_cartesian_layer_dump"


def setting(*assignments):
    return [word for assignment in assignments for word in ("--set", assignment)]


def outputs(folder, size):
    return np.stack([np.frombuffer(bytes.fromhex(row["output_hex"]), np.int8)[:size] for row in results(folder)])


class RandomLayers(ScenarioTest):
    """Each a package of one command, whose output is all of Feature Map Memory: nothing else may have been written."""

    def layers(self, count, seed):
        """(command record, FMM, WM, FMM afterwards by the C++ reference), for arrays that can be built: of even width."""
        dump = self.folder / "layers.bin"
        subprocess.run([LAYER_DUMP, dump, str(count), str(seed)], check=True)
        data, position = dump.read_bytes(), 0

        def take(size):
            nonlocal position
            position += size
            return data[position - size : position]

        while position < len(data):
            record = take(pf.COMMAND_BYTES)
            fmm, wm = np.frombuffer(take(8), "<u4").tolist()
            layer = record, take(fmm), take(wm), take(fmm)
            if np.frombuffer(record, pf.CARTESIAN_CONVOLUTION)[0]["tile_outputs"] % 2 == 0:
                yield layer

    def package(self, record, fmm, wm):
        command = np.frombuffer(record, pf.CARTESIAN_CONVOLUTION)[0]
        data = wm + bytes(-len(wm) % 64) + fmm
        package = assemble(
            [pf.STEP_DMA, pf.STEP_DMA, pf.STEP_CARTESIAN, pf.STEP_DMA],
            lambda offset: [
                copy(pe.PACKAGE, offset, pe.WM, 0, row_bytes=len(wm)),
                copy(pe.PACKAGE, offset + len(data) - len(fmm), pe.FMM, 0, row_bytes=len(fmm)),
                record,
                copy(pe.FMM, 0, pe.OUTPUT, 0, row_bytes=len(fmm)),
            ],
            data,
            (len(fmm), len(fmm), 1, 1, 0, 1),
            input=(784, 1, 28, 28, -128, 1 / 255),
            fmm_bytes=len(fmm),
            wm_bytes=len(wm),
            array_columns=int(command["tile_outputs"]),
        )
        path = self.folder / "layer.package"
        path.write_bytes(package)
        return path, int(command["tile_outputs"])

    def expect_reference(self, firmware, layers):
        done = 0
        for number, (record, fmm, wm, expected) in enumerate(layers):
            path, columns = self.package(record, fmm, wm)
            run = self.run_scenario(
                LENET5, "--images", 1, "--traces", "results", name=f"{firmware}{number}",
                *setting(f"software.network={path}", f"software.firmware={firmware}", f"chip.cartesian_array.columns={columns}",
                         "chip.feature_map_memory.size=16 MiB", "chip.weight_memory.size=16 MiB"),
            )  # fmt: skip
            np.testing.assert_array_equal(outputs(run, len(fmm))[0], np.frombuffer(expected, np.int8), f"layer {number}")
            done += 1
        self.assertGreater(done, 3)

    def test_the_array_gives_the_references_bytes(self):
        self.expect_reference("classify", self.layers(40, 31))

    def test_software_gives_the_references_bytes(self):
        self.expect_reference("classify_software", self.layers(10, 32))


if __name__ == "__main__":
    unittest.main()
