"""How an editor learns what it was never shown: pictures under attributes that they do not have.

An edited picture must be as real as those that have its new attributes, to the discriminator that learns from both; must show
them, to a predictor that learns from real pictures alone (constraining counterfactuals: Ribeiro et al. 2023, arXiv
2306.15764, section 3.3); and must otherwise be left alone.
"""

import torch
from pydantic import Field
from torch import Tensor

from limner.config import Section
from limner.methods.moment import Moment
from limner.networks.conditioning import Condition
from limner.networks.editor import EditorConfig

EDITING_BETAS = (0.5, 0.99)
"""Of Adam, for editor and predictor: without momentum, which the generator does without, the editor was seen to diverge."""


class EditingConfig(Section):
    """The editor, and what its objectives count."""

    network: EditorConfig = EditorConfig()
    weight: float = Field(0.1, gt=0)
    """Of the discriminator's logits."""
    prediction: float = Field(0.1, ge=0)
    """Of the predictor's loss under the new attributes."""
    restraint: float = Field(0.1, ge=0)
    """Of the mean change of a pixel."""
    editor_lr: float = Field(5e-4, gt=0)
    predictor_lr: float = Field(1e-3, gt=0)


def wished(condition: Condition, moment: Moment) -> Condition:
    """Returns what each picture is asked to become: all attributes of another one of the batch or, every second time, one."""
    names = list(condition)
    n = len(condition[names[0]])
    draws = moment.uniform("wishes", n, 3)
    donor = draws[:, 0].argsort()
    whole, which = draws[:, 1] < 0.5, (draws[:, 2] * len(names)).long()
    taken = {
        name: (whole | (which == place)).to(values.device) for place, (name, values) in enumerate(condition.items())
    }
    return {
        name: torch.where(taken[name], values[donor.to(values.device)], values) for name, values in condition.items()
    }


def part(condition: Condition, rows: slice) -> dict[str, Tensor]:
    """Returns the condition of some pictures of a batch."""
    return {name: values[rows] for name, values in condition.items()}


def joined(one: Condition, other: Condition) -> dict[str, Tensor]:
    """Returns the condition of two batches, one after the other."""
    return {name: torch.cat([values, other[name]]) for name, values in one.items()}
