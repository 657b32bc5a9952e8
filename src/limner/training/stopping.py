"""Early stopping on a held-out measure."""

from typing import Any

import torch

from limner.data.dataset import Dataset
from limner.errors import DataError, RecipeError
from limner.methods import Method, Moment, Painter
from limner.methods.vae import Vae
from limner.metrics import sliced_wasserstein
from limner.recipes import Recipe
from limner.seeds import for_pictures

HELD_OUT = 512
"""Held-out pictures a measurement looks at, at most."""
CHUNK = 64


class Stopping:
    """Measures on held-out pictures, remembers the best, and tells when patience is at an end."""

    def __init__(self, recipe: Recipe, dataset: Dataset, names: tuple[str, ...], seed: int) -> None:
        self.config, self.dataset, self.names, self.seed = recipe.stopping, dataset, names, seed
        self.held_out = dataset.split("validation")[:HELD_OUT]
        self.best: float | None = None
        self.waited, self.next = 0, recipe.stopping.every
        if self.config.patience and self.config.measure == "bound" and recipe.method.kind != "vae":
            raise RecipeError(f"stopping.measure: only a VAE has a bound, and '{recipe.name}' is none; use auto.")
        if self.config.patience and not len(self.held_out):
            raise DataError(
                "early stopping needs held-out pictures, and the validation split of this dataset is empty."
            )

    def due(self, pictures: int) -> bool:
        """Whether it is time to measure."""
        return self.config.patience > 0 and pictures >= self.next

    @property
    def ended(self) -> bool:
        """Whether `patience` measurements have passed without a new best."""
        return 0 < self.config.patience <= self.waited

    def measure(self, method: Method, painter: Painter, pictures: int) -> tuple[str, float, bool]:
        """Returns the measure's name, its value (lower is better), and whether it is the best so far."""
        name = self.config.measure
        if name == "auto":
            name = "bound" if isinstance(method, Vae) else "sliced-wasserstein"
        value = self._bound(method) if name == "bound" else self._distance(painter)
        better = self.best is None or value < self.best
        self.best, self.waited = (value, 0) if better else (self.best, self.waited + 1)
        self.next = pictures + self.config.every
        return name, value, better

    def state(self) -> dict[str, Any]:
        """Returns what a checkpoint must hold."""
        return {"best": self.best, "waited": self.waited, "next": self.next}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a checkpoint."""
        self.best, self.waited, self.next = state["best"], state["waited"], state["next"]

    @torch.no_grad()
    def _bound(self, method: Method) -> float:
        method.eval()
        total = 0.0
        for number, start in enumerate(range(0, len(self.held_out), CHUNK)):
            rows = self.held_out[start : start + CHUNK]
            # the same draws at every measurement, so that two of them differ by the networks alone
            scalars = method.validate(self._batch(rows, method.painter), Moment(number, 0, self.seed))
            total += float(scalars["bound"]) * len(rows)
        method.train()
        return total / len(self.held_out)

    @torch.no_grad()
    def _distance(self, painter: Painter) -> float:
        training = painter.training
        painter.eval()
        made, real = [], []
        for start in range(0, len(self.held_out), CHUNK):
            rows = self.held_out[start : start + CHUNK]
            batch = self._batch(rows, painter)
            made.append(painter.sample(for_pictures(self.seed, len(rows), start), batch.condition))
            real.append(batch.images)
        painter.train(training)
        return sliced_wasserstein(torch.cat(made), torch.cat(real))

    def _batch(self, rows: Any, painter: Painter) -> Any:
        return to_device(self.dataset.batch(rows, self.names), painter.device)


def to_device(batch: Any, device: torch.device) -> Any:
    """Moves the images and the condition of a batch."""
    condition = {name: values.to(device, non_blocking=True) for name, values in batch.condition.items()}
    return type(batch)(batch.images.to(device, non_blocking=True), condition)
