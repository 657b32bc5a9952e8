"""A stylisation as data: which picture, in which styles, how strongly; carried out, saved with it, and made again from it."""

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel

from limner import files, memory
from limner.colours import alpha_of, visible
from limner.config import PathText
from limner.errors import PictureError, UsageError
from limner.features import load_extractor
from limner.features.extractor import MIN_SIDE
from limner.pictures import open_pixels, provenance_record
from limner.pictures.recorded import anonymous as without_paths
from limner.pictures.recorded import parse_provenance, require_exists, require_unchanged
from limner.style.factors import Settings, Sources, Style
from limner.style.instant import InstantModel, load_model
from limner.style.regions import read_regions
from limner.style.request import SHIPPED_MODEL, Source, Stylization
from limner.style.resizing import shrunk
from limner.style.saving import save_stylized
from limner.style.transfer import stylize

__all__ = ["Source", "Stylization", "Stylizer", "provenance", "replay_picture", "save_stylized"]
KIND = "stylization"
"""What provenance calls a stylised picture."""
BYTES_A_PIXEL = {"instant": 250, "optimised": 800}
"""What is taken at least; twice as much is usual."""


class Stylizer:
    """A stylisation whose files have been read: it stylises one picture after another. Errors as their readers raise them.

    A quiet one shows no progress of each picture.
    """

    minimum = MIN_SIDE

    def __init__(self, request: Stylization, *, quiet: bool = False) -> None:
        self.request = request
        self.instant = self._instant() if request.model else None
        if self.instant is None:
            self.sources = self._sources()
            self.settings = Settings(
                request.scale,
                request.colours,
                request.steps,
                request.seed,
                quiet,
                load_extractor(request.extractor),
            )

    def stylize(self, content: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
        """Returns a picture uint8 (H, W, 3 or 4) stylised, at most `size` a side; opacity stays, and what is hidden.

        `start` is as in `stylize`.
        """
        content = shrunk(content, self.request.size)
        side = max(content.shape[:2])
        what, advice = f"a picture of {side} pixels a side", f"try --size {side // 2}"
        each = BYTES_A_PIXEL["instant" if self.instant else "optimised"]
        memory.require(each * content.shape[0] * content.shape[1], what, advice)
        with memory.explained(what, advice):
            return self._instantly(content) if self.instant else self._slowly(content, start)

    @property
    def done(self) -> Stylization:
        """What is done, with the digests of all files."""
        request = self.request
        if self.instant:
            return request.model_copy(update={"model_sha256": self.instant.digest})
        digests = {
            name: tuple(
                one.model_copy(update={"sha256": files.digest(Path(one.style))}) for one in getattr(request, name)
            )
            for name in ("styles", "colour_from", "line_from", "texture_from")
        }
        mask = {"mask_sha256": files.digest(Path(request.mask))} if request.mask else {}
        return request.model_copy(update=digests | mask)

    def provenance(self, content: Path, anonymous: bool = False) -> dict[str, Any]:
        """Returns what a picture file to which this was done says of itself."""
        return provenance(self.done, content, anonymous)

    def _instant(self) -> InstantModel:
        request = self.request
        if request.colour_from or request.line_from or request.texture_from or request.mask:
            raise UsageError(
                "an instant model stylises all of a picture in its own styles: leave out --mask and --*-from."
            )
        model = load_model(None if request.model == SHIPPED_MODEL else Path(request.model))
        if not request.styles:
            raise UsageError(f"name a style of the model: {', '.join(model.styles)}.")
        model.weights({one.style: one.weight for one in request.styles})
        return model

    def _instantly(self, content: np.ndarray) -> np.ndarray:
        assert self.instant is not None
        weights = {one.style: one.weight for one in self.request.styles}
        return self.instant.stylize(content, weights, self.request.factors())

    def _slowly(self, content: np.ndarray, start: np.ndarray | None) -> np.ndarray:
        factors = self.request.factors()
        if not self.request.mask:
            return stylize(content, self.sources, factors, self.settings, start=start)
        regions = read_regions(Path(self.request.mask), len(self.sources), content.shape[:2])
        sources = self.sources
        if len(sources) == 1:  # what is black keeps its own style
            own = [Style(np.ascontiguousarray(visible(content)), alpha=alpha_of(content))]
            sources = [Sources.all(own), *sources]
        stylized = stylize(content, sources, factors, self.settings, regions, start)
        if len(self.sources) > 1:
            return stylized
        opacity = regions[1][..., None]
        return np.rint(content + opacity * (stylized.astype(np.float32) - content)).astype(np.uint8)

    def _sources(self) -> list[Sources]:
        """Returns a region's sources, for each style with a mask, or else for all of them together."""
        request = self.request
        read: dict[str, list[Style]] = {
            name: [_style(one) for one in getattr(request, name)]
            for name in ("styles", "colour_from", "line_from", "texture_from")
        }
        groups = [[style] for style in read["styles"]] if request.mask else [read["styles"]]
        every = [
            Sources(read["colour_from"] or group, read["line_from"] or group, read["texture_from"] or group)
            for group in groups or [[]]
        ]
        for name, source in vars(every[0]).items():
            if not source and getattr(request, name):
                raise UsageError(f"no style to take {name} from: give STYLE, --{name}-from, or --{name} 0.")
        return every


def provenance(done: Stylization, content: Path, anonymous: bool = False) -> dict[str, Any]:
    """Returns what a picture to which this was done says of itself."""
    origin = {"file": str(content), "sha256": files.digest(content)}
    recorded = provenance_record(KIND, origin=origin, stylization=done.model_dump(mode="json", exclude_defaults=True))
    return without_paths(recorded, {}) if anonymous else recorded


class Origin(BaseModel):
    """What provenance says of the picture that was stylised."""

    file: PathText
    sha256: str


class StylizationProvenance(BaseModel):
    """What provenance says of a stylised picture."""

    origin: Origin
    stylization: Stylization


def replay_picture(picture: Path, recorded: dict[str, Any]) -> np.ndarray:
    """Returns a stylised picture again, uint8 (H, W, 3 or 4) (see `limner.replay`).

    PictureError where a file that it was made of is gone or another.
    """
    about = parse_provenance(StylizationProvenance, picture, recorded)
    asked = about.stylization
    content = require_unchanged(picture, about.origin.file, about.origin.sha256)
    if asked.model not in ("", SHIPPED_MODEL):
        require_exists(picture, asked.model)
    if not asked.model:
        for one in (*asked.styles, *asked.colour_from, *asked.line_from, *asked.texture_from):
            require_unchanged(picture, one.style, one.sha256)
    if asked.mask:
        require_unchanged(picture, asked.mask, asked.mask_sha256)
    stylizer = Stylizer(asked)
    if stylizer.done.model_sha256 != asked.model_sha256:
        raise PictureError(f"{picture} was made by another model than {asked.model} is now.")
    return stylizer.stylize(open_pixels(content, minimum=MIN_SIDE))


def _style(source: Source) -> Style:
    pixels = open_pixels(Path(source.style), minimum=MIN_SIDE)
    return Style(np.ascontiguousarray(visible(pixels)), source.weight, alpha_of(pixels))
