"""Directions in latent space of what can be scored, and what any direction changes.

A direction is a step (latent_dim,) in w, one standard deviation of w long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner.editing.directions import shifted
from limner.editing.latent_space import sample_w, standardised
from limner.errors import UsageError, quoted, suggestion
from limner.explain.scorers import Scorer
from limner.explain.targets import check_count
from limner.methods import Latent
from limner.metrics.intervals import Interval, change_interval
from limner.model import Model

RIDGE_PENALTIES = np.logspace(0, 5, 11)
"""Penalties of the regression, of which cross-validation chooses one."""
MIN_LENGTH = 1e-3
"""Length below which nothing is left of a direction of length 1."""
MIN_SCORE_STD = 1e-6
"""Standard deviation below which a score counts as the same for all pictures."""
MIN_CHANGE = 0.2
"""Standard deviations of its own score by which a direction changes hardly anything."""
BATCH_SIZE = 64
"""Pictures that are generated at once."""


class Effect(NamedTuple):
    """What a standard deviation along a direction changes, in standard deviations of each score."""

    name: str
    changes: dict[str, Interval]
    """The greatest change comes first."""

    @property
    def most(self) -> str:
        return next(iter(self.changes))

    @property
    def fault(self) -> str | None:
        """That a direction of an attribute hardly changes it, or another score more; None of one that does, or is of none."""
        own = self.changes.get(self.name)
        if own is None or (self.most == self.name and own.value >= MIN_CHANGE):
            return None
        hardly = "hardly changes it" if abs(own.value) < MIN_CHANGE else "lowers it" if own.value < 0 else "changes it"
        more = f", and {self.most} more ({self.changes[self.most]:+.2f})" if self.most != self.name else ""
        return f"the direction called {self.name} {hardly} ({own:+.2f}){more}"


def regression(w: Tensor, scores: Tensor) -> Tensor:
    """Returns the direction (latent_dim,), of length 1, in which a linear regression on standardised w (n, latent_dim) rises most.

    Ridge regression of scores (n,), as w can have more dimensions than there are pictures; its penalty is chosen by generalised
    cross-validation.
    """
    from sklearn.linear_model import RidgeCV

    slope = torch.from_numpy(RidgeCV(alphas=RIDGE_PENALTIES).fit(w.numpy(), scores.numpy()).coef_).float()
    return F.normalize(slope, dim=0)


def supervised(
    model: Model,
    scorers: Mapping[str, Scorer],
    names: Sequence[str],
    keep: Sequence[str] = (),
    n: int = 256,
    seed: int = 0,
) -> dict[str, Tensor]:
    """Returns a step for each named scorer: its regression, orthogonal to those that are to be kept.

    UsageError for a name that is none, one that is both, or a direction of which nothing is left.
    """
    for name in (*names, *keep):
        if name not in scorers:
            raise UsageError(f"nothing is called '{quoted(name)}' here; {suggestion(name, list(scorers))}")
    latent, _ = halves(model, n, seed)
    w = standardised(model, latent.values).cpu()
    scored = scores_of(model, latent, {name: scorers[name] for name in (*names, *keep)})
    regressions = {name: regression(w, values) for name, values in scored.items()}
    found = {}
    for name in names:
        direction = orthogonal(regressions[name], [regressions[other] for other in keep])
        if name in keep or direction.norm() < MIN_LENGTH:
            raise UsageError(f"{name}: nothing is left of it that keeps {', '.join(keep)}.")
        _, std = model.generator.w_statistics()
        found[name] = F.normalize(direction, dim=0).to(std.device) * std
    return found


def orthogonal(direction: Tensor, others: Sequence[Tensor]) -> Tensor:
    """Returns what is left of a direction (latent_dim,) without what lies in the span of others."""
    if not others:
        return direction
    basis = torch.linalg.qr(torch.stack(list(others), 1).double())[0]
    return (direction.double() - basis @ (basis.T @ direction.double())).float()


def effects(
    model: Model, steps: Mapping[str, Tensor], scorers: Mapping[str, Scorer], n: int = 256, seed: int = 0
) -> list[Effect]:
    """Returns what each step changes, with 95 % intervals over pictures by which no direction was found."""
    _, latent = halves(model, n, seed)
    before = scores_of(model, latent, scorers)
    stds = {name: float(values.std()) for name, values in before.items() if float(values.std()) > MIN_SCORE_STD}
    found = []
    for name, step in steps.items():
        back, forth = (scores_of(model, shifted(latent, sign * step), scorers) for sign in (-1, 1))
        changes = {each: (forth[each] - back[each]) / 2 / stds[each] for each in stds}
        intervals = {each: change_interval(changes[each]) for each in changes}
        order = sorted(intervals, key=lambda each: -abs(intervals[each].value))
        found.append(Effect(name, {each: intervals[each] for each in order}))
    return found


def scores_of(model: Model, latent: Latent, scorers: Mapping[str, Scorer]) -> dict[str, Tensor]:
    """Returns the scores of the pictures of latents, float64 (n,) each."""
    scores: dict[str, list[Tensor]] = {name: [] for name in scorers}
    with torch.no_grad():
        for part in latent.batches(BATCH_SIZE):
            images = model.hooks.decode(part).cpu()
            for name, scorer in scorers.items():
                scores[name].append(scorer(images).double())
    return {name: torch.cat(parts) for name, parts in scores.items()}


def halves(model: Model, n: int, seed: int) -> tuple[Latent, Latent]:
    """Returns the latents of n / 2 pictures of a seed, by which directions are found, and of as many that evaluate them."""
    check_count(n)
    latent = sample_w(model, 2 * (n // 2), seed)
    return latent.rows(slice(0, n // 2)), latent.rows(slice(n // 2, 2 * (n // 2)))
