"""The test of a graph against the data before anything is trained: independences, directions, support, identifiability."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from limner.causal.collinear import in_words, inseparable
from limner.causal.direction import ReversalEvidence, edges_better_reversed
from limner.causal.dowhy_adaptor import quiet
from limner.causal.fitting import check_rows
from limner.causal.graph import Edge, Graph
from limner.causal.independence import independence_p
from limner.causal.variables import Table, Variable, complete_rows, variables_of, with_statistics
from limner.data.dataset import Dataset

MAX_TEST_ROWS = 1000
"""Units that independences are tested on, drawn at random, so that a test with many permutations takes seconds."""
NUM_PERMUTATIONS = 100
"""Graphs with permuted nodes that the graph is compared with: p-values in steps of a hundredth."""
SIGNIFICANCE_LEVEL = 0.05
"""P-values below it count against an independence, and against a graph: the custom of the field."""
NUM_BINS = 4
"""Ranges of equal width that a number is cut into, to see which combinations hardly occur."""
MIN_UNITS_PER_CELL = 5
"""Units below which a combination counts as unsupported."""


@dataclass
class Check:
    """What a test of a graph found."""

    rows: int
    violations: list[tuple[str, str, float]]
    """Pairs that the graph says are independent given the first one's causes, but are not, with the p-value, the smallest first."""
    tests: int
    falsified: bool | None
    """None where the graph implies too little for data to contradict."""
    permutation_p_value: float | None = None
    """Fraction of graphs with permuted nodes that contradict the data as little; None where that cannot be tested."""
    incomplete: int = 0
    better_reversed: list[ReversalEvidence] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    unidentified_edges: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One plain sentence."""
        failed = f"{len(self.violations)} of {self.tests} independences that it implies do not hold"
        shuffled = (
            ""
            if self.permutation_p_value is None
            else f" (of graphs with its nodes shuffled, {self.permutation_p_value:.0%} do as well)"
        )
        if self.falsified:
            return f"the data contradict this graph: {failed}{shuffled}."
        if self.wrong:
            return f"the data contradict a part of this graph, near {' and '.join(self.wrong)}: {failed}{shuffled}."
        if self.better_reversed:
            edge, gain, error = self.better_reversed[0]
            return (
                f"the data prefer one edge of this graph reversed, {edge[1]} -> {edge[0]}: mechanisms as simple "
                f"predict a unit better by {gain:.2g} nats (standard error {error:.1g}); {failed}{shuffled}."
            )
        if self.falsified is None:
            return f"the graph implies too little for data to contradict it: nothing but your knowledge supports it ({failed})."
        return f"the data do not contradict this graph, which does not prove it: {failed}{shuffled}."

    @property
    def wrong(self) -> tuple[str, ...]:
        """The two nodes of the clearest violation, if it is too strong to come from chance in this many tests (Bonferroni)."""
        worst = min(self.violations, key=lambda violation: violation[2], default=None)
        return worst[:2] if worst and worst[2] * self.tests < SIGNIFICANCE_LEVEL else ()


def check(dataset: Dataset, graph: Graph, seed: int = 0) -> Check:
    """Tests a graph against the training split.

    GraphError for a column that is missing, constant or out of bounds, and for fewer rows than a mechanism needs.
    """
    variables = variables_of(graph, dataset)
    train = dataset.split("train")
    table, complete = complete_rows(dataset, variables, train)
    variables = with_statistics(variables, table)
    for name, variable in variables.items():
        check_rows(variable, graph.of_parents(name, variables), len(complete))
    found = examine(graph, variables, table, seed)
    found.incomplete = len(train) - len(complete)
    return found


def examine(graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0) -> Check:
    """Tests a graph against a table of complete rows; the variables must have their statistics (`with_statistics`)."""
    found = falsify(graph, variables, table, seed)
    together = inseparable(graph, variables, table)
    # of causes that follow from each other, either may stand for the other: nothing can be said of the direction of their edges
    better = edges_better_reversed(graph, variables, table, seed)
    found.better_reversed = [one for one in better if one.edge not in together]
    found.unsupported = unsupported(graph, variables, table)
    found.unidentified_edges = unidentified_edges(graph)
    found.unidentified_edges += [in_words(edge, others) for edge, others in together.items()]
    return found


def falsify(graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0) -> Check:
    """Tests every independence that the graph implies (local Markov condition), and says whether the violations reject it."""
    markov = _local_markov_test(graph, variables, table, seed)
    violated = [(one, other, p) for (one, other), (p, fails) in markov.tests.items() if fails]
    violations = sorted(violated, key=lambda each: (each[2], *each[:2]))
    found = Check(len(next(iter(table.values()))), violations, len(markov.tests), None)
    if markov.permutation_p_value is None:
        found.falsified = _falsified_by_median([p for p, _ in markov.tests.values()])
        return found
    found.permutation_p_value = markov.permutation_p_value
    # graphs with shuffled nodes may fit as well because hardly anything is contradicted
    found.falsified = bool(markov.falsified and found.wrong)
    return found


class _MarkovTest(NamedTuple):
    """The test of every independence that a graph implies, and of the graph against others with permuted nodes."""

    tests: dict[tuple[str, str], tuple[float, bool]]
    """Two nodes that are independent given the first one's causes -> the p-value, and whether the independence is violated."""
    permutation_p_value: float | None
    """None for a graph that permuted nodes cannot test, as it stays the same."""
    falsified: bool


def _local_markov_test(graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int) -> _MarkovTest:
    """Tests the local Markov condition of a graph, and of graphs with permuted nodes.

    Eulig et al. 2023, "Toward Falsifying Causal Graphs Using a Permutation-Based Test", arXiv 2305.09565, by DoWhy.
    """
    rows = np.random.default_rng(seed).permutation(len(next(iter(table.values()))))[:MAX_TEST_ROWS]
    columns = {
        name: np.array(variable.classes, dtype=object)[table[name][rows]] if variable.classes else table[name][rows]
        for name, variable in variables.items()
    }
    with quiet(seed):
        import networkx as nx
        import pandas as pd
        from dowhy.gcm.falsify import FalsifyConst, falsify_graph

        directed = nx.DiGraph(completed(graph))
        directed.add_nodes_from(graph.nodes)
        result = falsify_graph(
            directed,
            pd.DataFrame(columns),
            independence_test=independence_p,
            conditional_independence_test=independence_p,
            significance_level=SIGNIFICANCE_LEVEL,
            significance_ci=SIGNIFICANCE_LEVEL,
            n_permutations=NUM_PERMUTATIONS,
            n_jobs=1,
            show_progress_bar=False,
        )
    markov = result.summary[FalsifyConst.VALIDATE_LMC]
    tests = {pair: (float(p), bool(fails)) for pair, (p, fails) in markov[FalsifyConst.LOCAL_VIOLATION_INSIGHT].items()}
    tested = result.can_evaluate and result.falsifiable
    return _MarkovTest(tests, float(markov[FalsifyConst.P_VALUE]) if tested else None, bool(result.falsified))


def _falsified_by_median(p_values: Sequence[float]) -> bool | None:
    """Returns True where too many independences fail for chance, for a graph that permuted nodes cannot test; None otherwise.

    Twice the median p-value is itself a p-value, however the tests depend on each other (Rueger 1978).
    """
    ordered = sorted(p_values)
    fails = bool(ordered) and 2 * ordered[(len(ordered) - 1) // 2] < SIGNIFICANCE_LEVEL / 5
    return True if fails else None


def completed(graph: Graph) -> list[Edge]:
    """Returns the edges, and for each confounded pair those that represent its unobserved cause in tests of independence.

    The later node of a pair depends on the earlier one and, given that one, on its causes.
    """
    edges = list(graph.edges)
    for pair in graph.confounded:
        early, late = sorted(pair, key=graph.order.index)
        edges += [(each, late) for each in (early, *graph.parents(early)) if each != late]
    return list(dict.fromkeys(edges))


def unsupported(graph: Graph, variables: Mapping[str, Variable], table: Table) -> list[str]:
    """Returns, in words, where a value of a node hardly ever occurs with a value of its cause (positivity).

    Pairs of categories that the picture depends on are tested, too: pictures that do not occur cannot be learned.
    """
    pairs = dict.fromkeys(graph.edges)
    categories = [name for name in graph.picture if variables[name].classes]
    pairs |= {pair: None for pair in combinations(categories, 2) if pair[::-1] not in pairs}
    return [line for one, other in pairs for line in _empty(variables[one], variables[other], table)]


def unidentified_edges(graph: Graph) -> list[str]:
    """Returns, in words, the effects that no data can separate from those of an unobserved cause."""
    return [
        f"{one} -> {other}: an unobserved cause affects both, so the effect of {one} on {other} cannot be separated from it"
        for pair in graph.confounded
        for one, other in (pair, pair[::-1])
        if (one, other) in graph.edges
    ]


def _empty(cause: Variable, effect: Variable, table: Table) -> list[str]:
    (rows, row_names), (columns, column_names) = _binned(cause, table), _binned(effect, table)
    counts = np.zeros((len(row_names), len(column_names)), dtype=int)
    np.add.at(counts, (rows, columns), 1)
    if counts.sum() < MIN_UNITS_PER_CELL * counts.size:
        return []  # too few units to say what is rare
    few = [
        (row, column)
        for row, column in np.argwhere(counts < MIN_UNITS_PER_CELL)
        if counts[row].sum() >= MIN_UNITS_PER_CELL
    ]
    return [
        f"{row_names[row]} with {column_names[column]}: {counts[row, column]} in {counts.sum():,}; answers about it extrapolate"
        for row, column in few
    ]


def _binned(variable: Variable, table: Table) -> tuple[np.ndarray, list[str]]:
    values = table[variable.name]
    if variable.classes:
        return values, [f"{variable.name}={one}" for one in variable.classes]
    edges = np.unique(np.linspace(values.min(), values.max(), NUM_BINS + 1))
    names = [f"{variable.name} from {low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(names) - 1), names
