"""Does the graph fit the data? Asked before anything is trained: values, support, independences, and what cannot be known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

from limner.causal.direction import Doubt, doubts
from limner.causal.dowhy_adaptor import quiet
from limner.causal.fitting import check_rows
from limner.causal.graph import Edge, Graph
from limner.causal.independence import independence_p
from limner.causal.variables import Table, Variable, read, variables_of, with_statistics
from limner.data.dataset import Dataset

ROWS = 1000
PERMUTATIONS = 100
LEVEL = 0.05
BINS = 4
FEWEST = 5
"""Units below which a combination counts as unsupported."""


@dataclass
class Check:
    """What was found."""

    rows: int
    violations: list[tuple[str, str, float]]
    """Pairs that the graph says are independent given the first one's causes, but are not, with the p-value, the clearest first."""
    tests: int
    falsified: bool | None
    """None where the graph implies too little for data to contradict."""
    as_good: float | None = None
    """Share of graphs with permuted nodes that contradict the data as little; None where they cannot tell."""
    incomplete: int = 0
    doubtful: list[Doubt] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    unidentified: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One plain sentence."""
        failed = f"{len(self.violations)} of {self.tests} independences that it implies do not hold"
        shuffled = (
            "" if self.as_good is None else f" (of graphs with its nodes shuffled, {self.as_good:.0%} do as well)"
        )
        if self.falsified:
            return f"the data speak against this graph: {failed}{shuffled}."
        if self.wrong:
            return f"the data speak against a part of this graph, near {' and '.join(self.wrong)}: {failed}{shuffled}."
        if self.doubtful:
            edge, gain, error = self.doubtful[0]
            return (
                f"the data would rather have an edge of this graph turned round, {edge[1]} -> {edge[0]}: mechanisms as simple "
                f"describe a unit better by {gain:.2g} nats (standard error {error:.1g}); {failed}{shuffled}."
            )
        if self.falsified is None:
            return (
                f"the graph implies too little for data to speak against it: it stands on your word alone ({failed})."
            )
        return f"the data do not speak against this graph, which does not prove it: {failed}{shuffled}."

    @property
    def wrong(self) -> tuple[str, ...]:
        """The two nodes of the clearest violation, if it is one that chance does not make among so many tests (Bonferroni)."""
        worst = min(self.violations, key=lambda violation: violation[2], default=None)
        return worst[:2] if worst and worst[2] * self.tests < LEVEL else ()


def check(dataset: Dataset, graph: Graph, seed: int = 0) -> Check:
    """Tests a graph against the training split.

    GraphError for a column that is missing, constant or out of bounds, and for fewer rows than a mechanism needs.
    """
    variables = variables_of(graph, dataset)
    train = dataset.split("train")
    table, whole = read(dataset, variables, train)
    variables = with_statistics(variables, table)
    for name, variable in variables.items():
        check_rows(variable, [variables[cause] for cause in graph.parents(name)], len(whole))
    found = examine(graph, variables, table, seed)
    found.incomplete = len(train) - len(whole)
    return found


def examine(graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0) -> Check:
    """Tests a graph against a table of whole rows, of variables that have been described."""
    found = falsify(graph, variables, table, seed)
    found.doubtful = doubts(graph, variables, table, seed)
    found.unsupported = unsupported(graph, variables, table)
    found.unidentified = unidentified(graph)
    return found


def falsify(graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0) -> Check:
    """Tests every independence that the graph implies (local Markov), against graphs with permuted nodes.

    Eulig et al. 2023, "Toward Falsifying Causal Graphs Using a Permutation-Based Test", arXiv 2305.09565, by DoWhy.
    """
    n = len(next(iter(table.values())))
    rows = np.random.default_rng(seed).permutation(n)[:ROWS]
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
            significance_level=LEVEL,
            significance_ci=LEVEL,
            n_permutations=PERMUTATIONS,
            n_jobs=1,
            show_progress_bar=False,
        )
    markov = result.summary[FalsifyConst.VALIDATE_LMC]
    tests = markov[FalsifyConst.LOCAL_VIOLATION_INSIGHT]
    violated = [(one, other, float(p)) for (one, other), (p, fails) in tests.items() if fails]
    violations = sorted(violated, key=lambda each: (each[2], *each[:2]))
    if result.can_evaluate and result.falsifiable:
        found = Check(n, violations, len(tests), False, float(markov[FalsifyConst.P_VALUE]))
        # shuffled nodes may fit as well because hardly anything is contradicted
        found.falsified = bool(result.falsified and found.wrong)
        return found
    # shuffled nodes say nothing of a graph that looks the same shuffled, but half of its tests failing does: twice the median
    # p-value is one itself, whatever the tests have to do with each other (Rueger 1978)
    ordered = sorted(float(p) for p, _ in tests.values())
    fails = bool(ordered) and 2 * ordered[(len(ordered) - 1) // 2] < LEVEL / 5
    return Check(n, violations, len(tests), True if fails else None)


def completed(graph: Graph) -> list[Edge]:
    """Returns the edges, and for each confounded pair those that stand for an unseen cause in tests of independence.

    The later node of a pair depends on the earlier one, and, once that is known, on what causes it.
    """
    edges = list(graph.edges)
    for pair in graph.confounded:
        early, late = sorted(pair, key=graph.order.index)
        edges += [(each, late) for each in (early, *graph.parents(early)) if each != late]
    return list(dict.fromkeys(edges))


def unsupported(graph: Graph, variables: Mapping[str, Variable], table: Table) -> list[str]:
    """Returns, in words, where a value of a node is hardly ever seen with a value of its cause (positivity).

    Of what draws the picture, pairs of categories are looked at, too: a picture that was never seen cannot be learned.
    """
    pairs = dict.fromkeys(graph.edges)
    drawn = [name for name in graph.picture if variables[name].classes]
    pairs |= {pair: None for pair in combinations(drawn, 2) if pair[::-1] not in pairs}
    return [said for one, other in pairs for said in _empty(variables[one], variables[other], table)]


def unidentified(graph: Graph) -> list[str]:
    """Returns, in words, the effects that no data can tell from what an unseen cause does."""
    return [
        f"{one} -> {other}: an unseen cause moves both, so what {one} does to {other} cannot be told from it"
        for pair in graph.confounded
        for one, other in (pair, pair[::-1])
        if (one, other) in graph.edges
    ]


def _empty(cause: Variable, effect: Variable, table: Table) -> list[str]:
    (places, names), (at, called) = _binned(cause, table), _binned(effect, table)
    counts = np.zeros((len(names), len(called)), dtype=int)
    np.add.at(counts, (places, at), 1)
    if counts.sum() < FEWEST * counts.size:
        return []  # so few units say nothing of what is rare
    few = [(row, column) for row, column in np.argwhere(counts < FEWEST) if counts[row].sum() >= FEWEST]
    return [
        f"{names[row]} with {called[column]}: {counts[row, column]} times in {counts.sum():,}; what is said of it is extrapolated"
        for row, column in few
    ]


def _binned(variable: Variable, table: Table) -> tuple[np.ndarray, list[str]]:
    values = table[variable.name]
    if variable.classes:
        return values, [f"{variable.name}={one}" for one in variable.classes]
    edges = np.unique(np.linspace(values.min(), values.max(), BINS + 1))
    names = [f"{variable.name} from {low:.3g} to {high:.3g}" for low, high in pairwise(edges)]
    return np.clip(np.searchsorted(edges, values, side="right") - 1, 0, len(names) - 1), names
