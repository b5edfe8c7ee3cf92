"""Code of a scene while it is written: registers that have a purpose, where each instruction ends, and where to go on after
a trap. A *snippet* is a run of instructions that belong together; only between snippets may the handlers enter after a
page that could not be executed."""
import encoder as e

SHORT = range(8, 16)


class Registers:
    """Which registers do what in one scene. x2 and `data` point to data, `pool` to operands; snippets that need registers
    of their own have `scratch`; what x1 holds after a jump is where a wild one goes on."""

    def __init__(self, rng):
        short = rng.sample(SHORT, 2)
        self.data, self.pool = short
        rest = [n for n in range(3, 32) if n not in short]
        self.scratch = rng.sample(rest, 3)
        self.sum = rng.choice([n for n in rest if n not in self.scratch])
        kept = {0, 2, self.data, self.pool, self.sum, *self.scratch}
        self.free = [n for n in range(1, 32) if n not in kept]
        self.free_short = [n for n in SHORT if n not in kept]


class Body:
    def __init__(self, rng, scene, start):
        self.rng, self.scene = rng, scene
        self.registers = Registers(rng)
        self.code = bytearray(start)  # from the window's begin on
        self.start = start
        self.ends = {}  # offset of an instruction -> offset to go on at when it traps
        self.snippets = []  # offsets
        self.landings = set()  # where a jump to nowhere goes on
        self.kept = set()  # free registers that an outer snippet needs

    @property
    def here(self):
        return len(self.code)

    def emit(self, *instructions):
        for word in instructions:
            size = 4 if word & 3 == 3 else 2
            at = self.here
            self.code += word.to_bytes(size, "little")
            self.ends[at] = at + size

    def patch(self, at, word):
        size = 4 if word & 3 == 3 else 2
        self.code[at:at + size] = word.to_bytes(size, "little")

    def load(self, register, value):
        self.emit(*e.load_immediate(register, value))

    def stay_in_page(self, size):
        """What follows must not be left half done by a fetch fault: the next `size` bytes are on one page."""
        while self.here % 0x1000 > 0x1000 - size:
            self.emit(e.C_NOP)

    def begin_snippet(self):
        self.snippets.append(self.here)

    def resume_behind(self, first):
        """A trap at any instruction from offset `first` to here goes on here."""
        for at in reversed(self.ends):
            if at < first:
                break
            self.ends[at] = self.here

    # ---- choices ----
    def destination(self):
        if self.rng.random() < 0.02:
            return 0
        while True:
            register = self.rng.choice(self.registers.free)
            if register not in self.kept:
                return register

    def short_destination(self):
        choices = [n for n in self.registers.free_short if n not in self.kept]
        return self.rng.choice(choices)

    def source(self):
        return self.rng.choice(self.registers.free) if self.rng.random() < 0.95 else self.rng.randrange(32)

    def short_source(self):
        return self.rng.choice(self.registers.free_short)

    def float_register(self):
        return self.rng.randrange(32)

    def scratch(self):
        """Two different registers whose values nobody needs."""
        return self.rng.sample(self.registers.scratch, 2)

    def fold(self, register):
        """Mixes a value into the sum, so that it is not forgotten."""
        total = self.registers.sum
        self.emit(self.rng.choice([
            e.r_type(*e.BINARY["add"], total, total, register),
            e.r_type(*e.BINARY["sub"], total, register, total),
            e.r_type(*e.BINARY["xor"], total, total, register),
        ]))
        if self.rng.random() < 0.3:
            (spare, _) = self.scratch()
            self.emit(e.i_type(0x13, 1, spare, total, 13), e.r_type(*e.BINARY["xor"], total, total, spare))
