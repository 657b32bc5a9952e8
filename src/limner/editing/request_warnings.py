"""What edits ask of a model that it has not seen, or does not have; checked without PyTorch as far as that goes."""

from collections.abc import Sequence
from pathlib import Path

from limner.conditions.attribute import Attribute
from limner.conditions.values import Extrapolation, check_values, extrapolations
from limner.editing.direction_names import check_direction
from limner.editing.edits import OPERATIONS
from limner.editing.history import carried, carried_edits, is_model
from limner.editing.latent_edits import Along, LatentEdit, Regenerate, nothing_selected, of_no_model
from limner.editing.operation import KnownLatent, Operation
from limner.editing.selection import SelectMask
from limner.errors import PictureError, UsageError, quoted
from limner.model_config import read_config
from limner.model_folder import find_folder, resolve_shipped
from limner.pictures import open_mask


def extrapolations_of_edits(edits: Sequence[Operation], latent: KnownLatent | None = None) -> list[Extrapolation]:
    """Returns each number in a condition of an edit that is outside of what its model was trained on.

    `latent` is what the picture was generated from, by the model of edits before which none names one.
    """
    attributes: Sequence[Attribute] = latent.model.attributes if latent else ()
    found = []
    for one in edits:
        if not isinstance(one, LatentEdit) or one.is_identity:
            continue
        attributes = _attributes(Path(one.model)) if one.model else attributes
        found += extrapolations(one.all_conditions, attributes)
    return list(dict.fromkeys(found))


def masks_of_all(edits: Sequence[Operation]) -> list[str]:
    """Returns a line for each mask of edits that is white everywhere, and so selects everything; PictureError without the file."""
    return [
        f"select-mask: {quoted(one.file, 200)} is white everywhere, so all of the picture is selected."
        for one in edits
        if isinstance(one, SelectMask) and open_mask(Path(one.file)).min() >= 1
    ]


def check_edits(edits: Sequence[Operation], source: Path) -> None:
    """Raises UsageError, ConditionError, ModelError or PictureError for what edits ask of models and cannot have.

    `source` is a picture, a folder of them, or the model of edits that name none. What pictures in a folder carry is not looked at.
    """
    model = source if is_model(source) else None
    one_picture = model is not None or not resolve_shipped(source).is_dir()
    before = carried_edits(source) if one_picture else []
    for number, one in enumerate([*before, *edits]):
        if not isinstance(one, LatentEdit) or one.is_identity:
            continue
        name = OPERATIONS.name_of(type(one))
        model = Path(one.model) if one.model else model or (_of_origin(source) if one_picture else None)
        if number < len(before):
            continue
        if model is None and one_picture:
            raise UsageError(of_no_model(name))
        if model and (
            one.model or resolve_shipped(model).exists()
        ):  # what a picture was made of may have moved, which is told later
            check_values(one.all_conditions, _attributes(model))
        if isinstance(one, Along) and one.directions and not Path(one.directions).exists():
            command = f"limner directions {model or 'MODEL'} --out {one.directions}"
            raise UsageError(f"{name}: there is no folder {quoted(one.directions, 200)}; write it with: {command}")
        for path in one.named:
            if not resolve_shipped(path).exists():
                raise PictureError(f"{name}: {quoted(path, 200)}: no such picture, folder or model.")
        if isinstance(one, Along) and model:
            check_direction(one.direction, Path(one.directions) if one.directions else None, model)
        if isinstance(one, Regenerate) and one_picture and not _selects([*before, *edits][:number]):
            raise UsageError(nothing_selected(name))


def _attributes(model: Path) -> Sequence[Attribute]:
    return read_config(find_folder(model)).attributes


def _selects(edits: Sequence[Operation]) -> bool:
    """Whether something may be selected after edits; one that moves pixels may leave nothing of it."""
    names = [OPERATIONS.name_of(type(one)) for one in edits]
    return any(name.startswith("select-") for name in names)


def _of_origin(picture: Path) -> Path | None:
    """Returns the model that generated an edited picture, where it says so."""
    origin = (carried(picture) or {}).get("origin")
    model = origin.get("model") if isinstance(origin, dict) else None
    path = model.get("path") if isinstance(model, dict) else None
    return Path(path) if isinstance(path, str) and path else None
