"""A trained instant model: its styles by name, and pictures stylized in them in one pass."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import torch
from pydantic import Field, FiniteFloat, TypeAdapter, ValidationError
from torch import Tensor

from limner import seeds
from limner.colours import alpha_of, recoloured, visible
from limner.config import fault_of
from limner.errors import LimnerError, ModelError, UsageError, quoted
from limner.images import from_uint8, to_uint8
from limner.parsing import parse_json
from limner.style import colour
from limner.style.abstraction import abstracted, smooth_skin
from limner.style.factors import Factors
from limner.style.instant.names import check_learned, find_file
from limner.style.instant.network import InstantNetwork, Noise
from limner.tensors import load_tensors, save_tensors
from limner.weights import halved, load_weights

Triple = tuple[FiniteFloat, FiniteFloat, FiniteFloat]
NOISE_STRENGTH = 0.3
"""Of the noise that it learned with: with all of it, even ground gets specks; without it, the grid of its layers shows."""


THUMBNAIL_SIDE, THUMBNAIL_QUALITY = 72, 80
"""Pixels a side of the small copy of a style, and its quality as a JPEG."""


@dataclass(frozen=True)
class Palette:
    """Mean (3,) and covariance (3, 3) of a style's colours in CIE Lab, and a small square copy of it, a JPEG in base64."""

    mean: Triple
    covariance: tuple[Triple, Triple, Triple]
    thumbnail: str = ""

    @classmethod
    def of(cls, picture: np.ndarray) -> "Palette":
        """Returns the palette of a picture uint8 (H, W, 3)."""
        found = colour.colours(picture)
        covariance = tuple(map(tuple, found.covariance.tolist()))
        return cls(tuple(found.mean.tolist()), covariance, _thumbnail(picture))  # type: ignore[arg-type]

    def colours(self) -> colour.Colours:
        """Returns it as colours without pixels, which the linear map does not need."""
        return colour.Colours(np.array(self.mean), np.array(self.covariance), np.empty((0, 3)))


def _thumbnail(picture: np.ndarray) -> str:
    """Returns the square in the middle of a picture uint8 (H, W, 3), reduced."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    small = cv2.resize(
        picture[top : top + side, left : left + side], (THUMBNAIL_SIDE,) * 2, interpolation=cv2.INTER_AREA
    )
    written = cv2.imencode(".jpg", small[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY])[1]
    return base64.b64encode(written.tobytes()).decode()


STYLES = TypeAdapter(Annotated[dict[str, Palette], Field(min_length=1, max_length=1000)])
"""Reads the palettes of the styles by name."""


class InstantModel:
    """One network and the styles that it has learned."""

    def __init__(self, network: InstantNetwork, styles: Mapping[str, Palette], digest: str = "") -> None:
        self.network = network.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.styles, self.digest = dict(styles), digest

    def stylize(self, content: np.ndarray, style: str | Mapping[str, float], factors: Factors) -> np.ndarray:
        """Returns a picture uint8 (H, W, 3 or 4) in one of the styles, or in several by weight; how much content stays is learned.

        With every factor off it is the picture itself; opacity stays. UsageError for a style that the model has not learned.
        """
        weights = self.weights(style)
        if factors.none:
            return content
        shown, alpha = np.ascontiguousarray(visible(content)), alpha_of(content)
        skin = smooth_skin(shown)
        to = colour.blended([(weight, self.styles[name].colours()) for name, weight in weights.items() if weight])
        moved = colour.transported(shown, colour.colours(shown, alpha), to, factors.colour)
        coloured = colour.spared(shown, moved, skin) if factors.colour else moved
        if not (factors.line or factors.texture):
            return recoloured(content, coloured)
        strokes = abstracted(coloured, factors.texture, skin)
        stylized = to_uint8(self.generate(from_uint8(strokes[None]), weights, factors))[0]
        in_place = colour.transported(stylized, colour.colours(stylized, alpha), colour.colours(coloured, alpha))
        return recoloured(content, in_place)

    def weights(self, style: str | Mapping[str, float]) -> dict[str, float]:
        """Returns the weight of each style, in the order of the model's."""
        request = {style: 1.0} if isinstance(style, str) else dict(style)
        check_learned(request, self.styles)
        total = sum(request.values())
        return {name: request.get(name, 0.0) / total for name in self.styles}

    @torch.inference_mode()
    def generate(self, images: Tensor, weights: Mapping[str, float], factors: Factors) -> Tensor:
        """Returns pictures (B, 3, H, W) in [-1, 1] stylized in their own colours."""
        weights_of_styles = torch.tensor([list(weights.values())]).expand(len(images), -1)
        line, texture = (torch.full((len(images),), value) for value in (factors.line, factors.texture))
        return self.network(
            images, weights_of_styles, line, texture, Noise(seeds.generator("instant noise"), NOISE_STRENGTH)
        )


def save_model(model: InstantModel, path: Path) -> None:
    """Writes the model as one safetensors file, in half precision."""
    tensors = halved(model.network.state_dict())
    styles = {name: vars(palette) for name, palette in model.styles.items()}
    save_tensors(path, tensors, {"kind": "instant style", "styles": json.dumps(styles)})


def load_model(path: Path | None = None) -> InstantModel:
    """Returns the model of a file, or of the run that holds it; without one, the model that comes with Limner. ModelError."""
    file = find_file(path)
    try:
        tensors, metadata = load_tensors(file)
        styles = STYLES.validate_python(parse_json(metadata.get("styles", ""), "its styles"))
        network = InstantNetwork(len(styles))
        load_weights(network, tensors)
    except (LimnerError, ValidationError) as error:
        raise ModelError(f"{file}: no model of styles, or damaged ({fault_of(error)}).") from None
    return InstantModel(network, styles, metadata["sha256"])


def names(styles: Sequence[Path]) -> list[str]:
    """Returns the names of styles by their files; UsageError where two are equal."""
    found = [path.stem for path in styles]
    twice = next((name for name in found if found.count(name) > 1), None)
    if twice:
        raise UsageError(f"two styles are called '{quoted(twice)}'; rename one of the files.")
    return found
