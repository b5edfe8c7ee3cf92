"""Snippets of the privileged architecture. Values written to CSRs are legal in the fields that both machines have; each
snippet leaves what the handlers rely on as it was, also where some of its instructions trap.

Left out, because QEMU 7.2 departs from the specification or the specification leaves a choice:
- bit 0 of mepc and sepc, MPP = 2, MPV, GVA, VS, UXL (QEMU stores them), mtvec and stvec modes above 1, bits of mie, mip,
  mideleg, medeleg beyond M's and S's own (QEMU has H's, and lets M's call be delegated);
- two supervisor interrupts at once (QEMU takes the lowest number first): a scene enables only one;
- FS initial and clean where only flags change (QEMU leaves FS), pmpaddr of the entry before a TOR entry without a write
  of pmpcfg (QEMU keeps the old bound), TOR up to address 0, W without R;
- MPRV on the way to a lower mode (QEMU keeps it set), setting or clearing no bits of a read-only CSR by a register
  that holds 0 (QEMU does not trap);
- reading a counter while it is inhibited (QEMU's may go back); WFI in U mode and where nothing is pending."""
import encoder as e
import illegal
from layout import CSR, SUPERVISOR, CONTROL  # noqa: F401, from layout.h

MIE, MPRV, SUM, MXR, TVM, TW, TSR, SPP = 1 << 3, 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21, 1 << 22, 1 << 8
MPP, FS = 3 << 11, 3 << 13
READABLE = [n for n in CSR if n not in ("cycle", "time", "instret", "mcycle", "minstret", "mscratch", "sscratch")]
READ_ONLY = ["mvendorid", "marchid", "mimpid", "mhartid", "mconfigptr", "cycle", "time", "instret"]


def write_csr(b, name, value):
    """One of the ways to write, with the old value into the sum."""
    rd, spare = b.scratch()
    b.load(spare, value)
    b.load(rd, 0)
    b.emit(e.csr(e.CSRRW, rd, CSR[name], spare))
    b.fold(rd)


def read(b):
    rd, _ = b.scratch()
    number = CSR[b.rng.choice(b.scene.visible_csrs)]
    form = b.rng.choice([e.CSRRS, e.CSRRC, e.CSRRSI, e.CSRRCI])
    b.emit(e.csr(form, rd, number, 0))
    b.fold(rd)


def read_any(b):
    rd, _ = b.scratch()
    b.emit(e.csr(e.CSRRS, rd, CSR[b.rng.choice(READABLE)], 0))
    b.fold(rd)


def write_read_only(b):
    rd, spare = b.scratch()
    b.load(spare, b.rng.getrandbits(64) | 1)  # QEMU looks at the value, not at which register it comes from
    b.emit(e.csr(b.rng.choice([e.CSRRW, e.CSRRS, e.CSRRC]), rd, CSR[b.rng.choice(READ_ONLY)], spare))


def count(b):
    """Counters go up; in lower modes they may be hidden."""
    b.stay_in_page(64)
    later, earlier = b.scratch()
    number = CSR[b.rng.choice(["cycle", "time", "instret"])]
    b.emit(e.csr(e.CSRRS, earlier, number, 0), e.csr(e.CSRRS, later, number, 0))
    b.emit(e.r_type(*e.BINARY["sltu"], earlier, later, earlier), e.addi(later, 0, 0))
    b.fold(earlier)


def machine_value(b):
    """A write to a CSR of M mode, or of S mode."""
    rng, scene = b.rng, b.scene
    cause = rng.choice([rng.randrange(10), 11, 12, 13, 15, *(1 << 63 | n for n in (1, 3, 5, 7, 9, 11))])
    choices = {
        "medeleg": rng.getrandbits(16) & scene.delegable,
        "mideleg": rng.getrandbits(12) & 0x222,
        "mie": rng.getrandbits(12) & 0x888 | rng.choice([0, scene.interrupt]),
        "mip": rng.getrandbits(12) & 0x222,
        "mtvec": scene.symbols["m_vector"] | rng.getrandbits(1),
        "mcounteren": rng.randrange(8),
        "mcountinhibit": rng.choice([0, 1, 4, 5]),
        "menvcfg": rng.randrange(2),
        "mepc": rng.getrandbits(64) & ~1,
        "mcause": cause,
        "mtval": rng.getrandbits(64),
        "misa": rng.getrandbits(64),
    }
    name = rng.choice(list(choices))
    b.stay_in_page(128)
    write_csr(b, name, choices[name])
    if name == "mcountinhibit":
        write_csr(b, name, 0)


def supervisor_value(b):
    rng, scene = b.rng, b.scene
    cause = rng.choice([rng.randrange(10), 12, 13, 15, *(1 << 63 | n for n in (1, 5, 9))])
    choices = {
        "sie": rng.choice([0, scene.interrupt]),
        "sip": rng.getrandbits(2) & 2,
        "stvec": scene.symbols["s_vector"] | rng.getrandbits(1),
        "scounteren": rng.randrange(8),
        "senvcfg": rng.randrange(2),
        "sepc": rng.getrandbits(64) & ~1,
        "scause": cause,
        "stval": rng.getrandbits(64),
    }
    name = rng.choice(list(choices))
    write_csr(b, name, choices[name])


def swap_scratch(b):
    """The handler's pointer out of mscratch or sscratch and in again."""
    b.stay_in_page(128)
    first, second = b.scratch()
    name = b.rng.choice(["mscratch", "sscratch"])
    number = CSR[name]
    b.load(second, b.rng.getrandbits(64))
    b.load(first, CONTROL + (SUPERVISOR if name == "sscratch" else 0))  # where the first swap traps
    b.emit(e.csr(e.CSRRW, first, number, second))
    b.emit(e.csr(b.rng.choice([e.CSRRS, e.CSRRC]), second, number, second))
    b.emit(e.csr(b.rng.choice([e.CSRRSI, e.CSRRCI]), second, number, b.rng.randrange(32)))
    b.emit(e.csr(e.CSRRW, second, number, first))
    b.fold(second)


def toggle(b):
    """Sets or clears a field of mstatus or sstatus."""
    rng = b.rng
    rd, mask = b.scratch()
    supervisor = rng.random() < (0.5 if b.scene.machine_share else 0.9)
    fields = [SUM, MXR, SPP, 1 << 1, 1 << 5]
    if not supervisor:
        fields += [1 << 7, MIE, TW, TSR, MPP] + ([TVM] if b.scene.traps_memory else [])
    field = rng.choice(fields)
    register = CSR["sstatus" if supervisor else "mstatus"]
    b.load(mask, field)
    b.emit(e.csr(rng.choice([e.CSRRS, e.CSRRC]), rd, register, mask))
    b.fold(rd)
    if field in (SUM, TW, TSR, TVM) and rng.random() < 0.8:  # not for long: too much would trap
        for _ in range(rng.randrange(1, 4)):
            b.emit(rng.choice([e.i_type(0x03, 3, b.destination(), 2, rng.randrange(-8, 8) * 8), e.sfence_vma(),
                               e.csr(e.CSRRS, b.destination(), CSR["satp"], 0)]))
        b.load(mask, field)
        b.emit(e.csr(e.CSRRS if field == SUM else e.CSRRC, 0, register, mask))


def float_off(b):
    """Floating point switched off for two instructions, and then dirty, or made dirty by the next one."""
    rng = b.rng
    b.stay_in_page(64)
    rd, mask = b.scratch()
    number = CSR[rng.choice(["mstatus", "sstatus"] if b.scene.machine_share else ["sstatus"])]
    b.load(mask, FS)
    b.emit(e.csr(e.CSRRC, rd, number, mask))
    b.emit(e.float_op(0, rng.getrandbits(1), rng.randrange(32), rng.randrange(32), rng.randrange(32), 7))
    b.emit(rng.choice([e.csr(e.CSRRS, rd, 3, 0), e.float_op(0x70, 1, rd, 0, 0, 0),
                       e.i_type(0x07, 3, 0, b.registers.pool, 0), e.c_load_double_sp(1, 3, 0)]))
    b.load(mask, rng.choice([1 << 13, 1 << 14, FS]))
    b.emit(e.csr(e.CSRRS, rd, number, mask))
    b.emit(e.float_op(0x78, 1, rng.randrange(32), b.source(), 0, 0))
    b.emit(e.csr(e.CSRRS, rd, number, 0))
    b.fold(rd)


def call_environment(b):
    b.emit(b.rng.choice([e.ECALL, e.ECALL, e.EBREAK, e.C_EBREAK]))


def illegal_instruction(b):
    b.emit(illegal.random_word(b.rng) if b.rng.random() < 0.6 else illegal.csr_access(b.rng, b.destination(), b.source()))


def odd_fence(b):
    """Fields of FENCE and FENCE.I that are to be ignored."""
    b.emit(b.rng.getrandbits(12) << 20 | b.rng.randrange(32) << 15 | b.rng.randrange(2) << 12 | b.rng.randrange(32) << 7
           | 0x0F)


def fence_translations(b):
    rs1 = b.rng.choice([0, 2, b.registers.data])
    rs2 = b.rng.choice([0, 0, b.source()])
    b.emit(e.sfence_vma(rs1, rs2))


def reload_pointers(b, mode):
    b.load(2, b.rng.choice(b.scene.pointers(mode)))
    b.load(b.registers.data, b.rng.choice(b.scene.pointers(mode)))
    b.load(b.registers.pool, b.scene.pool)


def rise(b):
    """To the scene's highest mode, by a breakpoint, where that is not delegated."""
    b.emit(b.rng.choice([e.EBREAK, e.C_EBREAK]))


def privileged(snippet):
    """A snippet that would mostly trap in lower modes."""
    def risen(b):
        if b.rng.random() < 0.5:
            rise(b)
        snippet(b)
    return risen


def return_to(b):
    """MRET or SRET to the next instruction, in any mode."""
    rng, scene = b.rng, b.scene
    target, mask = b.scratch()
    machine = scene.machine_share > 0 and rng.random() < 0.6
    mode = rng.choice([0, 1, 3]) if machine else rng.choice([0, 1])
    register = CSR["mstatus" if machine else "sstatus"]
    b.load(mask, MPP if machine else SPP)
    b.emit(e.csr(e.CSRRC, 0, register, mask))
    if mode:
        b.load(mask, mode << 11 if machine else SPP)
        b.emit(e.csr(e.CSRRS, 0, register, mask))
    window = scene.user_base if mode == 0 and scene.translated else scene.base
    at = b.here
    code = fixed_address(target, window)
    b.emit(*code)
    b.emit(e.csr(e.CSRRW, 0, CSR["mepc" if machine else "sepc"], target))
    b.emit(e.MRET if machine else e.SRET)
    for word in fixed_address(target, window + b.here):
        b.patch(at, word)
        at += 4
    if rng.random() < 0.5:
        reload_pointers(b, mode)


def fixed_address(rd, value):
    """An address, by eleven instructions whatever it is."""
    upper, lower = value >> 16 & (1 << 48) - 1, value & 0xFFFF
    parts = [upper >> 37, upper >> 26 & 0x7FF, upper >> 15 & 0x7FF, upper >> 4 & 0x7FF]
    code = [e.addi(rd, 0, parts[0])]
    for part in parts[1:]:
        code += [e.i_type(0x13, 1, rd, rd, 11), e.addi(rd, rd, part)]
    code += [e.i_type(0x13, 1, rd, rd, 10), e.addi(rd, rd, (upper & 15) << 6 | lower >> 10)]
    code += [e.i_type(0x13, 1, rd, rd, 10), e.addi(rd, rd, lower & 0x3FF)]
    return code


def as_other_mode(b):
    """Loads and stores of M mode with MPRV."""
    rng, scene = b.rng, b.scene
    address, mask = b.scratch()
    b.load(mask, MPRV | MPP)
    b.emit(e.csr(e.CSRRC, 0, CSR["mstatus"], mask))
    b.load(address, rng.choice(scene.data_pointers))
    b.load(mask, MPRV | rng.choice([0, 1, 1, 3]) << 11)
    b.emit(e.csr(e.CSRRS, 0, CSR["mstatus"], mask))
    for _ in range(rng.randrange(1, 5)):
        if rng.random() < 0.5:
            opcode, funct3, size = rng.choice(list(e.LOADS.values()))
            b.emit(e.i_type(opcode, funct3, b.destination(), address, rng.randrange(0, 2048 // size) * size))
        else:
            opcode, funct3, size = rng.choice(list(e.STORES.values()))
            b.emit(e.s_type(opcode, funct3, address, b.source(), rng.randrange(0, 2048 // size) * size))
    b.load(mask, MPRV)
    b.emit(e.csr(e.CSRRC, 0, CSR["mstatus"], mask))


def interrupt(b):
    """Makes supervisor interrupts pending, as M or S mode can."""
    _, mask = b.scratch()
    rng = b.rng
    if b.scene.machine_share and rng.random() < 0.7:
        b.load(mask, rng.choice([b.scene.interrupt, 0x222 & rng.getrandbits(12)]))
        b.emit(e.csr(rng.choice([e.CSRRS, e.CSRRS, e.CSRRC]), 0, CSR["mip"], mask))
    else:
        b.emit(e.csr(rng.choice([e.CSRRSI, e.CSRRSI, e.CSRRCI]), 0, CSR["sip"], 2))


def wait(b):
    """WFI with an interrupt pending and enabled, but not taken: it goes on at once. For scenes of M mode alone."""
    _, mask = b.scratch()
    b.load(mask, b.scene.interrupt)
    b.emit(e.csr(e.CSRRCI, 0, CSR["mstatus"], MIE), e.csr(e.CSRRS, 0, CSR["mie"], mask))
    b.emit(e.csr(e.CSRRS, 0, CSR["mip"], mask), e.WFI, e.csr(e.CSRRC, 0, CSR["mip"], mask))


def of_mode(snippets):
    return [(privileged(snippet), weight) for snippet, weight in snippets]


COMMON = [(read, 6), (read_any, 1), (count, 2), (toggle, 6), (float_off, 2), (call_environment, 3),
          (illegal_instruction, 3), (odd_fence, 2), (write_read_only, 1)]
SUPERVISOR_SNIPPETS = of_mode([(supervisor_value, 6), (swap_scratch, 2), (fence_translations, 3), (interrupt, 3)])
MACHINE_SNIPPETS = of_mode([(machine_value, 8), (swap_scratch, 2), (as_other_mode, 3), (interrupt, 2)])
WAITS = [(wait, 1)]
RETURNS = of_mode([(return_to, 1)])
