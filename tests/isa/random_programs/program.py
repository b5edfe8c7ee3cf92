"""A program: the assembled runtime and scenes, in one image of RAM."""
import random
import subprocess
from dataclasses import dataclass

import layout
from scene import Scene


@dataclass
class Options:
    """What may be chosen besides the seed."""
    work: int = 300_000  # instructions a scene, about
    scenes: int = layout.MAX_SCENES
    only: int | None = None  # just this scene
    iterations: int | None = None  # of each scene
    length: int | None = None  # instructions of a body, about
    profile: str | None = None


def read_symbols(elf, nm="riscv64-unknown-elf-nm"):
    lines = subprocess.run([nm, elf], capture_output=True, text=True, check=True).stdout.split("\n")
    return {name: int(value, 16) for value, _, name in (line.split() for line in lines if line)}


class Runtime:
    """The assembled runtime: image and symbols."""

    def __init__(self, image, elf):
        with open(image, "rb") as file:
            self.image = file.read()
        self.symbols = read_symbols(elf)


def build(seed, runtime, options):
    """The image of RAM and the scenes."""
    image = bytearray(layout.RAM_BYTES)
    image[:len(runtime.image)] = runtime.image
    rng = random.Random(seed)
    seeds = [rng.getrandbits(64) for _ in range(options.scenes)]
    numbers = range(options.scenes) if options.only is None else [options.only]
    scenes = []
    for place, number in enumerate(numbers):
        scenes.append(Scene(seeds[number], place if options.only is None else number, image, runtime.symbols, options))
    if options.only is not None:  # the runtime counts from 0: the descriptor of the only scene comes first
        source = layout.DESCRIPTORS + options.only * layout.DESCRIPTOR_BYTES - layout.RAM
        target = layout.DESCRIPTORS - layout.RAM
        image[target:target + layout.DESCRIPTOR_BYTES] = image[source:source + layout.DESCRIPTOR_BYTES]
    at = layout.SCENE_COUNT - layout.RAM
    image[at:at + 8] = len(scenes).to_bytes(8, "little")
    return image, scenes
