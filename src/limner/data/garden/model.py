"""The garden's structural causal model: what makes what, with which strengths, and how a flower is grown or regrown.

Every number lives in 0..1 and has one mechanism, additive in the logit and so exactly invertible:
logit(x) = base + sum of effects + spread * noise. Categories are argmax(log-odds + Gumbel noise) (Gumbel-max): their
classes have no order, which inverse-CDF sampling would invent, and among such mechanisms it is counterfactually stable
(Oberst & Sontag 2019, "Gumbel-Max Structural Causal Models", arXiv 1905.05824).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

import numpy as np

from limner.errors import UsageError, quoted, suggestion

VERSION = 1

# Child: its parents. The order is causal: parents come before their children.
GRAPH: dict[str, tuple[str, ...]] = {
    "species": (),
    "season": (),
    "soil": (),
    "sunlight": ("season",),
    "height": ("species", "sunlight"),
    "bloom": ("sunlight", "height"),
    "colour": ("species", "soil"),
}
# Unseen cause: the attributes it drives. It is never an attribute, so it confounds them.
LATENT: dict[str, tuple[str, ...]] = {"place": ("species", "soil")}

CATEGORIES: dict[str, tuple[str, ...]] = {
    "species": ("daisy", "tulip", "poppy", "rose", "sunflower", "lupin"),
    "season": ("spring", "summer", "autumn"),
}
NUMBERS: dict[str, str] = {  # what 0 and 1 mean
    "soil": "pale chalk to dark peat",
    "sunlight": "overcast to radiant",
    "height": "short to tall",
    "bloom": "bud to wide open",
    "colour": "blue through violet, purple, pink, red and orange to gold",
}

# Log-odds of a class = loading * place.
LOADING: dict[str, dict[str, float]] = {
    "species": {"daisy": -1.0, "tulip": -0.1, "poppy": 0.8, "rose": 0.2, "sunflower": 1.4, "lupin": -1.4},
    "season": {"spring": 0.0, "summer": 0.0, "autumn": 0.0},
}
# logit(number) = base + sum over parents of (class effect, or slope * (parent - 1/2)) + spread * normal noise.
BASE: dict[str, float] = {"soil": 0.0, "sunlight": 0.0, "height": 0.0, "bloom": 0.3, "colour": 0.0}
SPREAD: dict[str, float] = {"soil": 0.6, "sunlight": 0.9, "height": 0.7, "bloom": 0.8, "colour": 0.7}
EFFECT: dict[str, dict[str, float | dict[str, float]]] = {
    "soil": {"place": 1.3},
    "sunlight": {"season": {"spring": 0.1, "summer": 1.0, "autumn": -0.9}},
    "height": {
        "species": {"daisy": -1.1, "tulip": -0.3, "poppy": 0.0, "rose": -0.5, "sunflower": 1.2, "lupin": 0.7},
        "sunlight": 2.4,
    },
    "bloom": {"sunlight": 2.4, "height": 1.6},
    "colour": {
        "species": {"daisy": -0.9, "tulip": -0.2, "poppy": 1.0, "rose": 0.3, "sunflower": 2.6, "lupin": -1.7},
        "soil": -2.0,
    },
}


class View(NamedTuple):
    """The noise of the picture itself, uniform in 0..1: everything drawn that is not an attribute."""

    lean: float
    turn: float
    leaves: float
    sun: float
    clouds: float
    hills: float
    trees: float
    pebbles: float


@dataclass(frozen=True)
class Noise:
    """The exogenous noise of one flower: `place` and the numbers' are standard normal, the categories' Gumbel."""

    place: float
    species: tuple[float, ...]
    season: tuple[float, ...]
    soil: float
    sunlight: float
    height: float
    bloom: float
    colour: float
    view: View


@dataclass(frozen=True)
class Flower:
    """One flower: its attributes, and the noise from which they and its picture follow."""

    species: str
    season: str
    soil: float
    sunlight: float
    height: float
    bloom: float
    colour: float
    noise: Noise

    @property
    def attributes(self) -> dict[str, str | float]:
        """Every attribute by name, in causal order."""
        return {name: getattr(self, name) for name in GRAPH}


def flower(seed: int, index: int) -> Flower:
    """Returns flower `index` of a garden; it depends on nothing else, so a longer garden begins with a shorter one."""
    return _grow(_noise(seed, index), {}, {})


def sample(n: int, seed: int) -> list[Flower]:
    """Returns the first `n` flowers of the garden of a seed."""
    return [flower(seed, index) for index in range(n)]


def counterfactual(flower: Flower, do: Mapping[str, Any]) -> Flower:
    """Returns what the same flower would have been: its noise kept, `do` set, the descendants of `do` recomputed.

    Numbers are 0..1. Raises UsageError for an unknown attribute or a value out of range.
    """
    do = {name: _checked(name, value) for name, value in do.items()}
    changed = descendants(*do)
    kept = {name: value for name, value in flower.attributes.items() if name not in changed}
    return _grow(flower.noise, kept, do)


def do(n: int, seed: int, interventions: Mapping[str, Any]) -> list[Flower]:
    """Returns `n` flowers of a garden in which `interventions` hold; each has the noise of its fellow in `sample`."""
    return [counterfactual(each, interventions) for each in sample(n, seed)]


def observe(attributes: Mapping[str, Any], view: View) -> Flower:
    """Returns a flower with these attributes and noise that explains them: abduction from what can be seen.

    The numbers' noise is exact, up to `place`, which only `soil` and `species` share; as those two have no parent that
    can be intervened on, every counterfactual of this flower equals that of the flower that was observed.
    """
    unknown, missing = set(attributes) - set(GRAPH), set(GRAPH) - set(attributes)
    if unknown or missing:
        raise UsageError(
            f"a flower has the attributes {', '.join(GRAPH)}; check {', '.join(sorted(unknown | missing))}"
        )
    seen = {name: _checked(name, value) for name, value in attributes.items()}
    noise: dict[str, Any] = {"place": 0.0, "view": view}
    for name in GRAPH:
        if name in CATEGORIES:
            noise[name] = tuple(float(each == seen[name]) for each in CATEGORIES[name])
        elif 0 < seen[name] < 1:
            noise[name] = (_logit(seen[name]) - _expected(name, {**seen, "place": 0.0})) / SPREAD[name]
        else:
            raise UsageError(f"{name} = {seen[name]:g} is at the end of its range, which only an intervention reaches")
    return Flower(**seen, noise=Noise(**noise))


def average_effect(outcome: str, cause: str, low: Any, high: Any, n: int = 5000, seed: int = 0) -> tuple[float, float]:
    """Returns E[outcome | do(cause = high)] - E[outcome | do(cause = low)] over `n` flowers, and its standard error.

    Both arms share their noise, so the error is that of the mean individual effect. `outcome` must be a number.
    """
    if outcome not in NUMBERS:
        raise UsageError(
            f"an effect needs a number as its outcome, not '{outcome}'; {suggestion(outcome, list(NUMBERS))}"
        )
    if n < 2:
        raise UsageError(f"n = {n}: an average effect and its error need at least 2 flowers")
    garden = sample(n, seed)
    high_arm, low_arm = ([getattr(counterfactual(each, {cause: to}), outcome) for each in garden] for to in (high, low))
    difference = np.subtract(np.array(high_arm), np.array(low_arm))
    return float(difference.mean()), float(difference.std() / math.sqrt(n))


def descendants(*names: str) -> set[str]:
    """Returns the attributes themselves and all that they cause, directly or through others."""
    found = set(names)
    for child, parents in GRAPH.items():
        if found.intersection(parents):
            found.add(child)
    return found


def _noise(seed: int, index: int) -> Noise:
    if seed < 0 or index < 0:
        raise UsageError(f"a garden's seed and index are whole numbers from 0; got {seed} and {index}")
    stream = np.random.Generator(np.random.PCG64([VERSION, seed, index]))

    def uniform() -> float:
        return min(max(float(stream.random()), 1e-12), 1 - 1e-12)

    noise: dict[str, Any] = {name: NormalDist().inv_cdf(uniform()) for name in ("place", *NUMBERS)}
    for name, classes in CATEGORIES.items():
        noise[name] = tuple(-math.log(-math.log(uniform())) for _ in classes)
    return Noise(**noise, view=View(*(uniform() for _ in View._fields)))


def _grow(noise: Noise, kept: dict[str, Any], do: Mapping[str, Any]) -> Flower:
    values: dict[str, Any] = {"place": noise.place}
    for name in GRAPH:
        if name in do:
            values[name] = do[name]
        elif name in kept:
            values[name] = kept[name]
        elif name in CATEGORIES:
            odds = (LOADING[name][each] * noise.place for each in CATEGORIES[name])
            scores = [odd + gumbel for odd, gumbel in zip(odds, getattr(noise, name), strict=True)]
            values[name] = CATEGORIES[name][scores.index(max(scores))]
        else:
            values[name] = _sigmoid(_expected(name, values) + SPREAD[name] * getattr(noise, name))
    del values["place"]
    return Flower(**values, noise=noise)


def _expected(name: str, values: Mapping[str, Any]) -> float:
    total = BASE[name]
    for parent, effect in EFFECT[name].items():
        if isinstance(effect, dict):
            total += effect[values[parent]]
        else:
            total += effect * (values[parent] - (0.0 if parent in LATENT else 0.5))
    return total


def _checked(name: str, value: Any) -> Any:
    if name not in GRAPH:
        raise UsageError(f"a flower has no attribute '{quoted(name)}'; {suggestion(name, list(GRAPH))}")
    if name in CATEGORIES:
        if value not in CATEGORIES[name]:
            raise UsageError(
                f"{name} = '{quoted(value)}' does not exist; {suggestion(str(value), list(CATEGORIES[name]))}"
            )
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 1:
        raise UsageError(f"{name} = {quoted(value)} is out of range: give a number from 0 to 1 ({NUMBERS[name]})")
    return number


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def _logit(p: float) -> float:
    return math.log(p / (1 - p))
