"""Hidden networks: weights are random signs times one constant for each layer; which of them are kept is trained.

Edge-popup (Ramanujan et al., What's Hidden in a Randomly Weighted Neural Network?, CVPR 2020): every weight has a score;
a layer keeps the weights whose scores are largest in magnitude. The backward pass takes the selection for the identity
(straight through), so that a weight that is not kept still learns whether it should be.
"""

import math

import torch
import weight_generator
from torch import nn
from torch.nn.utils import parametrize


class _KeepLargest(torch.autograd.Function):
    """1 for the `count` largest of the values, else 0; values that tie with the last one kept are kept too."""

    @staticmethod
    def forward(context, values, count):
        threshold = values.flatten().kthvalue(values.numel() - count + 1).values
        return (values >= threshold).to(values.dtype)

    @staticmethod
    def backward(context, gradient):
        return gradient, None


class Supermask(nn.Module):
    """A parametrisation of a layer's weight: the layer's parameter becomes the scores, its weight sign * scale * mask."""

    def __init__(self, shape: torch.Size, generator: str, seed: int, kept: float) -> None:
        """kept: the share of weights that stay, more than 0, at most 1."""
        super().__init__()
        self.seed = seed
        signs = weight_generator.signs(generator, seed, tuple(shape))
        self.count = max(1, round(kept * signs.size))
        self.scale = float(torch.tensor(signed_constant(math.prod(shape[1:]), kept)))  # a number of 32 bits
        self.register_buffer("signed", torch.from_numpy(signs).float() * self.scale, persistent=False)

    def forward(self, scores: torch.Tensor) -> torch.Tensor:
        return _KeepLargest.apply(scores.abs(), self.count) * self.signed


def signed_constant(inputs: int, kept: float) -> float:
    """The magnitude at which ReLU layers hand on their variance: He's initialisation, for the weights that are kept.

    Where batch normalisation follows it cancels, in the function and in the scores' gradients alike; it sets the
    size of the logits."""
    return math.sqrt(2 / (inputs * kept))


def layers(model: nn.Module) -> dict[str, nn.Module]:
    """The layers that have weights, by name, in the order in which they were defined."""
    return {name: module for name, module in model.named_modules() if isinstance(module, (nn.Conv2d, nn.Linear))}


def hide(model: nn.Module, generator: str, seed: int, kept: float) -> None:
    """Makes all layers hidden; what was their weights' initial values become their scores'."""
    for number, layer in enumerate(layers(model).values()):
        layer_seed = weight_generator.layer_seed(generator, seed, number)
        mask = Supermask(layer.weight.shape, generator, layer_seed, kept)
        parametrize.register_parametrization(layer, "weight", mask)


SMALLEST_GAIN = 1 / 64


def keep_gains_positive(model: nn.Module) -> None:
    """For all normalisations. A negative gain, folded into a layer, would turn the signs that its generator makes."""
    with torch.no_grad():
        for norm in model.modules():
            if isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.affine:
                norm.weight.clamp_(min=SMALLEST_GAIN)
