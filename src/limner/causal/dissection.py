"""Dissection: which units of a decoder, and which directions of its codes, move an attribute, and more than random ones do.

GAN dissection (Bau et al. 2019, arXiv 1811.10597) without a segmenter: what is moved is what a predictor reads off the
pictures, which never saw the model. Whatever is chosen is chosen on one half of the codes and judged on the other, because the
best of many is lucky on the codes that it was chosen by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds
from limner.causal.graph import Graph
from limner.causal.predictor import Predictor, train_predictor
from limner.causal.steps import Outcome, outcome_of
from limner.causal.units import Look, Stage, Subject, find_layer
from limner.causal.variables import described, read, variables_of
from limner.data.dataset import Dataset
from limner.editing.directions import regression
from limner.errors import ModelError, UsageError
from limner.evaluation.subject import check_shape
from limner.metrics.intervals import Interval, mean_interval
from limner.model import Model
from limner.progress import ProgressLine

LEAST = 40
"""Codes below which the halves say nothing."""
MOST = 128
"""Units of a wide layer that are looked at, drawn at random."""
DRAWS = 20
"""Random groups of units, and random directions, that the chosen ones are held against."""
SHOWN = 12
"""Pictures a row."""
SHOWN_UNITS = 5
"""Units that are shown, the strongest."""


@dataclass(frozen=True)
class UnitEffect:
    """What an intervention and its opposite do to the predicted attribute, on average over codes."""

    name: str
    low: Interval
    """Switched off, or shifted back."""
    high: Interval
    """Inserted, or shifted forth."""
    between: Interval
    """From the one to the other (arXiv 1811.10597, eq. 3)."""


class Deed(NamedTuple):
    """One intervention: units held at values, or codes shifted by (latent,)."""

    values: Mapping[int, float] = MappingProxyType({})
    shift: Tensor | None = None


Pair = tuple[Deed, Deed]
"""An intervention and its opposite: off and on, back and forth."""


class Row(NamedTuple):
    """Pictures of the same codes, uint8 (SHOWN, H, W, C), and what was done."""

    said: str
    pictures: np.ndarray


@dataclass
class Dissection:
    """What was found of a layer and of the codes, by the half of the codes that nothing was chosen on."""

    layer: str
    shape: tuple[int, ...]
    """(units, height, width) of what the layer reads; (units,) of a dense one."""
    half: int
    """Codes that judge; as many others chose."""
    before: Interval
    """The predicted attribute while nothing is done."""
    units: list[UnitEffect]
    """All units that were looked at, the strongest of the other half first."""
    together: UnitEffect
    """The first units, all set so that they lower the attribute, and all so that they raise it."""
    random_together: UnitEffect
    """As many of the other units, set likewise: the mean of random draws, and bounds that hold 95 % of these."""
    axes: list[UnitEffect]
    """Each number of the code shifted by a standard deviation back and forth, the strongest of the other half first."""
    direction: UnitEffect
    """As far a step along the regression of the attribute on the codes."""
    random_directions: UnitEffect
    """Along random directions, turned so that they go with the regression: their mean, and bounds that hold 95 % of them."""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Moved:
    """Changes of the predicted attribute by interventions and by their opposites, float64 (interventions, codes)."""

    low: Tensor
    high: Tensor

    @property
    def between(self) -> Tensor:
        """Returns the change from the opposite that lowers to the one that raises."""
        return self.high - self.low

    def of(self, rows: slice) -> Moved:
        """Returns the changes of some codes."""
        return Moved(self.low[:, rows], self.high[:, rows])

    def effect(self, index: int, name: str) -> UnitEffect:
        """Returns one intervention's effect; its intervals are over pictures."""
        return UnitEffect(name, *(_mean(values[index]) for values in (self.low, self.high, self.between)))

    def typical(self, name: str) -> UnitEffect:
        """Returns the mean of all effects, and bounds that hold 95 % of them."""
        return UnitEffect(name, *(_spread(values.mean(1)) for values in (self.low, self.high, self.between)))


def dissect(
    model: Model,
    dataset: Dataset,
    attribute: str,
    *,
    layer: str | None = None,
    n: int = 256,
    top: int = 10,
    seed: int = 0,
) -> tuple[Dissection, float]:
    """Returns what units and directions do to an attribute, or to the probability of NAME=CLASS, and the predictor's error.

    The predictor learns from the dataset's pictures; its error is that of `Predictor.errors`. GraphError for an attribute that
    the dataset does not have, a category without a class, or pictures of another shape; ModelError, UsageError.
    """
    check_shape("the model", model, dataset)
    find_layer(model, layer)  # before minutes are spent
    _check_numbers(n, top)
    name = attribute.partition("=")[0].strip()
    graph = Graph(nodes={name: {}})
    variables = variables_of(graph, dataset)
    outcome = outcome_of(graph, variables, attribute)
    table, _ = read(dataset, variables, dataset.split("train"))
    predictor = train_predictor(dataset, described(variables, table), seed)
    found = dissection(model, looking(predictor, outcome), layer=layer, n=n, top=top, seed=seed)
    return found, predictor.errors.get(name, float("nan"))


def looking(predictor: Predictor, outcome: Outcome) -> Look:
    """Returns what reads a number, or the probability of a class, off pictures (B, C, H, W) in [-1, 1]."""

    def look(pictures: Tensor) -> Tensor:
        seen = predictor(pictures)[outcome.name]
        return seen if outcome.place is None else seen.softmax(1)[:, outcome.place]

    return look


def dissection(
    model: Model, look: Look, *, layer: str | None = None, n: int = 256, top: int = 10, seed: int = 0
) -> Dissection:
    """Returns what the units of a layer, and directions of the codes, do to what `look` sees in n pictures.

    Of the layer in the middle, unless one is named; `top` units, at most half of those looked at, are set together. ModelError
    for a model without units, UsageError for a layer that is none or numbers that are too small.
    """
    _check_numbers(n, top)
    first, second = slice(0, n // 2), slice(n // 2, 2 * (n // 2))
    subject = Subject(model, look, second.stop, seed)
    stage = Stage(*find_layer(model, layer), subject, first)
    if stage.shape[0] < 2:
        raise ModelError(f"the layer {stage.name} reads one unit, which no other can be held against.")
    random = np.random.default_rng(seeds.derive("units", seed))
    looked_at = np.sort(random.permutation(stage.shape[0])[:MOST])
    top, latent = min(top, len(looked_at) // 2), model.painter.latent
    with ProgressLine("units", len(looked_at) + latent + 2 * DRAWS + 2, "interventions") as bar:
        trial = Trial(subject, stage, bar)

        units = [(Deed({unit: 0.0}), Deed({unit: stage.strong[unit]})) for unit in looked_at.tolist()]
        alone = trial.moved(units, slice(None))
        order, rises = _ranked(alone.of(first))
        group = _jointly(units, rises, order[:top])
        others = [_jointly(units, rises, random.choice(order[top:], top, replace=False)) for _ in range(DRAWS)]
        together, random_together = trial.moved([group], second), trial.moved(others, second)

        axes = [_along(step) for step in torch.eye(latent)]
        turned = trial.moved(axes, slice(None))
        slope = regression(subject.codes[first], trial.before[first])
        ways = F.normalize(torch.randn(DRAWS, latent, generator=seeds.generator("directions", seed)), dim=1)
        ways = torch.where(ways @ slope < 0, -1.0, 1.0)[:, None] * ways
        along, random_along = trial.moved([_along(slope)], second), trial.moved([_along(way) for way in ways], second)

    shown = {f"unit {looked_at[index]}": units[index] for index in order[:SHOWN_UNITS]}
    shown |= {f"the first {top} together": group, "the regression": _along(slope)}
    return Dissection(
        layer=stage.name,
        shape=stage.shape,
        half=n // 2,
        before=_mean(trial.before[second]),
        units=[alone.of(second).effect(index, f"unit {looked_at[index]}") for index in order],
        together=together.effect(0, f"the first {top} together"),
        random_together=random_together.typical(f"{top} random others together"),
        axes=[turned.of(second).effect(index, f"axis {index}") for index in _ranked(turned.of(first))[0]],
        direction=along.effect(0, "the regression"),
        random_directions=random_along.typical("random directions"),
        rows=trial.rows(shown, slice(second.start, second.start + SHOWN)),
    )


class Trial:
    """Interventions on a model, each on the same codes as no intervention."""

    def __init__(self, subject: Subject, stage: Stage, bar: ProgressLine) -> None:
        self.subject, self.stage, self.bar = subject, stage, bar
        self.before = subject.read(slice(None))

    def moved(self, pairs: Sequence[Pair], rows: slice) -> Moved:
        """Returns what interventions and their opposites change, of some codes."""
        low, high = [], []
        for opposite, deed in pairs:
            low.append(self._read(opposite, rows) - self.before[rows])
            high.append(self._read(deed, rows) - self.before[rows])
            self.bar.advance()
        return Moved(torch.stack(low), torch.stack(high))

    def rows(self, pairs: Mapping[str, Pair], rows: slice) -> list[Row]:
        """Returns pictures of some codes as they are, and under interventions and their opposites."""
        found = [Row("as painted", self._show(Deed(), rows))]
        for name, (opposite, deed) in pairs.items():
            said = ("off", "on") if len(deed.values) == 1 else ("lowering", "raising")
            found += [
                Row(f"{name}: {word}", self._show(one, rows)) for word, one in zip(said, (opposite, deed), strict=True)
            ]
        return found

    def _read(self, deed: Deed, rows: slice) -> Tensor:
        with self.stage.holding(deed.values):
            return self.subject.read(rows, deed.shift)

    def _show(self, deed: Deed, rows: slice) -> np.ndarray:
        with self.stage.holding(deed.values):
            return self.subject.show(rows, deed.shift)


def _ranked(moved: Moved) -> tuple[list[int], list[bool]]:
    """Returns interventions in the order of their effect's size, and for each whether it raises the attribute."""
    mean = moved.between.mean(1).numpy()
    return np.argsort(-np.abs(mean), kind="stable").tolist(), (mean > 0).tolist()


def _jointly(units: Sequence[Pair], rises: Sequence[bool], chosen: Iterable[int]) -> Pair:
    """Returns units all set so that each by itself lowers the attribute, and all so that each raises it."""
    lower: dict[int, float] = {}
    higher: dict[int, float] = {}
    for index in chosen:
        off, on = units[index]
        lower |= off.values if rises[index] else on.values
        higher |= on.values if rises[index] else off.values
    return Deed(lower), Deed(higher)


def _along(step: Tensor) -> Pair:
    return Deed(shift=-step), Deed(shift=step)


def _check_numbers(n: int, top: int) -> None:
    if n < LEAST or top < 1:
        raise UsageError(f"--n {n} --top {top}: at least {LEAST} pictures and 1 unit are needed.")


def _mean(values: Tensor) -> Interval:
    """Returns the mean of values (n,) and its 95 % interval, of no width where they are all equal, as those of dead units are."""
    if bool((values == values[0]).all()):
        return Interval(*[float(values[0])] * 3)
    return mean_interval(values)


def _spread(means: Tensor) -> Interval:
    low, high = means.quantile(torch.tensor([0.025, 0.975], dtype=means.dtype)).tolist()
    return Interval(float(means.mean()), low, high)
