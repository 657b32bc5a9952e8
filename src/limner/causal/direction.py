"""The direction of an edge where independences leave it open: the one under which simple mechanisms predict units better."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from limner.causal.fitting import choose_form, held_out_nll
from limner.causal.graph import Edge, Graph
from limner.causal.variables import Table, Variable
from limner.errors import GraphError

MIN_STANDARD_ERRORS = 3.0
"""Standard errors by which the reversed edge must predict units better: with a few dozen edges, chance rarely reaches three."""
MIN_GAIN = 1e-3
"""Nats a unit by which it must predict them better: of exact mechanisms, rounding alone may differ by many standard errors."""


class ReversalEvidence(NamedTuple):
    """An edge, by how many nats a unit the reversed edge predicts held-out units better, and the standard error."""

    edge: Edge
    gain: float
    error: float


def edges_better_reversed(
    graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0
) -> list[ReversalEvidence]:
    """Returns the edges that the data prefer reversed, the clearest first.

    Mechanisms of the linear form are fitted both ways, and where they prefer the reversed edge, of the forms that `fit_mechanism`
    would choose: a mechanism that is merely not linear does not speak against its edge. Where causes act on a scale without
    bounds and add to a noise of their own, the true direction is the simpler one (Hoyer et al. 2008, "Nonlinear causal discovery
    with additive noise models"; Peters et al. 2014, arXiv 1309.6779, theorem 28). Between two normal variables no direction can be
    found.
    """
    values = {name: torch.from_numpy(column) for name, column in table.items()}
    known: dict[tuple[str, tuple[str, ...], bool], Tensor] = {}

    def nll(one: Graph, nodes: Sequence[str], chosen: bool) -> Tensor:
        # most edges leave a node's causes as they are: what it costs is found once
        total = torch.zeros(())
        for name in nodes:
            key = (name, tuple(one.parents(name)), chosen)
            if key not in known:
                known[key] = _nll(one, name, variables, values, seed, chosen)
            total = total + known[key]
        return total

    found = []
    for edge in graph.edges:
        try:
            other = graph.with_reversed(edge)
        except GraphError:  # it would close a cycle
            continue
        evidence = None
        for chosen in (False, True):
            ours, theirs = (nll(one, edge, chosen) for one in (graph, other))
            evidence = _reversal_evidence(edge, ours - theirs)
            if evidence is None:
                break
        if evidence is not None:
            found.append(evidence)
    return sorted(found, key=lambda evidence: -evidence.gain / evidence.error)


def _reversal_evidence(edge: Edge, gain: Tensor) -> ReversalEvidence | None:
    mean, error = float(gain.mean()), float(gain.std() / len(gain) ** 0.5)
    return ReversalEvidence(edge, mean, error) if mean > max(MIN_STANDARD_ERRORS * error, MIN_GAIN) else None


def _nll(
    graph: Graph,
    name: str,
    variables: Mapping[str, Variable],
    values: Mapping[str, Tensor],
    seed: int,
    chosen: bool,
) -> Tensor:
    """Returns the negative log-likelihood of a node, of each unit while it is held out.

    By a mechanism of the linear form, or of the one that it is chosen to have.
    """
    parents, parent_values = graph.of_parents(name, variables), graph.of_parents(name, values)
    form = choose_form(variables[name], parents, values[name], parent_values, seed) if chosen else "linear"
    return held_out_nll(form, variables[name], parents, values[name], parent_values, seed)
