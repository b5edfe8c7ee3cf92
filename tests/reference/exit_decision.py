"""What an image does at the exits of a network: entropy of softmax in double precision, and where the image leaves.

Written from the comments of kasane/softmax.h and kasane/boot_info.h alone: no fixed point, no other order of sums.
"""

import numpy as np

Decisions = tuple[np.ndarray, np.ndarray]  # entropies (nats) and classes of images

TOLERANCE = 1e-5  # nats: how near to the exact entropy kasane/softmax.h promises to come


def entropies(logits: np.ndarray, step_q24: int) -> np.ndarray:
    """Nats, of each row of int8 logits (images, count), in steps of step_q24 / 2^24."""
    real = logits.astype(np.float64) * (step_q24 / 2**24)
    below = real.max(axis=1, keepdims=True) - real
    total = np.exp(-below).sum(axis=1, keepdims=True)
    return (np.exp(-below) / total * (below + np.log(total))).sum(axis=1)


def classes(logits: np.ndarray) -> np.ndarray:
    """The first largest one of each row."""
    return logits.argmax(axis=1)


def decide(logits: np.ndarray, step_q24: int) -> Decisions:
    return entropies(logits, step_q24), classes(logits)


def ways(reached: list[np.ndarray], thresholds: list[float]) -> np.ndarray:
    """The exit, from 0, by which each image leaves. `reached`: its entropies at all exits; a threshold for each but the last.
    ValueError where an entropy is so near to its threshold that fixed point may decide otherwise."""
    if len(thresholds) != len(reached) - 1:
        raise ValueError(f"{len(thresholds)} thresholds for {len(reached)} exits")
    exits = np.full(len(reached[0]), len(reached) - 1)
    for exit_index in reversed(range(len(thresholds))):
        threshold = thresholds[exit_index]
        near = np.flatnonzero(np.abs(reached[exit_index] - threshold) <= TOLERANCE)
        if threshold > 0 and len(near) > 0:
            raise ValueError(f"images {near} at exit {exit_index} are too near to {threshold} nats")
        exits[reached[exit_index] < threshold] = exit_index
    return exits
