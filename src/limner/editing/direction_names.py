"""The names of directions in latent space: known without PyTorch, so that a wrong one is reported at once."""

import re
import shlex
from pathlib import Path

from limner.editing.latent_spec import DIRECTIONS
from limner.errors import DamagedFileError, UsageError, quoted, suggestion
from limner.tensor_header import names_of

OWN = ("pca", "sefa")
"""The kinds of direction that a model has of itself: those of `limner.editing.directions.DIRECTION_METHODS`."""
MAX_DIRECTIONS_LISTED = 20
"""Directions that a line names."""


def is_own(name: str) -> bool:
    """Whether a direction is called as one that a model has of itself, such as pca-1; it may have fewer than that."""
    return re.fullmatch(rf"({'|'.join(OWN)})-[1-9]\d*", name) is not None


def written(model: Path) -> tuple[Path, list[str]] | None:
    """Returns the folder where `limner directions` leaves a model's directions, and their names; None where it has none."""
    for folder in (model / "directions", model.parent / "directions"):
        try:
            return folder, names_of(folder / DIRECTIONS)
        except DamagedFileError:
            continue
    return None


def others(model: Path, name: str) -> str:
    """Returns what directions are written for a model beside its own, or the command that writes the one of this name."""
    if found := written(model):
        folder, names = found
        return f"with directions={folder} there are {', '.join(map(quoted, names[:MAX_DIRECTIONS_LISTED]))}."
    command = f"limner directions {shlex.quote(str(model))} --attribute {shlex.quote(quoted(name))}"
    return f"write it with: {command}, and add directions={model / 'directions'}"


def check_direction(name: str, folder: Path | None, model: Path) -> None:
    """Raises UsageError for a direction that neither a model has of itself nor a folder of them holds, if one is named."""
    if folder is None:
        if not is_own(name):
            own = ", ".join(f"{kind}-1, {kind}-2, ..." for kind in OWN)
            raise UsageError(f"there is no direction '{quoted(name)}': a model's own are {own}; {others(model, name)}")
        return
    try:
        names = names_of(folder / DIRECTIONS)
    except DamagedFileError:
        return  # which is told where its content is read
    if name not in names:
        raise unknown_in(folder, name, names)


def unknown_in(folder: Path, name: str, names: list[str]) -> UsageError:
    """Returns the error for a direction that a folder does not hold."""
    return UsageError(f"{folder} has no direction '{quoted(name)}'; {suggestion(name, names)}")
