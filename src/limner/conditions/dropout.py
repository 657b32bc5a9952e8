"""Leaving conditions out at random while training, so that a generator also learns to do without them."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.conditions.kinds import condition_kind_of


def drop_conditions(
    condition: Mapping[str, Tensor], attributes: Sequence[Attribute], draws: Tensor, p: float
) -> dict[str, Tensor]:
    """Returns a condition {name: (B, *shape)} in which null values replace some, each with probability `p`.

    `draws` are uniform in [0, 1), (B, 1 + attributes). The first decides whether all of a picture's attributes are dropped, as
    for classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598, algorithm 1), though no sampler here has a guidance scale;
    the others decide, where there are several, for each attribute independently.
    """
    dropped = {}
    for column, attribute in enumerate(attributes, 1):
        null = condition_kind_of(attribute).null_value(attribute).to(draws.device)
        without = draws[:, 0] < p
        if len(attributes) > 1:
            without = without | (draws[:, column] < p)
        values = condition[attribute.name]
        dropped[attribute.name] = torch.where(without.reshape(-1, *[1] * (values.ndim - 1)), null, values)
    return dropped
