"""Instant style: one network that paints in the style_statistics that it has learned, fast enough to be dragged about."""

from limner.style.instant.model import InstantModel, load_model, save_model

__all__ = ["InstantModel", "load_model", "save_model"]
