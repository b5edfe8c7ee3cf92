"""The names and numbers of layout.h, and the order of what the harness saves."""
import os
import re

with open(os.path.join(os.path.dirname(__file__), "layout.h"), encoding="ascii") as _file:
    for _name, _value in re.findall(r"^#define (\w+) (\w+)$", _file.read(), re.MULTILINE):
        globals()[_name] = int(_value, 0)

SAVED_CSR_NAMES = (
    "mstatus sstatus medeleg mideleg mie sie mip sip mtvec stvec sscratch mepc sepc mcause scause mtval stval satp "
    "mcounteren scounteren misa mhartid mcountinhibit menvcfg senvcfg pmpcfg0 pmpcfg2 "
    + " ".join(f"pmpaddr{n}" for n in range(16)) + " fcsr").split()
CSR = {
    "fflags": 0x001, "frm": 0x002, "fcsr": 0x003, "cycle": 0xC00, "time": 0xC01, "instret": 0xC02,
    "sstatus": 0x100, "sie": 0x104, "stvec": 0x105, "scounteren": 0x106, "senvcfg": 0x10A, "sscratch": 0x140,
    "sepc": 0x141, "scause": 0x142, "stval": 0x143, "sip": 0x144, "satp": 0x180,
    "mstatus": 0x300, "misa": 0x301, "medeleg": 0x302, "mideleg": 0x303, "mie": 0x304, "mtvec": 0x305,
    "mcounteren": 0x306, "menvcfg": 0x30A, "mcountinhibit": 0x320, "mscratch": 0x340, "mepc": 0x341, "mcause": 0x342,
    "mtval": 0x343, "mip": 0x344, "pmpcfg0": 0x3A0, "pmpcfg2": 0x3A2, "pmpaddr0": 0x3B0, "mcycle": 0xB00,
    "minstret": 0xB02, "mvendorid": 0xF11, "marchid": 0xF12, "mimpid": 0xF13, "mhartid": 0xF14, "mconfigptr": 0xF15,
}


def scene_base(number):
    return SCENES + number * SCENE_BYTES  # noqa: F821, from layout.h
