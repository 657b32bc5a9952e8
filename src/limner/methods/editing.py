"""How a picture is edited: what a model makes of it under two conditions says what changes, and the rest stays as it was."""

import torch
import torch.nn.functional as F
from torch import Tensor

FAINT = 0.08
"""Change of a pixel, in values from -1 to 1, below which it is held back: faint changes everywhere would be haze."""
STRONG = 0.35
"""Change from which a pixel and its neighbours are drawn anew: details of what was there would be ghosts on what is there now."""


def edited(pictures: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Returns pictures (B, C, H, W) in [-1, 1] changed as a model's own two drawings of them differ, `before` and `after`.

    The picture is its own noise: what the model could not draw of it stays, unless something else takes its place. Where the
    drawings are equal nothing changes, to the bit.
    """
    change = after - before
    squared = change.square().mean(1, keepdim=True)
    shown, replaced = _share(squared, FAINT), _share(F.max_pool2d(squared, 3, 1, 1), STRONG)
    return (pictures + shown * change + replaced * (before - pictures)).clamp(-1, 1)


def _share(squared: Tensor, scale: float) -> Tensor:
    return 1 - torch.exp(-squared / scale**2)
