"""Places in a model's space: a seed, a blend of seeds, a share of the way to another, and steps along directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import BaseModel, Field
from torch import Tensor

from limner.conditions import resolve
from limner.config import PathText, Section
from limner.editing.code import Code, Decoding, decoding_of, one_thread
from limner.editing.directions import read_steps, step_of
from limner.editing.operation import Known
from limner.errors import ModelError, PictureError, shown
from limner.model import Model, load, slerp
from limner.networks.conditioning import Condition
from limner.pictures import difference, read_provenance
from limner.samples import MadeBy, made_of, provenance_of
from limner.seeds import LARGEST_SEED
from limner.values import to_uint8

KIND = "place"
LARGEST_INDEX = 2**31


Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Amount = Annotated[float, Field(ge=-1000, le=1000)]


class Mix(Section):
    """A share of the way to picture 0 of another seed, on the great circle."""

    seed: Seed
    share: float = Field(ge=0, le=1)


class Place(Section):
    """Where a picture lies: picture `index` of a `seed`, or a blend of seeds; then some way to another, and along directions.

    What is not asked for in `condition` is drawn as for picture `index` of `seed`.
    """

    seed: Seed = 0
    index: int = Field(0, ge=0, le=LARGEST_INDEX)
    blend: list[tuple[Seed, Amount]] | None = Field(None, min_length=1, max_length=8)
    """Seeds and their weights, which need not sum to 1."""
    mix: Mix | None = None
    directions: dict[str, Amount] = Field(default_factory=dict, max_length=50)
    """By how many standard deviations of codes along each."""
    condition: dict[str, str | float] = Field(default_factory=dict, max_length=100)
    truncation: float = Field(1.0, gt=0, le=1)


@dataclass
class Explorer:
    """A model that paints places; `steps` are directions (latent,) by name, of a folder, beside the model's own."""

    model: Model
    path: Path
    steps: Mapping[str, Tensor] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(cls, model: Model, path: Path, folder: Path | None = None) -> Explorer:
        """Returns the explorer of a model, with the directions that a folder has for it; ModelError for those of another."""
        explorer = cls(model, path)
        return cls(model, path, read_steps(folder, explorer.decoding), folder) if folder else explorer

    @cached_property
    def decoding(self) -> Decoding:
        """The same model's decoder laid open, with weights of its own, as what it adds to maps is seen by all who paint with them.

        ModelError for a model that has none.
        """
        return decoding_of(self.path)

    def paint(self, places: Sequence[Place]) -> np.ndarray:
        """Returns the pictures of places, uint8 (n, H, W, C); ConditionError, UsageError for what cannot be asked of the model."""
        wishes = [self.condition(place) for place in places]
        condition = {name: torch.cat([wish[name] for wish in wishes]) for name in wishes[0]}
        codes, steps = (torch.cat([of(place) for place in places]) for of in (self.code, self.step))
        return self._drawn(codes, condition, steps)

    def walk(self, places: Sequence[Place], frames: int, closed: bool = True) -> Iterator[np.ndarray]:
        """Yields uint8 (H, W, C): great circles from place to place, `frames` to each next one, back to the first if closed."""
        codes, steps = ([of(place) for place in places] for of in (self.code, self.step))
        share = torch.arange(frames)[:, None] / frames
        for stop in range(len(places) if closed else len(places) - 1):
            after = (stop + 1) % len(places)
            held = {name: one.expand(frames) for name, one in self.condition(places[stop]).items()}
            between = slerp(codes[stop][0], codes[after][0], share)
            yield from self._drawn(between, held, torch.lerp(steps[stop], steps[after], share))

    @torch.inference_mode()
    def _drawn(self, codes: Tensor, condition: Condition, steps: Tensor) -> np.ndarray:
        if not steps.any():
            return to_uint8(self.model.paint(codes, condition))
        if self.decoding.flow is None:
            return to_uint8(self.model.paint(codes + steps, condition))
        return to_uint8(self.decoding.paint(self._moved(codes, condition, steps)))

    def _moved(self, codes: Tensor, condition: Condition, steps: Tensor) -> Code:
        flow = self.decoding.flow
        return Code((flow(codes, condition) if flow else codes) + steps, condition)

    def code(self, place: Place) -> Tensor:
        """Returns the code of a place before its directions, (1, latent)."""
        if place.blend:
            code = blended([(self._of_seed(seed, 0, place), weight) for seed, weight in place.blend])
        else:
            code = self._of_seed(place.seed, place.index, place)
        if place.mix is None or not place.mix.share:
            return code
        other = self._of_seed(place.mix.seed, 0, place)
        return slerp(code[0], other[0], torch.tensor([[place.mix.share]]))

    def condition(self, place: Place) -> Condition:
        """Returns what is asked of the picture of a place, (1,) each."""
        return resolve(place.condition, self.model.attributes, self.model.table, place.seed, [place.index])

    def step(self, place: Place) -> Tensor:
        """Returns how far the directions of a place lead, (1, latent)."""
        ways = [amount * self._way(name) for name, amount in place.directions.items() if amount]
        return torch.stack([torch.zeros(self.model.painter.latent), *ways]).sum(0, keepdim=True)

    def known(self, place: Place, colour: np.ndarray) -> Known | None:
        """Returns the code of a place and its picture uint8 (H, W, 3), or None of a model that draws without a decoder."""
        try:
            decoding = self.decoding
        except ModelError:
            return None
        with one_thread(), torch.no_grad():
            return Known(decoding, self._moved(self.code(place), self.condition(place), self.step(place)), colour)

    def provenance(self, place: Place) -> dict[str, Any]:
        """Returns what the picture of a place says of itself."""
        made = {"place": place.model_dump(mode="json", exclude_defaults=True)}
        read = {"directions": str(self.folder)} if self.folder and set(place.directions) & set(self.steps) else {}
        return provenance_of(self.model, self.path, KIND, **made, **read)

    def _of_seed(self, seed: int, index: int, place: Place) -> Tensor:
        return self.model.codes(1, seed=seed, first=index, truncation=place.truncation)

    def _way(self, name: str) -> Tensor:
        return self.steps[name] if name in self.steps else step_of(self.decoding, name)


def blended(codes: Sequence[tuple[Tensor, float]]) -> Tensor:
    """Returns the weighted sum of codes (1, latent), as long as independent ones of their weights are on average.

    A plain mean would be shorter than any code that the model was trained on; the first code, where all weights are 0.
    """
    weights = torch.tensor([weight for _, weight in codes])
    length = weights.square().sum().sqrt()
    if not length:
        return codes[0][0]
    return torch.stack([weight * code for code, weight in codes]).sum(0) / length


class MadePlace(BaseModel):
    """What provenance says of the picture of a place."""

    model: MadeBy
    place: Place
    directions: PathText | None = None


def replay(picture: Path, model_path: Path | None = None) -> tuple[np.ndarray, int]:
    """Paints a picture again: returns it, uint8 (H, W, C), and the largest difference of a pixel, 0 to 255.

    PictureError where its provenance is incomplete, or names another model than is there.
    """
    made = read_provenance(picture)
    about = made_of(MadePlace, picture, made)
    where, digest = model_path or Path(about.model.path), about.model.sha256
    if not where.exists():
        raise PictureError(f"{picture}: made by the model '{where}', which is not here; give its folder with --model.")
    model = load(where, runtime=about.model.runtime)
    if model.digest != digest:
        raise ModelError(
            f"{picture}: made by another model ({shown(digest, 12)}) than {where} ({str(model.digest)[:12]})."
        )
    directions = Path(about.directions) if about.directions else None
    if directions and not directions.exists():
        directions = where / directions.name
    again = Explorer.of(model, where, directions).paint([about.place])[0]
    return again, difference(again, picture)
