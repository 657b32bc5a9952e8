"""The embedded perceptual network and its weights, which `train.py` made."""

from limner.features.embedded.network import Network

__all__ = ["Network"]
