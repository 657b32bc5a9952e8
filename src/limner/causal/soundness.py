"""Soundness: how far the counterfactual pictures of a causal model can be trusted, in figures with 95 % intervals.

Each attribute in turn is set to another unit's value, and a predictor that the image model was not trained with reads what the
pictures then show. Axioms as in Monteiro et al. 2023, arXiv 2303.01274; table as in Melistas et al. 2024, arXiv 2403.20287.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from limner import seeds
from limner.causal.model import CausalModel
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table, Variable
from limner.explain.predictor import errors_of
from limner.features import load_extractor, pool
from limner.metrics.frechet import frechet_interval
from limner.metrics.intervals import Interval, bootstrap, change_interval, mean_interval, proportion_interval
from limner.progress import ProgressLine

CYCLES = (1, 10)
"""Numbers of interventions in a row after which pictures are compared with themselves: those of published tables."""
MIN_UNITS = 32
"""Units that are needed, so that intervals mean something."""


class AttributeReader(Protocol):
    """Whatever reads attributes from pictures uint8 (n, H, W, C): a predictor, or a direct measurement of some."""

    def read(self, pictures: np.ndarray) -> Table:
        """Returns the attributes that pictures show."""


Truth = Callable[[str, np.ndarray], tuple[Table, np.ndarray]]
"""(attribute, a value for each unit) -> the true counterfactual attributes and pictures."""


@dataclass
class TruthComparison:
    """Counterfactual pictures of one intervention compared with the true ones."""

    skill: dict[str, Interval]
    """By model (`model`, `oracle`, `without_edges`, `reversed`): 1 - distance to the truth / that of the unchanged picture."""
    unchanged: Interval
    """Distance of the unchanged picture to the truth, mean absolute grey levels."""
    drift: dict[str, Interval]
    """As in `Soundness.drift`, of the true pictures: what the predictor reports as drift where there is none."""
    excess_error: dict[str, dict[str, Interval]]
    """[`without_edges` or `reversed`][effect]: by how much its error is larger than under the graph."""


@dataclass
class Soundness:
    """What was measured on `units` units; errors are absolute for numbers, fractions of wrong classes for categories.

    The keys of most fields are interventions, each named by the attribute that is set.
    """

    units: int
    real: dict[str, Interval] = field(default_factory=dict)
    """[attribute]: the predictor's error on the real pictures; smaller errors cannot be measured."""
    unchanged: dict[str, Interval] = field(default_factory=dict)
    """[intervention]: the error in the attribute that is set, if the picture stayed unchanged."""
    errors: dict[str, dict[str, Interval]] = field(default_factory=dict)
    """[intervention][attribute]: predicted against intended: effectiveness, effects, and attributes that must stay."""
    drift: dict[str, dict[str, Interval]] = field(default_factory=dict)
    """[intervention][attribute that is not affected]: by how much its error grows, in standard deviations; 0 is right."""
    composition: dict[int, Interval] = field(default_factory=dict)
    """[cycles]: grey levels by which the picture changes when nothing is set."""
    reversibility: dict[str, dict[int, Interval]] = field(default_factory=dict)
    """[intervention][cycles there and back]: grey levels from the picture."""
    realism: dict[str, Interval] = field(default_factory=dict)
    """[`real` and intervention]: Frechet distance of features from other real pictures."""
    diversity: dict[str, Interval] = field(default_factory=dict)
    """[intervention]: mean distance between features of pictures, relative to that of real ones."""
    perceptual_skill: dict[str, Interval] = field(default_factory=dict)
    """[intervention], where the truth is known: skill by the distance of features instead of pixels."""
    against_truth: dict[str, TruthComparison] = field(default_factory=dict)
    """[intervention], where the truth is known."""
    pictures: dict[str, list[np.ndarray]] = field(default_factory=dict)
    """[intervention]: the pictures, their counterfactuals and, where they are known, the true ones."""


@dataclass
class _Units:
    """The units that are evaluated: their attributes, their pictures, and what the predictor reads from these."""

    table: Table
    pictures: np.ndarray
    predicted: Table


class _Intervention(NamedTuple):
    """An attribute that is set, its value for each unit, and the counterfactual attributes and pictures of the model."""

    name: str
    values: np.ndarray
    table: Table
    pictures: np.ndarray


def soundness(
    model: CausalModel,
    table: Table,
    pictures: np.ndarray,
    reader: AttributeReader,
    *,
    others: np.ndarray,
    truth: Truth | None = None,
    other_graphs: Mapping[str, StructuralModel] | None = None,
    seed: int = 0,
) -> Soundness:
    """Evaluates counterfactuals of units and their pictures uint8 (n, H, W, C); ValueError for fewer than `MIN_UNITS`.

    `others` are real pictures of other units, for realism; `other_graphs` are structural models of other graphs, which with a
    `truth` are compared with the model's own.
    """
    if len(pictures) < MIN_UNITS:
        raise ValueError(f"at least {MIN_UNITS} units are needed, not {len(pictures)}")
    found, features = Soundness(len(pictures)), _Features(pictures, others)
    variables, names = model.structure.variables, model.structure.graph.order
    units = _Units(table, pictures, reader.read(pictures))
    found.real = {name: _mean_error(variables[name], units.predicted[name], table[name]) for name in units.predicted}
    found.realism["real"] = features.distance(features.of_pictures)
    found.composition = dict(zip(CYCLES, _composition(model, table, pictures), strict=True))
    with ProgressLine("soundness", len(names), "interventions") as bar:
        for name in names:
            values = shuffled_values(variables[name], table[name], seeds.generator("shuffled values", seed, name))
            done = _Intervention(name, values, *model.counterfactual(table, pictures, {name: values}, seed))
            _add_errors(found, model, reader, units, done)
            features_of_done = features.of(done.pictures)
            found.realism[name] = features.distance(features_of_done)
            found.diversity[name] = features.diversity(features_of_done)
            found.pictures[name] = [pictures, done.pictures]
            if truth:
                true = truth(name, values)
                found.pictures[name].append(true[1])
                found.against_truth[name] = _compared(model, reader, units, done, true, other_graphs or {}, seed)
                found.perceptual_skill[name] = features.skill(features_of_done, true[1])
            bar.advance(note=name)
    return found


def _add_errors(
    found: Soundness, model: CausalModel, reader: AttributeReader, units: _Units, done: _Intervention
) -> None:
    """Adds the errors after one intervention, the drift of attributes that it does not affect, and its reversibility."""
    variables, before, after = model.structure.variables, units.predicted, reader.read(done.pictures)
    affected = model.structure.graph.descendants(done.name)
    if done.name in before:
        found.unchanged[done.name] = _mean_error(variables[done.name], before[done.name], done.values)
    found.errors[done.name] = {name: _mean_error(variables[name], after[name], done.table[name]) for name in before}
    found.drift[done.name] = {
        name: _drift(variables[name], before[name], after[name], units.table[name])
        for name in before
        if name not in affected
    }
    found.reversibility[done.name] = dict(zip(CYCLES, _reversibility(model, units, done), strict=True))


def shuffled_values(variable: Variable, own: np.ndarray, generator: torch.Generator) -> np.ndarray:
    """Returns for each unit another unit's value, of categories another class where there is one."""
    values = own[torch.randperm(len(own), generator=generator).numpy()]
    for index in np.flatnonzero(values == own) if variable.classes else ():
        if len(others := own[own != own[index]]):
            values[index] = others[int(torch.randint(len(others), (1,), generator=generator))]
    return values


def _compared(
    model: CausalModel,
    reader: AttributeReader,
    units: _Units,
    done: _Intervention,
    truth: tuple[Table, np.ndarray],
    other_graphs: Mapping[str, StructuralModel],
    seed: int,
) -> TruthComparison:
    """Compares the model, one that is given the true attributes, and those of other graphs with the truth."""
    variables, affected = model.structure.variables, model.structure.graph.descendants(done.name)
    true_table, true_pictures = truth
    pictures = {
        "model": done.pictures,
        "oracle": model.counterfactual_pictures(units.pictures, units.table, true_table),
    }
    for kind, structure in other_graphs.items():
        table = structure.counterfactual(units.table, {done.name: done.values}, seed)
        pictures[kind] = model.counterfactual_pictures(units.pictures, units.table, table)
    unchanged = distance(units.pictures, true_pictures)
    skills = {kind: skill(distance(each, true_pictures), unchanged) for kind, each in pictures.items()}
    predicted = {kind: reader.read(pictures[kind]) for kind in ("model", *other_graphs)}

    def errors(kind: str, name: str) -> np.ndarray:
        return errors_of(variables[name].classes, predicted[kind][name], true_table[name])

    effects = [name for name in units.predicted if name in affected - {done.name}]
    excess = {
        kind: {name: _mean(errors(kind, name) - errors("model", name)) for name in effects} for kind in other_graphs
    }
    of_truth = reader.read(true_pictures)
    drift = {
        name: _drift(variables[name], units.predicted[name], of_truth[name], units.table[name])
        for name in units.predicted
        if name not in affected
    }
    return TruthComparison(skills, _mean_distance(units.pictures, true_pictures), drift, excess)


def skill(distances: np.ndarray, unchanged: np.ndarray) -> Interval:
    """Returns 1 - mean(distances) / mean(unchanged), with its interval over units.

    `distances` (n,) are those of counterfactual pictures to the truth, `unchanged` (n,) those of the unchanged pictures.
    """
    pairs = torch.from_numpy(np.stack([distances, unchanged], 1))
    return bootstrap(lambda sample: 1 - float(sample[:, 0].mean() / sample[:, 1].mean().clamp_min(1e-12)), pairs)


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Returns the mean absolute difference of pictures uint8 (n, H, W, C), grey levels (n,)."""
    return np.abs(one.astype(np.int16) - other).mean((1, 2, 3))


def _composition(model: CausalModel, table: Table, pictures: np.ndarray) -> Iterator[Interval]:
    """Yields for each number of `CYCLES` how far pictures are from themselves after so many interventions that set nothing."""
    current = pictures
    for cycle in range(1, max(CYCLES) + 1):
        current = model.counterfactual_pictures(current, table, table)
        if cycle in CYCLES:
            yield _mean_distance(current, pictures)


def _reversibility(model: CausalModel, units: _Units, done: _Intervention) -> Iterator[Interval]:
    """Yields for each number of `CYCLES` how far pictures are from themselves after so many interventions, each reversed."""
    current = done.pictures
    for cycle in range(1, max(CYCLES) + 1):
        back = model.counterfactual_pictures(current, done.table, units.table)
        if cycle in CYCLES:
            yield _mean_distance(back, units.pictures)
        current = model.counterfactual_pictures(back, units.table, done.table)


def _drift(variable: Variable, before: np.ndarray, after: np.ndarray, truth: np.ndarray) -> Interval:
    """Returns by how much the predictor's error grows, of numbers in standard deviations.

    An intervention that only makes predictions vary around the same error has no drift.
    """
    std = 1.0 if variable.classes else max(variable.std, 1e-12)
    drift = _mean((errors_of(variable.classes, after, truth) - errors_of(variable.classes, before, truth)) / std)
    if not variable.classes:
        return drift
    # a difference of proportions: where few units differ, no narrower than the interval of none of them
    half = max(drift.high - drift.value, drift.value - drift.low, proportion_interval(0, len(truth)).high)
    return Interval(drift.value, drift.value - half, drift.value + half)


def _mean_distance(one: np.ndarray, other: np.ndarray) -> Interval:
    return change_interval(torch.from_numpy(distance(one, other)))


def _mean_error(variable: Variable, predicted: np.ndarray, truth: np.ndarray) -> Interval:
    return _mean(errors_of(variable.classes, predicted, truth))


def _mean(values: np.ndarray) -> Interval:
    return mean_interval(torch.from_numpy(np.asarray(values, dtype=np.float64)))


class _Features:
    """Features of pictures and of their counterfactuals, compared with those of other real pictures."""

    def __init__(self, pictures: np.ndarray, others: np.ndarray) -> None:
        self.extractor = load_extractor()
        self.others, self.of_pictures = self.of(others), self.of(pictures)

    def of(self, pictures: np.ndarray) -> Tensor:
        return pool(self.extractor, pictures)

    def distance(self, features: Tensor) -> Interval:
        return frechet_interval(self.others, features)

    def diversity(self, features: Tensor) -> Interval:
        # each picture and the next few: as informative as all pairs, and their mean has an interval
        pairs = torch.stack([_distance_to_next(features), _distance_to_next(self.of_pictures)], 1)
        return bootstrap(lambda sample: float(sample[:, 0].mean() / sample[:, 1].mean()), pairs)

    def skill(self, features: Tensor, true_pictures: np.ndarray) -> Interval:
        truth = self.of(true_pictures)
        return skill(*((each - truth).norm(dim=1).numpy() for each in (features, self.of_pictures)))


def _distance_to_next(features: Tensor) -> Tensor:
    return torch.stack([(features - features.roll(step, 0)).norm(dim=1) for step in range(1, 9)]).mean(0)
