"""Checkpoints of a run: written whole or not at all, verified when read, the last two kept."""

import re
from pathlib import Path
from typing import Any

from limner.errors import RunError
from limner.tensors import DamagedFileError, load_tensors, save_tensors
from limner.training.state import flatten, unflatten

KEPT = 2


class Checkpoints:
    """The folder `checkpoints` of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, step: int, state: dict[str, Any]) -> None:
        """Writes a checkpoint and removes all but the newest two; RunError when the disk refuses, the old ones kept."""
        tensors, text = flatten(state)
        try:
            save_tensors(self._path(step), tensors, {"state": text})
        except OSError as error:
            raise RunError(
                f"{self.folder}: the checkpoint of step {step} could not be written ({error.strerror or error}); "
                "earlier checkpoints are kept: free some space and use --resume."
            ) from None
        for old in self.steps()[:-KEPT]:
            self._path(old).unlink(missing_ok=True)

    def load(self) -> tuple[dict[str, Any] | None, list[str]]:
        """Returns the state of the newest whole checkpoint (None before the first), and a line for each one passed over.

        RunError when there are checkpoints and none is whole.
        """
        warnings: list[str] = []
        for step in reversed(self.steps()):
            try:
                tensors, metadata = load_tensors(self._path(step))
                return unflatten(tensors, metadata["state"]), warnings
            except (DamagedFileError, KeyError, ValueError, TypeError) as error:
                warnings.append(f"{error} Going back to the checkpoint before it.")
        if warnings:
            raise RunError(f"{self.folder}: no checkpoint is whole. {warnings[0].split('. ')[0]}; start a new run.")
        return None, warnings

    def steps(self) -> list[int]:
        """Returns the steps of all checkpoints, ascending."""
        found = (re.fullmatch(r"step-(\d+)\.safetensors", file.name) for file in self.folder.glob("step-*.safetensors"))
        return sorted(int(match[1]) for match in found if match)

    def remove_after(self, step: int) -> None:
        """Removes checkpoints of later steps, which a rolled-back run will make anew."""
        for later in self.steps():
            if later > step:
                self._path(later).unlink(missing_ok=True)

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:09d}.safetensors"
