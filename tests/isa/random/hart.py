"""Runs images on our hart: one process of random_on_hart per quantum, each ready for many images."""
import os
import subprocess

import layout


class Hart:
    SECONDS = 2  # of simulated time: some hundred times what a program needs

    def __init__(self, runner, quantum, trace=None):
        more = [trace] if trace else []
        self.process = subprocess.Popen([runner, str(quantum), str(self.SECONDS), *more], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def start(self, image, memory):
        self.memory = memory
        with open(memory + ".image", "wb") as file:
            file.write(image)
        print(memory + ".image", memory, sep="\n", file=self.process.stdin, flush=True)

    def finish(self):
        """(RAM afterwards, instructions executed)"""
        for line in self.process.stdout:  # SystemC says who it is first
            if line.startswith("failed"):
                os.unlink(self.memory + ".image")
                raise RuntimeError("hart " + line.strip())
            if line.strip().isdigit():
                break
        else:
            raise RuntimeError("the hart's runner has ended")
        with open(self.memory, "rb") as file:
            result = file.read(layout.RAM_BYTES)
        for path in (self.memory, self.memory + ".image"):
            os.unlink(path)
        return result, int(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()
