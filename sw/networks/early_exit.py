"""What exits decide: an image leaves at the first exit whose softmax has an entropy below the threshold, or at the last."""

import dataclasses
import math

import torch


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Of a set of images: the share that leaves at each exit, and how many of all are classified right."""

    shares: tuple[float, ...]
    accuracy: float


def entropy(logits: torch.Tensor) -> torch.Tensor:
    """-sum p ln p of the softmax over the last dimension, in nats: 0 ... ln(classes)."""
    logarithms = torch.log_softmax(logits.double(), dim=-1)
    return -(logarithms.exp() * logarithms).sum(dim=-1)


def outcome(logits: torch.Tensor, labels: torch.Tensor, threshold: float) -> Outcome:
    """logits: (exits, images, classes). One threshold for all exits but the last, which takes everybody."""
    leaves = entropy(logits) < threshold
    leaves[-1] = True
    taken = leaves.int().argmax(dim=0)  # the first that is true
    right = logits.argmax(dim=-1).gather(0, taken[None])[0] == labels
    shares = [float((taken == number).double().mean()) for number in range(len(logits))]
    return Outcome(tuple(shares), float(right.double().mean()))


def thresholds() -> list[float]:
    """Four a decade from 1e-4, below ln 10; the 0.025 of published results; and ln 10, the largest entropy of ten classes."""
    steps = [10 ** (exponent / 4) for exponent in range(-16, 2)]
    return sorted([float(f"{step:.3g}") for step in steps] + [0.025, math.log(10)])
