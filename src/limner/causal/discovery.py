"""A graph that is proposed from the data, for a person to examine."""

from typing import NamedTuple

import numpy as np

from limner.causal.dowhy_adaptor import quiet
from limner.causal.graph import Edge, Graph
from limner.causal.independence import independence_p
from limner.causal.variables import Table, complete_rows, variables_of, with_statistics
from limner.data.dataset import Dataset
from limner.errors import GraphError

MAX_TEST_ROWS = 2000
"""Units that independences are tested on, drawn at random, so that a search takes seconds."""
SIGNIFICANCE_LEVEL = 0.01
"""P-values below it count as dependence: small, because the search makes many tests."""


class Proposal(NamedTuple):
    """A graph, and the edges in it whose direction is a guess: the data allow both."""

    graph: Graph
    undirected: list[tuple[str, str]]


def discover(dataset: Dataset, names: list[str] | None = None, seed: int = 0) -> Proposal:
    """Returns the graph that the PC algorithm finds among labels and numbers of the training split.

    Spirtes et al. 2000, "Causation, Prediction, and Search", section 5.4.2, by causal-learn, which assumes that there is
    no unobserved common cause. GraphError for fewer than two columns, or one that cannot be used.
    """
    names = names or [one.name for one in dataset.schema.attributes if one.kind in ("label", "number")]
    if len(names) < 2:
        raise GraphError(f"{dataset.path}: a graph needs at least two labels or numbers.")
    variables = variables_of(Graph(nodes=names), dataset)
    table, _ = complete_rows(dataset, variables, dataset.split("train"))
    variables = with_statistics(variables, table)
    rows = np.random.default_rng(seed).permutation(len(table[names[0]]))[:MAX_TEST_ROWS]
    return _search(
        {name: table[name][rows] for name in names}, {name for name in names if variables[name].classes}, seed
    )


class _Test:
    """A test of independence as causal-learn calls it: columns by number, a p-value back."""

    method = "generalised covariance"

    def __init__(self, columns: list[np.ndarray]) -> None:
        self.columns = columns

    def __call__(self, one: int, other: int, given: tuple[int, ...] | None = None) -> float:
        basis = np.stack([self.columns[each] for each in given], 1) if given else None
        return independence_p(self.columns[one], self.columns[other], basis)


def _search(table: Table, categories: set[str], seed: int) -> Proposal:
    names = list(table)
    columns = [
        table[name].astype(str).astype(object) if name in categories else table[name].astype(object) for name in names
    ]
    with quiet(seed):
        from causallearn.utils.PCUtils import Meek, SkeletonDiscovery, UCSepset

        data = np.stack([table[name].astype(float) for name in names], 1)
        skeleton = SkeletonDiscovery.skeleton_discovery(
            data, SIGNIFICANCE_LEVEL, _Test(columns), verbose=False, show_progress=False
        )
        ends = Meek.meek(UCSepset.uc_sepset(skeleton, 2)).G.graph
    pairs = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names)) if ends[a, b]]
    # an arrowhead at b and a tail at a: a -> b
    directed = [(a, b) if ends[b, a] == 1 else (b, a) for a, b in pairs if {ends[a, b], ends[b, a]} == {1, -1}]
    found = [(names[a], names[b]) for a, b in directed]
    undirected = [(names[a], names[b]) for a, b in pairs if ends[a, b] == ends[b, a]]
    edges, guessed = _with_directions(found, undirected)
    return Proposal(Graph(nodes=names, edges=edges), guessed)


def _with_directions(directed: list[Edge], undirected: list[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Returns all edges with a direction each, and those of which it is a guess that no independence contradicts."""
    edges: list[Edge] = []
    guessed: list[Edge] = []
    waiting = [*directed, *undirected]
    adjacent = {frozenset(edge) for edge in waiting}

    def cost(edge: Edge) -> float:
        if _reaches(edges, edge[1], edge[0]):  # it would close a cycle
            return np.inf
        parents = [cause for cause, effect in edges if effect == edge[1]]
        # two causes that are not adjacent would form a collider, and no such collider was found
        return sum(frozenset((cause, edge[0])) not in adjacent for cause in parents)

    while waiting:
        # first the edges whose direction was found, then those whose direction follows, then the next guess
        forced = (one for one in waiting if one in directed or cost(one) != cost(one[::-1]))
        edge = next(forced, waiting[0])
        waiting.remove(edge)
        turned = cost(edge) > cost(edge[::-1]) and (edge not in directed or cost(edge) == np.inf)
        edges.append(edge[::-1] if turned else edge)
        if turned or edge not in directed:
            guessed.append(edges[-1])
    return edges, guessed


def _reaches(edges: list[Edge], start: str, end: str) -> bool:
    found = {start}
    while more := {effect for cause, effect in edges if cause in found} - found:
        found |= more
    return end in found
