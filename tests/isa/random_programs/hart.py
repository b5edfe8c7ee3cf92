"""Runs images on our hart: one process of random_on_hart per quantum, each ready for many images."""
import os
import subprocess

import layout


class Hart:
    SECONDS = 0.4  # of simulated time: many times what a program needs

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
        """(RAM afterwards, instructions executed, 0 where the program did not come to its end)"""
        for line in self.process.stdout:  # SystemC says who it is first
            if line.startswith("failed") or line.strip().isdigit():
                break
        else:
            raise RuntimeError("the hart's runner has ended")
        os.unlink(self.memory + ".image")
        if not os.path.exists(self.memory):
            raise RuntimeError("hart " + line.strip())
        with open(self.memory, "rb") as file:
            result = file.read(layout.RAM_BYTES)
        os.unlink(self.memory)
        if line.startswith("failed"):
            print("hart " + line.strip())
            return result, 0
        return result, int(line)

    def stop(self):
        """The end, also of a program that is running."""
        self.process.terminate()
        self.process.wait()
