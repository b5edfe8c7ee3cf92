"""Pruning of kernel coordinates that a tile of 32 output channels shares.

A group is what the Cartesian-product array does in one step: the weights of one (output tile, input channel, kernel
coordinate). The step is skipped only when the whole group is zero, so groups are kept or removed, never single weights.
"""

import torch
from torch.nn import functional

TILE = 32  # output channels


def groups(weights: torch.Tensor, tile: int = TILE) -> torch.Tensor:
    """Weights (o, i, h, w) as (tiles, tile, i, h, w); channels that the last tile lacks are zero."""
    lacking = -len(weights) % tile
    return functional.pad(weights, [0, 0] * 3 + [0, lacking]).unflatten(0, (-1, tile))


def expand(kept: torch.Tensor, outputs: int, tile: int = TILE) -> torch.Tensor:
    """Groups that are kept, (tiles, i, h, w), as a mask of all weights, (outputs, i, h, w)."""
    return kept.repeat_interleave(tile, dim=0)[:outputs]


def nonzero_groups(weights: torch.Tensor, tile: int = TILE) -> torch.Tensor:
    """(tiles, i, h, w): which groups have a weight that is not zero, and so cost a step."""
    return groups(weights, tile).ne(0).any(dim=1)


def saliency(weights: torch.Tensor, output_gains: torch.Tensor, input_deviations: torch.Tensor, tile: int = TILE) -> torch.Tensor:
    """How much of a layer's normalised output each group makes up, (tiles, i, h, w).

    The L2 norm of the group's weights, each times its output channel's gain of batch normalisation (o), without which
    the size of a weight says nothing, times the standard deviation of the input channel (i). Its square is the variance,
    summed over the tile's outputs, that is lost with the group; a channel's mean is made good by the normalisation."""
    folded = weights * output_gains.abs()[:, None, None, None]
    return groups(folded, tile).norm(dim=1) * input_deviations[None, :, None, None]


def keep_most_salient(saliencies: torch.Tensor, kept: torch.Tensor, count: int) -> torch.Tensor:
    """Of the groups that are kept, the `count` most salient of the layer; what was removed stays removed."""
    if count > int(kept.sum()):
        raise ValueError(f"{count} groups to keep, but only {int(kept.sum())} are left")
    ranked = saliencies.masked_fill(~kept, -1).flatten().argsort(descending=True, stable=True)
    chosen = torch.zeros(kept.numel(), dtype=torch.bool)
    chosen[ranked[:count]] = True
    return chosen.reshape(kept.shape)


def keep_largest_weights(weights: torch.Tensor, share: float) -> torch.Tensor:
    """Pruning that is not shared, for comparison: the mask of this share of largest weights, each for itself."""
    count = round(share * weights.numel())
    chosen = torch.zeros(weights.numel(), dtype=torch.bool)
    chosen[weights.abs().flatten().argsort(descending=True, stable=True)[:count]] = True
    return chosen.reshape(weights.shape)
