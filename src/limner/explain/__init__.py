"""What a trained network has learned: its channels, its directions, and the attributes that pictures show."""

from limner.explain.dissection import Dissection, dissect

__all__ = ["Dissection", "dissect"]
