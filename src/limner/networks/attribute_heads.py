"""Linear heads that read attributes off features."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.conditions.compare import is_known
from limner.networks.conditioning import Condition


class AttributeHeads(nn.ModuleList):
    """(B, features) -> {name: (B, classes) logits of a label, (B,) a number in its own unit}; attributes have no shape."""

    def __init__(self, features: int, attributes: Sequence[Attribute]) -> None:
        super().__init__(nn.Linear(features, len(a.classes) or 1) for a in attributes)
        self.attributes = tuple(attributes)

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        return {a.name: _own_unit(a, head(features)) for a, head in zip(self.attributes, self, strict=True)}

    def losses(self, features: Tensor, condition: Condition) -> Tensor:
        """Returns how far features (B, features) are from showing each attribute of a condition, (attributes,).

        The mean over pictures whose value is known: cross-entropy of labels, squared error of standardised numbers.
        """
        read = self(features)
        return torch.stack([_loss(a, read[a.name], condition[a.name]) for a in self.attributes])


def _loss(attribute: Attribute, read: Tensor, true: Tensor) -> Tensor:
    known = is_known(attribute, true)
    if attribute.classes:
        each = F.cross_entropy(read, true.clamp_min(0), reduction="none")
    else:
        each = ((read - true.nan_to_num()) / max(attribute.std, 1e-8)).square()
    return (each * known).sum() / known.sum().clamp_min(1)


def _own_unit(attribute: Attribute, output: Tensor) -> Tensor:
    return output if attribute.classes else attribute.mean + max(attribute.std, 1e-8) * output[:, 0]
