"""How long to train: steps, pictures or minutes, whichever ends first."""

import math
from dataclasses import dataclass

from limner.errors import UsageError
from limner.recipes import Recipe


@dataclass(frozen=True)
class Budget:
    """Totals over all sessions of a run; None does not limit."""

    steps: int | None = None
    pictures: int | None = None
    minutes: float | None = None

    @classmethod
    def of(cls, recipe: Recipe, steps: int | None, pictures: int | None, minutes: float | None) -> "Budget":
        """Returns the budget asked for, or the recipe's own when nothing was; UsageError for one that is not positive."""
        for name, value in (("steps", steps), ("pictures", pictures), ("minutes", minutes)):
            if value is not None and not 0 < value < math.inf:  # not-a-number is not between them either
                raise UsageError(f"--{name} {value}: give a number above 0.")
        if steps is None and pictures is None and minutes is None:
            pictures = recipe.pictures
        return cls(steps, pictures, minutes)

    def spent(self, steps: int, pictures: int, seconds: float) -> bool:
        """Whether any limit is reached."""
        return (
            (self.steps is not None and steps >= self.steps)
            or (self.pictures is not None and pictures >= self.pictures)
            or (self.minutes is not None and seconds >= self.minutes * 60)
        )

    def progress(self, steps: int, pictures: int, seconds: float) -> tuple[float, float, str]:
        """Returns (done, total, unit) of the limit that is nearest to being reached."""
        limits: list[tuple[float, float | None, str]] = [
            (steps, self.steps, "steps"),
            (pictures, self.pictures, "pictures"),
        ]
        limits.append((seconds, self.minutes and self.minutes * 60, "seconds"))
        return max(
            ((done, total, unit) for done, total, unit in limits if total), key=lambda limit: limit[0] / limit[1]
        )
