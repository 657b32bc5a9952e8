"""A garden as a table: what causes what is known exactly."""

from collections.abc import Iterator

import pytest
from flower_table import table_of

from limner.causal.graph import Graph
from limner.causal.variables import Table, Variable, described
from limner.data.garden import model as garden


@pytest.fixture(autouse=True, scope="session")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.predictor.STEPS", 150)
        yield


@pytest.fixture(scope="session")
def flowers() -> list[garden.Flower]:
    return garden.sample(1500, seed=0)


@pytest.fixture(scope="session")
def table(flowers: list[garden.Flower]) -> Table:
    return table_of(flowers)


@pytest.fixture(scope="session")
def graph() -> Graph:
    return Graph(
        nodes={name: {"low": 0, "high": 1} for name in garden.NUMBERS} | dict.fromkeys(garden.CATEGORIES),
        edges=[(parent, child) for child, parents in garden.GRAPH.items() for parent in parents],
        confounded=list(garden.LATENT.values()),
    )


@pytest.fixture(scope="session")
def variables(graph: Graph, table: Table) -> dict[str, Variable]:
    found = {
        name: Variable(name=name, kind="category", classes=garden.CATEGORIES[name])
        if name in garden.CATEGORIES
        else Variable(name=name, kind="number", low=0, high=1)
        for name in graph.nodes
    }
    return described(found, table)
