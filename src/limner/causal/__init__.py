"""Causal images: a graph of causes, mechanisms that follow it, and what a picture would have been."""

from limner.causal.check import Check, check
from limner.causal.discover import Proposal, discover
from limner.causal.graph import Graph, Node, read_graph

__all__ = ["Check", "Graph", "Node", "Proposal", "check", "discover", "read_graph"]
