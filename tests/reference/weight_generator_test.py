#!/usr/bin/python3
"""The weight generator that training calls against its definition in numpy, published values, and chance."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "sw" / "networks"))
sys.dont_write_bytecode = True

try:
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

import weight_generator  # noqa: E402
import weight_generator_numpy as definition  # noqa: E402

SEEDS = (0, 1, 0x12345678, 0x80000000, 0xFFFFFFFF)


class Definition(unittest.TestCase):
    def test_published_values(self):
        """xorshift32 from state 1; MurmurHash3_x86_32 of no bytes with seed 1, which is the finaliser of 1."""
        one = np.array([1], dtype=np.uint32)
        rounds = [one]
        for _ in range(3):
            rounds.append(definition.xorshift_round(rounds[-1]))
        self.assertEqual([int(r[0]) for r in rounds[1:]], [270369, 67634689, 2647435461])
        self.assertEqual(int(definition.murmur(one)[0]), 0x514E28B7)
        self.assertEqual(int(weight_generator.words("murmur", 1, 0, 1)[0]), 0x514E28B7)

    def test_words_and_signs_are_the_definition_bit_by_bit(self):
        for generator in definition.FINALISERS:
            for seed in SEEDS:
                for first in (0, 1000, 2**32 - 70000):
                    words = weight_generator.words(generator, seed, first, 70000)
                    self.assertTrue((words == definition.words(generator, seed, first, 70000)).all())
                signs = weight_generator.signs(generator, seed, (7, 5, 3, 3))
                expected = definition.signs(generator, seed, 0, 315)
                self.assertEqual(signs.flatten().tolist(), expected.tolist())

    def test_what_is_no_32_bit_number_is_refused(self):
        for seed, first, count in ((-1, 0, 1), (2**32, 0, 1), (0, -1, 1), (0, 2**32 - 1, 2)):
            with self.assertRaises(ValueError):
                weight_generator.words("murmur", seed, first, count)


class Chance(unittest.TestCase):
    """Signs of a layer look independent: bounds that chance crosses once in some ten thousand such tests."""

    COUNT = 2**19
    LAGS = 20000

    def correlations(self, signs: np.ndarray) -> np.ndarray:
        """Autocorrelation at the lags 1, 2, ..., in standard deviations of what independent signs give."""
        count = len(signs)
        spectrum = np.fft.rfft(signs, 2 * count)
        sums = np.fft.irfft(np.abs(spectrum) ** 2)[1 : self.LAGS + 1]
        return sums / np.sqrt(count - np.arange(1, self.LAGS + 1))

    def test_signs(self):
        for generator in definition.FINALISERS:
            for seed in SEEDS:
                signs = weight_generator.signs(generator, seed, (self.COUNT,)).astype(np.float64)
                self.assertLess(abs(signs.sum()), 4.5 * self.COUNT**0.5)
                self.assertLess(np.abs(self.correlations(signs)).max(), 6.2)
                periodic = np.abs(np.fft.rfft(signs))[1:] ** 2 / self.COUNT  # exponential, mean 1
                self.assertLess(periodic.max(), 26)

    def test_plain_xorshift_of_a_counter_would_fail(self):
        """Why the generator adds between its rounds."""
        state = (np.arange(self.COUNT, dtype=np.uint64) * definition.GOLDEN + 1).astype(np.uint32)
        for _ in range(4):
            state = definition.xorshift_round(state)
        correlations = self.correlations(1.0 - 2.0 * (state & 1))
        self.assertGreater(np.abs(correlations).max(), 100)

    def test_layers_differ(self):
        seeds = [weight_generator.layer_seed("murmur", 1, layer) for layer in range(20)]
        self.assertEqual(len(set(seeds)), len(seeds))
        signs = np.stack([weight_generator.signs("murmur", seed, (10000,)) for seed in seeds]).astype(float)
        products = signs @ signs.T - 10000 * np.eye(len(seeds))
        self.assertLess(np.abs(products).max(), 5 * 100)


if __name__ == "__main__":
    unittest.main()
