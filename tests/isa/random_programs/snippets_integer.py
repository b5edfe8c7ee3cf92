"""Snippets of I, M and the compressed integer instructions."""
import encoder as e


def binary(b):
    name = b.rng.choice(list(e.BINARY))
    b.emit(e.r_type(*e.BINARY[name], b.destination(), b.source(), b.source()))


def multiply(b):
    rd, rs1, rs2 = b.destination(), b.source(), b.source()
    name = b.rng.choice(list(e.MULTIPLY))
    b.emit(e.r_type(*e.MULTIPLY[name], rd, rs1, rs2))
    if rd and b.rng.random() < 0.3:
        b.fold(rd)


def immediate(b):
    opcode, funct3 = e.IMMEDIATE[b.rng.choice(list(e.IMMEDIATE))]
    value = b.rng.choice([-2048, -1, 0, 1, 2047]) if b.rng.random() < 0.2 else b.rng.randrange(-2048, 2048)
    b.emit(e.i_type(opcode, funct3, b.destination(), b.source(), value))


def shift(b):
    opcode, funct3, upper, width = e.SHIFT[b.rng.choice(list(e.SHIFT))]
    b.emit(e.i_type(opcode, funct3, b.destination(), b.source(), upper | b.rng.randrange(width)))


def upper(b):
    form = b.rng.choice([e.lui, e.auipc])
    b.emit(form(b.destination(), b.rng.getrandbits(20)))


def constant(b):
    rd = b.destination()
    b.load(rd or 1, b.rng.choice([b.rng.getrandbits(64), b.rng.getrandbits(64) >> b.rng.randrange(64)]))


def fold_one(b):
    b.fold(b.source())


def compressed(b):
    rng = b.rng
    a, c = b.short_destination(), b.short_source()
    rd, rs = b.destination() or 1, b.source() or 1
    six = rng.randrange(-32, 32)
    b.emit(rng.choice([
        lambda: e.c_arithmetic(rng.randrange(6), a, c),
        lambda: e.c_arithmetic(rng.randrange(6), a, c),
        lambda: e.c_andi(a, six),
        lambda: e.c_shift_right(a, rng.randrange(64), rng.getrandbits(1)),
        lambda: e.c_slli(rd, rng.randrange(64)),
        lambda: e.c_addi(rd, six),
        lambda: e.c_addiw(rd, six),
        lambda: e.c_li(rd, six),
        lambda: e.c_lui(rd, six or 1),
        lambda: e.c_mv(rd, rs),
        lambda: e.c_add(rd, rs),
        lambda: e.c_addi4spn(a, rng.randrange(1, 256) * 4),
        lambda: e.C_NOP,
        lambda: rng.choice([e.c_addi(0, six or 1), e.c_li(0, six), e.c_mv(0, rs), e.c_slli(0, rng.randrange(1, 64)),
                            e.c_addi(rd, 0), e.c_lui(0, six or 1)]),  # hints
    ])())


def move_stack(b):
    """c.addi16sp there and back."""
    step = b.rng.choice([-512, -256, -16, 16, 32, 496])
    b.emit(e.c_addi16sp(step))
    if b.rng.random() < 0.5:
        b.emit(e.c_load_double_sp(3, b.destination() or 1, b.rng.randrange(64) * 8))
    b.emit(e.c_addi16sp(-step if step > -512 else 256), *([e.c_addi16sp(256)] if step == -512 else []))


def hint(b):
    name = b.rng.choice(list(e.BINARY))
    b.emit(e.r_type(*e.BINARY[name], 0, b.source(), b.source()))


SNIPPETS = [(binary, 20), (immediate, 14), (shift, 8), (upper, 3), (multiply, 10), (constant, 2), (fold_one, 5),
            (compressed, 22), (move_stack, 1), (hint, 1)]
