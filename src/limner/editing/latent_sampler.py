"""A model that generates the pictures of latent specs, and says of each how it is made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import BaseModel
from torch import Tensor

from limner.conditions.resolve import drawn_labels
from limner.config import PathText
from limner.editing.directions import direction_offset, read_directions, shifted
from limner.editing.latent_space import load_for_editing, one_thread
from limner.editing.latent_spec import LatentSpec
from limner.editing.operation import KnownLatent
from limner.errors import ModelError
from limner.methods import Latent, concatenate, slerp, walk
from limner.model import Model
from limner.pictures.recorded import ModelReference, parse_provenance
from limner.samples import load_recorded, provenance_of

KIND = "latent"


@dataclass
class LatentSampler:
    """A model that generates specs; `direction_offsets` are those (latent_dim,) of a folder, by name, in addition to its own."""

    model: Model
    path: Path
    direction_offsets: Mapping[str, Tensor] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(cls, model: Model, path: Path, folder: Path | None = None) -> LatentSampler:
        """Returns the sampler of a model, with the directions that a folder has for it; ModelError for those of another."""
        sampler = cls(model, path)
        return cls(model, path, read_directions(folder, sampler.editing), folder) if folder else sampler

    @cached_property
    def editing(self) -> Model:
        """The same model with weights of its own, whose feature maps can be changed; ModelError for one without a decoder."""
        return load_for_editing(self.path)

    def generate(self, specs: Sequence[LatentSpec]) -> np.ndarray:
        """Returns the pictures of specs, uint8 (n, H, W, C); ConditionError, UsageError for what the model does not have."""
        latent = concatenate([self.latent(spec) for spec in specs])
        return self.model.generate(self._shifted(latent, torch.cat([self.total_offset(spec) for spec in specs])))

    def walk(self, specs: Sequence[LatentSpec], frames: int, closed: bool = True) -> Iterator[np.ndarray]:
        """Yields uint8 (H, W, C): great circles from spec to spec, `frames` to each next one, back to the first if closed.

        Labels that a spec does not give are those of the first one: a walk through several classes would jump.
        """
        first = self.latent(specs[0]).condition
        labels = drawn_labels(first, self.model.attributes, specs[0].condition)
        specs = [spec.model_copy(update={"condition": {**labels, **spec.condition}}) for spec in specs]
        offsets = [self.total_offset(spec) for spec in specs]
        fraction = torch.arange(frames)[:, None] / frames
        for stop, part in enumerate(walk([self.latent(spec) for spec in specs], frames, closed)):
            towards = offsets[(stop + 1) % len(specs)]
            yield from self.model.generate(self._shifted(part, torch.lerp(offsets[stop], towards, fraction)))

    def latent(self, spec: LatentSpec) -> Latent:
        """Returns the latent of a spec before its directions, in z."""
        first = self._of_seed(spec.seed, spec.index, spec)
        z = first.values
        if spec.blend:
            z = weighted_sum([(self._of_seed(seed, 0, spec).values, weight) for seed, weight in spec.blend])
        if spec.mix is not None and spec.mix.share:
            other = self._of_seed(spec.mix.seed, 0, spec).values
            z = slerp(z[0], other[0], torch.tensor([[spec.mix.share]]))
        return first.with_values(z, "z")

    def total_offset(self, spec: LatentSpec) -> Tensor:
        """Returns the sum of the directions of a spec, each times its amount, (1, latent_dim)."""
        offsets = [amount * self._direction(name) for name, amount in spec.directions.items() if amount]
        return torch.stack([torch.zeros(self.model.generator.latent_dim), *offsets]).sum(0, keepdim=True)

    def known_latent(self, spec: LatentSpec, pixels: np.ndarray) -> KnownLatent | None:
        """Returns the latent of a spec and its picture uint8 (H, W, 3 or 4), or None of a model without a decoder."""
        try:
            model = self.editing
        except ModelError:
            return None
        with one_thread(), torch.no_grad():
            latent = shifted(model.generator.to_w(self.latent(spec)), self.total_offset(spec))
            return KnownLatent(model, latent, pixels)

    def provenance(self, spec: LatentSpec) -> dict[str, Any]:
        """Returns what the picture of a spec says of itself."""
        provenance = {"latent": spec.model_dump(mode="json", exclude_defaults=True)}
        read = (
            {"directions": str(self.folder)}
            if self.folder and set(spec.directions) & set(self.direction_offsets)
            else {}
        )
        return provenance_of(self.model, self.path, KIND, **provenance, **read)

    @torch.inference_mode()
    def _shifted(self, latent: Latent, offsets: Tensor) -> Latent:
        if not offsets.any():
            return latent
        if not self.model.generator.has_map:  # w is z, and any runtime can generate it
            return shifted(latent, offsets)
        return shifted(self.model.generator.to_w(latent), offsets)

    def _of_seed(self, seed: int, index: int, spec: LatentSpec) -> Latent:
        return self.model.sample_latents(seed=seed, first=index, condition=spec.condition, truncation=spec.truncation)

    def _direction(self, name: str) -> Tensor:
        return self.direction_offsets[name] if name in self.direction_offsets else direction_offset(self.editing, name)


def weighted_sum(latents: Sequence[tuple[Tensor, float]]) -> Tensor:
    """Returns the weighted sum of z (1, latent_dim), as long as independent ones of their weights are on average.

    A plain mean would be shorter than any z that the model was trained on; the first one, where all weights are 0.
    """
    weights = torch.tensor([weight for _, weight in latents])
    length = weights.square().sum().sqrt()
    if not length:
        return latents[0][0]
    return torch.stack([weight * z for z, weight in latents]).sum(0) / length


class LatentProvenance(BaseModel):
    """What provenance says of the picture of a latent spec."""

    model: ModelReference
    latent: LatentSpec
    directions: PathText | None = None


def replay_picture(picture: Path, provenance: dict[str, Any]) -> np.ndarray:
    """Returns the picture of a latent spec again, uint8 (H, W, C) (see `limner.replay`).

    PictureError where its provenance is incomplete, or names another model than is there.
    """
    about = parse_provenance(LatentProvenance, picture, provenance)
    model, where = load_recorded(picture, about.model), Path(about.model.path)
    directions = Path(about.directions) if about.directions else None
    if directions and not directions.exists():  # it moved with the model
        directions = where / directions.name
    replayed: np.ndarray = LatentSampler.of(model, where, directions).generate([about.latent])[0]
    return replayed
