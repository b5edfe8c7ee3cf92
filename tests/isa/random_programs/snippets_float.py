"""Snippets of F and D: operands come from the pool, in front of most operations, and results and flags go into the sum, so
that neither degenerate."""
import encoder as e
from snippets_memory import offset


def rounding(b):
    """Mostly legal: static 0 to 4, or 7 for the mode in frm."""
    value = b.rng.random()
    if value < 0.5:
        return 7
    return b.rng.randrange(5) if value < 0.995 else b.rng.choice([5, 6])


def fresh(b, register):
    """A new operand in a register, of either width: what does not fit is not boxed, or half of a double."""
    pool = b.registers.pool
    opcode, funct3, size = e.FLOAT_LOADS["fld" if b.rng.random() < 0.8 else "flw"]
    b.emit(e.i_type(opcode, funct3, register, pool, b.rng.randrange(-2048 // size, 2048 // size) * size))


def operands(b, count):
    registers = [b.float_register() for _ in range(count)]
    for register in registers:
        if b.rng.random() < 0.5:
            fresh(b, register)
    return registers


def fold_float(b, register):
    if b.rng.random() < 0.6:
        spare, _ = b.scratch()
        b.emit(e.float_op(0x70, b.rng.random() < 0.75, spare, register, 0, 0))  # fmv.x
        b.fold(spare)


def fold_flags(b):
    spare, _ = b.scratch()
    b.emit(e.csr(e.CSRRS, spare, 0x001, 0) if b.rng.random() < 0.5 else e.csr(e.CSRRWI, spare, 0x001, 0))
    b.fold(spare)


def arithmetic(b):
    rng = b.rng
    double = rng.getrandbits(1)
    rs1, rs2 = operands(b, 2)
    rd = b.float_register()
    kind = rng.randrange(7)
    if kind < 4:
        b.emit(e.float_op(rng.choice(list(e.FLOAT_BINARY.values())), double, rd, rs1, rs2, rounding(b)))
    elif kind < 5:
        b.emit(e.float_op(0x2C, double, rd, rs1, 0, rounding(b)))  # fsqrt
    else:
        funct7, funct3 = rng.choice(e.FLOAT_SIGN_MINMAX)
        b.emit(e.float_op(funct7, double, rd, rs1, rs1 if rng.random() < 0.1 else rs2, funct3))
    fold_float(b, rd)
    if rng.random() < 0.3:
        fold_flags(b)


def fused(b):
    rs1, rs2, rs3 = operands(b, 3)
    rd = b.float_register()
    b.emit(e.float_fused(b.rng.choice(list(e.FLOAT_FUSED.values())), b.rng.getrandbits(1), rd, rs1, rs2, rs3, rounding(b)))
    fold_float(b, rd)
    if b.rng.random() < 0.3:
        fold_flags(b)


def compare(b):
    rs1, rs2 = operands(b, 2)
    rd, _ = b.scratch()
    double = b.rng.getrandbits(1)
    if b.rng.random() < 0.7:
        b.emit(e.float_op(0x50, double, rd, rs1, rs2, b.rng.choice(e.FLOAT_COMPARE)))
    else:
        b.emit(e.float_op(0x70, double, rd, rs1, 0, 1))  # fclass
    b.fold(rd)


def to_integer(b):
    """fcvt.{w,wu,l,lu}.{s,d}"""
    rs1, = operands(b, 1)
    rd, _ = b.scratch()
    b.emit(e.float_op(0x60, b.rng.getrandbits(1), rd, rs1, b.rng.randrange(4), rounding(b)))
    b.fold(rd)
    if b.rng.random() < 0.3:
        fold_flags(b)


def from_integer(b):
    """fcvt.{s,d}.{w,wu,l,lu}"""
    rng = b.rng
    source = b.source()
    if rng.random() < 0.5:
        source, _ = b.scratch()
        b.emit(e.i_type(0x03, 3, source, b.registers.pool, rng.randrange(-256, 256) * 8))
    rd = b.float_register()
    b.emit(e.float_op(0x68, rng.getrandbits(1), rd, source, rng.randrange(4), rounding(b)))
    fold_float(b, rd)


def between_widths(b):
    rs1, = operands(b, 1)
    rd = b.float_register()
    to_double = b.rng.getrandbits(1)
    b.emit(e.float_op(0x20, to_double, rd, rs1, 0 if to_double else 1, rounding(b)))
    fold_float(b, rd)


def move(b):
    rng = b.rng
    if rng.random() < 0.5:
        b.emit(e.float_op(0x78, rng.getrandbits(1), b.float_register(), b.source(), 0, 0))
    else:
        b.emit(e.float_op(0x70, rng.getrandbits(1), b.destination(), b.float_register(), 0, 0))


def memory(b):
    rng = b.rng
    base = rng.choice([2, b.registers.data])
    data, pool = b.registers.data, b.registers.pool
    short = rng.choice(range(8, 16))
    kind = rng.randrange(6)
    if kind == 0:
        opcode, funct3, size = rng.choice(list(e.FLOAT_LOADS.values()))
        b.emit(e.i_type(opcode, funct3, b.float_register(), base, offset(b, size)))
    elif kind == 1:
        opcode, funct3, size = rng.choice(list(e.FLOAT_STORES.values()))
        b.emit(e.s_type(opcode, funct3, base, b.float_register(), offset(b, size)))
    elif kind == 2:
        b.emit(e.c_double(1, short, rng.choice([data, pool]), rng.randrange(32) * 8))
    elif kind == 3:
        b.emit(e.c_double(5, short, data, rng.randrange(32) * 8))
    elif kind == 4:
        b.emit(e.c_load_double_sp(1, b.float_register(), rng.randrange(64) * 8))
    else:
        b.emit(e.c_store_double_sp(5, b.float_register(), rng.randrange(64) * 8))


def control(b):
    """frm, fflags and fcsr; reserved rounding modes are put right again soon."""
    rng = b.rng
    rd, spare = b.scratch()
    kind = rng.randrange(4)
    if kind == 0:
        b.emit(e.csr(e.CSRRWI, rd, 0x002, rng.randrange(5)))
    elif kind == 1:
        b.emit(e.csr(e.CSRRWI, rd, 0x001, rng.randrange(32)))
    elif kind == 2:
        b.load(spare, rng.randrange(5) << 5 | rng.randrange(32) | rng.getrandbits(16) << 8)
        b.emit(e.csr(e.CSRRW, rd, 0x003, spare))
    else:
        b.emit(e.csr(e.CSRRWI, rd, 0x002, rng.randrange(8)))
        rs1, rs2 = operands(b, 2)
        b.emit(e.float_op(0, rng.getrandbits(1), b.float_register(), rs1, rs2, 7))
        b.emit(e.csr(rng.choice([e.CSRRSI, e.CSRRCI]), rd, 0x003, rng.randrange(32)))
        b.emit(e.csr(e.CSRRWI, 0, 0x002, rng.randrange(5)))
    b.fold(rd)


def refresh(b):
    for _ in range(3):
        fresh(b, b.float_register())


SNIPPETS = [(arithmetic, 22), (fused, 10), (compare, 8), (to_integer, 7), (from_integer, 6), (between_widths, 5), (move, 4),
            (memory, 8), (control, 4), (fold_flags, 3), (refresh, 5)]
