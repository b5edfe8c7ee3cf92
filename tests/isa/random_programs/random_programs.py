#!/usr/bin/env python3
"""Runs random programs on the hart and on QEMU and compares all that is in memory afterwards: registers, CSRs, traps,
checkpoints, data, page tables. Ends with 0 if all agree, 1 at the first difference, 77 without QEMU.

  random_programs.py RUNNER RUNTIME [--seed N] [--programs N | --minutes M | --instructions N]

RUNNER is random_on_hart, RUNTIME the assembled runtime, RUNTIME.elf and RUNTIME.bin. Without a limit it goes on until
interrupted. A difference is narrowed down to a scene, an iteration and an instruction, and the command that shows it again is
printed."""
import argparse
import os
import sys
import tempfile
import time
from collections import Counter

import compare
import layout
import program
import reference
import trace
from hart import Hart

QUANTA = (100, 1000, 100_000)  # ns


class Session:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.runtime = program.Runtime(arguments.runtime + ".bin", arguments.runtime + ".elf")
        self.harts = {}
        self.qemu = None
        self.hart_ended = True

    def options(self, **more):
        a = self.arguments
        return program.Options(work=a.work, scenes=a.scenes, profile=a.profile, length=a.length,
                               **{"only": a.scene, "iterations": a.iterations, **more})

    def quantum(self, seed):
        return self.arguments.quantum or QUANTA[seed % len(QUANTA)]

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, seed, options):
        image, scenes = program.build(seed, self.runtime, options)
        quantum = self.quantum(seed)
        if quantum not in self.harts:
            self.harts[quantum] = Hart(self.arguments.runner, quantum)
        hart = self.harts[quantum]
        self.qemu = qemu = reference.start(image, self.path("qemu"))
        hart.start(image, self.path("hart"))
        return hart, qemu, scenes

    def stop(self):
        """Ends what is still running."""
        if self.qemu:
            reference.stop(self.qemu)
        for hart in self.harts.values():
            hart.stop()
        self.harts = {}

    def finish(self, started):
        """(memory of the hart, of QEMU, scenes, instructions)"""
        hart, qemu, scenes = started
        ours, instructions = hart.finish()
        self.hart_ended = instructions > 0
        return ours, reference.finish(qemu, self.path("qemu"), 60 if self.hart_ended else 5), scenes, instructions

    def run(self, seed, **more):
        return self.finish(self.start(seed, self.options(**more)))

    # ---- after a difference ----
    def narrow(self, seed, ours, theirs, scenes):
        """Says what differs, in the smallest program that shows it."""
        print(f"seed {seed}, quantum {self.quantum(seed)} ns: hart and QEMU differ")
        first = compare.first_iteration(ours, theirs, scenes)
        smaller = {}
        if first:
            smaller = {"only": scenes[first[0]].number, "iterations": first[1] + 1}
            ours, theirs, scenes, _ = self.run(seed, **smaller)
            if ours == theirs:
                print("  only together with the scenes before")
                return self.say_how(seed, {})
        for line in compare.describe(ours, theirs, scenes)[:20]:
            print("  " + line)
        self.say_how(seed, smaller)
        if smaller:
            self.find_instruction(seed, smaller)

    def say_how(self, seed, smaller):
        a = self.arguments
        more = [f"--{name} {getattr(a, name)}" for name in ("profile", "length") if getattr(a, name)]
        more += [f"--scene {smaller['only']}", f"--iterations {smaller['iterations']}"] if smaller else []
        print(f"  again: {sys.argv[0]} {a.runner} {a.runtime} --seed {seed} --programs 1 --work {a.work} "
              f"--scenes {a.scenes} --quantum {self.quantum(seed)} {' '.join(more)}")

    def find_instruction(self, seed, smaller):
        image, scenes = program.build(seed, self.runtime, self.options(**smaller))
        hart = Hart(self.arguments.runner, self.quantum(seed), self.path("trace"))
        hart.start(image, self.path("hart"))
        _, instructions = hart.finish()
        hart.stop()
        if instructions == 0:
            return
        scene = scenes[0]
        begin = {window + scene.body.start for window in (scene.base, scene.user_base)}
        found = trace.first_difference(self.path("trace"), image, self.path("qemu"), begin)
        os.unlink(self.path("trace"))
        if not found:
            print("  instruction by instruction they agree")
            return
        number, before, ours, theirs = found
        print(f"  first after instruction {number} of the scene, behind pc "
              + " ".join(f"{state[0]:#x}" for state in before))
        at = before[-1][0] & layout.CODE_BYTES - 1
        if before[-1][0] - at in (scene.base, scene.user_base):
            offset = scene.base - layout.RAM + at
            print(f"  there, before the program ran: {int.from_bytes(image[offset:offset + 4], 'little'):#010x}")
        for n, name in enumerate(trace.NAMES):
            values = [state[n] if state else None for state in (before[-1], ours, theirs)]
            if values[1] != values[2]:
                print(f"  {name}: " + ", ".join(f"{who} {value:#x}" if value is not None else f"{who} at its end"
                                                for who, value in zip(("before", "hart", "QEMU"), values)))


def show_coverage(traps, profiles, instructions):
    total = sum(traps.values())
    print(f"{total} traps, one in {instructions // max(1, total)} instructions; scenes: "
          + ", ".join(f"{name} {number}" for name, number in sorted(profiles.items())))
    for (handler, interrupt, cause, mode), number in sorted(traps.items()):
        name = f"interrupt {cause}" if interrupt else compare.CAUSES.get(cause, f"cause {cause}")
        print(f"  {number:9}  {name} in {mode}, handled by {handler}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runner")
    parser.add_argument("runtime")
    parser.add_argument("--seed", type=int, default=1, help="of the first program; the next ones follow")
    parser.add_argument("--programs", type=int)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--instructions", type=float, help="stop after so many that agree")
    parser.add_argument("--quantum", type=int, help="ns; otherwise several in turn")
    parser.add_argument("--work", type=int, default=150_000, help="instructions of a scene, about")
    parser.add_argument("--scenes", type=int, default=layout.MAX_SCENES)
    parser.add_argument("--scene", type=int, help="only this one")
    parser.add_argument("--iterations", type=int, help="of each scene")
    parser.add_argument("--length", type=int, help="instructions of a body, about")
    parser.add_argument("--profile", choices=["machine", "integer", "float", "user", "supervisor", "mixed", "system"])
    parser.add_argument("--coverage", action="store_true", help="count traps by cause and mode")
    arguments = parser.parse_args()
    if reference.find() is None:
        print("skipped: qemu-system-riscv64 is not installed")
        return 77
    sys.stdout.reconfigure(line_buffering=True)
    shared_memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=shared_memory) as folder:
        session = Session(arguments, folder)
        try:
            return run_all(session, arguments)
        finally:
            session.stop()


def run_all(session, arguments):
    begin = said = time.monotonic()
    instructions, programs = 0, 0
    traps, profiles = Counter(), Counter()
    seed = arguments.seed
    status = 0
    try:
        while not (programs == arguments.programs
                   or arguments.minutes is not None and time.monotonic() - begin > 60 * arguments.minutes
                   or arguments.instructions is not None and instructions >= arguments.instructions):
            try:
                ours, theirs, scenes, executed = session.run(seed)
            except TimeoutError as error:
                if session.hart_ended:
                    raise
                print(f"seed {seed}: {error}, nor did the hart: left out")
                seed += 1
                continue
            if ours != theirs:
                session.narrow(seed, ours, theirs, scenes)
                status = 1
                break
            instructions += executed
            programs += 1
            seed += 1
            traps.update(compare.trap_counts(theirs))
            profiles.update(scene.profile for scene in scenes)
            if time.monotonic() - said > 10:
                said = time.monotonic()
                print(f"{instructions} instructions agree in {programs} programs, seeds {arguments.seed} to {seed - 1}")
    except KeyboardInterrupt:
        print()
    except (RuntimeError, TimeoutError) as error:
        print(f"seed {seed}, quantum {session.quantum(seed)} ns: {error}")
        session.say_how(seed, {})
        status = 1
    seconds = time.monotonic() - begin
    print(f"{instructions} instructions agree in {programs} programs, seeds {arguments.seed} to {seed - 1}, "
          f"{seconds:.0f} s")
    if arguments.coverage:
        show_coverage(traps, profiles, instructions)
    return status


if __name__ == "__main__":
    sys.exit(main())
