"""The roofline model, hierarchical: attained MAC/s of each layer against its MAC per byte of every memory it used.

A layer cannot be faster than its MAC per byte times the memory's bandwidth, nor than the engines' peak."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Point:
    layer: str
    memory: str
    macs_per_byte: float
    macs_per_second: float  # attained, over all of the layer's time


def memory_peaks(blocks):
    """{memory: bytes per second}, of those that have a peak."""
    return {name: block["peak_bytes_per_second"] for name, block in blocks.items() if block.get("peak_bytes_per_second", 0) > 0}


def engine_peaks(blocks):
    """{engine: MAC per second}."""
    return {name: block["peak_macs_per_second"] for name, block in blocks.items() if block.get("peak_macs_per_second", 0) > 0}


def computed_macs(layer):
    """Of the layer's MACs those that an engine had to do: kernel coordinates that the Cartesian-product array does without take none."""
    return layer["macs"] * layer["kept_coordinates"] / layer["coordinates"] if layer.get("coordinates") else layer["macs"]


def points(layers, memories):
    """A point a layer and memory it moved bytes of; layers without MACs have none."""
    found = []
    for layer in layers:
        macs = computed_macs(layer)
        if macs <= 0 or layer["seconds"] <= 0:
            continue
        for name, block in layer.get("blocks", {}).items():
            moved = block.get("bytes_read", 0) + block.get("bytes_written", 0)
            if name in memories and moved > 0:
                found.append(Point(layer["name"], name, macs / moved, macs / layer["seconds"]))
    return found


def ridge(peak_macs, bytes_per_second):
    """MAC per byte from which the engines bound and no longer the memory."""
    return peak_macs / bytes_per_second
