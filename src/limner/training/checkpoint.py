"""Checkpoints of a run: written whole or not at all, verified when read, the last two kept."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from limner.errors import DamagedFileError, RunError, reason
from limner.memory import out_of_memory
from limner.tensors import load_tensors, save_tensors
from limner.training.state import flatten, unflatten

NUM_KEPT = 2
"""Checkpoints of a run, the newest ones."""


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
        for old in self.steps()[:-NUM_KEPT]:
            self._path(old).unlink(missing_ok=True)

    def load(
        self, take: Callable[[dict[str, Any]], None] = lambda state: None
    ) -> tuple[dict[str, Any] | None, list[str]]:
        """Returns the state of the newest whole checkpoint (None before the first), and a line for each one passed over.

        `take` continues from a state; a checkpoint from which it cannot is passed over, too.
        RunError when there are checkpoints and none is whole.
        """
        warnings: list[str] = []
        for step in reversed(self.steps()):
            try:
                state = self._read(step)
                take(state)
                return state, warnings
            except DamagedFileError as error:
                warnings.append(f"{error} Going back to the checkpoint before it.")
            except Exception as error:  # another run's weights, keys or types fail in as many ways as there are kinds
                if out_of_memory(error):
                    raise
                what = f"{self._path(step)}: not a checkpoint of this run ({reason(error)})."
                warnings.append(f"{what} Going back to the checkpoint before it.")
        if warnings:
            raise RunError(f"{self.folder}: no checkpoint is whole. {warnings[0].split('. ')[0]}; start a new run.")
        return None, warnings

    def steps(self) -> list[int]:
        """Returns the steps of all checkpoints, ascending."""
        found = (re.fullmatch(r"step-(\d+)\.safetensors", file.name) for file in self.folder.glob("step-*.safetensors"))
        return sorted(int(match[1]) for match in found if match)

    def _read(self, step: int) -> dict[str, Any]:
        tensors, texts = load_tensors(self._path(step))
        try:
            state = unflatten(tensors, texts.get("state", ""))
        except DamagedFileError as error:
            raise DamagedFileError(f"{self._path(step)}: damaged: {error}") from None
        if not isinstance(state, dict):
            raise DamagedFileError(f"{self._path(step)}: damaged: it holds no state.")
        return state

    def _path(self, step: int) -> Path:
        return self.folder / f"step-{step:09d}.safetensors"
