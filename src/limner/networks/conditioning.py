"""From a condition (attributes' values, by name) to one vector a picture."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.conditions.kinds import condition_kind_of

CONDITION_INIT_STD = 0.1
"""Initial std of a condition's vector that is concatenated with z. At 1 a generator learns one picture per class and ignores z."""
FILM_INIT_STD = 0.1
"""Initial standard deviation of the weights of what modulates feature maps."""

Condition = Mapping[str, Tensor]


class ConditionEncoder(nn.Module):
    """The sum of what each attribute's own encoder makes of its value (see `limner.conditions`).

    The vectors start with about the standard deviation `std`. In: {name: (B, *shape)}. Out: (B, features).
    """

    def __init__(self, attributes: Sequence[Attribute], features: int, std: float = 1.0) -> None:
        super().__init__()
        self.names = tuple(a.name for a in attributes)
        # numbered, as an attribute may be called by a name that no module can have ("type", "a.b")
        self.encoders = nn.ModuleList(condition_kind_of(a).encoder(a, features, std) for a in attributes)

    def forward(self, condition: Condition) -> Tensor:
        return self.each(condition).sum(0)

    def each(self, condition: Condition) -> Tensor:
        """{name: (B, *shape)} -> the vector of each attribute, (attributes, B, features)."""
        encoded = [encoder(condition[name]) for name, encoder in zip(self.names, self.encoders, strict=True)]
        return torch.stack(encoded)


class FiLM(nn.Module):
    """Gains and shifts of a decoder's feature maps: {name: (B, *shape)} -> (B, 2 channels) for each of them (see `film`).

    Linear in numbers, and summed over attributes: what one of them does to a map it does whatever the others are, so that
    a combination of values that no training picture has is still generated as the sum of its parts.
    """

    def __init__(self, attributes: Sequence[Attribute], maps: Sequence[int]) -> None:
        super().__init__()
        self.sizes = [2 * channels for channels in maps]
        self.encoder = ConditionEncoder(attributes, sum(self.sizes), FILM_INIT_STD)

    def forward(self, condition: Condition) -> tuple[Tensor, ...]:
        return self.encoder(condition).split(self.sizes, 1)


def condition_mlp(attributes: Sequence[Attribute], features: int) -> nn.Module:
    """Returns a network {name: (B, *shape)} -> (B, features), as large as other activations: a decoder cannot ignore it."""
    return nn.Sequential(ConditionEncoder(attributes, features), nn.Linear(features, features), nn.LeakyReLU(0.2))
