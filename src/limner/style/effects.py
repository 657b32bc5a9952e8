"""What each factor of a style really changes: its average effect on every measure, by switching factors on and off.

The factors are set by us, not observed, so the means over the full factorial of all on and off settings, paired by content and
style, are their causal effects: nothing confounds them. The measures are other extractors than those that are optimised.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import torch
from torch import Tensor

from limner.errors import LimnerError
from limner.features import Extractor, load_extractor
from limner.images import from_uint8
from limner.metrics.intervals import Interval, bootstrap
from limner.style import colour, content, line, texture
from limner.style.factors import Factors
from limner.style.objective import LAYERS, Observer
from limner.style.transfer import TILE_SIDE

FACTORS = ("colour", "line", "texture")
"""What is on or off in a cell."""
OWN = {"colour": "colour distance", "line": "line distance", "texture": "texture distance"}
"""The measure of each factor."""
COST = "structure lost"
"""What taking over a style costs: how far the content's shapes are lost."""
STYLE = "SqueezeNet style distance"
"""The style as a network sees it that took no part in the transfer."""
DOSES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""How far a factor is taken over, for its dose-response curve."""

Cell = tuple[bool, bool, bool]
"""Which of `FACTORS` are on."""
CELLS: list[Cell] = list(product((False, True), (False, True), (False, True)))
"""The cells of the full factorial design."""
Measures = dict[str, float]
ApplyStyle = Callable[[np.ndarray, np.ndarray, Factors], np.ndarray]
"""Stylises a content by a style, both uint8 (H, W, 3)."""


class Judge:
    """Measures what was made of a content by a style."""

    def __init__(self) -> None:
        self.observer = _squeezenet()

    @property
    def names(self) -> tuple[str, ...]:
        """The measures, all of them 0 at best."""
        return (*OWN.values(), COST, *([STYLE] if self.observer else []))

    def measure(self, stylized: np.ndarray, original: np.ndarray, style: np.ndarray) -> Measures:
        """Returns every measure of a picture uint8 (H, W, 3) that was made of a content by a style."""
        found = {
            OWN["colour"]: colour.distance(stylized, style),
            OWN["line"]: line.distance(stylized, style),
            OWN["texture"]: texture.distance(stylized, style),
            COST: 1 - content.similarity(stylized, original),
        }
        return found | ({STYLE: style_distance(self.observer, stylized, style)} if self.observer else {})


def style_distance(observer: Observer, one: np.ndarray, other: np.ndarray) -> float:
    """Returns how far what a network sees in two pictures is apart, relative to what it sees in the second: 0 when equal.

    The mean over layers of the squared difference of Gram matrices, Gatys et al. 2016, equations 3 and 4.
    """
    here, there = (observer.style_statistics(from_uint8(picture[None]))[0] for picture in (one, other))
    distances = []
    for layer in LAYERS:
        grams = [_gram(stats.moments[layer].mean, stats.moments[layer].covariance) for stats in (here, there)]
        distances.append(float((grams[0] - grams[1]).square().sum() / grams[1].square().sum()))
    return float(np.mean(distances))


def _gram(mean: Tensor, covariance: Tensor) -> Tensor:
    return covariance + mean[:, None] * mean


@dataclass(frozen=True)
class Effects:
    """What was found over all pairs; effects are falls of a measure, in its standard deviations over all cells."""

    main: dict[str, dict[str, Interval]]
    """By factor and measure."""
    selectivity: dict[str, Interval]
    """By factor: its effect on its own measure as a fraction of its effects, whatever their sign, on those of all factors."""
    interactions: dict[tuple[str, str], dict[str, Interval]]
    """By two factors and measure: by how much more one changes it where the other is on."""
    pairs: int


def settings(cell: Cell, keep: float = 0.5) -> Factors:
    """Returns the factors of a cell."""
    colours, lines, textures = map(float, cell)
    return Factors(colours, lines, textures, keep)


def effects(cells: Sequence[Mapping[Cell, Measures]]) -> Effects:
    """Returns the effects from the measures of each pair in each cell, with 95 % intervals by bootstrap over pairs."""
    names = list(cells[0][CELLS[0]])
    values = torch.tensor(
        [[[pair[cell][name] for name in names] for cell in CELLS] for pair in cells]
    )  # (pairs, 8, measures)
    std = values.flatten(0, 1).std(0).clamp_min(1e-9)
    signs = torch.tensor(CELLS).float() * 2 - 1  # (8, 3)
    # on less off, a fall being an effect; the mean over the settings of the others
    main = -torch.einsum("pcm,cf->pfm", values, signs) / 4 / std
    joint = {
        (FACTORS[i], FACTORS[j]): -torch.einsum("pcm,c->pm", values, signs[:, i] * signs[:, j]) / 2 / std
        for i, j in combinations(range(3), 2)
    }
    return Effects(
        {f: {name: _mean(main[:, i, m]) for m, name in enumerate(names)} for i, f in enumerate(FACTORS)},
        {f: _selectivity(main[:, i], names, f) for i, f in enumerate(FACTORS)},
        {both: {name: _mean(found[:, m]) for m, name in enumerate(names)} for both, found in joint.items()},
        len(cells),
    )


def _mean(values: Tensor) -> Interval:
    return bootstrap(lambda some: float(some.mean()), values)


def _selectivity(found: Tensor, names: Sequence[str], factor: str) -> Interval:
    columns = [names.index(name) for name in OWN.values()]
    own = columns.index(names.index(OWN[factor]))

    def selectivity(some: Tensor) -> float:
        sizes = some[:, columns].mean(0).abs()
        return float(sizes[own] / sizes.sum().clamp_min(1e-9))

    return bootstrap(selectivity, found)


def alone(factor: str) -> Cell:
    """Returns the cell in which only this factor is on."""
    return next(
        cell for cell in CELLS if [on for on, request in zip(FACTORS, cell, strict=True) if request] == [factor]
    )


def between(
    apply_style: ApplyStyle, judge: Judge, original: np.ndarray, style: np.ndarray, factor: str
) -> list[Measures]:
    """Returns the measures at each of `DOSES` of one factor, the others off, but for none and all of it, which are cells."""
    off = dict.fromkeys(FACTORS, 0.0)
    stylized = (apply_style(original, style, Factors(**(off | {factor: dose}))) for dose in DOSES[1:-1])
    return [judge.measure(picture, original, style) for picture in stylized]


def _squeezenet() -> Observer | None:
    try:
        extractor: Extractor = load_extractor("squeezenet")
    except LimnerError:
        return None
    return Observer(extractor, TILE_SIDE)
