"""Models that paint what a test needs."""

import numpy as np
import torch
from torch import Tensor

from limner.data import Dataset
from limner.methods import Painter
from limner.methods.noise import NoisePainter
from limner.model import Model
from limner.recipes import Recipe, find_recipe


class Parrot(Painter):
    """Paints pictures that it was given, chosen by the first number of a code; `shake` moves every pixel a little."""

    latent = 4

    def __init__(self, images: Tensor, labels: Tensor, shake: float = 0.0) -> None:
        super().__init__()
        self.images, self.labels, self.shake = images, labels, shake
        self.condition_names = ("species",)

    def paint(self, codes: Tensor, condition: dict[str, Tensor]) -> Tensor:
        """A picture of the wished class."""
        painted = []
        for code, label in zip(codes, condition["species"], strict=True):
            own = self.images[self.labels == label]
            place = int(torch.special.ndtr(code[0]) * len(own)) % len(own)
            noise = torch.randn(own[0].shape, generator=torch.Generator().manual_seed(int(1e6 * code[1].abs())))
            painted.append(own[place] + self.shake * noise)
        return torch.stack(painted).clamp(-1, 1)


def parrot(dataset: Dataset, rows: np.ndarray, shake: float = 0.0, fingerprint: str | None = None) -> Model:
    """Returns a model that paints some pictures of a dataset again."""
    labels = dataset.condition(rows, ["species"])["species"]
    recipe = Recipe.model_validate(find_recipe("noise").model_dump() | {"condition": ("species",)})
    about = {
        "data": {"fingerprint": fingerprint or dataset.fingerprint, "name": dataset.name},
        "training": {"pictures": 1},
    }
    return Model(recipe, dataset.schema, Parrot(dataset.images(rows), labels, shake), {"species": labels}, about)


def noise(dataset: Dataset) -> Model:
    """Returns a model that paints noise, without conditions."""
    recipe = find_recipe("noise")
    about = {"data": {"fingerprint": dataset.fingerprint, "name": dataset.name}}
    return Model(recipe, dataset.schema, NoisePainter(recipe.method, dataset.schema, ()), {}, about)
