"""What pictures to expect of a training, said at its start, and what would improve them most, said at its end."""

from collections.abc import Sequence

from limner.recipes import Recipe
from limner.training.budget import Budget
from limner.training.history import Row

STAGES = ("blobs of the right colours", "recognisable, soft", "clear, with faults", "sharp where pictures are alike")
STAGE_THRESHOLDS = {True: (800, 12_000, 150_000), False: (8_000, 40_000, 300_000)}
"""Training pictures of 64 pixels after which stages two to four were reached, from a base (True) and from random weights.

Judged by eye, of avatars, flowers and clothes (docs/bases.md); other pictures may need half as many or twice.
"""
REFERENCE_SIDE = 64
"""Pixels a side of the pictures of `STAGE_THRESHOLDS`; for others the thresholds scale with the side."""
RECIPES_WITH_STAGES = ("gan", "vae")
"""Recipes whose samples were looked at."""
FEW_PICTURES = 500
"""Pictures to learn from below which more of them help."""
STILL_FALLING = 0.93
"""Ratio of a measure at the end of a training to that at half of it, below which the measure is still falling."""


def expectation(recipe: Recipe, from_base: bool, side: int, budget: Budget, rate: float) -> str | None:
    """Returns one line: what pictures to expect within a budget at a rate (pictures a second), and what more time would bring.

    None of recipes whose samples were not looked at.
    """
    if recipe.name not in RECIPES_WITH_STAGES:
        return None
    seen = _pictures(recipe, budget, rate)
    needed = [count * side / REFERENCE_SIDE for count in STAGE_THRESHOLDS[from_base]]
    stage = sum(seen >= count for count in needed)
    line = f"expect: {STAGES[stage]}, after about {_rounded(seen):,} pictures ({rate:,.0f} a second)"
    if stage == len(needed):
        return line
    return f"{line}; '{STAGES[stage + 1]}' takes about {_minutes(needed[stage] / rate)}"


def advice(rows: Sequence[Row], pictures: int, resume: str) -> str | None:
    """Returns one line: which of more minutes, more pictures or another recipe would help most; None before two measurements.

    `rows` are the history, `pictures` how many there are to learn from, `resume` the command that trains on.
    """
    measured = [(row["pictures"], row[name]) for row in rows for name in row if name.startswith("held_out_")]
    if len(measured) < 2 or measured[0][1] <= 0:
        return None
    seen, last = measured[-1]
    _, half = min(measured[:-1], key=lambda one: abs(one[0] - seen / 2))
    if last < STILL_FALLING * half:
        return f"more minutes would help most: the held-out distance fell by {1 - last / half:.0%} over the second half ({resume})"
    if pictures < FEW_PICTURES:
        return f"more pictures would help most: {pictures} are few, and more minutes have stopped helping"
    return "more minutes have stopped helping: compare another recipe (limner train --recipe), or --model-size large"


def _pictures(recipe: Recipe, budget: Budget, rate: float) -> float:
    limits = [
        budget.steps and budget.steps * recipe.batch,
        budget.pictures,
        budget.minutes and budget.minutes * 60 * rate,
    ]
    return min(limit for limit in limits if limit)


def _rounded(count: float) -> int:
    return int(round(count, 2 - len(str(int(count)))))


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes <= 1:
        return "a minute"
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"
