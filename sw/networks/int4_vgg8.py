"""The CIFAR-10 network with four bits from the second to the eighth convolution, and its pruning by groups.

The first convolution, whose input is the picture, and the classifier stay as they are: another engine computes them.
"""

import coordinate_pruning as pruning
import torch
from int4_quantisation import Int4Activation, Int4Weight, search_steps, search_upper
from torch import nn
from torch.nn.utils import parametrize
from vgg8 import Vgg8


def _inputs_of(modules: list[nn.Module], model: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    """What each of the modules is given while the model evaluates the images; in the order of execution."""
    inputs: list[torch.Tensor] = []
    hooks = [m.register_forward_pre_hook(lambda _, given: inputs.append(given[0])) for m in modules]
    with torch.no_grad():
        model.eval()(images)
    for hook in hooks:
        hook.remove()
    return inputs


class Int4Vgg8:
    """Makes a Vgg8 quantise its weights and activations (`model`), and prunes it."""

    def __init__(self, model: Vgg8, sample: torch.Tensor) -> None:
        """Steps and ranges start with the least squared error; the ranges' on a sample of the training images."""
        self.model = model
        self.layers = list(model.convolutions[1:])
        self.norms = list(model.norms[1:])
        values = _inputs_of(list(model.activations[:-1]), model, sample)
        for number, value in enumerate(values):
            model.activations[number] = Int4Activation(search_upper(value))
        for layer in self.layers:
            parametrize.register_parametrization(layer, "weight", Int4Weight(layer.weight))

    def kept(self) -> list[torch.Tensor]:
        """For each quantised layer (tiles, i, h, w): the groups that were not removed."""
        return [pruning.nonzero_groups(layer.parametrizations.weight[0].mask) for layer in self.layers]

    def prune(self, share: float, sample: torch.Tensor) -> None:
        """Leaves this share of each layer's groups. The sample of training images says how much input channels vary."""
        inputs = _inputs_of(self.layers, self.model, sample)
        with torch.no_grad():
            for layer, norm, kept, values in zip(self.layers, self.norms, self.kept(), inputs):
                weight = layer.parametrizations.weight
                gains = norm.weight / (norm.running_var + norm.eps).sqrt()
                deviations = values.std(dim=(0, 2, 3))
                saliencies = pruning.saliency(weight.original * weight[0].mask, gains, deviations)
                kept = pruning.keep_most_salient(saliencies, kept, round(share * kept.numel()))
                weight[0].mask.copy_(pruning.expand(kept, len(weight.original)))
                weight[0].step.copy_(search_steps(weight.original * weight[0].mask))

    def after_update(self) -> None:
        """To be called after every update of the parameters."""
        for layer in self.layers:
            weight = layer.parametrizations.weight
            weight[0].hold_step(weight.original)
