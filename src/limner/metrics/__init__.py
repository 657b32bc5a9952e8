"""Metrics: pure functions of two sets of pictures or features."""

from limner.metrics.sliced_wasserstein import sliced_wasserstein

__all__ = ["sliced_wasserstein"]
