"""The garden: flower pictures drawn from a known causal model, so that every counterfactual has a true picture."""

from limner.data.garden.captions import caption
from limner.data.garden.draw import draw
from limner.data.garden.make import make
from limner.data.garden.model import (
    CATEGORIES,
    GRAPH,
    LATENT,
    NUMBERS,
    Flower,
    Noise,
    View,
    average_effect,
    counterfactual,
    descendants,
    do,
    flower,
    observe,
    sample,
)

__all__ = [
    "CATEGORIES",
    "GRAPH",
    "LATENT",
    "NUMBERS",
    "Flower",
    "Noise",
    "View",
    "average_effect",
    "caption",
    "counterfactual",
    "descendants",
    "do",
    "draw",
    "flower",
    "make",
    "observe",
    "sample",
]
