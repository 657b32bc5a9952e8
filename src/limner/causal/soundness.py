"""Soundness: how far the counterfactual pictures of a causal model can be trusted, in figures with 95 % intervals.

Each unit's attributes are set in turn to the values of another unit, and what the pictures then show is read off by a judge that
the model never saw. Axioms as in Monteiro et al. 2023, arXiv 2303.01274; table as in Melistas et al. 2024, arXiv 2403.20287.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

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
from limner.metrics.intervals import Interval, bootstrap, mean_interval, share_interval
from limner.progress import ProgressLine

CYCLES = (1, 10)
LEAST = 32
"""Units that are needed, so that intervals mean something."""


class Judge(Protocol):
    """Whatever reads attributes off pictures uint8 (n, H, W, C): a predictor, or a direct measurement of some."""

    def read(self, pictures: np.ndarray) -> Table:
        """Returns the attributes that pictures show."""


Truth = Callable[[str, np.ndarray], tuple[Table, np.ndarray] | None]
"""(attribute, a value for each unit) -> the attributes and the pictures that the units truly would have had; None: nobody knows."""


@dataclass
class Against:
    """One intervention held against the truth."""

    skill: dict[str, Interval]
    """By model (`model`, `oracle`, `ignored`, `wrong`): 1 - distance to the truth / distance of doing nothing, in pixels."""
    nothing: Interval
    """Distance of doing nothing, mean absolute grey levels."""
    drift: dict[str, Interval]
    """As in `Soundness.drift`, of the true pictures: what the judge takes for drift where there is none."""
    gained: dict[str, dict[str, Interval]]
    """[`ignored` or `wrong`][effect]: by how much its error is larger there than under the graph, in the attribute's unit."""


@dataclass
class Soundness:
    """What was found of `units` units; errors are absolute for numbers, shares misnamed for categories."""

    units: int
    real: dict[str, Interval] = field(default_factory=dict)
    """The judge's error on the pictures as they are: below it nothing can be told."""
    unchanged: dict[str, Interval] = field(default_factory=dict)
    """[done]: the error, had the picture been left as it was."""
    shown: dict[str, dict[str, Interval]] = field(default_factory=dict)
    """[done][attribute]: what pictures show against what they should: effectiveness, effects, and what ought to stay."""
    drift: dict[str, dict[str, Interval]] = field(default_factory=dict)
    """[done][no effect of it]: by how much it seems to have moved beyond what the judge errs, in spreads; 0 is right."""
    composition: dict[int, Interval] = field(default_factory=dict)
    """[times]: grey levels by which doing nothing has changed the picture."""
    reversibility: dict[str, dict[int, Interval]] = field(default_factory=dict)
    """[done][times there and back]: grey levels from the picture."""
    realism: dict[str, Interval] = field(default_factory=dict)
    """[`real`] and [done]: Frechet distance of features from other real pictures."""
    diversity: dict[str, Interval] = field(default_factory=dict)
    """[done]: mean distance between pictures' features, beside real ones' (1)."""
    perceived: dict[str, Interval] = field(default_factory=dict)
    """[done], where the truth is known: skill by the distance of what a network sees instead of pixels."""
    against: dict[str, Against] = field(default_factory=dict)
    """[done], where the truth is known."""
    pictures: dict[str, list[np.ndarray]] = field(default_factory=dict)
    """[done]: pictures as they were, as shown and, where it is known, the truth."""


def soundness(
    model: CausalModel,
    table: Table,
    pictures: np.ndarray,
    judge: Judge,
    *,
    others: np.ndarray,
    truth: Truth | None = None,
    rivals: Mapping[str, StructuralModel] | None = None,
    seed: int = 0,
) -> Soundness:
    """Judges counterfactuals of units and their pictures uint8 (n, H, W, C); ValueError for fewer than `LEAST`.

    `others` are real pictures of other units, for realism; `rivals` are structural models of other graphs, which with a `truth`
    are held against the model's own.
    """
    if len(pictures) < LEAST:
        raise ValueError(f"at least {LEAST} units are needed, not {len(pictures)}")
    found, features = Soundness(len(pictures)), _Features(pictures, others)
    variables, names = model.structure.variables, model.structure.graph.order
    units = _Units(table, pictures, judge.read(pictures))
    found.real = {name: _mean(errors_of(variables[name].classes, units.seen[name], table[name])) for name in units.seen}
    found.realism["real"] = features.distance(features.of_pictures)
    found.composition = dict(zip(CYCLES, _nothing_done(model, table, pictures), strict=True))
    with ProgressLine("soundness", len(names), "interventions") as bar:
        for name in names:
            values = shuffled_values(variables[name], table[name], seeds.generator("shuffled values", seed, name))
            after, shown = model.counterfactual(table, pictures, {name: values}, seed)
            _judge(found, model, judge, units, (name, values), (after, shown))
            of_shown = features.of(shown)
            found.realism[name], found.diversity[name] = features.distance(of_shown), features.diversity(of_shown)
            found.pictures[name] = [pictures, shown]
            if known := truth(name, values) if truth else None:
                found.pictures[name].append(known[1])
                found.against[name] = _against(model, judge, units, {name: values}, known, shown, rivals or {}, seed)
                found.perceived[name] = features.skill(of_shown, known[1])
            bar.advance(note=name)
    return found


@dataclass
class _Units:
    """Who is judged: their attributes, their pictures, and what the judge sees in these."""

    table: Table
    pictures: np.ndarray
    seen: Table


def _judge(
    found: Soundness,
    model: CausalModel,
    judge: Judge,
    units: _Units,
    done: tuple[str, np.ndarray],
    became: tuple[Table, np.ndarray],
) -> None:
    """Enters what one intervention shows: effects, what should have stayed, and the way back."""
    (name, values), (after, shown), table, seen = done, became, units.table, units.seen
    variables, read_off, changed = model.structure.variables, judge.read(shown), model.structure.graph.descendants(name)
    if name in seen:
        found.unchanged[name] = _mean(errors_of(variables[name].classes, seen[name], values))
    found.shown[name] = {each: _mean(errors_of(variables[each].classes, read_off[each], after[each])) for each in seen}
    found.drift[name] = {
        each: _moved(variables[each], seen[each], read_off[each], table[each]) for each in seen if each not in changed
    }
    back = _there_and_back(model, table, after, units.pictures, shown)
    found.reversibility[name] = dict(zip(CYCLES, back, strict=True))


def shuffled_values(variable: Variable, own: np.ndarray, generator: torch.Generator) -> np.ndarray:
    """Returns for each unit another unit's value, of categories another class where there is one."""
    asked = own[torch.randperm(len(own), generator=generator).numpy()]
    for unit in np.flatnonzero(asked == own) if variable.classes else ():
        if len(others := own[own != own[unit]]):
            asked[unit] = others[int(torch.randint(len(others), (1,), generator=generator))]
    return asked


def _against(
    model: CausalModel,
    judge: Judge,
    units: _Units,
    do: Mapping[str, np.ndarray],
    truth: tuple[Table, np.ndarray],
    shown: np.ndarray,
    rivals: Mapping[str, StructuralModel],
    seed: int,
) -> Against:
    table, pictures, (true_table, true) = units.table, units.pictures, truth
    variables, (name,) = model.structure.variables, do
    nothing, own = distance(pictures, true), judge.read(shown)
    made = {"model": shown, "oracle": model.show(pictures, table, true_table)}
    changed = model.structure.graph.descendants(name)
    effects, stays = [each for each in own if each in changed - {name}], [each for each in own if each not in changed]
    of_true = judge.read(true)
    drift = {each: _moved(variables[each], units.seen[each], of_true[each], table[each]) for each in stays}
    gained: dict[str, dict[str, Interval]] = {}
    for rival, structure in rivals.items():
        made[rival] = model.show(pictures, table, structure.counterfactual(table, do, seed))
        other = judge.read(made[rival])
        gained[rival] = {
            each: _mean(
                errors_of(variables[each].classes, other[each], true_table[each])
                - errors_of(variables[each].classes, own[each], true_table[each])
            )
            for each in effects
        }
    skills = {kind: skill(distance(each, true), nothing) for kind, each in made.items()}
    return Against(skills, _apart(pictures, true), drift, gained)


def skill(of: np.ndarray, nothing: np.ndarray) -> Interval:
    """Returns 1 - mean(of) / mean(nothing) of distances (n,) to the truth, with its interval over units."""
    pairs = torch.from_numpy(np.stack([of, nothing], 1))
    return bootstrap(lambda drawn: 1 - float(drawn[:, 0].mean() / drawn[:, 1].mean().clamp_min(1e-12)), pairs)


def distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Returns the mean absolute difference of pictures uint8 (n, H, W, C), grey levels (n,)."""
    return np.abs(one.astype(np.int16) - other).mean((1, 2, 3))


def _nothing_done(model: CausalModel, table: Table, pictures: np.ndarray) -> Iterator[Interval]:
    shown = pictures
    for cycle in range(1, max(CYCLES) + 1):
        shown = model.show(shown, table, table)
        if cycle in CYCLES:
            yield _apart(shown, pictures)


def _there_and_back(
    model: CausalModel, table: Table, after: Table, pictures: np.ndarray, shown: np.ndarray
) -> Iterator[Interval]:
    for cycle in range(1, max(CYCLES) + 1):
        back = model.show(shown, after, table)
        if cycle in CYCLES:
            yield _apart(back, pictures)
        shown = model.show(back, table, after)


def _moved(variable: Variable, before: np.ndarray, after: np.ndarray, truth: np.ndarray) -> Interval:
    """Returns by how much the judge's error has grown, of numbers in spreads: what only makes it waver is no drift."""
    unit = 1.0 if variable.classes else max(variable.std, 1e-12)
    moved = _mean((errors_of(variable.classes, after, truth) - errors_of(variable.classes, before, truth)) / unit)
    if not variable.classes:
        return moved
    # a difference of shares: where few units differ, no narrower than the interval of none of them
    half = max(moved.high - moved.value, moved.value - moved.low, share_interval(0, len(truth)).high)
    return Interval(moved.value, moved.value - half, moved.value + half)


def _apart(one: np.ndarray, other: np.ndarray) -> Interval:
    apart = distance(one, other)
    return (
        _mean(apart) if apart.any() else Interval(0.0, 0.0, 0.0)
    )  # equal to the bit: there is nothing to be unsure of


def _mean(values: np.ndarray) -> Interval:
    return mean_interval(torch.from_numpy(np.asarray(values, dtype=np.float64)))


class _Features:
    """What a network sees in pictures, beside what it sees in real ones."""

    def __init__(self, pictures: np.ndarray, others: np.ndarray) -> None:
        self.extractor = load_extractor()
        self.others, self.of_pictures = self.of(others), self.of(pictures)

    def of(self, pictures: np.ndarray) -> Tensor:
        return pool(self.extractor, pictures)

    def distance(self, of_shown: Tensor) -> Interval:
        return frechet_interval(self.others, of_shown)

    def diversity(self, of_shown: Tensor) -> Interval:
        # each picture beside the next few: as telling as all pairs, and their mean has an interval
        pairs = torch.stack([_spread(of_shown), _spread(self.of_pictures)], 1)
        return bootstrap(lambda drawn: float(drawn[:, 0].mean() / drawn[:, 1].mean()), pairs)

    def skill(self, of_shown: Tensor, true: np.ndarray) -> Interval:
        of_true = self.of(true)
        return skill(*((each - of_true).norm(dim=1).numpy() for each in (of_shown, self.of_pictures)))


def _spread(features: Tensor) -> Tensor:
    return torch.stack([(features - features.roll(step, 0)).norm(dim=1) for step in range(1, 9)]).mean(0)
