"""Four-bit weights and activations while a network is trained, on the grids that the Cartesian-product array computes with.

Weights: whole numbers -7 ... 7 times one step per output channel. Activations: 0 ... 15 times upper / 15. Values are
rounded in the forward pass; the backward pass takes rounding for the identity (straight through) and also trains the
step and the upper end, with the gradients of Esser et al., Learned Step Size Quantization, ICLR 2020.
"""

import torch
from torch import nn

WEIGHT_LEVELS = 7
ACTIVATION_LEVELS = 15
FEWEST_LEVELS = 3  # a step that training makes larger than a third of the largest weight loses the channel
SEARCH = torch.linspace(0.2, 1.0, 81)  # upper ends tried, as parts of the largest value


class _RoundStraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(context, values):
        return values.round()

    @staticmethod
    def backward(context, gradient):
        return gradient


def _scale_gradient(parameter: torch.Tensor, factor: float) -> torch.Tensor:
    """The parameter, whose gradient arrives multiplied by the factor."""
    return (parameter * (1 - factor)).detach() + parameter * factor


def round_weights(weights: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
    """Weights (o, ...) on the grid of each output channel's step (o, 1, ...); zeros are +0."""
    clipped = (weights / step).clamp(-WEIGHT_LEVELS, WEIGHT_LEVELS)
    return _RoundStraightThrough.apply(clipped) * step + 0.0


def _largest(weights: torch.Tensor) -> torch.Tensor:
    """The magnitude of each output channel's largest weight, (o, 1, ...); not zero, as steps are made of it."""
    return weights.abs().amax(tuple(range(1, weights.dim())), keepdim=True).clamp_min(1e-8)


def search_steps(weights: torch.Tensor) -> torch.Tensor:
    """The step (o, 1, ...) of least squared error over each output channel's weights that are not zero; weights (o, ...)."""
    flat = weights.detach().flatten(1)
    steps = _largest(flat) * SEARCH / WEIGHT_LEVELS  # (o, tried)
    errors = torch.stack([(round_weights(flat, step[:, None]) - flat).square().sum(1) for step in steps.T])
    return steps.T.gather(0, errors.argmin(0)[None])[0].reshape(-1, *[1] * (weights.dim() - 1))


def search_upper(values: torch.Tensor) -> float:
    """The upper end of least squared error over a sample of values before the activation."""
    positive = values.detach().float().relu().flatten()
    largest = float(positive.max())
    errors = []
    for upper in largest * SEARCH:
        step = upper / ACTIVATION_LEVELS
        errors.append(float(((positive / step).round().clamp_max(ACTIVATION_LEVELS) * step - positive).square().mean()))
    return largest * float(SEARCH[min(range(len(errors)), key=errors.__getitem__)])


class Int4Weight(nn.Module):
    """A parametrisation of a convolution's weight: masked, then rounded. `mask` is 1 where a weight is kept, else 0."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("mask", torch.ones_like(weight))
        self.step = nn.Parameter(search_steps(weight))
        self.factor = (weight[0].numel() * WEIGHT_LEVELS) ** -0.5

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return round_weights(weight * self.mask, _scale_gradient(self.step, self.factor))

    def hold_step(self, weight: torch.Tensor) -> None:
        """After an update: brings a step that left the sensible range back to its end."""
        with torch.no_grad():
            largest = _largest(weight * self.mask)
            self.step.copy_(self.step.clamp(largest * SEARCH[0] / WEIGHT_LEVELS, largest / FEWEST_LEVELS))


class _RoundActivations(torch.autograd.Function):
    """Does by hand what autograd would, in a few passes over the largest tensors of the training."""

    @staticmethod
    def forward(context, values, upper):
        step = float(upper) / ACTIVATION_LEVELS
        clipped = (values / step).clamp_(0, ACTIVATION_LEVELS)
        context.save_for_backward(clipped)
        return clipped.round().mul_(step)

    @staticmethod
    def backward(context, gradient):
        (clipped,) = context.saved_tensors
        where_above = torch.ops.aten.threshold_backward  # (gradient, x, t): the gradient where x > t, else 0
        positive = where_above(gradient, clipped, 0)
        inside = where_above(positive, ACTIVATION_LEVELS - clipped, 0)
        clipped_off = (positive - inside).sum().float()
        rounded_off = (clipped.round() - clipped).mul_(gradient).sum().float()
        return inside, clipped_off + rounded_off / ACTIVATION_LEVELS


class Int4Activation(nn.Module):
    """Clips to 0 ... upper and rounds to one of 16 values; `upper` is trained."""

    def __init__(self, upper: float) -> None:
        super().__init__()
        self.upper = nn.Parameter(torch.tensor(upper))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        # The paper's factor is for the step; the upper end is 15 steps, and its gradient a 15th.
        factor = ACTIVATION_LEVELS**2 * (values[0].numel() * ACTIVATION_LEVELS) ** -0.5
        return _RoundActivations.apply(values, _scale_gradient(self.upper, factor))
