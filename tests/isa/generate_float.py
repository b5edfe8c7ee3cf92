#!/usr/bin/env python3
"""Writes an assembly program that executes every instruction of the F and D extensions on all pairs or triples of
special values and some random ones, in every static rounding mode and in every dynamic one, from cleared flags.

Results and flags are folded into one number for each (instruction, modes, first operand), which is what the program
prints: so a difference between two machines names its instruction by its place, see --list.

generate_float.py OUTPUT | --list | --count  [SEED of the random values]
"""
import math
import random
import sys

from generate import HEAD, TAIL

MODES = ["rne", "rtz", "rdn", "rup", "rmm", "dyn"]
BOX = 0xFFFFFFFF00000000


class Format:
    """A format's letter, and its operands as 64-bit register contents."""

    def __init__(self, letter, width, fraction, seed):
        self.letter = letter
        top = 1 << width - 1
        hidden = 1 << fraction
        infinity = top - hidden
        bias = infinity // hidden // 2
        one = bias * hidden
        magnitudes = [0, 1, hidden >> 1, hidden - 1, hidden, hidden + 1, one - 1, one, one + 1, one + hidden,
                      one | hidden >> 1, (bias - fraction - 1) * hidden, (bias + fraction) * hidden + 1,
                      (bias + 30) * hidden | hidden - 1, (bias + 31) * hidden, (bias + 62) * hidden | hidden - 1,
                      (bias + 63) * hidden, infinity - 1, infinity, infinity + 1, infinity | hidden >> 1]
        patterns = [m | s for m in magnitudes for s in (0, top)]
        rng = random.Random(seed)
        for _ in range(12):
            patterns.append(rng.getrandbits(width))
            patterns.append(rng.randrange(bias - 40, bias + 70) * hidden | rng.getrandbits(fraction) |
                            rng.getrandbits(1) * top)
        self.operands = [p | (BOX if width == 32 else 0) for p in patterns]
        if width == 32:  # not boxed: they read as NaN
            self.operands += [one, 0x3FF0000000000000, BOX - 1]
        #: fewer, for instructions of three operands
        self.few = self.operands[::5] + self.operands[-2:]


SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260301
SINGLE = Format("s", 32, 23, SEED)
DOUBLE = Format("d", 64, 52, SEED + 1)
INTEGERS = [v & 0xFFFFFFFFFFFFFFFF for n in (0, 1, 3, 0xFFFFFF, 0x1000001, 0x1000003, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
                                             0x20000000000001, 0x20000000000003, 0x7FFFFFFFFFFFFDFF, 0x7FFFFFFFFFFFFFFF,
                                             0x8000000000000000, 0x123456789ABCDEF0, 0xFFFFFF8000000001)
            for v in (n, -n)]


def instructions():
    """(text with one place for the mode or None, operands' values by position, whether it has a mode)."""
    for f in (SINGLE, DOUBLE):
        s, all_, few = f.letter, f.operands, f.few
        for name in ("fadd", "fsub", "fmul", "fdiv"):
            yield f"{name}.{s} fa0, fa1, fa2", (all_, all_), True
        yield f"fsqrt.{s} fa0, fa1", (all_,), True
        for name in ("fmadd", "fmsub", "fnmsub", "fnmadd"):
            yield f"{name}.{s} fa0, fa1, fa2, fa3", (all_, few, few), True
        for name in ("fsgnj", "fsgnjn", "fsgnjx", "fmin", "fmax"):
            yield f"{name}.{s} fa0, fa1, fa2", (all_, all_), False
        for name in ("feq", "flt", "fle"):
            yield f"{name}.{s} a0, fa1, fa2", (all_, all_), False
        yield f"fclass.{s} a0, fa1", (all_,), False
        for integer in ("w", "wu", "l", "lu"):
            yield f"fcvt.{integer}.{s} a0, fa1", (all_,), True
            # The assembler takes no mode where doubles hold every integer.
            yield f"fcvt.{s}.{integer} fa0, a1", (INTEGERS,), (s, integer) not in (("d", "w"), ("d", "wu"))
    yield "fcvt.s.d fa0, fa1", (DOUBLE.operands,), True
    yield "fcvt.d.s fa0, fa1", (SINGLE.operands,), False
    for name in ("fmv.x.w a0, fa1", "fmv.x.d a0, fa1"):
        yield name, (SINGLE.operands + DOUBLE.operands,), False
    for name in ("fmv.w.x fa0, a1", "fmv.d.x fa0, a1"):
        yield name, (DOUBLE.operands,), False


def cases():
    """(instruction with its mode, operands' values, dynamic mode)"""
    for text, values, has_mode in instructions():
        for mode in MODES if has_mode else [None]:
            full = text if mode is None else f"{text}, {mode}"
            for dynamic in range(5) if mode == "dyn" else [3 if mode == "rne" else 0]:
                yield full, values, dynamic


class Program:
    def __init__(self, out):
        self.out = out
        self.tables = {}
        self.stubs = {}

    def emit(self, text):
        self.out.write(f"  {text}\n")

    def table(self, values):
        return self.tables.setdefault(tuple(values), f"table{len(self.tables)}")

    def stub(self, text):
        return self.stubs.setdefault(text, f"stub{len(self.stubs)}")

    def report(self, register):
        self.emit(f"sd {register}, 0(x31)")
        self.emit("addi x31, x31, 8")

    def sweep(self, text, values, dynamic):
        """Calls the loops below: s4 stub, and for each operand its first value's address and the end's."""
        self.emit(f"csrwi frm, {dynamic}")
        self.emit(f"la s4, {self.stub(text)}")
        for n, (first, end) in enumerate((("s5", "s6"), ("s7", "s8"), ("s9", "s10"))):
            table = values[n] if n < len(values) else values[0][:1]
            self.emit(f"la {first}, {self.table(table)}")
            self.emit(f"addi {end}, {first}, {8 * len(table)}")
        self.emit("call sweep")

    def finish(self):
        for text, label in self.stubs.items():
            self.out.write(f"{label}:\n")
            self.emit(text)
            if text.split()[1].startswith("fa0"):
                self.emit("fmv.x.d a0, fa0")
            self.emit("jr t0")
        self.out.write("  .align 3\n")
        for values, label in self.tables.items():
            self.out.write(f"{label}:\n")
            for value in values:
                self.emit(f".dword {value:#x}")


#: For each first operand: all second and third ones; results and flags folded into s0, which is reported.
SWEEP = """
sweep:
  mv t3, s5
1: li s0, 0
  li s11, 0x9E3779B97F4A7C15
  mv t4, s7
2: mv gp, s9
3: ld a1, 0(t3)
  ld a2, 0(t4)
  ld a3, 0(gp)
  fmv.d.x fa0, a2
  fmv.d.x fa1, a1
  fmv.d.x fa2, a2
  fmv.d.x fa3, a3
  csrwi fflags, 0
  jalr t0, s4
  csrr a1, fflags
  slli a1, a1, 32
  xor a0, a0, a1
  xor s0, s0, a0
  mul s0, s0, s11
  srli a0, s0, 29
  xor s0, s0, a0
  addi gp, gp, 8
  bltu gp, s10, 3b
  addi t4, t4, 8
  bltu t4, s8, 2b
  sd s0, 0(x31)
  addi x31, x31, 8
  addi t3, t3, 8
  bltu t3, s6, 1b
  ret
"""


def registers_and_memory(p):
    """Loads and stores with and without compression, boxing, fcsr, and what traps."""
    for n, value in enumerate((0x3F8000003F800000, 0xFFFFFFFF7F800001, 0x0123456789ABCDEF)):
        p.emit(f"li a0, {value:#x}")
        p.emit(f"sd a0, {8 * n}(x30)")
    p.emit("mv s0, x30")
    p.emit("mv sp, x30")
    p.emit("addi s1, x30, 256")
    for offset in (0, 4, 8, 16, 20):
        for load, store in (("flw", "fsw"), ("fld", "fsd")):
            if load == "fld" and offset % 8 != 0:
                continue
            for base in ("s0", "sp", "x30"):
                for target in ("fa0", "ft11"):
                    p.emit(f"{load} {target}, {offset}({base})")
                    p.emit(f"{store} {target}, {offset}(s1)")
                    p.emit(f"ld a1, {offset & ~7}(s1)")
                    p.emit(f"fmv.x.d a2, {target}")
                    p.report("a1")
                    p.report("a2")
    for store in ("fsd fa0, 304(sp)", "c.fsdsp fa0, 304(sp)", "c.fsd fa0, 48(s1)"):
        p.emit("c.fldsp fa0, 16(sp)")
        p.emit(store)
        p.emit("c.fld fa1, 48(s1)")
        p.emit("fmv.x.d a0, fa1")
        p.report("a0")
        p.emit("sd zero, 304(x30)")
    for csr, values in (("fcsr", (0xFF, 0x60, 0x1F, 0xFFFF, 0)), ("frm", (0, 4, 5, 7, 0xFF)), ("fflags", (0xFF, 1, 0))):
        for value in values:
            p.emit(f"li a0, {value}")
            p.emit(f"csrrw a1, {csr}, a0")
            p.report("a1")
            for read in ("fcsr", "frm", "fflags"):
                p.emit(f"csrr a1, {read}")
                p.report("a1")
    trapping = ["fadd.s fa0, fa1, fa2, dyn", "fcvt.w.s a0, fa1, dyn", "fsqrt.d fa0, fa1, dyn", "fmadd.s fa0, fa1, fa2, fa3, dyn",
                "fcvt.d.l fa0, a1, dyn", "fsgnj.s fa0, fa1, fa2", "fcvt.w.s a0, fa1, rtz"]

    def cause_of(line):
        p.emit("li s2, 0")
        p.emit("li s3, 0")
        p.emit(line)
        p.report("s2")
        p.report("s3")

    for frm in (4, 5, 6, 7):
        p.emit(f"csrwi frm, {frm}")
        for line in trapping:
            cause_of(line)
    p.emit("csrwi frm, 0")
    for word in (0x00B57553, 0xC0005553, 0xC0006553, 0x02B55553, 0x5A057553, 0x6AB57543):  # reserved static modes 5, 6
        for mode in (5, 6):
            cause_of(f".word {word & ~0x7000 | mode << 12:#x}")
    # Dirty by what writes registers or raises flags, and nothing else; off: everything traps.
    p.emit("li s6, 0x6000")
    p.emit("li s7, 0x4000")
    for line in ("fadd.s fa0, fa1, fa2", "fmv.d.x fa0, zero", "fld fa0, 0(x30)", "flw fa0, 0(x30)", "fsd fa0, 256(x30)",
                 "fclass.s a0, fa1", "fsgnj.d fa0, fa1, fa2", "fcvt.w.d a0, fa1", "fmin.d fa0, fa0, fa1", "c.fld fa0, 0(s0)",
                 "c.fsd fa0, 64(s0)", "csrr a0, fcsr", "csrwi fflags, 0"):
        for state in ("s7", "zero"):
            p.emit("fmv.d.x fa0, zero")
            p.emit("fmv.d.x fa1, zero")
            p.emit("fmv.d.x fa2, zero")
            p.emit("csrc mstatus, s6")
            p.emit(f"csrs mstatus, {state}")
            cause_of(line)
            p.emit("csrr a0, mstatus")
            p.emit("and a0, a0, s6")
            p.report("a0")
            p.emit("csrs mstatus, s6")


def main():
    if sys.argv[1] == "--list":
        line = 0
        for text, values, dynamic in cases():
            print(f"{line}: {text} with frm {dynamic}, by first operand")
            line += len(values[0])
        print(f"{line}: registers, memory and CSRs")
        return
    if sys.argv[1] == "--count":
        print(sum(math.prod(map(len, values)) for _, values, _ in cases()))
        return
    with open(sys.argv[1], "w", encoding="ascii") as out:
        out.write(HEAD)
        p = Program(out)
        p.emit("li t0, 0x6000")
        p.emit("csrs mstatus, t0")
        for text, values, dynamic in cases():
            p.sweep(text, values, dynamic)
        registers_and_memory(p)
        p.emit("j print")
        out.write(SWEEP)
        p.finish()
        out.write("  .align 2\nprint:\n")
        out.write(TAIL)


main()
