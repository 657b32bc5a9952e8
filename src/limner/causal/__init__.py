"""Causal graphs, the mechanisms and image models that follow them, and counterfactual pictures."""

from limner.causal.check import Check, check
from limner.causal.discover import Proposal, discover
from limner.causal.effects import Effects
from limner.causal.graph import Graph, Node, read_graph
from limner.causal.model import CausalModel
from limner.causal.structural import StructuralModel

__all__ = [
    "CausalModel",
    "Check",
    "Effects",
    "Graph",
    "Node",
    "Proposal",
    "StructuralModel",
    "check",
    "discover",
    "read_graph",
]
