"""What edits ask of a model that it has not seen, or does not have; checked without PyTorch as far as that goes."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from limner.conditions.attribute import Attribute
from limner.conditions.values import Extrapolation, check_values, extrapolations
from limner.editing.edits import OPERATIONS
from limner.editing.history import carried, carried_edits, is_model
from limner.editing.latent_edits import LatentEdit, of_no_model
from limner.editing.operation import KnownLatent, Operation
from limner.errors import PictureError, UsageError, shown
from limner.model_config import read_config
from limner.model_folder import find_folder, located

MOST_NAMED = 20
"""Directions that a line names."""


def extrapolations_of(edits: Sequence[Operation], latent: KnownLatent | None = None) -> list[Extrapolation]:
    """Returns each number in a condition of an edit that is outside of what its model was trained on.

    `latent` is what the picture was generated from, by the model of edits before which none names one.
    """
    attributes: Sequence[Attribute] = latent.model.attributes if latent else ()
    found = []
    for one in edits:
        if not isinstance(one, LatentEdit) or one.idle:
            continue
        attributes = _attributes(Path(one.model)) if one.model else attributes
        found += extrapolations(one.asked, attributes)
    return list(dict.fromkeys(found))


def check_edits(edits: Sequence[Operation], source: Path) -> None:
    """Raises UsageError, ConditionError, ModelError or PictureError for what edits ask of models and cannot have.

    `source` is a picture, a folder of them, or the model of edits that name none. What pictures in a folder carry is not looked at.
    """
    one_picture, model = not located(source).is_dir(), source if is_model(source) else None
    before = carried_edits(source) if one_picture else []
    for number, one in enumerate([*before, *edits]):
        if not isinstance(one, LatentEdit) or one.idle:
            continue
        name = OPERATIONS.name_of(type(one))
        model = Path(one.model) if one.model else model or (_of_origin(source) if one_picture else None)
        if number < len(before):
            continue
        if model is None and one_picture:
            raise UsageError(of_no_model(name))
        if model and (
            one.model or located(model).exists()
        ):  # what a picture was made of may have moved, which is told later
            check_values(one.asked, _attributes(model))
        for path in one.named:
            if not located(path).exists():
                raise PictureError(f"{name}: {shown(path, 200)}: no such picture, folder or model.")


def _attributes(model: Path) -> Sequence[Attribute]:
    return read_config(find_folder(model)).attributes


def _of_origin(picture: Path) -> Path | None:
    """Returns the model that generated an edited picture, where it says so."""
    origin = (carried(picture) or {}).get("origin")
    model = origin.get("model") if isinstance(origin, dict) else None
    path = model.get("path") if isinstance(model, dict) else None
    return Path(path) if isinstance(path, str) and path else None


@contextmanager
def directions_named(edits: Sequence[Operation], source: Path) -> Iterator[None]:
    """Adds to the line about a direction that there is not which ones are written for the model, or what writes them.

    `source` is the model of edits that name none, if it is one.
    """
    try:
        yield
    except UsageError as error:
        asked = next((one for one in edits if getattr(one, "direction", None) and hasattr(one, "directions")), None)
        if asked is None or getattr(asked, "directions", None):
            raise

        from limner.editing.directions import OTHERS, UnknownDirectionError, written

        if not isinstance(error, UnknownDirectionError):
            raise
        model, name = Path(getattr(asked, "model", None) or source), str(getattr(asked, "direction", ""))
        said = str(error).removesuffix(OTHERS)
        if found := written(model):
            folder, names = found
            listed = ", ".join(map(shown, names[:MOST_NAMED]))
            raise UsageError(f"{said}With directions={folder} there are {listed}.") from None
        command = f"limner directions {shlex.quote(str(model))} --attribute {shlex.quote(shown(name))}"
        raise UsageError(f"{said}Write it with: {command}, and add directions={model / 'directions'}") from None
