"""Fitting a small network other than those that generate: a predictor, a classifier, an encoder."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from limner.progress import ProgressLine


def fit_module(
    module: nn.Module,
    loss: Callable[[], Tensor],
    steps: int,
    *,
    lr: float,
    weight_decay: float = 0.0,
    title: str | None = None,
) -> None:
    """Minimises `loss()`, which draws the next batch, by AdamW for a number of steps, and leaves the module in evaluation mode.

    The learning rate rises to `lr` and falls again (one cycle: Smith & Topin 2017, arXiv 1708.07120). Progress is shown under a
    title.
    """
    module.train()
    optimiser = torch.optim.AdamW(module.parameters(), lr, weight_decay=weight_decay, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, lr, total_steps=steps)
    with ProgressLine(title or "", steps, "steps", quiet=title is None) as bar:
        for _ in range(steps):
            value = loss()
            optimiser.zero_grad()
            value.backward()
            optimiser.step()
            schedule.step()
            bar.advance()
    module.eval()
