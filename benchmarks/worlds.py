"""Causal worlds as tables: units are drawn, and effects, counterfactuals and graphs are known exactly.

`Linear` is a random one whose numbers are sums of their causes and of normal noise, `Strokes` the attributes of Morpho-MNIST,
and `Garden` those of the garden.
"""

from collections.abc import Mapping
from itertools import combinations
from typing import Protocol

import morpho
import numpy as np
import yaml

from limner.causal import Graph
from limner.causal.graph import Edge
from limner.causal.variables import Table, Variable
from limner.data.garden import model as garden

Steps = dict[str, tuple[tuple[float, float], ...]]
"""Cause -> the values between which its effects are measured, (from, to) each."""


class World(Protocol):
    """What is known of a world."""

    graph: Graph
    variables: dict[str, Variable]

    def draw(self, n: int, random: np.random.Generator) -> Table:
        """n units."""


class KnownWorld(World, Protocol):
    """A world of numbers of which effects and counterfactuals are known, too."""

    steps: Steps

    def effect(self, cause: str, effect: str, low: float, high: float) -> float:
        """E[effect | do(cause = high)] - E[effect | do(cause = low)]."""

    def counterfactual(self, table: Table, do: Mapping[str, np.ndarray]) -> Table:
        """What units would have been."""


class Linear:
    """Four or five numbers, each the sum of its causes and of normal noise, in a random order; every pair is an edge by a coin.

    Strengths are from 0.3 to 1.2 either way, standard deviations of noise from 0.5 to 1.5.
    """

    def __init__(self, random: np.random.Generator) -> None:
        names = [f"x{place}" for place in random.permutation(random.integers(4, 6))]
        edges = [pair for pair in combinations(names, 2) if random.random() < 0.5] or [(names[0], names[1])]
        self.graph = Graph(nodes=names, edges=edges)
        self.variables = {name: Variable(name=name, kind="number") for name in names}
        self.strength = {edge: random.choice([-1, 1]) * random.uniform(0.3, 1.2) for edge in edges}
        self.std = {name: random.uniform(0.5, 1.5) for name in names}
        self.steps = dict.fromkeys(names, ((0.0, 1.0),))

    def draw(self, n: int, random: np.random.Generator) -> Table:
        """n units."""
        return self._grow({name: std * random.standard_normal(n) for name, std in self.std.items()}, {})

    def effect(self, cause: str, effect: str, low: float, high: float) -> float:
        """The sum over all paths of the products of their strengths, times the step."""
        total = {cause: high - low}
        for name in self.graph.order:
            if name != cause:
                total[name] = sum(self.strength[one, name] * total[one] for one in self.graph.parents(name))
        return total.get(effect, 0.0)

    def counterfactual(self, table: Table, do: Mapping[str, np.ndarray]) -> Table:
        """What units would have been: their noise is what their causes leave of them."""
        return self._grow({name: values - self._expected(name, table) for name, values in table.items()}, do)

    def _grow(self, noise: Mapping[str, np.ndarray], do: Mapping[str, np.ndarray]) -> Table:
        values: Table = {}
        for name in self.graph.order:
            values[name] = do[name] if name in do else self._expected(name, values) + noise[name]
        return values

    def _expected(self, name: str, values: Table) -> np.ndarray | float:
        return sum((self.strength[one, name] * values[one] for one in self.graph.parents(name)), start=0.0)


class Strokes:
    """Thickness and intensity of Morpho-MNIST, and with `digit` that, too, which stands alone."""

    def __init__(self, digit: bool = False) -> None:
        self.steps: Steps = {"thickness": ((1.5, 2.5), (2.0, 3.0), (2.5, 3.5), (3.5, 4.5))}
        written = Graph.model_validate(yaml.safe_load(morpho.GRAPH))
        nodes = {name: node for name, node in written.nodes.items() if digit or name != "digit"}
        self.graph = Graph(nodes=nodes, edges=written.edges)
        self.variables = {
            name: Variable(name=name, kind=node.kind, low=node.low, high=node.high, classes=_digits(name))
            for name, node in nodes.items()
        }

    def draw(self, n: int, random: np.random.Generator) -> Table:
        """n units."""
        thickness = 0.5 + random.gamma(10, 1 / 5, n)
        drawn = {"thickness": thickness, "intensity": _intensity(thickness, random.standard_normal(n))}
        return drawn | ({"digit": random.integers(0, 10, n)} if "digit" in self.variables else {})

    def effect(self, cause: str, effect: str, low: float, high: float) -> float:
        """By Gauss-Hermite quadrature of 60 points over the intensity's noise, the only one that matters."""
        assert (cause, effect) == ("thickness", "intensity")
        noise, weight = np.polynomial.hermite_e.hermegauss(60)
        return float((_intensity(high, noise) - _intensity(low, noise)) @ weight / weight.sum())

    def counterfactual(self, table: Table, do: Mapping[str, np.ndarray]) -> Table:
        """What units would have been."""
        found = morpho.counterfactual(table["thickness"], table["intensity"], do)
        return dict(zip(("thickness", "intensity"), found, strict=True))


class Garden:
    """The garden's seven attributes."""

    def __init__(self) -> None:
        edges = [(parent, child) for child, parents in garden.GRAPH.items() for parent in parents]
        self.graph = Graph(nodes=list(garden.GRAPH), edges=edges, confounded=list(garden.LATENT.values()))
        self.variables = {
            name: Variable(name=name, kind="category", classes=garden.CATEGORIES[name])
            if name in garden.CATEGORIES
            else Variable(name=name, kind="number", low=0, high=1)
            for name in garden.GRAPH
        }

    def draw(self, n: int, random: np.random.Generator) -> Table:
        """n units."""
        flowers = garden.sample(n, int(random.integers(2**31)))
        return {
            name: np.array([one.parse(getattr(flower, name)) for flower in flowers])
            for name, one in self.variables.items()
        }


def turnable(graph: Graph) -> list[Edge]:
    """The edges that close no cycle when turned round: those that are the only way from cause to effect."""
    around = [
        (cause, effect)
        for cause, effect in graph.edges
        if any(effect in graph.descendants(child) for one, child in graph.edges if one == cause and child != effect)
    ]
    return [edge for edge in graph.edges if edge not in around]


def equivalent(one: Graph, other: Graph) -> bool:
    """Whether two graphs without unseen causes imply the same independences: same edges but for their direction, same colliders.

    Verma and Pearl 1990, "Equivalence and synthesis of causal models", theorem 1.
    """
    return _skeleton(one) == _skeleton(other) and _colliders(one) == _colliders(other)


def _skeleton(graph: Graph) -> set[frozenset[str]]:
    return {frozenset(edge) for edge in graph.edges}


def _colliders(graph: Graph) -> set[tuple[str, frozenset[str]]]:
    """Nodes with two causes that no edge joins."""
    pairs = {(name, frozenset(two)) for name in graph.nodes for two in combinations(graph.parents(name), 2)}
    return {(name, two) for name, two in pairs if two not in _skeleton(graph)}


def _intensity(thickness: np.ndarray | float, noise: np.ndarray) -> np.ndarray:
    return np.asarray(64 + 191 / (1 + np.exp(-2 * (thickness - 2.5) - 0.5 * noise)))


def _digits(name: str) -> tuple[str, ...]:
    return tuple("0123456789") if name == "digit" else ()
