"""Snippets that change the translation and the protection of memory while the program runs. Each change is followed by
SFENCE.VMA, and where code may be concerned by FENCE.I too, since QEMU goes on with what it has translated otherwise."""
import encoder as e
import page_tables
import pmp
from layout import CSR
from snippets_system import of_mode, privileged


def synchronise(b, virtual):
    if b.rng.random() < 0.5:
        b.emit(e.sfence_vma())
    else:
        address, _ = b.scratch()
        b.load(address, virtual)
        b.emit(e.sfence_vma(address, 0))
    b.emit(e.FENCE_I)


def change_entry(b):
    """Another entry for a page of data or code."""
    rng, spaces = b.rng, b.scene.spaces
    address, value = b.scratch()
    if rng.random() < 0.8 or not spaces.code_entries:
        slot, physical, virtual = rng.choice(spaces.data_entries)
        entry = page_tables.data_entry(rng, physical)
    else:
        slot, physical, virtual, user = rng.choice(spaces.code_entries)
        entry = page_tables.code_entry(rng, physical, user, rng.random() < 0.7)
    b.stay_in_page(128)
    b.load(value, entry)
    b.load(address, slot)
    b.emit(e.s_type(0x23, 3, address, value, 0))
    synchronise(b, virtual)


def revoke(b):
    """An access, another entry for the very page, perhaps of another page of the scene's data, and the access again. The
    fence is repeated as often as tags of generations might have values."""
    rng, spaces = b.rng, b.scene.spaces
    slot, physical, virtual = rng.choice(spaces.data_entries)
    if rng.random() < 0.8:
        physical = rng.choice(spaces.data_entries)[1]
    b.stay_in_page(256)
    address, count = b.scratch()
    value = b.destination()
    at = rng.randrange(0, 2048, 8)
    b.load(address, virtual)
    b.emit(e.i_type(0x03, 3, value, address, at))
    b.load(count, page_tables.data_entry(rng, physical))
    b.load(1, slot)
    b.emit(e.s_type(0x23, 3, 1, count, 0))
    b.load(count, 1)
    if not b.scene.traps_memory and rng.random() < 0.6:  # U mode cannot fence, and keeps the 1
        b.load(1, rng.choice([16, 64, 255, 256, 256, 256, 512]))
        b.emit(e.csr(e.CSRRW, 0, CSR["stval"], 1), e.csr(e.CSRRS, count, CSR["stval"], 0))
    b.emit(e.sfence_vma(), e.addi(count, count, -1), e.branch(1, count, 0, -8), e.FENCE_I)
    b.emit(e.i_type(0x03, 3, value, address, at), e.s_type(0x23, 0, address, value, at))
    b.fold(value or 1)


def look_at_entry(b):
    """Accessed and dirty bits, as software sees them."""
    address, value = b.scratch()
    b.load(value, 0)
    b.load(address, b.rng.choice(b.scene.spaces.data_entries)[0])
    b.emit(e.i_type(0x03, 3, value, address, 0))
    b.fold(value)


def change_root(b):
    """The other page table, none for a few accesses, or a mode that does not exist, so that the write has no effect."""
    rng, spaces = b.rng, b.scene.spaces
    b.stay_in_page(256)
    old, new = b.scratch()
    kind = rng.random()
    if kind < 0.6:
        b.load(new, rng.choice(spaces.satps))
        b.load(old, 0)
        b.emit(e.csr(e.CSRRW, old, CSR["satp"], new), e.sfence_vma(), e.FENCE_I)
        b.fold(old)
    elif kind < 0.8:
        b.load(new, rng.choice([1, 2, 3, 4, 5, 6, 7, 11, 15]) << 60 | rng.getrandbits(20))
        b.load(old, 0)
        b.emit(e.csr(e.CSRRW, old, CSR["satp"], new), e.sfence_vma())
        b.fold(old)
    else:  # for S at the same addresses; U would have to be called
        b.load(new, spaces.satps[0])
        b.emit(e.csr(e.CSRRW, 0, CSR["satp"], 0), e.sfence_vma(), e.FENCE_I)
        for _ in range(rng.randrange(1, 4)):
            b.emit(e.i_type(0x03, 3, b.destination(), rng.choice([2, b.registers.data]), rng.randrange(-64, 64) * 8))
        b.emit(e.csr(e.CSRRW, old, CSR["satp"], new), e.sfence_vma(), e.FENCE_I)


def change_protection(b):
    """Another region, or none, in one entry of the PMP; addresses first, so that QEMU takes over both bounds."""
    _, value = b.scratch()
    b.stay_in_page(256)
    addresses, index, configuration = pmp.change(b.rng, b.scene)
    name, shift = (CSR["pmpcfg0"], index * 8) if index < 8 else (CSR["pmpcfg2"], index * 8 - 64)
    b.load(value, 0xFFFFFF << shift - 8)
    b.emit(e.csr(e.CSRRC, 0, name, value))
    for number, address in addresses.items():
        b.load(value, address)
        b.emit(e.csr(e.CSRRW, 0, CSR["pmpaddr0"] + number, value))
    b.load(value, configuration << shift)
    b.emit(e.csr(e.CSRRS, value, name, value), e.sfence_vma(), e.FENCE_I)
    b.fold(value)


def try_protection(b):
    """Aligned accesses to the page where regions are smaller than a page."""
    rng = b.rng
    address, _ = b.scratch()
    b.load(address, b.scene.fine_page + rng.randrange(0, 256, 8))
    for _ in range(rng.randrange(1, 4)):
        if rng.random() < 0.5:
            opcode, funct3, size = rng.choice(list(e.LOADS.values()))
            b.emit(e.i_type(opcode, funct3, b.destination(), address, rng.randrange(0, 128, size)))
        else:
            opcode, funct3, size = rng.choice(list(e.STORES.values()))
            b.emit(e.s_type(opcode, funct3, address, b.source(), rng.randrange(0, 128, size)))


PAGING = of_mode([(change_entry, 4), (revoke, 3), (look_at_entry, 2), (change_root, 2)])
PROTECTION = [(privileged(change_protection), 3), (try_protection, 6)]
