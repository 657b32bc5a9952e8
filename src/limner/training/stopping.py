"""Keeping the best model by a held-out measure, and stopping when it has not improved for long."""

from typing import Any

from limner.data.dataset import Dataset
from limner.errors import DataError, RecipeError
from limner.methods import Generator
from limner.recipes import Recipe
from limner.training.held_out import HeldOut, Measured

MIN_HELD_OUT = 16
"""Held-out pictures below which a measure says nothing, so that the last model is kept."""


class EarlyStopping:
    """Measures on held-out pictures, remembers the best, and tells when patience is at an end."""

    def __init__(self, recipe: Recipe, generator: Generator, dataset: Dataset, seed: int) -> None:
        self.config, self.held_out = recipe.stopping, HeldOut(dataset, generator.condition_names, seed)
        self.name = recipe.method.held_out_measure if self.config.measure == "auto" else self.config.measure
        self.best: float | None = None
        self.wait, self.next = 0, self.config.every
        if self.name == "negative_elbo" and not generator.has_elbo:
            raise RecipeError(
                f"stopping.measure: only a VAE without a flow has an ELBO, and '{recipe.name}' is none; use auto."
            )
        enough = len(self.held_out.rows) >= MIN_HELD_OUT
        if self.config.patience and not (enough and self.config.every):
            raise DataError(
                f"early stopping needs at least {MIN_HELD_OUT} held-out pictures, and the validation split of this dataset has "
                f"{len(self.held_out.rows)}; prepare it with more, or set stopping.patience=0."
            )
        self.active = enough and self.config.every > 0

    def due(self, pictures: int) -> bool:
        """Whether it is time to measure."""
        return self.active and pictures >= self.next

    @property
    def ended(self) -> bool:
        """Whether `patience` measurements have passed without a new best."""
        return 0 < self.config.patience <= self.wait

    def measure(self, generator: Generator, pictures: int) -> tuple[Measured, bool]:
        """Returns what is measured, and whether its value is the best so far."""
        measured = self.held_out.measure(self.name, generator)
        better = self.best is None or measured.value < self.best
        self.best, self.wait = (measured.value, 0) if better else (self.best, self.wait + 1)
        self.next = pictures + self.config.every
        return measured, better

    def state(self) -> dict[str, Any]:
        """Returns what a checkpoint must hold."""
        return {"best": self.best, "wait": self.wait, "next": self.next}

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a checkpoint."""
        self.best, self.wait, self.next = state["best"], state["wait"], state["next"]
