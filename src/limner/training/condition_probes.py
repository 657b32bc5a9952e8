"""Does a generator follow its conditions? Linear probes read each attribute off real and off generated pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.conditions.compare import is_known
from limner.training.ridge import ridge

PENALTY = 0.01
"""Weight of the squared norm of a probe relative to the mean squared error over pictures."""
MIN_PICTURES = 64
"""Training pictures below which a probe says nothing."""
MIN_AGREEMENT = 0.2
"""Agreement on real held-out pictures from which an attribute can be read off pictures at all."""


class LinearProbe:
    """Ridge regression from the pooled features of pictures, float32 (N, D), to an attribute's values (N,)."""

    def __init__(self, attribute: Attribute, features: Tensor, values: Tensor) -> None:
        self.attribute = attribute
        known = is_known(attribute, values)
        features, values = features[known].double(), values[known]
        self.mean, self.std = features.mean(0), features.std(0).clamp_min(1e-6)
        targets = torch.eye(len(attribute.classes)).double()[values] if attribute.classes else values.double()[:, None]
        self.offset = targets.mean(0)
        inputs = (features - self.mean) / self.std
        self.weight = ridge(inputs, targets - self.offset, PENALTY)

    def agreement(self, features: Tensor, values: Tensor) -> float:
        """Returns how well what is read agrees with values (N,): Cohen's kappa of a label, the correlation of a number.

        1 is perfect, 0 is chance; 0 where fewer than two values differ.
        """
        known = is_known(self.attribute, values)
        read = ((features[known].double() - self.mean) / self.std) @ self.weight + self.offset
        if self.attribute.classes:
            return _kappa(read.argmax(1), values[known], len(self.attribute.classes))
        return _correlation(read[:, 0], values[known].double())


class ConditionProbes:
    """A probe of each attribute that can be read off real pictures, and how well it reads held-out ones."""

    def __init__(
        self, attributes: Sequence[Attribute], train: tuple[Tensor, Mapping], held_out: tuple[Tensor, Mapping]
    ) -> None:
        """Takes the features (N, D) and the condition {name: (N, *shape)} of training and of held-out pictures."""
        self.probes: dict[str, tuple[LinearProbe, float]] = {}
        for attribute in attributes:
            name = attribute.name
            if attribute.shape or int(is_known(attribute, train[1][name]).sum()) < MIN_PICTURES:
                continue
            probe = LinearProbe(attribute, train[0], train[1][name])
            if (on_real := probe.agreement(held_out[0], held_out[1][name])) >= MIN_AGREEMENT:
                self.probes[name] = probe, on_real

    def adherence(self, features: Tensor, condition: Mapping[str, Tensor]) -> dict[str, float]:
        """Returns the adherence to each attribute: the agreement on generated pictures divided by that on real ones.

        Takes the features (N, D) of generated pictures and the condition they were generated with.
        """
        return {
            name: round(probe.agreement(features, condition[name]) / on_real, 4)
            for name, (probe, on_real) in self.probes.items()
        }


def _kappa(read: Tensor, values: Tensor, classes: int) -> float:
    if not len(values):
        return 0.0
    frequencies = [np.bincount(each.numpy(), minlength=classes) / len(values) for each in (read, values)]
    chance = float((frequencies[0] * frequencies[1]).sum())
    return (float((read == values).double().mean()) - chance) / (1 - chance) if chance < 1 else 0.0


def _correlation(read: Tensor, values: Tensor) -> float:
    if len(values) < 2 or float(values.std()) < 1e-12 or float(read.std()) < 1e-12:
        return 0.0
    return float(torch.corrcoef(torch.stack([read, values]))[0, 1])
