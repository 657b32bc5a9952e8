"""Dissection: which channels of a decoder, and which directions of z, change an attribute more than random ones do.

GAN dissection (Bau et al. 2019, arXiv 1811.10597) without a segmentation network: the attribute is predicted from the pictures by
a network that was trained on real ones. Channels are chosen on one half of the latents and evaluated on the other, because the
best of many looks better than it is on the latents that chose it.
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
from limner.data.dataset import Dataset
from limner.errors import ModelError
from limner.explain.attribute_scorers import scorer_of, target_of
from limner.explain.directions import regression
from limner.explain.layer_probe import LayerProbe, Samples, find_layer
from limner.explain.predictor_cache import predictor_once
from limner.explain.scorers import Scorer
from limner.explain.targets import check_counts
from limner.metrics.intervals import Interval, change_interval
from limner.model import Model, check_shape
from limner.progress import ProgressLine

"""Latents that are needed, so that halves of them are enough."""
MAX_CHANNELS = 128
"""Channels of a wide layer that are tested, drawn at random."""
NUM_RANDOM_DRAWS = 20
"""Random groups of channels, and random directions, that the chosen ones are compared with."""
SHOWN_PICTURES = 12
"""Pictures a row."""
SHOWN_CHANNELS = 5
"""Channels that are shown, the strongest."""


@dataclass(frozen=True)
class ChannelEffect:
    """The effects of an intervention and its opposite on the predicted attribute, on average over latents."""

    name: str
    low: Interval
    """Switched off, or shifted back."""
    high: Interval
    """Inserted, or shifted forth."""
    between: Interval
    """From the one to the other (arXiv 1811.10597, eq. 3)."""


class Intervention(NamedTuple):
    """Channels set to values, or latents shifted by (latent_dim,)."""

    values: Mapping[int, float] = MappingProxyType({})
    shift: Tensor | None = None


Pair = tuple[Intervention, Intervention]
"""An intervention and its opposite: off and on, back and forth."""


class Row(NamedTuple):
    """Pictures of the same latents, uint8 (SHOWN_PICTURES, H, W, C), and the intervention."""

    title: str
    pictures: np.ndarray


@dataclass
class Dissection:
    """Effects of the channels of a layer and of directions of z, by the half of the latents that chose nothing."""

    layer: str
    shape: tuple[int, ...]
    """(channels, height, width) of what the layer reads; (channels,) of a dense one."""
    half: int
    """Latents that evaluate; as many others chose."""
    before: Interval
    """The predicted attribute without interventions."""
    channels: list[ChannelEffect]
    """All channels that were tested, the strongest of the other half first."""
    together: ChannelEffect
    """The first channels, all set so that they lower the attribute, and all so that they raise it."""
    random_together: ChannelEffect
    """As many random others, set in the same way: the mean of the draws, and bounds that hold 95 % of them."""
    axes: list[ChannelEffect]
    """Each number of z shifted by a standard deviation back and forth, the strongest of the other half first."""
    direction: ChannelEffect
    """The same for a step along the regression of the attribute on z."""
    random_directions: ChannelEffect
    """The same for random directions, with the sign that agrees with the regression: their mean, and bounds of 95 % of them."""
    rows: list[Row] = field(default_factory=list)


@dataclass
class Deltas:
    """Changes of the predicted attribute by interventions and by their opposites, float64 (interventions, latents)."""

    low: Tensor
    high: Tensor

    @property
    def between(self) -> Tensor:
        """Returns the change from the opposite that lowers to the one that raises."""
        return self.high - self.low

    def of(self, rows: slice) -> Deltas:
        """Returns the changes of some latents."""
        return Deltas(self.low[:, rows], self.high[:, rows])

    def effect(self, index: int, name: str) -> ChannelEffect:
        """Returns one intervention's effect; its intervals are over pictures."""
        return ChannelEffect(name, *(change_interval(values[index]) for values in (self.low, self.high, self.between)))

    def typical(self, name: str) -> ChannelEffect:
        """Returns the mean of all effects, and bounds that hold 95 % of them."""
        return ChannelEffect(name, *(_percentiles(values.mean(1)) for values in (self.low, self.high, self.between)))


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
    """Returns the effects on an attribute, or on the probability of NAME=CLASS, and the predictor's error.

    The predictor learns from the dataset's pictures; its error is that of `AttributePredictor.errors`. UsageError for an attribute
    that the dataset does not have, a label without a class, or pictures of another shape; ModelError.
    """
    check_shape("the model", model, dataset)
    find_layer(model, layer)  # before the predictor is trained
    check_counts(n, top)
    target = target_of(dataset, attribute)
    predictor = predictor_once(dataset, [target.attribute], seed)
    found = dissection(model, scorer_of(predictor, target), layer=layer, n=n, top=top, seed=seed)
    return found, predictor.errors.get(target.attribute.name, float("nan"))


def dissection(
    model: Model, scorer: Scorer, *, layer: str | None = None, n: int = 256, top: int = 10, seed: int = 0
) -> Dissection:
    """Returns the effects of the channels of a layer, and of directions of z, on the score of n pictures.

    Of the layer in the middle, unless one is named; `top` channels, at most half of those tested, are set together. ModelError
    for a model without hidden layers, UsageError for a layer that is none or numbers that are too small.
    """
    check_counts(n, top)
    choosing, evaluating = slice(0, n // 2), slice(n // 2, 2 * (n // 2))
    samples = Samples(model, scorer, evaluating.stop, seed)
    probe = LayerProbe(*find_layer(model, layer), samples, choosing)
    if probe.shape[0] < 2:
        raise ModelError(f"the layer {probe.name} reads one channel, so there is no other to compare it with.")
    random = np.random.default_rng(seeds.derive("units", seed))
    tested = np.sort(random.permutation(probe.shape[0])[:MAX_CHANNELS])
    total = len(tested) + model.generator.latent_dim + 2 * NUM_RANDOM_DRAWS + 2
    with ProgressLine("channels", total, "interventions") as bar:
        experiment = Experiment(samples, probe, bar, choosing, evaluating)
        channels = _channels(experiment, tested, min(top, len(tested) // 2), random)
        directions = _directions(experiment, model.generator.latent_dim, seed)
    rows = experiment.rows(
        channels.shown | directions.shown, slice(evaluating.start, evaluating.start + SHOWN_PICTURES)
    )
    before = change_interval(experiment.before[evaluating])
    return Dissection(probe.name, probe.shape, n // 2, before, *channels.found, *directions.found, rows)


class Part(NamedTuple):
    """Effects of interventions of one kind, in the order of `Dissection`, and the interventions that are shown as pictures."""

    found: tuple[list[ChannelEffect], ChannelEffect, ChannelEffect]
    """Each alone, the chosen ones, and random ones."""
    shown: dict[str, Pair]


def _channels(experiment: Experiment, tested: np.ndarray, top: int, random: np.random.Generator) -> Part:
    """Returns the effects of channels alone, of the first `top` together, and of as many random others together."""
    on_values = experiment.probe.on_values
    pairs: list[Pair] = [(Intervention({one: 0.0}), Intervention({one: on_values[one]})) for one in tested.tolist()]
    alone = experiment.deltas(pairs, slice(None))
    order, rises = _ranked(alone.of(experiment.choosing))
    group = _jointly(pairs, rises, order[:top])
    others = [_jointly(pairs, rises, random.choice(order[top:], top, replace=False)) for _ in range(NUM_RANDOM_DRAWS)]
    names, title = {index: f"channel {tested[index]}" for index in order}, f"the first {top} together"
    effects = alone.of(experiment.evaluating)
    found = (
        [effects.effect(index, names[index]) for index in order],
        experiment.deltas([group], experiment.evaluating).effect(0, title),
        experiment.deltas(others, experiment.evaluating).typical(f"{top} random others together"),
    )
    return Part(found, {names[index]: pairs[index] for index in order[:SHOWN_CHANNELS]} | {title: group})


def _directions(experiment: Experiment, latent: int, seed: int) -> Part:
    """Returns the effects of each number of z, of the regression of the score on z, and of random directions."""
    axes = experiment.deltas([_along(step) for step in torch.eye(latent)], slice(None))
    order, _ = _ranked(axes.of(experiment.choosing))
    z = experiment.samples.latent.values[experiment.choosing]
    slope = regression(z, experiment.before[experiment.choosing])
    vectors = F.normalize(torch.randn(NUM_RANDOM_DRAWS, latent, generator=seeds.generator("directions", seed)), dim=1)
    vectors = torch.where(vectors @ slope < 0, -1.0, 1.0)[:, None] * vectors
    effects = axes.of(experiment.evaluating)
    found = (
        [effects.effect(index, f"axis {index}") for index in order],
        experiment.deltas([_along(slope)], experiment.evaluating).effect(0, "the regression"),
        experiment.deltas([_along(direction) for direction in vectors], experiment.evaluating).typical(
            "random directions"
        ),
    )
    return Part(found, {"the regression": _along(slope)})


class Experiment:
    """Interventions on a model, on the same latents as no intervention; some latents choose what is reported, others evaluate."""

    def __init__(
        self, samples: Samples, probe: LayerProbe, bar: ProgressLine, choosing: slice, evaluating: slice
    ) -> None:
        self.samples, self.probe, self.bar = samples, probe, bar
        self.choosing, self.evaluating = choosing, evaluating
        self.before = samples.scores(slice(None))

    def deltas(self, pairs: Sequence[Pair], rows: slice) -> Deltas:
        """Returns what interventions and their opposites change, of some latents."""
        low, high = [], []
        for opposite, intervention in pairs:
            low.append(self._scores(opposite, rows) - self.before[rows])
            high.append(self._scores(intervention, rows) - self.before[rows])
            self.bar.advance()
        return Deltas(torch.stack(low), torch.stack(high))

    def rows(self, pairs: Mapping[str, Pair], rows: slice) -> list[Row]:
        """Returns pictures of some latents as they are, and under interventions and their opposites."""
        found = [Row("as generated", self._pictures(Intervention(), rows))]
        for name, (opposite, intervention) in pairs.items():
            words = ("off", "on") if len(intervention.values) == 1 else ("lowering", "raising")
            found += [
                Row(f"{name}: {word}", self._pictures(one, rows))
                for word, one in zip(words, (opposite, intervention), strict=True)
            ]
        return found

    def _scores(self, intervention: Intervention, rows: slice) -> Tensor:
        with self.probe.setting(intervention.values):
            return self.samples.scores(rows, intervention.shift)

    def _pictures(self, intervention: Intervention, rows: slice) -> np.ndarray:
        with self.probe.setting(intervention.values):
            return self.samples.pictures(rows, intervention.shift)


def _ranked(deltas: Deltas) -> tuple[list[int], list[bool]]:
    """Returns interventions in the order of their effect's size, and for each whether it raises the attribute."""
    mean = deltas.between.mean(1).numpy()
    return np.argsort(-np.abs(mean), kind="stable").tolist(), (mean > 0).tolist()


def _jointly(channels: Sequence[Pair], rises: Sequence[bool], chosen: Iterable[int]) -> Pair:
    """Returns channels set so that each alone lowers the attribute, and set so that each alone raises it."""
    lower: dict[int, float] = {}
    higher: dict[int, float] = {}
    for index in chosen:
        off, on = channels[index]
        lower |= off.values if rises[index] else on.values
        higher |= on.values if rises[index] else off.values
    return Intervention(lower), Intervention(higher)


def _along(step: Tensor) -> Pair:
    return Intervention(shift=-step), Intervention(shift=step)


def _percentiles(means: Tensor) -> Interval:
    low, high = means.quantile(torch.tensor([0.025, 0.975], dtype=means.dtype)).tolist()
    return Interval(float(means.mean()), low, high)
