"""Training that can be stopped after any epoch and goes on bit by bit as if it had not been."""

import dataclasses
import pathlib
import time
from collections.abc import Callable

import torch
from cifar_training import Data
from torch import nn
from torch.nn import functional


SETTLING_IMAGES = 10240


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Stochastic gradient descent with Nesterov's momentum and a one-cycle schedule."""

    epochs: int
    learning_rate: float  # the peak
    weight_decay: float
    label_smoothing: float
    normalisation_rate: float = 0.1  # the peak, for the normalisations' gains and offsets
    batch: int = 256
    momentum: float = 0.9


@dataclasses.dataclass(frozen=True)
class Views:
    """How stored images become inputs: augmented with a generator of random numbers to train, plain to test."""

    augmented: Callable[[torch.Tensor, torch.Generator], torch.Tensor]
    plain: Callable[[torch.Tensor], torch.Tensor]


def _weights_and_terms(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """The parameters of the layers, and the gains and offsets of the normalisations."""
    norms = [m for m in model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    terms = [p for norm in norms for p in norm.parameters()]
    return [p for p in model.parameters() if not any(p is term for term in terms)], terms


def classification_loss(logits: torch.Tensor, labels: torch.Tensor, label_smoothing: float) -> torch.Tensor:
    return functional.cross_entropy(logits.float(), labels, label_smoothing=label_smoothing)


def accuracy(model: nn.Module, data: Data, views: Views) -> float:
    """In float32, whatever it was trained with."""
    model.eval()
    with torch.no_grad():
        batches = zip(data.images.split(500), data.labels.split(500))
        return sum(int((model(views.plain(x)).argmax(1) == y).sum()) for x, y in batches) / len(data)


class Training:
    """Multiplies in bfloat16, accumulates and updates in float32. `history` has a record of each epoch done."""

    def __init__(
        self,
        model: nn.Module,
        data: Data,
        views: Views,
        recipe: Recipe,
        seed: int,
        origin: dict | None = None,
        after_step: Callable[[nn.Module], None] = lambda model: None,
        loss: Callable[..., torch.Tensor] = classification_loss,
    ) -> None:
        """origin: what else a checkpoint must share with this training, as the generator of hidden weights.
        after_step is given the model after each update; loss what the model returns, the labels and their smoothing."""
        self.after_step = after_step
        self.loss = loss
        self.origin = {"seed": seed} | (origin or {})
        self.model, self.data, self.views, self.recipe = model, data, views, recipe
        self.generator = torch.Generator().manual_seed(seed)
        self.history: list[dict] = []
        model.to(memory_format=torch.channels_last)
        rates = [recipe.learning_rate, recipe.normalisation_rate]
        self.optimizer = torch.optim.SGD(
            [{"params": p, "lr": r} for p, r in zip(_weights_and_terms(model), rates)],
            momentum=recipe.momentum,
            weight_decay=recipe.weight_decay,
            nesterov=True,
        )
        steps = -(-len(data) // recipe.batch)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, rates, epochs=recipe.epochs, steps_per_epoch=steps, pct_start=0.25
        )

    def finished(self) -> bool:
        return len(self.history) == self.recipe.epochs

    def epoch(self) -> None:
        self.model.train()
        total = 0.0
        for choice in torch.randperm(len(self.data), generator=self.generator).split(self.recipe.batch):
            images = self.views.augmented(self.data.images[choice], self.generator)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                outputs = self.model(images)
            loss = self.loss(outputs, self.data.labels[choice], self.recipe.label_smoothing)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.schedule.step()
            self.after_step(self.model)
            total += float(loss) * len(choice)
        self.history.append({"loss": total / len(self.data)})

    def settle(self) -> None:
        """Measures the normalisations' means and variances anew, on a sample of training images as training sees them.

        Those gathered on the way are of earlier masks: while these still change they are far off."""
        norms = [m for m in self.model.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # the plain average over all batches
        generator = torch.Generator().manual_seed(0)
        chosen = torch.randperm(len(self.data), generator=generator)[:SETTLING_IMAGES]
        self.model.train()
        with torch.no_grad():
            for choice in chosen.split(self.recipe.batch):
                self.model(self.views.augmented(self.data.images[choice], generator))
        for norm, momentum in zip(norms, momenta):
            norm.momentum = momentum

    def save(self, path: pathlib.Path) -> None:
        """Replaces the file at once or not at all."""
        state = {
            "recipe": dataclasses.asdict(self.recipe),
            "origin": self.origin,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "history": self.history,
        }
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: pathlib.Path) -> None:
        state = torch.load(path)
        if state["recipe"] != dataclasses.asdict(self.recipe):
            raise ValueError(f"{path}: made with another recipe, {state['recipe']}")
        if state["origin"] != self.origin:
            raise ValueError(f"{path}: made of {state['origin']}, expected {self.origin}")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"])
        self.history = state["history"]

    def run(
        self, checkpoint: pathlib.Path, stop_at: float, measure: Callable[[], dict[str, float]], every: int
    ) -> None:
        """Until the recipe's end or the wall-clock time stop_at, whichever comes first; measures every so many epochs."""
        while not self.finished() and time.time() < stop_at:
            self.epoch()
            done, last = len(self.history), self.history[-1]
            if done % every == 0:
                last.update(measure())
            self.save(checkpoint)
            print(f"epoch {done:2d} of {self.recipe.epochs}:", *(f"{k} {v:.4f}" for k, v in last.items()), flush=True)
