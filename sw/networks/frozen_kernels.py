"""The kernels of a network that Kernel Comp Units stand in for, and what keeps them so while the rest is trained."""

import pathlib
from collections.abc import Iterable

import numpy as np
import torch
import yaml
from torch import nn


def read_units(path: pathlib.Path) -> dict[int, torch.Tensor]:
    """Constants of the units in a file that `kasane units` wrote: by kernel size k, (units, k * k)."""
    units: dict[int, list] = {}
    for unit in yaml.safe_load(path.read_text())["units"]:
        constants = np.array(unit["constants"], dtype=np.float32)
        units.setdefault(constants.shape[0], []).append(constants.ravel())
    return {size: torch.from_numpy(np.stack(members)) for size, members in units.items()}


def project(kernels: torch.Tensor, units: torch.Tensor) -> torch.Tensor:
    """Each kernel's nearest multiple of its unit; both (n, k * k)."""
    gains = (kernels * units).sum(dim=1, keepdim=True) / units.square().sum(dim=1, keepdim=True)
    return gains * units


def nearest(kernels: torch.Tensor, units: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """|cosine| to the nearest unit, and that unit's number, of kernels (n, k * k). A kernel of zeros has 0."""
    norms = kernels.norm(dim=1, keepdim=True) * units.norm(dim=1)
    best = ((kernels @ units.T).abs() / norms.clamp_min(1e-30)).max(dim=1)
    return best.values, best.indices


class FrozenKernels:
    """A kernel whose |cosine| to its nearest unit reaches the threshold becomes gain * that unit (least squares).

    restore(), after every update, puts the replaced kernels back: with `train_gains`, onto their unit's line, so
    that the gain, which is in the chip's table, goes on training; else to the very values they had."""

    def __init__(self, convolutions: Iterable[nn.Conv2d], units: dict[int, torch.Tensor], threshold: float, train_gains: bool) -> None:
        self.train_gains = train_gains
        self.parts = []
        for convolution in convolutions:
            size = convolution.kernel_size[0]
            if size not in units or convolution.groups != 1:
                continue
            kernels = convolution.weight.data.reshape(-1, size * size)
            similarity, index = nearest(kernels, units[size])
            stand_ins = units[size][index]
            self.parts.append((convolution, similarity >= threshold, stand_ins, project(kernels, stand_ins)))
        self.restore()

    def restore(self) -> None:
        for convolution, replaced, stand_ins, values in self.parts:
            kernels = convolution.weight.data.reshape(values.shape)
            kept = project(kernels, stand_ins) if self.train_gains else values
            restored = torch.where(replaced[:, None], kept, kernels)
            convolution.weight.data.copy_(restored.reshape(convolution.weight.shape))

    def counts(self) -> tuple[int, int]:
        """Replaced kernels, and all kernels of sizes that units have."""
        return sum(int(replaced.sum()) for _, replaced, _, _ in self.parts), sum(len(p[1]) for p in self.parts)
