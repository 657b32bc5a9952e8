"""How a picture is edited: what a model makes of it under two conditions says what changes, and the rest stays as it was."""

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor

from limner.config import Section
from limner.methods.adversary import AdversaryConfig
from limner.methods.painter import Painter
from limner.networks import NetworkConfig
from limner.networks.conditioning import Condition

FAINT = 0.06
"""Change of a pixel, in values from -1 to 1, below which it is held back: faint changes everywhere would be haze."""
FLAT = 0.003
"""Local variance below which a drawing says nothing about details."""
BRIGHTEST = 2.0
"""How much stronger, at most, details become where the drawing does."""


class EditingConfig(Section):
    """Pictures edited to another picture's attributes must show them, to a predictor, and look as real, to a discriminator.

    Counterfactual fine-tuning: Ribeiro et al. 2023, arXiv 2306.15764, section 3.3; here while the bound is learned on. All
    attributes are another picture's, never one alone: a predictor that has not seen a thin bright stroke takes it for a thicker
    one, and pictures that please it there were seen to move away from the truth.
    """

    weight: float = Field(0.06, gt=0)
    """Of the predictor's mean loss of an attribute beside the bound, which is counted per pixel and channel."""
    adversary: AdversaryConfig | None = AdversaryConfig(
        network=NetworkConfig(architecture="convolutional", widths=(32, 64, 128), spectral_norm=True),
        weight=0.002,
        discriminator_lr=6e-4,
    )
    """A discriminator that compares an edited picture with the one whose attributes it was given."""
    after: int = Field(250_000, ge=0)
    """Pictures seen before the first is edited: until then the bound alone teaches more, and three times as fast."""
    every: int = Field(4, ge=1)
    """Steps between batches that are edited, whose weight is multiplied by it."""
    predictor_lr: float = Field(1e-3, gt=0)


def edited(pictures: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Returns pictures (B, C, H, W) in [-1, 1] changed as a model's own two drawings of them differ, `before` and `after`.

    The picture is its own noise: details that the model could not draw stay where both drawings are alike, grow with them where
    one is a stronger copy of the other, and go where something else takes their place (local regression of one drawing on the
    other, as in the guided filter: He et al. 2010, "Guided image filtering"). Where the drawings are equal nothing changes, to
    the bit.
    """
    change = after - before
    shown = 1 - torch.exp(-change.square().mean(1, keepdim=True) / FAINT**2)
    return (pictures + shown * change + (_kept(before, after) - 1) * (pictures - before)).clamp(-1, 1)


def redrawn(painter: Painter, pictures: Tensor, codes: Tensor, condition: Condition, other: Condition) -> Tensor:
    """Returns pictures (B, C, H, W) in [-1, 1], of codes (B, latent), as they would look under another condition than their own."""
    return edited(pictures, painter.paint(codes, condition), painter.paint(codes, other))


def _kept(before: Tensor, after: Tensor) -> Tensor:
    """Returns what becomes of details at each pixel (B, 1, H, W): the slope times the share of `after` that it explains."""
    of_before, of_after = before - _near(before), after - _near(after)
    together, own, other = (
        _near((one * two).mean(1, keepdim=True)) + FLAT
        for one, two in ((of_before, of_after), (of_before, of_before), (of_after, of_after))
    )
    together = together.clamp_min(0)
    return (together / own).clamp_max(BRIGHTEST) * (together / own * (together / other)).clamp_max(1)


def _near(maps: Tensor) -> Tensor:
    return F.avg_pool2d(F.pad(maps, (1, 1, 1, 1), mode="replicate"), 3, 1)
