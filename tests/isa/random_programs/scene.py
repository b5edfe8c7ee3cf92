"""One scene: code, data, page tables and four set-ups, in an image of RAM. A scene depends on its own seed only, so that it
can be run alone."""
import random

import encoder as e
import layout
import operands
import pmp
import snippets_control
import snippets_float
import snippets_integer
import snippets_memory
import snippets_paging
import snippets_system
from body import Body
from page_tables import AddressSpaces

# Weights of the kinds of snippets, (modes' shares M, S, U), whether translated.
PROFILES = {
    "machine": (dict(integer=30, memory=25, control=12, float=15, common=3, machine=2, protection=1, waits=0.2),
                (8, 0, 0), False),
    "integer": (dict(integer=50, memory=30, control=20), (1, 1, 1), None),
    "float": (dict(integer=10, memory=5, control=6, float=60), (1, 1, 1), None),
    "user": (dict(integer=30, memory=25, control=12, float=15, common=0.3), (0, 1, 7), True),
    "supervisor": (dict(integer=25, memory=25, control=12, float=12, common=1.5, supervisor=1.5, paging=1, returns=0.5),
                   (0, 6, 2), True),
    "mixed": (dict(integer=25, memory=20, control=10, float=15, common=1, supervisor=0.7, machine=0.7, paging=0.5,
                   protection=0.5, returns=0.5), (3, 3, 2), None),
    "system": (dict(integer=10, memory=15, control=5, float=5, common=4, supervisor=4, machine=4, paging=2, protection=2,
                    returns=2), (4, 4, 2), None),
}
DELEGABLE = 0xB1FF  # exceptions that both machines can delegate, without S mode's call


def weighted(groups):
    """Groups of (snippet, weight), each with a weight: a list of snippets and one of cumulated weights."""
    names, weights = [], []
    for snippets, weight in groups:
        total = sum(w for _, w in snippets)
        for snippet, w in snippets:
            names.append(snippet)
            weights.append(weight * w / total)
    return names, weights


class Scene:
    def __init__(self, seed, number, image, symbols, options):
        self.rng = rng = random.Random(seed)
        self.image, self.symbols, self.options = image, symbols, options
        self.number, self.base = number, layout.scene_base(number)
        self.profile = options.profile or rng.choice(list(PROFILES))
        weights, (self.machine_share, self.supervisor_share, self.user_share), translated = PROFILES[self.profile]
        self.weights = weights
        self.translated = rng.random() < 0.7 if translated is None else translated
        self.traps_memory = rng.random() < 0.2  # TVM is used; then S handles no illegal instructions
        self.delegable = DELEGABLE & ~(4 if self.traps_memory else 0)
        self.interrupt = rng.choice([1 << 1, 1 << 5, 1 << 9])
        # Regions of the PMP on data, misaligned accesses, and aliases where M mode may come across them, not together.
        self.protects = rng.random() < 0.5
        self.aliases = self.translated and (self.machine_share == 0 or rng.random() < 0.5)
        self.misaligned = not self.protects and not (self.aliases and self.machine_share)
        self.writes_code = rng.random() < 0.4
        self.repeats = rng.choice([1, 2, 4, 8])
        self.instructions = options.length or rng.choice([200, 500, 1000, 2000, 3000])
        start = rng.choice([rng.randrange(0, 256, 2), rng.randrange(4096 - 256, 4096, 2)])
        self.code_pages = min(15, (start + self.instructions * 11 // 2 + 0x2000) // 0x1000)
        self.spaces = AddressSpaces(rng, image, self.base, self.code_pages)
        self.user_base = self.spaces.user_base
        self.choose_addresses()
        self.body = Body(rng, self, start)
        self.write_body()
        self.write_pool_and_data()
        self.write_set_ups()
        self.write_descriptor()

    # ---- addresses ----
    def data_address(self, pages=range(layout.POOL_PAGES + 1, layout.DATA_PAGES - 1)):
        page = self.rng.choice(pages) * 0x1000
        near_end = self.rng.random() < 0.5
        return self.base + layout.SCENE_DATA + page + (self.rng.choice([-8, 0, 8]) if near_end
                                                       else self.rng.randrange(0, 0x1000, 8))

    def choose_addresses(self):
        rng = self.rng
        fine = layout.DATA_PAGES - 1
        self.fine_page_physical = self.base + layout.SCENE_DATA + fine * 0x1000
        self.fine_page = self.fine_page_physical
        self.pool = self.base + layout.SCENE_DATA + 2048
        self.data_pointers = [self.data_address() for _ in range(6)]
        outside = [0x1F000000, 0x90000000, 1 << 63, 1 << 39, 0x7FFFFFC000000000, 0xFFFFFF7FFFFFF000]
        self.bad_addresses = self.spaces.bad_addresses() + outside
        if self.aliases:
            self.data_pointers += [rng.choice(self.spaces.aliases(self.data_address())) for _ in range(3)]

    def pointers(self, mode):
        """Addresses of data that suit a mode."""
        near = [self.data_address() for _ in range(3)]
        if mode == 3 or not self.aliases:
            return near + [self.data_address()]
        return near + [self.rng.choice(self.spaces.aliases(self.data_address()))]

    # ---- code ----
    def write_body(self):
        kinds = dict(integer=snippets_integer.SNIPPETS, memory=snippets_memory.SNIPPETS, float=snippets_float.SNIPPETS,
                     common=snippets_system.COMMON, supervisor=snippets_system.SUPERVISOR_SNIPPETS,
                     machine=snippets_system.MACHINE_SNIPPETS, returns=snippets_system.RETURNS, waits=snippets_system.WAITS,
                     protection=snippets_paging.PROTECTION if self.protects else [(snippets_memory.fence, 1)],
                     paging=snippets_paging.PAGING if self.translated else [(snippets_memory.fence, 1)])
        self.visible_csrs = [n for n in snippets_system.READABLE
                             if layout.CSR[n] >> 8 & 3 <= (3 if self.machine_share else 1 if self.supervisor_share else 0)]
        control = snippets_control.SNIPPETS
        nested = weighted([(kinds[k], w) for k, w in self.weights.items() if k != "control"])
        wild = 0.3 if "common" in self.weights else 0.05
        groups = [(kinds[k], w) for k, w in self.weights.items() if k != "control"]
        groups += [([(snippets_memory.wild, 1), (snippets_control.jump_to_nowhere, 1)], wild)]
        flat = weighted(groups)
        jumps = weighted([(control, 1)])
        share = self.weights["control"] / sum(self.weights.values())
        body, rng, budget = self.body, self.rng, self.instructions
        size_limit = (self.code_pages - 1) * 0x1000 - 0x800
        depth = 0

        def emit_some(b, count):
            nonlocal depth
            depth += 1
            for _ in range(count):
                if depth < 3 and rng.random() < share:
                    rng.choices(*jumps)[0](b, emit_some)
                else:
                    rng.choices(*nested)[0](b)
            depth -= 1

        while len(body.ends) < budget and body.here < size_limit:
            body.begin_snippet()
            if rng.random() < share:
                rng.choices(*jumps)[0](body, emit_some)
            elif self.writes_code and rng.random() < 0.02:
                snippets_control.write_code(body, None)
            else:
                snippet = rng.choices(*flat)[0]
                if snippet is snippets_control.jump_to_nowhere:
                    snippet(body, None)
                else:
                    snippet(body)
        body.begin_snippet()
        self.end = body.here
        body.emit(e.ECALL)
        assert body.here <= self.code_pages * 0x1000, "the code is longer than its pages"
        self.put(self.base, body.code)
        table = bytearray(layout.RESUME_TABLE_BYTES * 2)
        for at, end in body.ends.items():
            table[at:at + 2] = (end | (at in body.landings)).to_bytes(2, "little")
        self.put(self.table_address(), table[:layout.RESUME_TABLE_BYTES])

    def table_address(self):
        return layout.RESUME_TABLES + self.number * layout.RESUME_TABLE_BYTES

    def put(self, address, data):
        at = address - layout.RAM
        self.image[at:at + len(data)] = data

    # ---- data ----
    def write_pool_and_data(self):
        rng = self.rng
        at = self.base + layout.SCENE_DATA
        pool = [operands.operand(rng) for _ in range(layout.POOL_PAGES * 512)]
        self.put(at, b"".join(value.to_bytes(8, "little") for value in pool))
        # The rest starts as random bytes and operands, line by line.
        data = bytearray(rng.randbytes((layout.DATA_PAGES - layout.POOL_PAGES) * 0x1000))
        for line in range(0, len(data), 64):
            data[line:line + 8] = rng.choice(pool).to_bytes(8, "little")
        self.put(at + layout.POOL_PAGES * 0x1000, data)

    # ---- set-ups ----
    def write_set_ups(self):
        self.set_ups = []
        for n in range(4):
            address = self.base + layout.SCENE_SETUP + n * 0x1000
            code = b"".join(word.to_bytes(4 if word & 3 == 3 else 2, "little") for word in self.set_up(n))
            assert len(code) <= 0x1000
            self.put(address, code)
            self.set_ups.append(address)

    def set_up(self, n):
        """Instructions that write all CSRs, end with mstatus and return the modes in a0."""
        rng = self.rng
        code = []

        def write(number, value):
            code.extend(e.load_immediate(5, value))
            code.append(e.csr(e.CSRRW, 0, number, 5))

        csr = layout.CSR
        sparse = rng.random() < 0.5
        write(csr["mie"], 0)
        write(csr["mip"], 0)
        write(csr["mtvec"], self.symbols["m_vector"] | rng.getrandbits(1))
        write(csr["stvec"], self.symbols["s_vector"] | rng.getrandbits(1))
        write(csr["medeleg"], rng.choice([0, rng.getrandbits(16), 0xFFFF]) & self.delegable)
        write(csr["mideleg"], rng.choice([0, 0x222, rng.getrandbits(12) & 0x222]))
        write(csr["mcounteren"], rng.choice([0, 7, rng.randrange(8)]))
        write(csr["scounteren"], rng.choice([0, 7, rng.randrange(8)]))
        write(csr["mcountinhibit"], 0)
        addresses, low, high = pmp.set_up(rng, self, rng.randrange(1, 6) if self.protects and not sparse else 0)
        write(csr["pmpcfg0"], 0)
        write(csr["pmpcfg2"], 0x1F << 56)
        for number, value in addresses.items():
            write(csr["pmpaddr0"] + number, value)
        write(csr["pmpcfg0"], low)
        write(csr["pmpcfg2"], high)
        if n == 3 and self.protects and self.number >= layout.MAX_SCENES - 2:
            values, configurations = pmp.locked(rng, self)
            for number, value in values.items():
                write(csr["pmpaddr0"] + number, value)
            write(csr["pmpcfg2"], high | sum(value << 8 * (index - 8) for index, value in configurations.items()))
        write(csr["satp"], rng.choice(self.spaces.satps) if self.translated else 0)
        code.append(e.sfence_vma())
        write(csr["mie"], rng.choice([0, self.interrupt]))
        write(csr["mip"], rng.getrandbits(12) & 0x222 if rng.random() < 0.3 else 0)
        status = 2 << 34 | 2 << 32
        status |= 3 << 13 if rng.random() < 0.99 or self.profile == "float" else 0
        for bit, chance in ((1, 0.5), (5, 0.5), (7, 0.5), (8, 0.5), (18, 0.97), (19, 0.4), (21, 0.2), (22, 0.1)):
            status |= (rng.random() < chance) << bit
        if self.traps_memory:
            status |= rng.getrandbits(1) << 20
        write(csr["mstatus"], status)
        shares = [3] * self.machine_share + [1] * self.supervisor_share + [0] * self.user_share
        code.extend(e.load_immediate(10, int.from_bytes(bytes(rng.choice(shares) for _ in range(8)), "little")))
        code.append(e.jalr(0, 1))
        return code

    # ---- descriptor ----
    def iterations(self):
        """Each enters the code some times, which executes about twice its length, and the harness."""
        return self.options.iterations or max(6, min(1500, self.options.work // (self.instructions * 2 * self.repeats + 2000)))

    def write_descriptor(self):
        rng, registers = self.rng, self.body.registers
        at = layout.DESCRIPTORS + self.number * layout.DESCRIPTOR_BYTES

        def field(offset, value):
            self.put(at + offset, value.to_bytes(8, "little"))

        field(layout.D_PHYSICAL, self.base)
        field(layout.D_USER, self.user_base)
        field(layout.D_END, self.end)
        field(layout.D_TABLE, self.table_address())
        field(layout.D_ITERATIONS, self.iterations())
        field(layout.D_REPEATS, self.repeats)
        field(layout.D_BREAK_MODE, 3 if self.machine_share else 1)
        field(layout.D_SEED, rng.getrandbits(64) | 1)
        field(layout.D_BUDGET, (30 + self.instructions // 25) * self.repeats)
        field(layout.D_START, self.body.start)
        field(layout.D_POOL, self.base + layout.SCENE_DATA)
        for n, address in enumerate(self.set_ups):
            field(layout.D_SETUPS + 8 * n, address)
        field(layout.D_SLOT_DATA, layout.SAVED_X + 8 * registers.data)
        field(layout.D_SLOT_POOL, layout.SAVED_X + 8 * registers.pool)
        modes = [rng.randrange(5) << 5 | rng.choice([0, 0, rng.randrange(32)]) for _ in range(7)]
        self.put(at + layout.D_ROUNDING, bytes(modes + [rng.randrange(8) << 5]))
        resume = [0] * 16
        for page in range(16):
            behind = [s for s in self.body.snippets if s >= (page + 1) * 0x1000]
            resume[page] = behind[0] if behind else 0
        self.put(at + layout.D_PAGE_RESUME, b"".join(value.to_bytes(2, "little") for value in resume))
        calls = [3] * self.machine_share + [1] * self.supervisor_share + [0] * self.user_share
        self.put(at + layout.D_CALL_MODES, bytes(rng.choice(calls) for _ in range(16)))
        for kind, mode in enumerate((3, 1, 0)):
            for n in range(4):
                slot = (kind * 4 + n) * 8
                field(layout.D_STACK_POINTERS + slot, self.pointers(mode)[n] if n < 3 else self.pointers(mode)[3])
                field(layout.D_DATA_POINTERS + slot, self.pointers(mode)[n])
                field(layout.D_POOL_POINTERS + slot, self.pool)
