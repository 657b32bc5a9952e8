"""From a condition (labels and numbers, by name) to one vector a picture."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from limner.data.schema import Attribute

CONDITION_INIT_STD = 0.1
"""Standard deviation of the first weights of a condition beside z: at 1 a generator learns one picture a class, and ignores z."""
FILM_INIT_STD = 0.1
"""Standard deviation of first weights of what modulates feature maps."""

Condition = Mapping[str, Tensor]


class ConditionEncoder(nn.Module):
    """Sums a learned vector a label and a learned direction a standardised number.

    All weights start normal with a standard deviation of `scale`.
    In: {name: int64 class index (B,) or float32 in the attribute's own unit (B,)}. Out: (B, features).
    """

    def __init__(self, attributes: Sequence[Attribute], features: int, scale: float = 1.0) -> None:
        super().__init__()
        self.attributes = tuple(attributes)
        self.keys = {a.name: _key(a.name, place) for place, a in enumerate(attributes)}
        self.labels = nn.ModuleDict(
            {self.keys[a.name]: nn.Embedding(len(a.classes), features) for a in attributes if a.classes}
        )
        self.numbers = nn.ModuleDict({self.keys[a.name]: nn.Linear(1, features) for a in attributes if not a.classes})
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=scale)

    def forward(self, condition: Condition) -> Tensor:
        parts = [self.labels[self.keys[a.name]](condition[a.name]) for a in self.attributes if a.classes]
        for attribute in self.attributes:
            if not attribute.classes:
                standard = (condition[attribute.name].float() - attribute.mean) / max(attribute.std, 1e-8)
                parts.append(self.numbers[self.keys[attribute.name]](standard[:, None]))
        return torch.stack(parts).sum(0)


def _key(name: str, place: int) -> str:
    """Returns the name of an attribute's weights: its own, unless PyTorch has no module of that name ("type", "a.b")."""
    taken = hasattr(nn.ModuleDict(), name)
    return f"#{place}" if taken or "." in name or name.startswith("#") or not name else name


class FiLM(nn.Module):
    """Gains and shifts of a decoder's feature maps: {name: (B,)} -> (B, 2 channels) for each of them (see `film`).

    Linear in numbers, and summed over attributes: what one of them does to a map it does whatever the others are, so that
    values that were never seen together are still drawn as their parts.
    """

    def __init__(self, attributes: Sequence[Attribute], maps: Sequence[int]) -> None:
        super().__init__()
        self.sizes = [2 * channels for channels in maps]
        self.changes = ConditionEncoder(attributes, sum(self.sizes), FILM_INIT_STD)

    def forward(self, condition: Condition) -> tuple[Tensor, ...]:
        return self.changes(condition).split(self.sizes, 1)


def condition_mlp(attributes: Sequence[Attribute], features: int) -> nn.Module:
    """Returns a network {name: (B,)} -> (B, features) of the size of other activations, so that a decoder cannot ignore it."""
    return nn.Sequential(ConditionEncoder(attributes, features), nn.Linear(features, features), nn.LeakyReLU(0.2))
