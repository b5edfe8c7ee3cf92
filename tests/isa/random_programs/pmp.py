"""Random regions of the PMP, all within a scene's data, code and tables; entry 15 lets everybody at everything and is never
touched, entries 12 to 14 are for regions that the last scenes lock.

Left out, because QEMU 7.2 departs from the specification: no active entry at all (it lets S and U through). Left out,
because an implementation may split a misaligned access: regions smaller than a page, but for one page of data that is only
accessed aligned."""
import layout

USED = 12
R, W, X, L = 1, 2, 4, 0x80
OFF, TOR, NA4, NAPOT = 0, 1, 2, 3


def napot(base, size):
    return base >> 2 | (size >> 3) - 1


def permissions(rng):
    return rng.choice([0, R, R | X, R | W, R | W, R | W | X, X, R | W | X])


def page_region(rng, scene):
    """(first, pages), a power of two pages and so aligned: mostly data, seldom code or page tables."""
    kind = rng.random()
    pages = rng.choice([1, 1, 1, 2, 4])
    if kind < 0.85:
        first = scene.base + layout.SCENE_DATA + rng.randrange(4, layout.DATA_PAGES, pages) * 0x1000
    elif kind < 0.95:
        first = scene.base + rng.randrange(0, scene.code_pages) * 0x1000
    else:  # those of the aliases only: the supervisor's handler must stay reachable
        return scene.base + layout.SCENE_TABLES + rng.randrange(5, 9) * 0x1000, 0x1000
    return first // (pages * 0x1000) * (pages * 0x1000), pages * 0x1000


def allowed(rng, scene, first):
    """Code stays executable mostly; tables are readable and writable or neither, because QEMU updates A and D where it may
    read."""
    if first >= scene.base + layout.SCENE_TABLES:
        return rng.choice([0, R | W])
    if first < scene.base + layout.SCENE_SETUP:
        return rng.choice([R | X, R | W | X, X, X, R | W])
    return permissions(rng)


def region(rng, scene, index):
    """(address register, type, permissions) of one entry; TOR has its lower bound in the entry before."""
    kind = rng.random()
    if kind < 0.3:
        return None
    if kind < 0.45:  # small ones, all on one page
        size = rng.choice([4, 8, 16, 32, 64])
        first = scene.fine_page_physical + rng.randrange(0, 256, size)
        if size == 4:
            return [(index, first >> 2)], NA4, permissions(rng)
        return [(index, napot(first, size))], NAPOT, permissions(rng)
    first, size = page_region(rng, scene)
    rights = allowed(rng, scene, first)
    if kind < 0.65 and index > 0:
        return [(index - 1, first >> 2), (index, first + size >> 2)], TOR, rights
    return [(index, napot(first, size))], NAPOT, rights


def change(rng, scene):
    """One entry anew: its neighbours are switched off, since their bounds may be its own. ({register: value}, entry,
    configuration)"""
    index = rng.choice([1, 2, 3, 4, 5, 6, 9, 10])
    values, kind, rights = region(rng, scene, index) or ([], OFF, 0)
    return dict(values), index, kind << 3 | rights


def set_up(rng, scene, entries):
    """Values of pmpaddr0 to 11, pmpcfg0 and pmpcfg2 for a set-up."""
    addresses_ = {n: rng.getrandbits(54) for n in range(USED)}
    configurations = [0] * 16
    configurations[15] = NAPOT << 3 | R | W | X
    for index in sorted(rng.sample(range(USED), entries)):
        chosen = region(rng, scene, index)
        if chosen is None:
            continue
        values, kind, rights = chosen
        if kind == TOR:  # the entry before gives the bound, whatever it is itself
            configurations[index - 1] = 0
        addresses_.update(values)
        configurations[index] = kind << 3 | rights
    pack = lambda part: sum(value << 8 * n for n, value in enumerate(part))  # noqa: E731
    return addresses_, pack(configurations[:8]), pack(configurations[8:])


def locked(rng, scene):
    """{address register: value}, {entry: configuration} of regions locked until the end, on data."""
    first = scene.base + layout.SCENE_DATA + rng.randrange(24, 30) * 0x1000
    if rng.random() < 0.5:
        return {12: napot(first, 0x1000)}, {12: L | NAPOT << 3 | permissions(rng)}
    return {13: first >> 2, 14: first + 0x1000 >> 2}, {14: L | TOR << 3 | permissions(rng)}
