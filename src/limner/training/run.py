"""The directory of a run: created once, locked while it trains, found again to resume.

recipe.yaml  run.json  history.jsonl  tensorboard/  grids/  checkpoints/  best/ (by the held-out measure)  model/
"""

import json
import shlex
import shutil
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from limner import files
from limner.data import Dataset
from limner.data.of_run import read_about
from limner.errors import RunError
from limner.recipes import Recipe, read_recipe, to_yaml
from limner.version import __version__


class Run:
    """A run directory that this process holds the lock of."""

    def __init__(
        self, folder: Path, recipe: Recipe, seed: int, lock: FileLock | None, init_from: str | None = "none"
    ) -> None:
        self.folder, self.recipe, self.seed, self.lock = folder, recipe, seed, lock
        self.init_from = init_from
        """What it starts from, as `limner train --from` takes it; None: the base of its recipe."""
        self.checkpoints, self.grids = folder / "checkpoints", folder / "grids"
        self.model, self.best = folder / "model", folder / "best"

    @classmethod
    def create(cls, folder: Path, recipe: Recipe, seed: int, dataset: Dataset, init_from: str | None = "none") -> "Run":
        """Makes and locks a new run; RunError when the folder holds something already or cannot be written."""
        if folder.exists() and (not folder.is_dir() or _holds_files(folder)):
            raise RunError(f"{folder} exists: continue it with --resume, or give another --out.")
        lock = locked_run(folder)
        about = {
            "limner": __version__,
            "seed": seed,
            "data": str(dataset.path.resolve()),
            "fingerprint": dataset.fingerprint,
            "init_from": init_from,
        }
        files.write_text(folder / "run.json", json.dumps(about, indent=2) + "\n")
        files.write_text(folder / "recipe.yaml", to_yaml(recipe))
        return cls(folder, recipe, seed, lock, init_from)

    @classmethod
    def resume(cls, folder: Path, recipe: Recipe | None, seed: int | None, dataset: Dataset) -> "Run":
        """Locks an existing run; RunError when there is none, or its pictures or the given recipe or seed are others."""
        if not (folder / "recipe.yaml").is_file():
            raise RunError(f"{folder} holds no run to resume; start one without --resume.")
        about, own = read_about(folder), _read_recipe(folder)
        if about.fingerprint != dataset.fingerprint:
            raise RunError(f"{folder} was trained on other pictures ({about.data}); resume it with the same data.")
        if recipe is not None and recipe != own:
            raise RunError(
                f"{folder} follows another recipe, its recipe.yaml; leave out --recipe, --set and --model-size."
            )
        if seed not in (None, about.seed):
            raise RunError(f"{folder} has seed {about.seed}; leave out --seed.")
        return cls(folder, own, about.seed, locked_run(folder), about.init_from)

    @classmethod
    def follow(cls, folder: Path) -> "Run":
        """Joins the run that the leading process has made and locked."""
        about = read_about(folder)
        return cls(folder, _read_recipe(folder), about.seed, None, about.init_from)

    def discard(self) -> None:
        """Removes a run that could not begin, so that nothing stands in the way of the next attempt."""
        if self.lock is None:
            return
        self.lock.release()
        for made in (self.checkpoints, self.grids, self.model, self.best, self.folder / "tensorboard"):
            shutil.rmtree(made, ignore_errors=True)
        for name in ("recipe.yaml", "run.json", "history.jsonl", ".lock"):
            (self.folder / name).unlink(missing_ok=True)
        with suppress(OSError):  # the folder may hold something that is not ours
            self.folder.rmdir()

    def close(self) -> None:
        """Lets other processes have the run."""
        if self.lock:
            self.lock.release()


def command(folder: Path) -> str:
    """Returns the command line that continues a run."""
    return f"limner train --resume --out {shlex.quote(str(folder))}"


def _read_recipe(folder: Path) -> Recipe:
    return read_recipe(folder / "recipe.yaml")


def _holds_files(folder: Path) -> bool:
    return any(entry.name != ".lock" for entry in folder.iterdir())


def locked_run(folder: Path) -> FileLock:
    """Makes the folder of a run and returns a lock of it, acquired; RunError while another process trains there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise RunError(f"{folder} is locked: another process is training there.") from None
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}; give another --out.") from None
    return lock
