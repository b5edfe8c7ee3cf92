"""Snippets of loads, stores and A.

Left out, because QEMU 7.2 departs from the specification or the specification leaves the choice: misaligned atomics; SC
to an address that is not writable, without a reservation of it; atomics on memory that is not there (QEMU reports the load);
misaligned accesses where memory is not there, or where a region of the PMP ends (they may be split or not)."""
import encoder as e

ALL_LOADS = list(e.LOADS.values())
ALL_STORES = list(e.STORES.values())


def base(b):
    return b.rng.choice([2, b.registers.data])


def offset(b, size):
    """Mostly aligned and near: the pointers are often close to the end of a page."""
    rng = b.rng
    value = rng.randrange(-24, 24) if rng.random() < 0.35 else rng.randrange(-2048, 2040)
    return value if b.scene.misaligned and rng.random() < 0.2 else value // size * size


def load(b):
    opcode, funct3, size = b.rng.choice(ALL_LOADS)
    b.emit(e.i_type(opcode, funct3, b.destination(), base(b), offset(b, size)))


def store(b):
    opcode, funct3, size = b.rng.choice(ALL_STORES)
    b.emit(e.s_type(opcode, funct3, base(b), b.source(), offset(b, size)))


def store_load(b):
    """A store and a load that overlap."""
    at = offset(b, 8)
    register = base(b)
    opcode, funct3, _ = b.rng.choice(ALL_STORES)
    b.emit(e.s_type(opcode, funct3, register, b.source(), at))
    opcode, funct3, size = b.rng.choice(ALL_LOADS)
    at = max(-2048, min(2040, at + b.rng.choice([0, 0, -8, 8, b.rng.randrange(-7, 8)])))
    if not b.scene.misaligned:
        at = at // size * size
    b.emit(e.i_type(opcode, funct3, b.destination(), register, at))


def pool_load(b):
    b.emit(e.i_type(0x03, 3, b.destination(), b.registers.pool, b.rng.randrange(-256, 256) * 8))


def compressed(b):
    rng = b.rng
    data, pool = b.registers.data, b.registers.pool
    rd, rs = b.destination() or 1, b.source()
    b.emit(rng.choice([
        lambda: e.c_word(2, b.short_destination(), rng.choice([data, pool]), rng.randrange(32) * 4),
        lambda: e.c_double(3, b.short_destination(), rng.choice([data, pool]), rng.randrange(32) * 8),
        lambda: e.c_word(6, b.short_source(), data, rng.randrange(32) * 4),
        lambda: e.c_double(7, b.short_source(), data, rng.randrange(32) * 8),
        lambda: e.c_lwsp(rd, rng.randrange(64) * 4),
        lambda: e.c_load_double_sp(3, rd, rng.randrange(64) * 8),
        lambda: e.c_swsp(rs, rng.randrange(64) * 4),
        lambda: e.c_store_double_sp(7, rs, rng.randrange(64) * 8),
    ])())


def atomic_address(b, size):
    (address, spare) = b.scratch()
    if b.scene.machine_share:  # in M mode the pointers may be aliases, where there is no memory
        b.load(address, b.scene.data_address() + b.rng.randrange(-64, 64) * size)
    else:
        b.emit(e.addi(address, base(b), b.rng.randrange(-2048 // size, 2048 // size) * size))
    return address, spare


def amo(b):
    size = b.rng.choice([4, 8])
    address, _ = atomic_address(b, size)
    for _ in range(b.rng.randrange(1, 3)):
        b.emit(e.atomic(b.rng.choice(list(e.AMOS.values())), size, b.destination(), address, b.source(),
                        b.rng.getrandbits(2)))


def reserve(b):
    """LR and SC to the same place, perhaps with something between; SC succeeds unless that changes the place."""
    rng = b.rng
    size = rng.choice([4, 8])
    address, spare = atomic_address(b, size)
    first = b.here
    if rng.random() < 0.5:  # SC is reached only where the place is writable
        b.emit(e.atomic(e.AMOS["amoor"], size, 0, address, 0))
    b.emit(e.atomic(e.LR, size, b.destination(), address, 0, rng.getrandbits(2)))
    for _ in range(rng.randrange(3)):
        name = rng.choice(list(e.BINARY))
        b.emit(e.r_type(*e.BINARY[name], b.destination(), b.source(), b.source()))
    b.emit(e.atomic(e.SC, size, spare, address, b.source(), rng.getrandbits(2)))
    b.resume_behind(first)
    b.fold(spare)


def reserve_in_vain(b):
    """SC that must fail: to another place, a second time, or after a store that changed the place."""
    rng = b.rng
    size = rng.choice([4, 8])
    address, spare = atomic_address(b, size)
    first = b.here
    b.emit(e.atomic(e.AMOS["amoor"], size, 0, address, 0))  # only where it is writable: see above
    kind = rng.randrange(3)
    if kind != 2:
        b.emit(e.atomic(e.LR, size, spare, address, 0))
    if kind == 0:
        b.emit(e.i_type(0x13, 4, address, address, 8))
    elif kind == 1:
        b.emit(e.i_type(0x13, 4, spare, spare, -1), e.s_type(0x23, 3 if size == 8 else 2, address, spare, 0))
    b.emit(e.atomic(e.SC, size, spare, address, b.source()))
    b.resume_behind(first)
    b.fold(spare)


def fence(b):
    b.emit(b.rng.choice([e.fence(0xFF), e.fence(b.rng.getrandbits(8)), e.FENCE_I]))


def repoint(b):
    """Another part of the scene's data."""
    target = b.rng.choice([2, b.registers.data])
    b.load(target, b.rng.choice(b.scene.data_pointers))


def wild(b):
    """An access to what is not there, or must not be touched."""
    rng = b.rng
    (address, spare) = b.scratch()
    b.load(address, rng.choice(b.scene.bad_addresses) + rng.randrange(0, 2048, 8))
    if rng.random() < 0.5:
        opcode, funct3, _ = rng.choice(ALL_LOADS)
        b.emit(e.i_type(opcode, funct3, spare, address, rng.randrange(0, 256, 8)))
        b.load(spare, 0)
    else:
        opcode, funct3, _ = rng.choice(ALL_STORES)
        b.emit(e.s_type(opcode, funct3, address, spare, rng.randrange(0, 256, 8)))


SNIPPETS = [(load, 20), (store, 16), (store_load, 8), (pool_load, 10), (compressed, 16), (amo, 6), (reserve, 3),
            (reserve_in_vain, 2), (fence, 1), (repoint, 1)]
