"""Intervals: how sure a figure is, given how many pictures it rests on."""

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import torch
from torch import Tensor

from limner import seeds

Z = NormalDist().inv_cdf(0.975)
"""Standard deviations that hold 95 % of a normal distribution, to either side."""
NUM_GROUPS, T_OF_NINE = 10, 2.262
"""Groups that a jackknife leaves out in turn, and what Z is when the standard deviation is known from so few."""


class Interval(NamedTuple):
    """A figure, and the bounds that hold its true value in 95 of 100 repetitions."""

    value: float
    low: float
    high: float

    def __format__(self, form: str) -> str:
        """Returns "value [low, high]", each in the form of a float; with three significant digits where none is given."""
        value, low, high = (format(each, form or ".3g") for each in self)
        return f"{value} [{low}, {high}]"


def bootstrap(statistic: Callable[..., float], *sets: Tensor, resamples: int = 1000, seed: int = 0) -> Interval:
    """Returns `statistic(*sets)` and its 95 % percentile interval when each set (N, ...) is drawn again with replacement.

    For means, proportions and ranks of per-picture values, which hardly change by duplicates; never for neighbours or the
    Frechet distance, which do. What belongs together, such as truth and prediction, comes as columns of one set.
    ValueError for an empty set or fewer than 40 resamples. Equal seeds give equal bounds. Efron 1979; Efron and
    Tibshirani 1993, chapter 13.
    """
    if resamples < 40 or not sets or not all(len(items) for items in sets):
        raise ValueError(f"sets of at least 1 item and at least 40 resamples are needed, not {resamples}")
    generator = seeds.generator("bootstrap", seed)
    draws = [
        statistic(
            *[items[torch.randint(len(items), (len(items),), generator=generator).to(items.device)] for items in sets]
        )
        for _ in range(resamples)
    ]
    return percentile_interval(statistic(*sets), torch.tensor(draws, dtype=torch.float64))


def percentile_interval(value: float, draws: Tensor) -> Interval:
    """Returns a figure and the 2.5 % and 97.5 % quantiles of what resampling found in its place, float64 (R,)."""
    low, high = draws.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64))
    # a statistic near its extreme may lie outside of all that is drawn
    return Interval(value, min(value, float(low)), max(value, float(high)))


def jackknife(statistics: Callable[[Tensor], Sequence[float]], count: int, seed: int = 0) -> list[Interval]:
    """Returns statistics of rows 0 to `count` - 1 and their 95 % intervals from leaving out a random tenth in turn.

    `statistics` is given the rows, int64 (n,), each at most once. For figures that are dear, or that items drawn twice would
    flatter, such as what a forest foretells of held-back pictures. ValueError for fewer than 20 rows. Equal seeds give equal
    bounds. Kott 2001 (Journal of Official Statistics 17(4)), the delete-a-group jackknife.
    """
    if count < 2 * NUM_GROUPS:
        raise ValueError(f"at least {2 * NUM_GROUPS} rows are needed, not {count}")
    everything = torch.arange(count)
    group = everything[torch.randperm(count, generator=seeds.generator("jackknife", seed))] % NUM_GROUPS
    values = torch.tensor(statistics(everything), dtype=torch.float64)
    without = torch.tensor([statistics(everything[group != left]) for left in range(NUM_GROUPS)], dtype=torch.float64)
    half = T_OF_NINE * ((NUM_GROUPS - 1) / NUM_GROUPS * (without - without.mean(0)).square().sum(0)).sqrt()
    return [Interval(*map(float, bounds)) for bounds in torch.stack([values, values - half, values + half], 1)]


def proportion_interval(hits: int, count: int) -> Interval:
    """Returns the proportion hits / count and its 95 % interval for independent items; it has width even at 0 and at 1.

    `hits` in [0, count], `count` at least 1; ValueError otherwise. For accuracy, authenticity and flagged copies; for
    precision and recall it holds given the other set. Wilson 1927.
    """
    if not 0 <= hits <= count or count < 1:
        raise ValueError(f"{hits} of {count} is not a proportion")
    p, z2 = hits / count, Z**2
    centre = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = Z / (1 + z2 / count) * (p * (1 - p) / count + z2 / (4 * count**2)) ** 0.5
    # the bounds at 0 and 1 are exact but for rounding
    return Interval(p, min(max(centre - half, 0.0), p), max(min(centre + half, 1.0), p))


def mean_interval(values: Tensor) -> Interval:
    """Returns the mean of independent values (N,) and its 95 % interval; of 0 and 1 alone, `proportion_interval`.

    N at least 2; ValueError otherwise. The normal approximation, which is what a bootstrap of a mean tends to.
    """
    values = values.double()
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"at least 2 values (N,) are needed, not {tuple(values.shape)}")
    if bool(((values == 0) | (values == 1)).all()):
        return proportion_interval(int(values.sum()), len(values))
    mean, half = float(values.mean()), Z * float(values.std()) / len(values) ** 0.5
    return Interval(mean, mean - half, mean + half)


def change_interval(changes: Tensor) -> Interval:
    """Returns the mean of independent changes (N,) and its 95 % interval, of no width where all are equal.

    N at least 2; ValueError otherwise. A change that is the same everywhere is certain, such as that of a channel without effect.
    """
    return Interval(*[float(changes[0])] * 3) if bool((changes == changes[0]).all()) else mean_interval(changes)
