"""Warnings about what edits ask of a model: numbers beyond its training data, directions that it does not have."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from limner.editing.operation import KnownLatent, Operation
from limner.errors import UsageError, quoted

MAX_DIRECTIONS_LISTED = 20
"""Directions that a line names."""


def extrapolation_warnings_of_edits(edits: Sequence[Operation], latent: KnownLatent | None = None) -> list[str]:
    """Returns a line for each number in a condition of an edit that is outside of what its model was trained on.

    `latent` is what the picture was generated from, by the model of edits that name none.
    """
    lines = []
    for one in edits:
        if not (condition := getattr(one, "all_conditions", None)):
            continue
        from limner.conditions.resolve import extrapolation_warnings  # which needs PyTorch, as these edits do
        from limner.editing.latent_space import load_for_editing

        named = getattr(one, "model", None)
        model = load_for_editing(Path(named)) if named else latent.model if latent else None
        lines += extrapolation_warnings(condition, model.attributes) if model else []
    return lines


@contextmanager
def explaining_unknown_direction(edits: Sequence[Operation], source: Path) -> Iterator[None]:
    """Adds to the line about a direction that there is not which ones are written for the model, or what writes them.

    `source` is the model of edits that name none, if it is one.
    """
    try:
        yield
    except UsageError as error:
        asked = next((one for one in edits if getattr(one, "direction", None) and hasattr(one, "directions")), None)
        if asked is None or getattr(asked, "directions", None):
            raise

        from limner.editing.directions import OTHERS_HINT, UnknownDirectionError, saved_directions

        if not isinstance(error, UnknownDirectionError):
            raise
        model, name = Path(getattr(asked, "model", None) or source), str(getattr(asked, "direction", ""))
        said = str(error).removesuffix(OTHERS_HINT)
        if found := saved_directions(model):
            folder, names = found
            listed = ", ".join(map(quoted, names[:MAX_DIRECTIONS_LISTED]))
            raise UsageError(f"{said}With directions={folder} there are {listed}.") from None
        command = f"limner directions {shlex.quote(str(model))} --attribute {shlex.quote(quoted(name))}"
        raise UsageError(f"{said}Write it with: {command}, and add directions={model / 'directions'}") from None
