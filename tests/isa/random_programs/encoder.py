"""Machine code of RV64GC: one function an instruction format, tables for the mnemonics. A 16-bit instruction is a number
whose lowest two bits are not 11, as in memory."""
MASK64 = (1 << 64) - 1


def bits(value, high, low):
    return value >> low & (1 << high - low + 1) - 1


def r_type(opcode, funct3, funct7, rd, rs1, rs2):
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode


def i_type(opcode, funct3, rd, rs1, immediate):
    return (immediate & 0xFFF) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode


def s_type(opcode, funct3, rs1, rs2, immediate):
    return bits(immediate, 11, 5) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | bits(immediate, 4, 0) << 7 | opcode


def branch(funct3, rs1, rs2, offset):
    return (bits(offset, 12, 12) << 31 | bits(offset, 10, 5) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12
            | bits(offset, 4, 1) << 8 | bits(offset, 11, 11) << 7 | 0x63)


def jal(rd, offset):
    return (bits(offset, 20, 20) << 31 | bits(offset, 10, 1) << 21 | bits(offset, 11, 11) << 20
            | bits(offset, 19, 12) << 12 | rd << 7 | 0x6F)


def jalr(rd, rs1, immediate=0):
    return i_type(0x67, 0, rd, rs1, immediate)


def lui(rd, upper):
    return (upper & 0xFFFFF) << 12 | rd << 7 | 0x37


def auipc(rd, upper):
    return (upper & 0xFFFFF) << 12 | rd << 7 | 0x17


def addi(rd, rs1, immediate):
    return i_type(0x13, 0, rd, rs1, immediate)


# (opcode, funct3, funct7)
BINARY = {
    "add": (0x33, 0, 0), "sub": (0x33, 0, 32), "sll": (0x33, 1, 0), "slt": (0x33, 2, 0), "sltu": (0x33, 3, 0),
    "xor": (0x33, 4, 0), "srl": (0x33, 5, 0), "sra": (0x33, 5, 32), "or": (0x33, 6, 0), "and": (0x33, 7, 0),
    "addw": (0x3B, 0, 0), "subw": (0x3B, 0, 32), "sllw": (0x3B, 1, 0), "srlw": (0x3B, 5, 0), "sraw": (0x3B, 5, 32),
}
MULTIPLY = {
    "mul": (0x33, 0, 1), "mulh": (0x33, 1, 1), "mulhsu": (0x33, 2, 1), "mulhu": (0x33, 3, 1), "div": (0x33, 4, 1),
    "divu": (0x33, 5, 1), "rem": (0x33, 6, 1), "remu": (0x33, 7, 1), "mulw": (0x3B, 0, 1), "divw": (0x3B, 4, 1),
    "divuw": (0x3B, 5, 1), "remw": (0x3B, 6, 1), "remuw": (0x3B, 7, 1),
}
# (opcode, funct3)
IMMEDIATE = {"addi": (0x13, 0), "slti": (0x13, 2), "sltiu": (0x13, 3), "xori": (0x13, 4), "ori": (0x13, 6),
             "andi": (0x13, 7), "addiw": (0x1B, 0)}
# (opcode, funct3, upper immediate bits, width)
SHIFT = {"slli": (0x13, 1, 0, 64), "srli": (0x13, 5, 0, 64), "srai": (0x13, 5, 0x400, 64),
         "slliw": (0x1B, 1, 0, 32), "srliw": (0x1B, 5, 0, 32), "sraiw": (0x1B, 5, 0x400, 32)}
# (opcode, funct3, bytes)
LOADS = {"lb": (0x03, 0, 1), "lh": (0x03, 1, 2), "lw": (0x03, 2, 4), "ld": (0x03, 3, 8), "lbu": (0x03, 4, 1),
         "lhu": (0x03, 5, 2), "lwu": (0x03, 6, 4)}
FLOAT_LOADS = {"flw": (0x07, 2, 4), "fld": (0x07, 3, 8)}
STORES = {"sb": (0x23, 0, 1), "sh": (0x23, 1, 2), "sw": (0x23, 2, 4), "sd": (0x23, 3, 8)}
FLOAT_STORES = {"fsw": (0x27, 2, 4), "fsd": (0x27, 3, 8)}
BRANCHES = {"beq": 0, "bne": 1, "blt": 4, "bge": 5, "bltu": 6, "bgeu": 7}
# funct5
AMOS = {"amoadd": 0, "amoswap": 1, "amoxor": 4, "amoor": 8, "amoand": 12, "amomin": 16, "amomax": 20, "amominu": 24,
        "amomaxu": 28}
LR, SC = 2, 3


def atomic(funct5, bytes_, rd, rs1, rs2, order=0):
    """`order`: bit 1 acquire, bit 0 release."""
    return r_type(0x2F, 2 if bytes_ == 4 else 3, funct5 << 2 | order, rd, rs1, rs2)


CSRRW, CSRRS, CSRRC, CSRRWI, CSRRSI, CSRRCI = 1, 2, 3, 5, 6, 7


def csr(funct3, rd, number, source):
    """`source`: a register, or the immediate of the last three."""
    return i_type(0x73, funct3, rd, source, number)


ECALL, EBREAK, SRET, MRET, WFI = 0x00000073, 0x00100073, 0x10200073, 0x30200073, 0x10500073
FENCE_I, C_EBREAK, C_NOP = 0x0000100F, 0x9002, 0x0001


def sfence_vma(rs1=0, rs2=0):
    return r_type(0x73, 0, 9, 0, rs1, rs2)


def fence(bits_):
    return i_type(0x0F, 0, 0, 0, bits_ & 0xFF)


# Floating point: funct7 without the format, (kind, rs2 or funct3 where fixed). S has format 0, D 1.
FLOAT_BINARY = {"fadd": 0, "fsub": 4, "fmul": 8, "fdiv": 12}
FLOAT_FUSED = {"fmadd": 0x43, "fmsub": 0x47, "fnmsub": 0x4B, "fnmadd": 0x4F}
FLOAT_SIGN_MINMAX = [(16, 0), (16, 1), (16, 2), (20, 0), (20, 1)]  # fsgnj, fsgnjn, fsgnjx, fmin, fmax: funct7, funct3
FLOAT_COMPARE = [2, 1, 0]  # feq, flt, fle: funct3


def float_op(funct7, double, rd, rs1, rs2, funct3):
    return r_type(0x53, funct3, funct7 | (1 if double else 0), rd, rs1, rs2)


def float_fused(opcode, double, rd, rs1, rs2, rs3, rounding):
    return rs3 << 27 | (1 if double else 0) << 25 | rs2 << 20 | rs1 << 15 | rounding << 12 | rd << 7 | opcode


# ---- compressed; registers marked short are 8 to 15 ----
def c_addi(rd, immediate):
    return bits(immediate, 5, 5) << 12 | rd << 7 | bits(immediate, 4, 0) << 2 | 1


def c_addiw(rd, immediate):
    return 0x2001 | bits(immediate, 5, 5) << 12 | rd << 7 | bits(immediate, 4, 0) << 2


def c_li(rd, immediate):
    return 0x4001 | bits(immediate, 5, 5) << 12 | rd << 7 | bits(immediate, 4, 0) << 2


def c_lui(rd, immediate):
    return 0x6001 | bits(immediate, 5, 5) << 12 | rd << 7 | bits(immediate, 4, 0) << 2


def c_addi4spn(short, immediate):
    return (bits(immediate, 5, 4) << 11 | bits(immediate, 9, 6) << 7 | bits(immediate, 2, 2) << 6
            | bits(immediate, 3, 3) << 5 | short - 8 << 2)


def c_addi16sp(immediate):
    return (0x6101 | bits(immediate, 9, 9) << 12 | bits(immediate, 4, 4) << 6 | bits(immediate, 6, 6) << 5
            | bits(immediate, 8, 7) << 3 | bits(immediate, 5, 5) << 2)


def c_slli(rd, amount):
    return 0x0002 | bits(amount, 5, 5) << 12 | rd << 7 | bits(amount, 4, 0) << 2


def c_shift_right(short, amount, arithmetic):
    return 0x8001 | bits(amount, 5, 5) << 12 | arithmetic << 10 | short - 8 << 7 | bits(amount, 4, 0) << 2


def c_andi(short, immediate):
    return 0x8801 | bits(immediate, 5, 5) << 12 | short - 8 << 7 | bits(immediate, 4, 0) << 2


def c_arithmetic(which, short, short2):
    """`which`: 0 to 5 are sub, xor, or, and, subw, addw."""
    return 0x8C01 | which // 4 << 12 | short - 8 << 7 | which % 4 << 5 | short2 - 8 << 2


def c_mv(rd, rs2):
    return 0x8002 | rd << 7 | rs2 << 2


def c_add(rd, rs2):
    return 0x9002 | rd << 7 | rs2 << 2


def c_jr(rs1):
    return 0x8002 | rs1 << 7


def c_jalr(rs1):
    return 0x9002 | rs1 << 7


def c_j(offset):
    return (0xA001 | bits(offset, 11, 11) << 12 | bits(offset, 4, 4) << 11 | bits(offset, 9, 8) << 9
            | bits(offset, 10, 10) << 8 | bits(offset, 6, 6) << 7 | bits(offset, 7, 7) << 6 | bits(offset, 3, 1) << 3
            | bits(offset, 5, 5) << 2)


def c_branch(not_zero, short, offset):
    return (0xC001 | not_zero << 13 | bits(offset, 8, 8) << 12 | bits(offset, 4, 3) << 10 | short - 8 << 7
            | bits(offset, 7, 6) << 5 | bits(offset, 2, 1) << 3 | bits(offset, 5, 5) << 2)


def c_word(funct3, short_data, short_base, offset):
    """c.lw (2) and c.sw (6)."""
    return (funct3 << 13 | bits(offset, 5, 3) << 10 | short_base - 8 << 7 | bits(offset, 2, 2) << 6
            | bits(offset, 6, 6) << 5 | short_data - 8 << 2)


def c_double(funct3, short_data, short_base, offset):
    """c.fld (1), c.ld (3), c.fsd (5) and c.sd (7)."""
    return (funct3 << 13 | bits(offset, 5, 3) << 10 | short_base - 8 << 7 | bits(offset, 7, 6) << 5
            | short_data - 8 << 2)


def c_lwsp(rd, offset):
    return 0x4002 | bits(offset, 5, 5) << 12 | rd << 7 | bits(offset, 4, 2) << 4 | bits(offset, 7, 6) << 2


def c_load_double_sp(funct3, rd, offset):
    """c.fldsp (1) and c.ldsp (3)."""
    return (0x0002 | funct3 << 13 | bits(offset, 5, 5) << 12 | rd << 7 | bits(offset, 4, 3) << 5
            | bits(offset, 8, 6) << 2)


def c_swsp(rs2, offset):
    return 0xC002 | bits(offset, 5, 2) << 9 | bits(offset, 7, 6) << 7 | rs2 << 2


def c_store_double_sp(funct3, rs2, offset):
    """c.fsdsp (5) and c.sdsp (7)."""
    return 0x0002 | funct3 << 13 | bits(offset, 5, 3) << 10 | bits(offset, 8, 6) << 7 | rs2 << 2


def load_immediate(rd, value):
    """The instructions that put the 64-bit `value` into rd."""
    value &= MASK64
    signed = value - (1 << 64) if value >> 63 else value
    if -2048 <= signed < 2048:
        return [addi(rd, 0, signed)]
    if -(1 << 31) <= signed < 1 << 31:
        low = (signed & 0xFFF) - ((signed & 0x800) << 1)
        code = [lui(rd, signed - low >> 12)]
        return code + [i_type(0x1B, 0, rd, rd, low)] if low else code
    low = (signed & 0xFFF) - ((signed & 0x800) << 1)
    rest = signed - low >> 12
    shift = 12
    while rest & 1 == 0:
        rest >>= 1
        shift += 1
    code = load_immediate(rd, rest) + [i_type(0x13, 1, rd, rd, shift)]
    return code + [addi(rd, rd, low)] if low else code
