"""Leaving conditions out at random while training, so that a generator also learns to do without them."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.conditions.kinds import kind_of


def drop(
    condition: Mapping[str, Tensor], attributes: Sequence[Attribute], draws: Tensor, share: float
) -> dict[str, Tensor]:
    """Returns a condition {name: (B, *shape)} with a share of its values unknown.

    `draws` are uniform in [0, 1), (B, 1 + attributes). The first decides whether all of a picture's attributes are unknown, as
    guidance needs it (Ho & Salimans 2022, arXiv 2207.12598, algorithm 1); the others decide, where there are several, for each
    attribute alone.
    """
    dropped = {}
    for column, attribute in enumerate(attributes, 1):
        unknown = kind_of(attribute).unknown(attribute).to(draws.device)
        without = draws[:, 0] < share
        if len(attributes) > 1:
            without = without | (draws[:, column] < share)
        values = condition[attribute.name]
        dropped[attribute.name] = torch.where(without.reshape(-1, *[1] * (values.ndim - 1)), unknown, values)
    return dropped
