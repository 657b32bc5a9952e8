"""Where a model lies: found without PyTorch, so that a wrong path is told at once."""

import shlex
from pathlib import Path

from limner.errors import ModelError, shown

PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")


def find_folder(path: Path) -> Path:
    """Returns the folder of a model, or of the model of a run; ModelError when there is none."""
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{path}: pickled weights can run code and are never loaded; limner models are folders with config.json."
        )
    try:
        for folder in (path, path / "model"):
            if (folder / "config.json").is_file():
                return folder
        exists = path.exists()
    except OSError as error:  # a name that is too long for any file, or a folder that may not be entered
        raise ModelError(f"{shown(str(path), 200)}: cannot be read: {error.strerror}.") from None
    if not exists:
        raise ModelError(f"{shown(str(path), 200)}: no such model.")
    if (path / "recipe.yaml").is_file():
        raise ModelError(
            f"{path}: this run has not written a model yet; finish it with: limner train --resume --out {shlex.quote(str(path))}"
        )
    raise ModelError(f"{path}: not a model folder (no config.json).")
