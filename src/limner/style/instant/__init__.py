"""Instant style: one network that stylises in the styles that it has learned, fast enough to be dragged about."""

from limner.style.instant.model import InstantModel, load_model, save_model

__all__ = ["InstantModel", "load_model", "save_model"]
