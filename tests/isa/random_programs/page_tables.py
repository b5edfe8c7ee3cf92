"""Random Sv39 page tables of a scene. Two roots map the harness (S only, as one megapage), the scene's code twice (for S
where it lies, for U somewhere else) and its data where it lies and at aliases of each page size, with all kinds of flaws.

Left out, because QEMU 7.2 departs from the specification: tables outside memory (it reports a page fault, not an access
fault)."""
import layout

V, R, W, X, U, G, A, D = (1 << n for n in range(8))
PAGE = 0x1000
MEGAPAGE, GIGAPAGE = 0x200000, 0x40000000


def pte(physical, flags):
    return physical >> 12 << 10 | flags


def canonical(rng, index2):
    """A virtual address whose root index is `index2`, of either half."""
    base = index2 * GIGAPAGE
    return base | (0xFFFFFF8000000000 if index2 >= 256 else 0)


class Tables:
    """Page tables in the image of RAM, in the pages from `first` on."""

    def __init__(self, image, first, pages):
        self.image, self.next, self.end = image, first, first + pages * PAGE

    def page(self):
        self.next += PAGE
        assert self.next <= self.end, "out of pages for page tables"
        return self.next - PAGE

    def write(self, address, value):
        at = address - layout.RAM
        self.image[at:at + 8] = value.to_bytes(8, "little")

    def read(self, address):
        at = address - layout.RAM
        return int.from_bytes(self.image[at:at + 8], "little")

    def map(self, root, virtual, entry, level):
        """Puts `entry` where the walk of `virtual` ends at `level`; its address."""
        table = root
        for depth in (2, 1, 0):
            slot = table + (virtual >> 12 + 9 * depth & 511) * 8
            if depth == level:
                self.write(slot, entry)
                return slot
            if not self.read(slot) & V:
                self.write(slot, pte(self.page(), V))
            table = self.read(slot) >> 10 << 12


def accessed(rng):
    return A | (D if rng.random() < 0.7 else 0) if rng.random() < 0.8 else 0


def decoration(rng):
    """Bits without a meaning to the hardware here: G, RSW."""
    return (G if rng.random() < 0.2 else 0) | (rng.getrandbits(2) << 8 if rng.random() < 0.2 else 0)


def flawed(rng, physical):
    """An entry that cannot be used, or hardly."""
    kind = rng.randrange(8)
    good = pte(physical, V | R | W | X | U | A | D)
    if kind == 0:
        return good & ~V
    if kind == 1:
        return good & ~R & ~(X if rng.random() < 0.5 else 0)  # W without R is reserved
    if kind == 2:
        return good | 1 << rng.randrange(54, 64)
    if kind == 3:
        return pte(physical, V | U | A) if rng.random() < 0.5 else pte(physical, V)  # a pointer where only a leaf may be
    if kind == 4:
        return good ^ U
    if kind == 5:
        return good & ~(R | W)
    if kind == 6:
        return good & ~W
    return rng.getrandbits(64) & ~V


def data_entry(rng, physical):
    kind = rng.random()
    if kind < 0.02:
        return flawed(rng, physical)
    flags = V | R | accessed(rng) | decoration(rng)
    if kind < 0.98:
        flags |= W
    if rng.random() < 0.3:
        flags |= X
    if rng.random() < 0.96:
        flags |= U
    return pte(physical, flags)


def code_entry(rng, physical, user, safe):
    """`safe`: the page must be executable in its mode."""
    if not safe and rng.random() < 0.08:
        return flawed(rng, physical)
    flags = V | X | accessed(rng) | decoration(rng) | (U if user else 0)
    flags |= rng.choice([0, R, R, R | W, R | W, R | W])
    return pte(physical, flags)


class AddressSpaces:
    def __init__(self, rng, image, base, code_pages):
        self.rng, self.base = rng, base
        self.tables = Tables(image, base + layout.SCENE_TABLES, layout.TABLE_PAGES)
        # Taken as physical addresses, none of them is a device, or PCI's window of QEMU's machine.
        indices = rng.sample([*range(4, 16), *range(32, 512)], 6)
        self.large_code = rng.random() < 0.3  # U executes from a megapage, with one of the roots at least
        self.user_base = (canonical(rng, indices[0])
                          + rng.randrange(0, GIGAPAGE // 4, MEGAPAGE if self.large_code else layout.CODE_BYTES))
        self.small_alias = canonical(rng, indices[1]) + rng.randrange(0, GIGAPAGE // 4, MEGAPAGE)
        self.mega_alias = canonical(rng, indices[2]) + rng.randrange(0, GIGAPAGE // 4, MEGAPAGE)
        self.giga_alias = canonical(rng, indices[3])
        self.misaligned = canonical(rng, indices[4])
        self.unmapped = canonical(rng, indices[5])
        self.data_entries = []  # entries that bodies may change: (address, page, virtual page)
        self.code_entries = []  # (address, page, virtual page, for U)
        self.satps = [8 << 60 | self.build(code_pages, self.large_code and rng.random() < 0.7) >> 12 for _ in range(2)]

    def build(self, code_pages, large_code):
        rng, tables, base = self.rng, self.tables, self.base
        root = tables.page()
        tables.map(root, layout.RAM, pte(layout.RAM, V | R | W | X | A | D | decoration(rng) & G), 1)
        for page in range(layout.CODE_BYTES // PAGE):
            if page > code_pages:
                break
            physical = base + page * PAGE
            safe = page in (0, code_pages - 1) or rng.random() < 0.5
            places = [(physical, False)] + ([] if large_code else [(self.user_base + page * PAGE, True)])
            for virtual, user in places:
                slot = tables.map(root, virtual, code_entry(rng, physical, user, safe), 0)
                if not safe:
                    self.code_entries.append((slot, physical, virtual, user))
        if large_code:
            tables.map(root, self.user_base, code_entry(rng, base, True, True), 1)
        for page in range(layout.DATA_PAGES):
            physical = base + layout.SCENE_DATA + page * PAGE
            if page < layout.POOL_PAGES:
                entries = [pte(physical, V | R | U | A | decoration(rng))] * 2
            else:
                entries = [data_entry(rng, physical), data_entry(rng, physical)]
            for virtual, entry in zip((physical, self.small_alias + page * PAGE), entries):
                slot = tables.map(root, virtual, entry, 0)
                if page >= layout.POOL_PAGES:
                    self.data_entries.append((slot, physical, virtual))
        for page in range(layout.TABLE_PAGES):  # the tables themselves, for S
            physical = base + layout.SCENE_TABLES + page * PAGE
            tables.map(root, physical, pte(physical, V | R | W | A | D), 0)
        flags = V | R | W | accessed(rng) | decoration(rng) | (U if rng.random() < 0.8 else 0)
        tables.map(root, self.mega_alias, pte(base, flags), 1)
        flags = V | R | W | accessed(rng) | decoration(rng) | (U if rng.random() < 0.8 else 0)
        tables.map(root, self.giga_alias, pte(layout.RAM, flags), 2)
        # Superpages that are not aligned, a pointer with bits that are reserved there, memory that is not there.
        full = V | R | W | U | A | D
        tables.map(root, self.misaligned, pte(layout.RAM + (rng.randrange(1, 512) << 12), full), 1)
        tables.map(root, self.misaligned + MEGAPAGE, pte(layout.RAM, V | rng.choice([A, D, U])), 1)
        tables.map(root, self.misaligned + 2 * MEGAPAGE, pte(0x90000000, full), 1)
        tables.map(root, self.misaligned + 3 * MEGAPAGE, pte(rng.choice([0x1F000000, 1 << 50]), full), 0)
        return root

    def aliases(self, physical):
        """Virtual addresses of an address in the scene's data, besides the address itself."""
        return [self.small_alias + physical - self.base - layout.SCENE_DATA, self.mega_alias + physical - self.base,
                self.giga_alias + physical - layout.RAM]

    def bad_addresses(self):
        return [self.unmapped, self.misaligned, self.misaligned + MEGAPAGE, self.misaligned + 2 * MEGAPAGE,
                self.misaligned + 3 * MEGAPAGE, self.misaligned + 4 * MEGAPAGE]
