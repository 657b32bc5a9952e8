"""Flowers of the garden as a table of attributes."""

import numpy as np

from limner.causal.variables import Table
from limner.data.garden import model as garden


def table_of(flowers: list[garden.Flower]) -> Table:
    numbers = {name: np.array([getattr(flower, name) for flower in flowers]) for name in garden.NUMBERS}
    categories = {
        name: np.array([classes.index(getattr(flower, name)) for flower in flowers])
        for name, classes in garden.CATEGORIES.items()
    }
    return numbers | categories
