"""Active units: how many latent dimensions of a VAE say anything about the picture."""

from torch import Tensor

MIN_VARIANCE = 0.01
"""Variance of a dimension's posterior means above which it is active: that of Burda et al. 2016."""


def active_units(means: Tensor) -> int:
    """Returns how many of the latent dimensions have posterior means (N, latent_dim) of variance above 0.01 over the data.

    N at least 2; ValueError otherwise. From 0, all collapsed, to latent. Burda et al. 2016, arXiv 1509.00519.
    """
    if means.ndim != 2 or len(means) < 2:
        raise ValueError(f"posterior means (N, latent_dim) of at least 2 pictures are needed, not {tuple(means.shape)}")
    return int((means.double().var(0) > MIN_VARIANCE).sum())
