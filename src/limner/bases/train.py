"""Trains a base: `python -m limner.bases.train PICTURES --base gan --out FOLDER [--minutes M] [--pictures N]`.

PICTURES is the dataset that `limner.bases.collect` makes. Ctrl-C or a kill stops the training, and the same command goes on
from its folder. `--continue-from FILE` starts a new folder from the weights of a base; its optimiser starts from zero.
`limner.bases.weights` writes the weights of a folder as they ship.
"""

import argparse
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import torch

from limner.bases.pictures import on_squares
from limner.bases.weights import start_from
from limner.data import Dataset
from limner.errors import LimnerError
from limner.pictures import grid, provenance_record, save
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.training.budget import Budget
from limner.training.processes import Processes
from limner.training.run import Run
from limner.training.trainer import Trainer

COMMON = ("condition=none", "stopping.every=0", "augment.flip=0.5", "schedule.kind=inverse-root", "ema.half_life=20000")
SETTINGS: dict[str, tuple[str, ...]] = {
    "gan": ("schedule.pictures=300000", "method.augment_below=1000000"),
    "vae": ("schedule.pictures=300000", "method.spatial.fraction=0.5"),
}
"""How the training of a base differs from that of the recipe of its name."""
NUM_SHOWN = 100
"""Pictures of a grid of samples."""


class HalfPrecision(Processes):
    """This process alone on a CPU; steps are computed in bfloat16, two thirds more of them a second where it is native."""

    def __init__(self) -> None:
        super().__init__("cpu")

    def precision(self) -> AbstractContextManager[object]:
        return torch.autocast("cpu", torch.bfloat16)


class BaseTrainer(Trainer):
    """The usual loop, but its samples are shown on a board of squares, and no model card is written."""

    def _save_grid(self) -> None:
        pictures = on_squares(self.model().sample(NUM_SHOWN, seed=self.run.seed))
        file = self.run.grids / f"pictures-{self.pictures_seen:09d}.png"
        save(grid(pictures), file, provenance_record("training", pictures=self.pictures_seen))

    def _write_model(self) -> None:
        if self.history:
            self.history.close()


def recipe(base: str) -> Recipe:
    """Returns the recipe by which the base of that name is trained."""
    return apply_settings(find_recipe(base), [*COMMON, *SETTINGS[base]])


def open_trainer(
    pictures: Path, base: str, out: Path, init_from: Path | None = None, save_every: int | None = None
) -> BaseTrainer:
    """Returns the trainer of a new folder, or of one that is gone on with; DataError, ModelError, RunError."""
    dataset = Dataset.open(pictures)
    begun = (out / "recipe.yaml").is_file()
    run = Run.resume(out, recipe(base), None, dataset) if begun else Run.create(out, recipe(base), 0, dataset)
    try:
        trainer = BaseTrainer(run, dataset, HalfPrecision(), save_every)
        if init_from and not begun:
            start_from(trainer.method, trainer.ema, init_from, out)
    except LimnerError:
        run.close() if begun else run.discard()
        raise
    return trainer


def train(trainer: BaseTrainer, pictures: int | None = None, minutes: float | None = None) -> bool:
    """Trains until so many pictures or minutes in all; returns False when it was stopped before."""
    try:
        return trainer.train(Budget.of(trainer.recipe, None, pictures, minutes))
    finally:
        trainer.run.close()


def main() -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="PICTURES", help="the dataset of limner.bases.collect")
    parser.add_argument("--base", choices=list(SETTINGS), required=True)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the training, new or to go on with")
    parser.add_argument("--pictures", type=int, help="to be seen in all, over all sessions")
    parser.add_argument("--minutes", type=float, help="to be trained in all, over all sessions")
    parser.add_argument("--continue-from", type=Path, metavar="FILE", help="weights that a new folder starts from")
    parser.add_argument("--save-every", type=int, help="steps between checkpoints; every minute if left out")
    arguments = parser.parse_args()
    try:
        trainer = open_trainer(
            arguments.data, arguments.base, arguments.out, arguments.continue_from, arguments.save_every
        )
        if not train(trainer, arguments.pictures, arguments.minutes):
            sys.exit(f"stopped and saved after {trainer.pictures_seen:,} pictures; the same command goes on")
    except LimnerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
