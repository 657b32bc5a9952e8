"""Models that generate what a test needs."""

import numpy as np
import torch
from torch import Tensor

from limner.data import Dataset
from limner.methods import Generator
from limner.methods.noise import NoiseGenerator
from limner.model import Model
from limner.networks.conditioning import Condition
from limner.recipes import Recipe, find_recipe


class Parrot(Generator):
    """Returns pictures that it was given, chosen by the first number of w; `shake` changes every pixel a little."""

    latent_dim = 4

    def __init__(self, images: Tensor, labels: Tensor, shake: float = 0.0) -> None:
        super().__init__()
        self.images, self.labels, self.shake = images, labels, shake
        self.condition_names = ("species",)

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        """A picture of the class of the condition."""
        generated = []
        for numbers, label in zip(w, condition["species"], strict=True):
            own = self.images[self.labels == label]
            row = int(torch.special.ndtr(numbers[0]) * len(own)) % len(own)
            noise = torch.randn(own[0].shape, generator=torch.Generator().manual_seed(int(1e6 * numbers[1].abs())))
            generated.append(own[row] + self.shake * noise)
        return torch.stack(generated).clamp(-1, 1)


def parrot(dataset: Dataset, rows: np.ndarray, shake: float = 0.0, fingerprint: str | None = None) -> Model:
    """Returns a model that generates some pictures of a dataset again."""
    labels = dataset.condition(rows, ["species"])["species"]
    recipe = Recipe.model_validate(find_recipe("noise").model_dump() | {"condition": ("species",)})
    about = {
        "data": {"fingerprint": fingerprint or dataset.fingerprint, "name": dataset.name},
        "training": {"pictures": 1},
    }
    return Model(recipe, dataset.schema, Parrot(dataset.images(rows), labels, shake), {"species": labels}, about)


def noise(dataset: Dataset) -> Model:
    """Returns a model that generates noise, without conditions."""
    recipe = find_recipe("noise")
    about = {"data": {"fingerprint": dataset.fingerprint, "name": dataset.name}}
    return Model(recipe, dataset.schema, NoiseGenerator(recipe.method, dataset.schema, ()), {}, about)
