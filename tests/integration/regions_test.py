"""Measurement regions of firmware: nested, overlapping, with an engine's command in flight at their edges.

The energy of each stay is held against power.csv, which another path writes: with windows of 1 ns every edge, a
write by a CPU of 500 MHz over a bus of 250 MHz, falls on a window's edge.
"""

import csv
import importlib.util
import os
import subprocess
import sys
import unittest

import numpy as np
from kasane_program import BUILD, SOURCE, ScenarioTest, summary

REPEATS = 3
STAYS = ["first part", 'overlap, "quoted"', "second part", "whole", *["repeated"] * REPEATS, "last", "region 7"]
MISTAKES = 3  # begin of an open one, end of a closed one, begin of one that does not exist
EXACT = 1e-9  # relative: between two sums of many terms


def rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


class Power:
    """The whole chip's power over time, of power.csv."""

    def __init__(self, folder):
        table = np.loadtxt(folder / "power.csv", delimiter=",", skiprows=1, ndmin=2)
        self.begin = np.rint(table[:, 0] * 1e9)  # whole nanoseconds
        self.end = self.begin + np.rint(table[:, 1] * 1e9)
        self.watts = table[:, 2:].sum(axis=1)

    def joules(self, begin, end):
        """Between two moments in nanoseconds."""
        overlap = np.clip(np.minimum(self.end, end) - np.maximum(self.begin, begin), 0, None)
        return 1e-9 * (self.watts @ overlap)


class Regions(ScenarioTest):
    def run_regions(self, name, traces, *arguments):
        return self.run_scenario(
            "lenet5.yaml", "--images", 1, "--traces", traces, "--set", f"software.firmware={BUILD}/firmware/regions.elf",
            "--set", "trace.power_window=1 ns", *arguments, name=name,
        )  # fmt: skip

    def edges(self, stay):
        """Begin and end of a stay in nanoseconds, which must be whole."""
        begin = float(stay["begin_seconds"]) * 1e9
        end = begin + float(stay["seconds"]) * 1e9
        for edge in (begin, end):
            self.assertAlmostEqual(edge, round(edge), delta=1e-6)
        return round(begin), round(end)

    def assert_close(self, found, expected, what):
        self.assertLessEqual(abs(found - expected), EXACT * abs(expected), f"{what}: {found}, expected {expected}")

    def test_stays_are_the_integral_of_power(self):
        run = self.run_regions("run", "power,results")
        power = Power(run)
        stays = rows(run / "regions.csv")
        self.assertEqual([stay["name"] for stay in stays], STAYS)
        for stay in stays:
            begin, end = self.edges(stay)
            self.assertGreater(end, begin)
            self.assert_close(float(stay["energy_joules"]), power.joules(begin, end), stay["name"])
            self.assert_close(float(stay["average_watts"]), float(stay["energy_joules"]) / float(stay["seconds"]), stay["name"])

    def test_edges_lie_within_the_command(self):
        """Else the test above would not show what it is to show."""
        run = self.run_regions("run", "power,results")
        (command, _) = [
            (float(row["begin_seconds"]) * 1e9, (float(row["begin_seconds"]) + float(row["duration_seconds"])) * 1e9)
            for row in rows(run / "timeline.csv")
            if (row["block"], row["track"]) == ("neural_comp_unit", "commands")
        ]
        at = {stay["name"]: self.edges(stay) for stay in rows(run / "regions.csv")}
        first, overlap, second, whole = (at[name] for name in ("first part", 'overlap, "quoted"', "second part", "whole"))
        order = [whole[0], first[0], command[0], overlap[0], first[1], second[0], overlap[1], command[1], second[1], whole[1]]
        self.assertEqual(order, sorted(order))

    def test_parts_and_gaps_add_up_to_the_whole(self):
        run = self.run_regions("run", "power,results")
        power = Power(run)
        stay = {row["name"]: row for row in rows(run / "regions.csv")}
        first, second, whole = (self.edges(stay[name]) for name in ("first part", "second part", "whole"))
        gaps = power.joules(whole[0], first[0]) + power.joules(first[1], second[0]) + power.joules(second[1], whole[1])
        parts = sum(float(stay[name]["energy_joules"]) for name in ("first part", "second part"))
        self.assert_close(parts + gaps, float(stay["whole"]["energy_joules"]), "parts and gaps")
        self.assertLess(gaps, 0.05 * parts)  # they are the registers' writes, no more

    def test_summary_adds_up_the_stays(self):
        run = self.run_regions("run", "power,results")
        facts = summary(run)
        stays = rows(run / "regions.csv")
        self.assertEqual([region["name"] for region in facts["regions"]], list(dict.fromkeys(STAYS)))
        for region in facts["regions"]:
            own = [stay for stay in stays if stay["name"] == region["name"]]
            self.assertEqual(region["count"], len(own))
            self.assertEqual(region["count"], REPEATS if region["name"] == "repeated" else 1)
            self.assert_close(region["seconds"], sum(float(stay["seconds"]) for stay in own), region["name"])
            self.assert_close(region["energy_joules"], sum(float(stay["energy_joules"]) for stay in own), region["name"])
            self.assert_close(region["average_watts"], region["energy_joules"] / region["seconds"], region["name"])
        self.assertEqual(facts["region_mistakes"], MISTAKES)

    def test_traces_do_not_change_them(self):
        keys = ("regions", "region_mistakes", "simulated_seconds", "energy_joules", "blocks")
        with_traces = self.run_regions("with", "power,perfetto,vcd,results")
        without = self.run_regions("without", "none")
        coarse = self.run_regions("coarse", "power,results", "--set", "trace.power_window=1 ms")
        for other in (without, coarse):
            for key in keys:
                self.assertEqual(summary(with_traces)[key], summary(other)[key], key)
        self.assertEqual((with_traces / "regions.csv").read_bytes(), (coarse / "regions.csv").read_bytes())
        self.assertFalse((without / "regions.csv").exists())

    def test_they_stand_in_the_timeline(self):
        run = self.run_regions("run", "power,results")
        own = [row for row in rows(run / "timeline.csv") if row["block"] == "software" and row["track"].startswith("regions: ")]
        found = [(row["track"].removeprefix("regions: "), row["begin_seconds"], row["duration_seconds"]) for row in own]
        expected = [(stay["name"], stay["begin_seconds"], stay["seconds"]) for stay in rows(run / "regions.csv")]
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual([row["name"] for row in own], [row["track"].removeprefix("regions: ") for row in own])

    def trace(self, path):
        """A pftrace, by Google's own library."""
        proto = SOURCE / "platform" / "trace"
        subprocess.run(["protoc", f"--proto_path={proto}", f"--python_out={self.folder}", "perfetto.proto"], check=True)
        spec = importlib.util.spec_from_file_location("perfetto_pb2", self.folder / "perfetto_pb2.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module, module.Trace.FromString(path.read_bytes())

    def test_they_stand_in_the_perfetto_trace(self):
        run = self.run_regions("run", "perfetto,results", "--set", "trace.compress=false")
        module, trace = self.trace(run / "trace.pftrace")
        tracks = {p.track_descriptor.uuid: p.track_descriptor for p in trace.packet if p.HasField("track_descriptor")}
        event = module.TrackEvent
        open_since, found = {}, []
        for packet in trace.packet:
            track = packet.track_event.track_uuid
            if not tracks.get(track, module.TrackDescriptor()).name.startswith("regions: "):
                continue
            if packet.track_event.type == event.TYPE_SLICE_BEGIN:
                open_since[track] = packet.timestamp
            elif packet.track_event.type == event.TYPE_SLICE_END:
                found.append((tracks[track].name.removeprefix("regions: "), open_since.pop(track), packet.timestamp))
                self.assertEqual(tracks[tracks[track].parent_uuid].name, "software")
        expected = [(stay["name"], *self.edges(stay)) for stay in rows(run / "regions.csv")]
        self.assertEqual(sorted(found), sorted(expected))
        self.assertFalse(open_since)


if __name__ == "__main__":
    unittest.main()
