"""Edits in the latent space of a model, as they are asked for: encoding, moving along directions, other conditions, mixing, and
generating a selected part again.

`limner.editing.latent_computation` does them. Here nothing needs PyTorch, so that a mistake is reported at once.
"""

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from limner.conditions.written import parse_condition
from limner.config import NameText, PathText
from limner.editing.inversion_config import INVERSION_STEPS, Detail
from limner.editing.operation import Canvas, Operation
from limner.errors import ConditionError
from limner.seeds import MAX_SEED


def of_no_model(name: str) -> str:
    """Returns the line about an edit of a picture that no model generated."""
    return f"{name}: no model generated this picture; name one with model=FOLDER."


def nothing_selected(name: str) -> str:
    """Returns the line about an edit of what is selected, where nothing is."""
    return f"{name}: nothing is selected; select first, as with select-box."


class LatentEdit(Operation):
    """An edit of the latent from which a model generates the picture."""

    model: PathText | None = None
    """A model or run; the one that generated the picture where it is left out."""
    condition: dict[str, NameText] = Field(default_factory=dict)
    """What the picture is, as `limner sample` is asked for it; what fits best where it is left out."""
    steps: int = Field(INVERSION_STEPS, ge=0, le=10_000)
    """Of inversion."""

    @field_validator("condition", mode="before")
    @classmethod
    def _read(cls, condition: Any) -> Any:
        if not isinstance(condition, str):
            return condition
        try:
            return parse_condition([condition], "condition")
        except ConditionError:
            raise ValueError("write {NAME: VALUE, NAME: VALUE}, each name with its value") from None

    @property
    def all_conditions(self) -> dict[str, str]:
        """The values of all attributes that it names, by attribute."""
        return self.condition

    @property
    def is_identity(self) -> bool:
        """Whether it leaves every picture as it is."""
        return False

    @property
    def generates(self) -> bool:
        return not self.is_identity

    def apply(self, canvas: Canvas) -> Canvas:
        if self.is_identity:
            return canvas
        from limner.editing.latent_computation import compute  # only now: what is asked is checked without PyTorch

        return compute(self, canvas)


class Encode(LatentEdit):
    """Shows the picture as the model generates it: with all feature offsets, with coarse ones, or none, from the latent alone."""

    details: Detail = "all"


class Along(LatentEdit):
    """Moves along a direction by `amount` standard deviations of w; 0 changes nothing.

    Directions are pca-1, sefa-1 and so on, of the model itself, or those that `limner directions` wrote into a folder.
    """

    direction: NameText
    amount: float = Field(1.0, ge=-10, le=10)
    directions: PathText | None = None
    """The folder; the model's own where it is left out."""

    @property
    def is_identity(self) -> bool:
        return not self.amount


class ChangeCondition(LatentEdit):
    """Draws the picture under other values of the model's attributes, as in `condition:hair=green`; the rest of it stays.

    What the model generates under its own condition and under the other says what changes (`methods.counterfactual`).
    """

    open_field: ClassVar[str | None] = "values"
    values: dict[str, NameText] = Field(min_length=1)

    @property
    def all_conditions(self) -> dict[str, str]:
        return {**self.condition, **self.values}


class Mix(LatentEdit):
    """Interpolates by a fraction `share` towards another picture, a `file` or a `seed`. 0 changes nothing, 1 is the other."""

    share: float = Field(0.5, ge=0, le=1)
    file: PathText | None = None
    seed: int | None = Field(None, ge=0, le=MAX_SEED)

    @model_validator(mode="after")
    def _one_other(self) -> "Mix":
        if (self.file is None) == (self.seed is None):
            raise ValueError("name the other picture, by file=PICTURE or by seed=NUMBER of the model")
        return self

    @property
    def is_identity(self) -> bool:
        return not self.share


class Regenerate(LatentEdit):
    """Generates what is selected again, so that it goes with what is around it; another `seed`, something else."""

    seed: int = Field(0, ge=0, le=MAX_SEED)
    blend: Literal["none", "poisson"] = "poisson"
    """As in `move`."""
