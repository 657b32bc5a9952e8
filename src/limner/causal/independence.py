"""A quick test of conditional independence for numbers and categories alike."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NUM_RANDOM_FEATURES = 60
"""Random Fourier features of what is given: enough for smooth functions of a few columns, far fewer than units."""
RIDGE_PENALTY = 1e-2
"""Of the regression on them: just enough to keep it solvable where columns are linearly dependent."""
NUM_BOOTSTRAP_DRAWS = 5000
"""Samples of the statistic under independence: the smallest p-value is one of so many."""
MAX_DETERMINED_VARIANCE = 2e-3
"""Fraction of the variance by which units that are alike in what is given may differ, in a function of it with a few steps."""


def independence_p(x: np.ndarray, y: np.ndarray, given: np.ndarray | None = None) -> float:
    """Returns the p-value of x and y being independent, given columns of `given` (n, k); texts are categories.

    The generalised covariance measure (Shah and Peters 2018, arXiv 1804.07203, section 3.2): the residuals of features of
    x and of y, regressed on what is given, have no covariance. The features of a number are its value and its distance from the
    mean, those of a category its classes; the regression is ridge on random Fourier features, which is nonlinear and has
    interactions.
    """
    x, y = np.asarray(x).reshape(len(x), -1), np.asarray(y).reshape(len(y), -1)
    left, right = _features(x), _features(y)
    if given is not None and np.asarray(given).size:
        if _determines(given, x) or _determines(given, y):
            return 1.0  # what a regression leaves of a function is the error of the regression
        basis = _basis(np.asarray(given).reshape(len(x), -1))
        left, right = _residuals(left, basis), _residuals(right, basis)
    left, right = left[:, left.std(0) > 1e-9], right[:, right.std(0) > 1e-9]
    if not left.shape[1] or not right.shape[1]:
        return 1.0  # what is given determines one of them
    from scipy import special

    products = (left[:, :, None] * right[:, None, :]).reshape(len(x), -1)
    std = products.std(0) + 1e-12
    statistic = np.abs(products.mean(0) / std).max() * len(x) ** 0.5
    # the greatest of several correlated statistics: its distribution by a Gaussian multiplier bootstrap
    standard = (products - products.mean(0)) / std
    covariance = standard.T @ standard / len(x)
    samples = np.random.default_rng(0).multivariate_normal(
        np.zeros(len(covariance)), covariance, NUM_BOOTSTRAP_DRAWS, check_valid="ignore"
    )
    samples = np.abs(samples).max(1)
    beyond = int((samples >= statistic).sum())
    if beyond == 0:  # too rare to sample: at most the sum of each statistic's own p-value
        return float(min(1 / (1 + NUM_BOOTSTRAP_DRAWS), 2 * len(covariance) * special.ndtr(-statistic)))
    return (1 + beyond) / (1 + NUM_BOOTSTRAP_DRAWS)


def _determines(given: np.ndarray, columns: np.ndarray) -> bool:
    """Whether columns (n, k) are functions of those given, as far as the nearest other unit has the same values in both."""
    from scipy.spatial import KDTree

    places = _plain(np.asarray(given).reshape(len(columns), -1))
    values = _plain(columns)
    nearest = KDTree(places).query(places, 2)[1][:, 1]
    apart = ((values - values[nearest]) ** 2).mean(0) / 2
    return bool((apart < MAX_DETERMINED_VARIANCE * np.maximum(values.var(0), 1e-12)).all())


def _features(columns: np.ndarray) -> Array:
    parts = []
    for column in columns.T:
        if _is_category(column):
            parts.append((column[:, None] == np.unique(column)[None]).astype(float))
        else:
            standard = _standard(column.astype(float))
            # squares would do as well, but a few outliers dominate them: with rare classes, p-values are then too small
            parts.append(np.stack([standard, np.abs(standard)], 1))
    features = np.concatenate(parts, 1)
    return features - features.mean(0)


def _basis(columns: np.ndarray) -> Array:
    """Returns the constant, the columns, and random Fourier features of all of them."""
    plain = _plain(columns)
    random = np.random.default_rng(0)
    directions = random.standard_normal((plain.shape[1], NUM_RANDOM_FEATURES)) / plain.shape[1] ** 0.5
    waves = np.cos(plain @ directions * 1.5 + random.uniform(0, 2 * np.pi, NUM_RANDOM_FEATURES))
    return np.concatenate([np.ones((len(plain), 1)), plain, waves], 1)


def _plain(columns: np.ndarray) -> Array:
    """Returns columns (n, k) as numbers: those that are are standardised, categories are a column a class."""
    return np.concatenate(
        [
            (column[:, None] == np.unique(column)[None]).astype(float)
            if _is_category(column)
            else _standard(column.astype(float))[:, None]
            for column in columns.T
        ],
        1,
    )


def _residuals(features: Array, basis: Array) -> Array:
    gram = basis.T @ basis + RIDGE_PENALTY * np.eye(basis.shape[1])
    return features - basis @ np.linalg.solve(gram, basis.T @ features)


def _is_category(column: np.ndarray) -> bool:
    return not np.issubdtype(column.dtype, np.number) and any(isinstance(one, str) for one in column[:1])


def _standard(column: Array) -> Array:
    return (column - column.mean()) / (column.std() or 1.0)
