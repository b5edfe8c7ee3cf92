#!/usr/bin/env python3
"""Writes an assembly program that executes every instruction of RV64IMAC on corner cases, or systematically what goes to
traps. It prints every result, in hexadecimal, so that two machines can be compared line by line. Random operands and orders:
random_programs/.

generate.py corner|control OUTPUT
"""
import sys

BINARY = ("add sub sll slt sltu xor srl sra or and addw subw sllw srlw sraw "
          "mul mulh mulhsu mulhu div divu rem remu mulw divw divuw remw remuw").split()
IMMEDIATE = "addi slti sltiu xori ori andi addiw".split()
SHIFT64 = "slli srli srai".split()
SHIFT32 = "slliw srliw sraiw".split()
AMOS = "amoswap amoadd amoxor amoand amoor amomin amomax amominu amomaxu".split()
BRANCHES = "beq bne blt bge bltu bgeu".split()
CORNERS = [0, 1, 2, 31, 32, 63, 64, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x100000000,
           0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0x8000000000000001, 0xFFFFFFFF80000000, 0xFFFFFFFFFFFFFFFF,
           0x0123456789ABCDEF, 0xFEDCBA9876543210]


class Program:
    def __init__(self, out):
        self.out = out
        self.labels = 0

    def emit(self, text):
        self.out.write(f"  {text}\n")

    def label(self):
        self.labels += 1
        return f"l{self.labels}"

    def report(self, register):
        """Appends the register to the results."""
        self.emit(f"sd {register}, 0(x31)")
        self.emit("addi x31, x31, 8")


def corner(p):
    for op in BINARY:
        for a in CORNERS:
            for b in CORNERS:
                p.emit(f"li a0, {a:#x}")
                p.emit(f"li a1, {b:#x}")
                p.emit(f"{op} a2, a0, a1")
                p.report("a2")
    for a in CORNERS:
        p.emit(f"li a0, {a:#x}")
        for op in IMMEDIATE:
            for immediate in (-2048, -1, 0, 1, 2047):
                p.emit(f"{op} a2, a0, {immediate}")
                p.report("a2")
        for op in SHIFT64:
            for amount in (0, 1, 31, 32, 63):
                p.emit(f"{op} a2, a0, {amount}")
                p.report("a2")
        for op in SHIFT32:
            for amount in (0, 1, 31):
                p.emit(f"{op} a2, a0, {amount}")
                p.report("a2")
        for b in CORNERS:
            p.emit(f"li a1, {b:#x}")
            for op in BRANCHES:
                skip = p.label()
                p.emit("li a2, 1")
                p.emit(f"{op} a0, a1, {skip}")
                p.emit("li a2, 0")
                p.out.write(f"{skip}:\n")
                p.report("a2")
    for op in AMOS:
        for width in "wd":
            for a in CORNERS:
                for b in (0, 1, 0x7FFFFFFF, 0x80000000, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0x123456789):
                    p.emit(f"li a0, {a:#x}")
                    p.emit(f"li a1, {b:#x}")
                    p.emit("sd a0, 0(x30)")
                    p.emit(f"{op}.{width} a2, a1, (x30)")
                    p.report("a2")
                    p.emit("ld a2, 0(x30)")
                    p.report("a2")


def control(p):
    """Traps, reservations, reserved encodings, and the CSRs that two machines must agree on. Left out, because QEMU 7.2 departs
    from the specification or from our choice: misaligned SC and AMO, bit 0 of mepc, mstatus.MPP without user mode."""
    def cause_of(*lines):
        p.emit("li s2, 0")
        p.emit("li s3, 0")
        for line in lines:
            p.emit(line)
        p.report("s2")  # mcause, by the handler
        p.report("s3")  # mtval

    for width, size in (("w", 4), ("d", 8)):
        p.emit("li a0, 0x123456789")
        p.emit("sd a0, 0(x30)")
        p.emit("sd a0, 8(x30)")
        for between in ("nop", "sd zero, 0(x30)", f"sc.{width} a4, a0, (x30)"):
            p.emit("addi x29, x30, 8")
            p.emit(f"lr.{width} a1, (x30)")
            p.emit(between)
            p.emit(f"sc.{width} a2, a0, (x30)")
            for register in ("a1", "a2"):
                p.report(register)
        p.emit(f"lr.{width} a1, (x30)")
        p.emit(f"sc.{width} a2, a0, (x29)")  # not what was reserved
        p.report("a2")
        cause_of("addi a3, x30, 1", f"lr.{width} a1, (a3)")
    for parcel in (0x0000, 0x0004, 0x2000, 0x8000, 0x9C41, 0x9C61, 0x6101, 0x6081, 0x2001, 0x4002, 0x6002, 0x8002
                   ):
        cause_of(f".half {parcel:#x}")
    for word in (0xFFFFFFFF, 0x0000007F, 0x00007033 | 0x40000000, 0x02001013 | 0x80000000, 0x4000001B | 0x2000,
                 0x00002063, 0x00007003, 0x00004023, 0x1000302F | 1 << 20, 0x00006067, 0x30200073 | 1 << 7,
                 0x00004073):
        cause_of(f".word {word:#x}")
    cause_of("ecall")
    cause_of("csrr a0, 0x5c0")          # no such CSR
    cause_of("csrw mhartid, a0")        # read-only
    cause_of("csrrs a0, mhartid, zero")
    cause_of("csrrc a0, mvendorid, zero")
    cause_of("li a0, 0x40", "ld a1, 0(a0)")
    p.emit("li a0, -2")
    for name in ("mie", "mepc", "mscratch", "mtval", "mcause"):
        if name == "mie":
            p.emit("li a1, 0x888")
            p.emit("csrw mie, a1")
        else:
            p.emit(f"csrw {name}, a0")
        p.emit(f"csrr a2, {name}")
        p.report("a2")
    p.emit("csrw mie, zero")
    for op in ("csrrw", "csrrs", "csrrc"):
        p.emit("li a1, 0x123456789abcdef")
        p.emit("csrw mscratch, a1")
        p.emit("li a2, 0xff00ff00ff")
        p.emit(f"{op} a3, mscratch, a2")
        p.report("a3")
        p.emit(f"{op}i a3, mscratch, 21")
        p.report("a3")
        p.emit("csrr a3, mscratch")
        p.report("a3")
    p.emit("csrr a0, mstatus")
    p.emit("li a1, 0x88")
    p.emit("and a0, a0, a1")
    p.report("a0")
    # Jumps: link values of short and long forms, the lowest bit of a target dropped.
    for call in ("jalr a1, 1(a0)", "c.jalr a0", "jalr a0, 0(a0)"):
        after = p.label()
        p.emit("li ra, 0")
        p.emit("li a1, 0")
        p.emit(f"la a0, {after}")
        p.emit(call)
        p.out.write(f"{after}:\n")
        p.emit("la a2, results")
        for register in ("ra", "a0", "a1"):
            p.emit(f"sub a3, a2, {register}")
            p.report("a3")
    # Code that writes code, made visible by FENCE.I, twice over the same place.
    for value in (1, 2):
        p.emit(f"li a0, {0x00000513 | value << 20:#x}")  # addi a0, x0, value
        p.emit("la a1, patched")
        p.emit("sw a0, 0(a1)")
        p.emit("fence.i")
        p.emit("jal ra, patched")
        p.report("a0")


HEAD = """  .option norelax
  .section .text.start, "ax"
  .globl _start
_start:
  la t0, handler
  csrw mtvec, t0
  la x30, scratch
  la x31, results
"""

# Prints the results: for each 16 hexadecimal digits and a newline; then "PASS" and the end.
TAIL = """  la s0, results
print_next:
  bgeu s0, x31, finish
  ld s1, 0(s0)
  addi s0, s0, 8
  li s2, 60
print_digit:
  srl a0, s1, s2
  andi a0, a0, 15
  addi a0, a0, 48
  li a1, 58
  blt a0, a1, 1f
  addi a0, a0, 39
1: call put
  addi s2, s2, -4
  bgez s2, print_digit
  li a0, 10
  call put
  j print_next
finish:
  la s0, text_pass
2: lbu a0, 0(s0)
  beqz a0, 3f
  call put
  addi s0, s0, 1
  j 2b
3: li t0, 0x100000
  li t1, 0x5555
  sw t1, 0(t0)
  j .
put:
  li t0, 0x10000000
4: lbu t1, 5(t0)
  andi t1, t1, 0x20
  beqz t1, 4b
  sb a0, 0(t0)
  ret
  .align 2
handler:
  csrr s2, mcause
  csrr s3, mtval
  csrr t0, mepc
  lhu t1, 0(t0)
  andi t1, t1, 3
  addi t0, t0, 2
  li t2, 3
  bne t1, t2, 5f
  addi t0, t0, 2
5: csrw mepc, t0
  mret
  .align 2
patched:
  li a0, 99
  ret
  .align 4
text_pass: .asciz "PASS\\n"
  .bss
  .align 12
scratch: .space 4096
results: .space 1048576
"""


def main():
    kind, path = sys.argv[1:]
    with open(path, "w", encoding="ascii") as out:
        out.write(HEAD)
        {"corner": corner, "control": control}[kind](Program(out))
        out.write(TAIL)


if __name__ == "__main__":
    main()
