"""Causal graphs, the mechanisms and image models that follow them, and counterfactual pictures."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limner.causal.discovery import Proposal, discover
    from limner.causal.effects import Effects
    from limner.causal.graph import Graph, Node, read_graph
    from limner.causal.graph_check import Check, check
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

_HOMES = {
    "CausalModel": "model",
    "Check": "graph_check",
    "Effects": "effects",
    "Graph": "graph",
    "Node": "graph",
    "Proposal": "discovery",
    "StructuralModel": "structural",
    "check": "graph_check",
    "discover": "discovery",
    "read_graph": "graph",
}


def __getattr__(name: str) -> Any:
    # A graph and the values of an intervention are checked without what fitting them needs.
    if name not in _HOMES:
        raise AttributeError(f"module 'limner.causal' has no attribute '{name}'")
    return getattr(importlib.import_module(f"limner.causal.{_HOMES[name]}"), name)
