"""Two memories after the same program: where they differ, by name, and in which iteration of which scene first."""
import struct

import layout

COMPARED = layout.RAM_BYTES
X_NAMES = [f"x{n}" for n in range(32)]
F_NAMES = [f"f{n}" for n in range(32)]
CAUSES = {0: "fetch misaligned", 1: "fetch access", 2: "illegal", 3: "breakpoint", 4: "load misaligned", 5: "load access",
          6: "store misaligned", 7: "store access", 8: "call from U", 9: "call from S", 11: "call from M",
          12: "fetch page", 13: "load page", 15: "store page"}
MODES = "US?M"


def word(ram, address):
    return struct.unpack_from("<Q", ram, address - layout.RAM)[0]


def saved_registers(ram):
    """Name and value of what the last checkpoint saved."""
    names = X_NAMES + F_NAMES + layout.SAVED_CSR_NAMES
    return {name: word(ram, layout.CONTROL + 8 * n) for n, name in enumerate(names)}


def trap_log(ram):
    """{number: (cause, value, pc, status)} of the logged traps that have not been written over."""
    last = word(ram, layout.CONTROL + layout.C_LOG) // 32
    slots = layout.LOG_BYTES // 32
    entries = [tuple(word(ram, layout.LOG + 32 * n + 8 * k) for k in range(4)) for n in range(slots)]
    return {n: entries[n % slots] for n in range(max(0, last - slots) + 1, last + 1)}


def trap_counts(ram):
    """{(handler, interrupt, cause, mode): number}"""
    counts = {}
    for handler in range(2):
        for cause in range(32):
            for mode in range(4):
                number = word(ram, layout.COUNTS + handler * 1024 + cause * 32 + mode * 8)
                if number:
                    counts["MS"[handler], cause >> 4, cause & 15, MODES[mode]] = number
    return counts


def checkpoints(ram):
    end = word(ram, layout.CONTROL + layout.C_CHECKPOINT)
    return [word(ram, at) for at in range(layout.CHECKPOINTS, end, 8)]


def first_iteration(hart, qemu, scenes):
    """(place of the scene, iteration) of the first checkpoint that differs, or None."""
    ours, theirs = checkpoints(hart), checkpoints(qemu)
    different = [n for n in range(max(len(ours), len(theirs))) if ours[n:n + 1] != theirs[n:n + 1]]
    if not different:
        return None
    at = different[0]
    for place, scene in enumerate(scenes):
        if at < scene.iterations():
            return place, at
        at -= scene.iterations()
    return None


def describe(hart, qemu, scenes):
    """Lines that say what differs."""
    lines = []
    first = first_iteration(hart, qemu, scenes)
    if first:
        lines.append(f"first different checkpoint: scene {scenes[first[0]].number}, iteration {first[1]}")
    ours, theirs = saved_registers(hart), saved_registers(qemu)
    for name in ours:
        if ours[name] != theirs[name]:
            lines.append(f"{name}: hart {ours[name]:#x}, QEMU {theirs[name]:#x}")
    mine, other = trap_log(hart), trap_log(qemu)
    for n in sorted(set(mine) | set(other)):
        if mine.get(n) != other.get(n) and (n in mine or n > max(other)) and (n in other or n > max(mine)):
            lines.append(f"trap {n}: hart {show_trap(mine.get(n))}")
            lines.append(f"trap {n}: QEMU {show_trap(other.get(n))}")
            break
    for scene in scenes:
        for name, begin, size in (("code", 0, layout.CODE_BYTES), ("data", layout.SCENE_DATA, layout.DATA_PAGES << 12),
                                  ("page tables", layout.SCENE_TABLES, layout.TABLE_PAGES << 12)):
            for at in range(scene.base + begin, scene.base + begin + size, 8):
                if word(hart, at) != word(qemu, at):
                    lines.append(f"scene {scene.number}, {name} at {at:#x}: hart {word(hart, at):#x}, "
                                 f"QEMU {word(qemu, at):#x}")
                    break
    return lines


def show_trap(entry):
    if entry is None:
        return "none"
    cause, value, pc, status = entry
    name = f"interrupt {cause & 63}" if cause >> 63 else CAUSES.get(cause, f"cause {cause}")
    return f"{name}, value {value:#x}, pc {pc:#x}, status {status:#x}"
