"""The test of independence: right about as often as it says when there is none, and quick to see one that is there."""

from collections.abc import Callable

import numpy as np

from limner.causal.independence import independence_p

N = 500
Drawn = tuple[np.ndarray, ...]


def _rejected(draw: Callable[[np.random.Generator], Drawn], times: int = 60) -> float:
    return float(np.mean([independence_p(*draw(np.random.default_rng(seed))) < 0.05 for seed in range(times)]))


def _through_a_common_cause(random: np.random.Generator) -> Drawn:
    cause = random.standard_normal((N, 2))
    return (
        cause[:, 0] ** 2 + random.standard_normal(N),
        np.sin(2 * cause[:, 0]) + cause[:, 1] + random.standard_normal(N),
        cause,
    )


def _categories(random: np.random.Generator) -> Drawn:
    cause = random.integers(0, 4, N)
    names = np.array(["a", "b", "c", "d"], dtype=object)
    effect = np.where(random.random(N) < 0.6, cause, random.integers(0, 4, N))
    return names[effect], cause + random.standard_normal(N), names[cause]


def _direct(random: np.random.Generator) -> Drawn:
    cause = random.standard_normal(N)
    x = cause + random.standard_normal(N)
    return x, cause + 0.3 * x + random.standard_normal(N), cause


def _only_spread(random: np.random.Generator) -> Drawn:
    x = random.standard_normal(N)
    return x, x * random.standard_normal(N), random.standard_normal(N)


def test_independent_given_a_cause_is_rejected_as_rarely_as_promised() -> None:
    assert _rejected(_through_a_common_cause) <= 0.15
    assert _rejected(_categories) <= 0.15
    assert _rejected(lambda random: (random.standard_normal(N), random.exponential(size=N))) <= 0.15


def _digits(random: np.random.Generator) -> Drawn:
    return random.integers(0, 10, N).astype(str).astype(object), random.gamma(10, size=N)


def test_rare_classes_beside_far_values_are_rejected_as_rarely_as_promised() -> None:
    assert _rejected(_digits, 200) <= 0.1


def test_what_depends_is_found() -> None:
    assert _rejected(_direct, 20) >= 0.9
    assert _rejected(_only_spread, 20) >= 0.9
    assert _rejected(lambda random: _categories(random)[:2], 20) >= 0.9


def test_what_is_far_beyond_chance_is_told_from_what_is_farther() -> None:
    x = np.random.default_rng(0).standard_normal(N)
    noise = np.random.default_rng(1).standard_normal(N)
    assert independence_p(x, x + 0.5 * noise) < independence_p(x, x + 2 * noise) < 1e-6


def test_what_is_given_may_say_everything() -> None:
    x = np.random.default_rng(0).integers(0, 3, N).astype(str).astype(object)
    assert independence_p(x, np.random.default_rng(1).standard_normal(N), x) == 1.0
