"""Snippets that change the flow: branches, loops, calls, jumps to nowhere. Every loop is counted; all else goes forward."""
import encoder as e


def branch_over(b, emit_some):
    """A branch over a few snippets, in any of its forms."""
    rng = b.rng
    at = b.here
    kind = rng.randrange(5)
    if kind == 0:
        register = b.short_source()
        b.emit(e.c_branch(0, register, 0))
    elif kind == 1:
        b.emit(e.c_j(0))
    elif kind == 2:
        rd = rng.choice([0, b.destination()])
        b.emit(e.jal(rd, 4))
    else:
        name, rs1, rs2 = rng.choice(list(e.BRANCHES)), b.source(), b.source()
        b.emit(e.branch(e.BRANCHES[name], rs1, rs2, 4))
    emit_some(b, rng.randrange(1, 4))
    distance = b.here - at
    if kind == 0:
        fits = distance < 256
        word = e.c_branch(rng.getrandbits(1), register, distance if fits else 2)
    elif kind == 1:
        word = e.c_j(distance if distance < 2048 else 2)
    elif kind == 2:
        word = e.jal(rd, distance)
    else:
        word = e.branch(e.BRANCHES[name], rs1, rs2, distance if distance < 4096 else 4)
    b.patch(at, word)


def loop(b, emit_some):
    """A few snippets, some times; the counter is kept from what they write."""
    rng = b.rng
    if len(b.kept) >= 2:
        return
    counter = b.short_destination() if rng.random() < 0.5 and b.registers.free_short else None
    if counter is None or counter in b.kept:
        counter = b.destination()
        if counter in (0, 1):  # x1 serves calls
            return
    if not set(b.registers.free_short) - b.kept - {counter}:  # compressed instructions need one to write
        return
    b.emit(e.addi(counter, 0, rng.randrange(2, 12)))
    b.kept.add(counter)
    top = b.here
    emit_some(b, rng.randrange(2, 7))
    b.emit(e.c_addi(counter, -1) if rng.random() < 0.5 else e.addi(counter, counter, -1))
    back = top - b.here
    if counter in range(8, 16) and back >= -256 and rng.random() < 0.5:
        b.emit(e.c_branch(1, counter, back))
    elif back >= -4096:
        b.emit(rng.choice([e.branch(1, counter, 0, back), e.branch(4, 0, counter, back), e.branch(6, 0, counter, back)]))
    b.kept.discard(counter)


def call(b, emit_some):
    """A function in front of which the code jumps, called by each kind of jump and link."""
    rng = b.rng
    over = b.here
    b.emit(e.jal(0, 4))
    function = b.here
    link, target = b.scratch()
    # Straight code only: a nested call would use the link.
    binary = list(e.BINARY.values())
    kind = rng.randrange(4)
    kept = set(b.kept)
    if kind == 3:
        link = 1
        b.kept.add(1)
    for _ in range(rng.randrange(1, 5)):
        b.emit(e.r_type(*rng.choice(binary), b.destination(), b.source(), b.source()))
    b.kept = kept
    odd = rng.random() < 0.2 and kind != 3
    if odd:  # the lowest bit of a target is dropped
        b.emit(e.i_type(0x13, 6, link, link, 1))
    b.emit(e.c_jr(link) if rng.random() < 0.5 and link else e.jalr(0, link))
    b.patch(over, e.jal(0, b.here - over))
    for _ in range(rng.randrange(1, 3)):
        if kind == 0:
            b.emit(e.jal(link, function - b.here))
        else:
            distance = function - b.here
            b.emit(e.auipc(target, 0), e.addi(target, target, distance))
            b.emit(e.c_jalr(target) if kind == 3 else e.jalr(link, target))
    emit_some(b, 1)


def jump_to_nowhere(b, _):
    """A jump to where nothing can be executed; ra says where to go on."""
    _, target = b.scratch()
    b.load(target, b.rng.choice(b.scene.bad_addresses) + b.rng.randrange(0, 4096, 2))
    b.emit(e.jalr(1, target))
    b.landings.add(b.here)


def write_code(b, _):
    """Stores an instruction over another one, made visible by FENCE.I."""
    rng = b.rng
    address, value = b.scratch()
    while b.here % 4 != 0 or b.here % 4096 > 4096 - 64:
        b.emit(e.C_NOP)
    register = b.destination() or b.registers.sum
    source = b.source()
    b.emit(e.auipc(address, 0))
    at = b.here - 4
    first = b.here
    b.emit(e.i_type(0x03, 6, value, address, 0))  # lwu; the offset follows
    b.load(1, rng.choice([1 << 20, 3 << 20, 7 << 25]))
    b.emit(e.r_type(*e.BINARY["xor"], value, value, 1))
    store = b.here
    b.emit(e.s_type(0x23, 2, address, value, 0), e.FENCE_I)
    while b.here % 4:
        b.emit(e.C_NOP)
    slot = b.here
    b.emit(e.i_type(0x13, rng.choice([0, 4, 6]), register, source, rng.randrange(-2048, 2048)))
    b.patch(first, e.i_type(0x03, 6, value, address, slot - at))
    b.patch(store, e.s_type(0x23, 2, address, value, slot - at))
    # Where the load or the store traps nothing is written.
    b.ends[first] = slot
    b.ends[store] = slot


SNIPPETS = [(branch_over, 20), (loop, 8), (call, 6)]
