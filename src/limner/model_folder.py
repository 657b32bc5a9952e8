"""Where a model lies, also one that comes with Limner: found without PyTorch, so that a wrong path is reported at once."""

import shlex
from pathlib import Path

from limner.errors import ModelError, quoted

SHIPPED = Path(__file__).parent / "shipped"
"""The models that come with Limner, a folder each; they go by the names of these folders."""
PARTS = ("", "model", "picture", "picture/model")
"""Where the folder of a model, a run or a causal model has its image model."""
PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")


def find_folder(path: Path) -> Path:
    """Returns the folder of a model, or of the image model of a run or causal model; ModelError when there is none.

    A name that is no path may be that of a model that comes with Limner.
    """
    path = resolve_shipped(path)
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{path}: pickled weights can run code and are never loaded; limner models are folders with config.json."
        )
    try:
        for folder in (path / part for part in PARTS):
            if (folder / "config.json").is_file():
                return folder
        exists = path.exists()
    except OSError as error:  # a name that is too long for any file, or a folder that may not be entered
        raise ModelError(f"{quoted(str(path), 200)}: cannot be read: {error.strerror}.") from None
    if not exists:
        raise ModelError(
            f"{quoted(str(path), 200)}: no such model; those that come with Limner: {', '.join(shipped())}."
        )
    if (path / "recipe.yaml").is_file():
        raise ModelError(
            f"{path}: this run has not written a model yet; finish it with: limner train --resume --out {shlex.quote(str(path))}"
        )
    raise ModelError(f"{path}: not a model folder (no config.json).")


def shipped() -> list[str]:
    """Returns the names of the models that come with Limner."""
    return sorted(folder.name for folder in SHIPPED.iterdir() if folder.is_dir() and not folder.name.startswith("_"))


def resolve_shipped(path: Path) -> Path:
    """Returns the folder of a model that comes with Limner for its name; a path that holds a model or run as it is.

    A folder of that name which holds none, such as the reports that `limner directions garden` leaves, does not stand in the way.
    """
    named = len(path.parts) == 1 and path.name in shipped()
    return SHIPPED / path.name if named and not _holds_model(path) else path


def _holds_model(path: Path) -> bool:
    marks = [Path(part, "config.json") for part in PARTS] + [Path("recipe.yaml"), Path("structure.json")]
    return path.is_file() or any((path / mark).is_file() for mark in marks)
