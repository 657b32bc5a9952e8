"""The verbs of the command line as functions: pictures go in as files or arrays, and come out as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from limner.errors import UsageError
from limner.pictures import open_pixels

if TYPE_CHECKING:
    from limner.conditions.values import ConditionRequest
    from limner.explain.directions import Effect
    from limner.model import Model

Source = str | Path | np.ndarray
"""A picture: its file, or uint8 (H, W, 3 or 4)."""


def sample(
    model: str | Path | Model,
    n: int = 16,
    *,
    seed: int = 0,
    condition: ConditionRequest | None = None,
    truncation: float = 1.0,
) -> np.ndarray:
    """Returns n pictures of a model or run, uint8 (n, H, W, C); picture i of a seed is always the same.

    ModelError, ConditionError, UsageError.
    """
    return _model(model).sample(n, seed=seed, condition=condition, truncation=truncation)


def edit(
    picture: Source, edits: str | Sequence[str | Mapping[str, Any]], model: str | Path | None = None
) -> np.ndarray:
    """Returns a picture after edits, uint8 (H, W, 3 or 4): `"rotate:5"`, or a list of texts and `{NAME: arguments}`.

    `model` is that of edits which need one and name none. PictureError, UsageError.
    """
    from limner.editing import apply, from_list

    listed = from_list([edits] if isinstance(edits, str) else list(edits))
    if model is not None:
        own = {"model": str(model)}
        listed = [one.model_copy(update=own) if getattr(one, "model", "") is None else one for one in listed]
    return apply(listed, _pixels(picture))


def stylize(content: Source, *styles: str | Path, **options: Any) -> np.ndarray:
    """Returns a picture in the style of others, uint8 (H, W, 3 or 4), at most `size` a side.

    `options` are those of `limner.style.stylization.Stylization`: colour, line, texture and content from 0 to 1, size, scale,
    steps, seed, and `model="limner"` for its instant styles, whose names `styles` then are. With `look="pen"`, and no
    style, they are those of `limner.style.looks.request.LookRequest`: strength, size, seed, mask. PictureError, UsageError.
    """
    from pydantic import ValidationError

    from limner.config import fault_of

    try:
        if "look" in options:
            from limner.style.looks.request import LookRequest, LookStylizer

            if styles:
                raise UsageError("stylize: a look needs no style; leave out one of them.")
            return LookStylizer(LookRequest(**options)).stylize(_pixels(content))
        from limner.style.flatness import check_strokes
        from limner.style.stylization import Source as Style
        from limner.style.stylization import Stylization, Stylizer

        asked = Stylization(styles=tuple(Style(style=str(style)) for style in styles), **options)
    except ValidationError as error:
        raise UsageError(f"stylize: {fault_of(error)}.") from None
    check_strokes(asked)
    return Stylizer(asked).stylize(_pixels(content))


def directions(
    model: str | Path,
    attributes: Sequence[str] = (),
    *,
    keep: Sequence[str] = (),
    data: str | None = None,
    out: str | Path | None = None,
    n: int = 512,
    seed: int = 0,
) -> list[Effect]:
    """Returns what the directions of a model's latent space change: of attributes, and those without names.

    `keep` names what directions of attributes must not change. `data` is the dataset that attributes are learned from; the run's
    own if left out. `out` is a folder for the directions and their report; nothing is written without it. ModelError, UsageError.
    """
    from limner.editing.directions import ganspace_directions, sefa_directions
    from limner.editing.latent_space import load_for_editing
    from limner.explain.attribute_scorers import scorers_of_model
    from limner.explain.directions import effects, supervised
    from limner.explain.directions_page import write
    from limner.explain.targets import check_count

    if keep and not attributes:
        raise UsageError("--keep says what the direction of an --attribute must not change: give one.")
    check_count(n)  # before a predictor is trained
    path, opened = Path(model), load_for_editing(Path(model))
    scorers = scorers_of_model(path, opened, data, [*attributes, *keep], seed)
    steps = (
        supervised(opened, scorers, attributes, keep, n, seed) | ganspace_directions(opened) | sefa_directions(opened)
    )
    found = effects(opened, steps, scorers, n, seed)
    if out is not None:
        write(opened, path, steps, found, Path(out), attributes=list(attributes), keep=list(keep), n=n, seed=seed)
    return found


def _model(model: str | Path | Model) -> Model:
    from limner.model import load

    return load(model) if isinstance(model, str | Path) else model


def _pixels(picture: Source) -> np.ndarray:
    if not isinstance(picture, np.ndarray):
        return open_pixels(Path(picture))
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] not in (1, 3, 4) or 0 in picture.shape:
        raise UsageError(f"a picture is uint8 (H, W, 1, 3 or 4), not {picture.dtype} {picture.shape}.")
    return np.repeat(picture, 3, 2) if picture.shape[2] == 1 else picture
