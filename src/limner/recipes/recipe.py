"""A recipe: the complete, printable, typed description of a training run; read and checked without PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    field_validator,
    model_validator,
)

from limner.conditions.values import can_be_asked
from limner.config import NameText, Section, in_words
from limner.configs import METHOD_CONFIGS, MethodConfig
from limner.configs.augment import AugmentConfig
from limner.configs.optimiser import OptimiserConfig, ScheduleConfig
from limner.errors import RecipeError, quoted, suggestion
from limner.parsing import MAX_YAML_BYTES, ParseError, parse_yaml, read_text, write_yaml

if TYPE_CHECKING:
    from limner.conditions.attribute import Attribute
    from limner.data.dataset import Dataset
    from limner.data.schema import Schema


class EmaConfig(Section):
    """The running average of weights that samples are made with; off when the half-life is zero."""

    half_life: float = Field(0.0, ge=0)
    """Pictures after which an old weight counts half."""
    ramp: float = Field(0.05, ge=0, le=1)
    """Early on the half-life is this share of the pictures seen (Karras et al. 2023, arXiv 2312.02696, section 3.1)."""


def _present_name(measure: Any) -> Any:
    return "negative_elbo" if measure == "elbo" else measure  # as recipes of older runs call it


class StoppingConfig(Section):
    """A measure on held-out pictures, by which the best model is kept, and early stopping; off when `every` is zero."""

    every: int = Field(20_000, ge=0)
    """Pictures between measurements."""
    patience: int = Field(0, ge=0)
    """Measurements without a new best before training stops; it does not stop early when zero."""
    measure: Annotated[Literal["auto", "negative_elbo", "frechet"], BeforeValidator(_present_name)] = "auto"
    """auto: the negative ELBO of a VAE that learns nothing else, else the Frechet distance of samples by the embedded network."""


class Recipe(Section):
    """Everything that decides what a training run computes, but for the data and the seed."""

    name: str = Field(min_length=1, max_length=200)
    summary: str = Field("", max_length=2000)
    method: SerializeAsAny[MethodConfig]
    condition: Literal["auto", "groups", "none"] | tuple[NameText, ...] = "none"
    """auto: the dataset's main label; a GAN makes do with groups of pictures that look alike. Or attributes by name."""
    condition_dropout: float = Field(0.0, ge=0, lt=1)
    """Probability p that all attributes of an image are dropped; with several, each is also dropped independently with p. The
    model then also generates without them; there is no guidance scale."""
    batch: int = Field(64, ge=2, le=65536)
    """Pictures a step, over all processes."""
    pictures: int = Field(1_000_000, ge=1)
    """Real pictures to learn from, repeats counted, unless the command says otherwise."""
    optimiser: OptimiserConfig = OptimiserConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    ema: EmaConfig = EmaConfig()
    augment: AugmentConfig = AugmentConfig()
    """Of the training pictures themselves; whatever it does will be seen in the samples."""
    stopping: StoppingConfig = StoppingConfig()

    @field_validator("method", mode="before")
    @classmethod
    def _of_its_kind(cls, value: Any) -> Any:
        """Reads the section as the config of the method that its `kind` names."""
        if not isinstance(value, dict):
            return value
        return _config_type(value.get("kind")).model_validate(value)

    @field_validator("condition", mode="before")
    @classmethod
    def _one_name_is_a_list_of_one(cls, value: Any) -> Any:
        one = isinstance(value, str | bool | int | float) and value not in ("auto", "groups", "none")
        return (value,) if one else value

    @model_validator(mode="after")
    def _an_encoder_would_need_the_group_of_any_picture(self) -> Recipe:
        if self.condition == "groups" and self.encodes:
            raise ValueError(
                "condition: groups are for GANs; a VAE would have to know the group of every picture that it encodes"
            )
        return self

    def __repr__(self) -> str:
        return f"Recipe('{self.name}': {self.summary})"

    def _repr_html_(self) -> str:
        """Returns what a notebook shows: all its keys."""
        return f"<div><strong>{escape(repr(self))}</strong><pre>{escape(to_yaml(self))}</pre></div>"

    @property
    def encodes(self) -> bool:
        """Whether models of this recipe encode pictures."""
        from limner.methods import METHODS

        return METHODS[self.method.kind].generator_type.encodes

    def grouped(self, dataset: Dataset) -> Dataset:
        """Returns the dataset, with its pictures in groups where this recipe conditions on them."""
        from limner.data.groups import grouped

        unlabelled = self.condition == "auto" and not self.encodes and not dataset.schema.label
        return grouped(dataset) if unlabelled or self.condition == "groups" else dataset

    def attributes(self, schema: Schema) -> tuple[Attribute, ...]:
        """Returns the attributes of `schema` that this recipe conditions on; RecipeError for one that cannot be used."""
        if self.condition == "none":
            return ()
        if self.condition in ("auto", "groups"):
            return (schema.attribute(schema.label),) if schema.label else ()
        usable = [attribute.name for attribute in schema.attributes if can_be_asked(attribute)]
        for name in self.condition:
            if name not in usable:
                hint = suggestion(name, usable) if usable else "this dataset has none (a label, a number)."
                raise RecipeError(f"condition: the dataset has no attribute '{quoted(name)}' to train for; {hint}")
        return tuple(schema.attribute(name) for name in self.condition)


def _config_type(kind: Any) -> type[MethodConfig]:
    """Returns the type of a method's section of a recipe; ValueError for a method that there is not."""
    if isinstance(kind, str) and kind in METHOD_CONFIGS:
        return METHOD_CONFIGS[kind]
    from limner.methods import METHODS  # where a new method stands

    if not isinstance(kind, str) or kind not in METHODS:
        raise ValueError(f"no method is of the kind '{quoted(kind)}'; {suggestion(str(kind), list(METHODS))}")
    return METHODS[kind].config_type


def parse(fields: dict[str, Any], where: str) -> Recipe:
    """Returns the recipe with these fields; RecipeError, one line, for a key or value that is not accepted."""
    try:
        return Recipe.model_validate(fields)
    except ValidationError as error:
        raise RecipeError(f"{where}: {_explain(error, fields)}") from None


def to_yaml(recipe: Recipe) -> str:
    """Returns the recipe as YAML that `from_yaml` reads back to an equal recipe."""
    return write_yaml(recipe.model_dump(mode="json"))


def read_recipe(path: str | Path) -> Recipe:
    """Returns the recipe in a YAML file; RecipeError, one line, when there is none."""
    try:
        text = read_text(path, MAX_YAML_BYTES)
    except ParseError as error:
        raise RecipeError(str(error)) from None
    return from_yaml(text, str(path))


def from_yaml(text: str, where: str) -> Recipe:
    """Returns the recipe that YAML text describes; RecipeError, one line, when it does not describe one."""
    try:
        fields = parse_yaml(text, where)
    except ParseError as error:
        raise RecipeError(error.advised("see `limner recipes gan` for the form.")) from None
    if not isinstance(fields, dict):
        raise RecipeError(f"{where}: a recipe is a YAML mapping; see `limner recipes gan` for the form.")
    return parse(fields, where)


def _explain(error: ValidationError, fields: dict[str, Any]) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = quoted(".".join(path))
    if first["type"] == "extra_forbidden":
        siblings = [str(name) for name in _section_at(first["loc"][:-1], fields).model_fields]
        return f"unknown key '{key}'; {suggestion(path[-1], siblings)}"
    if not key:  # of the recipe as a whole
        return f"{in_words(first)}."
    given = "" if first["type"] == "missing" else f" (given: {quoted(_quoted(first['input']))})"
    return f"{key}: {in_words(first)}{given}."


def _quoted(value: Any) -> Any:
    return f"'{value}'" if isinstance(value, str) else value


def _section_at(location: Sequence[str | int], fields: dict[str, Any]) -> type[BaseModel]:
    """Returns the section of a recipe that pydantic's location leads to."""
    section: type[BaseModel] = Recipe
    for part in location:
        if section is Recipe and part == "method":
            section = _config_type(fields["method"]["kind"])
        elif part in section.model_fields:
            kind = section.model_fields[str(part)].annotation
            section = next((one for one in (kind, *get_args(kind)) if _is_section(one)), section)
    return section


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
