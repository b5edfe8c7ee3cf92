#!/usr/bin/python3
"""The reference of exits' decisions against closed forms and 50 decimal digits."""

import decimal
import unittest

import exit_decision
import numpy as np

ONE = 2**24


def fifty_digits(logits: list[int], step_q24: int) -> float:
    """-sum p ln p, term by term."""
    with decimal.localcontext(prec=50):
        powers = [(decimal.Decimal(logit) * step_q24 / ONE).exp() for logit in logits]
        return float(-sum(power / sum(powers) * (power / sum(powers)).ln() for power in powers))


class Entropies(unittest.TestCase):
    def test_closed_forms(self) -> None:
        for count in (1, 2, 10, 1000):
            even = exit_decision.entropies(np.full((1, count), -7, np.int8), 3 * ONE)
            np.testing.assert_allclose(even, [np.log(count)], rtol=1e-14, atol=0)
        # One of ten stands out so far that nothing is left of the others: exp(-255) of each.
        logits = np.full((1, 10), -128, np.int8)
        logits[0, 4] = 127
        expected = 9 * 255 * np.exp(-255.0)
        np.testing.assert_allclose(exit_decision.entropies(logits, ONE), [expected], rtol=1e-2)
        # A third, a third, a third, and shares of exp(-100).
        logits = np.array([[100, 100, 0, 100, 0]], np.int8)
        np.testing.assert_allclose(exit_decision.entropies(logits, ONE), [np.log(3)], rtol=1e-14)

    def test_fifty_digits(self) -> None:
        random = np.random.default_rng(8)
        for step_q24 in (1, 1000, ONE // 100, ONE // 7, ONE, 40 * ONE):
            logits = random.integers(-128, 128, (5, 12), np.int8)
            exact = [fifty_digits(row, step_q24) for row in logits.tolist()]
            np.testing.assert_allclose(exit_decision.entropies(logits, step_q24), exact, rtol=1e-12, atol=1e-14)

    def test_the_first_largest_logit_is_the_class(self) -> None:
        logits = np.array([[3, 5, 5], [-1, -2, -1], [0, 0, 1]], np.int8)
        np.testing.assert_array_equal(exit_decision.classes(logits), [1, 0, 2])


class Ways(unittest.TestCase):
    reached = [np.array([0.1, 0.5, 2.0, 2.0]), np.array([3.0, 0.4, 0.2, 0.9]), np.array([9.0, 9.0, 9.0, 9.0])]

    def test_first_exit_below_its_threshold(self) -> None:
        np.testing.assert_array_equal(exit_decision.ways(self.reached, [0.3, 0.6]), [0, 1, 1, 2])
        np.testing.assert_array_equal(exit_decision.ways(self.reached, [200, 0]), [0, 0, 0, 0])
        np.testing.assert_array_equal(exit_decision.ways(self.reached, [0, 0]), [2, 2, 2, 2])
        np.testing.assert_array_equal(exit_decision.ways(self.reached[:1], []), [0, 0, 0, 0])

    def test_nothing_is_below_zero(self) -> None:
        np.testing.assert_array_equal(exit_decision.ways([np.zeros(2), np.ones(2)], [0]), [1, 1])

    def test_what_fixed_point_may_decide_otherwise_is_refused(self) -> None:
        for threshold in (0.5 - 5e-6, 0.5, 0.5 + 5e-6):
            with self.assertRaisesRegex(ValueError, "too near"):
                exit_decision.ways(self.reached, [threshold, 1])
        with self.assertRaisesRegex(ValueError, "1 thresholds for 3 exits"):
            exit_decision.ways(self.reached, [1])


if __name__ == "__main__":
    unittest.main()
