"""A garden as a table: what causes what is known exactly."""

from collections.abc import Iterator

import pytest

from flower_table import table_of
from limner.causal.graph import Graph
from limner.causal.variables import Table, Variable, with_statistics
from limner.data import Dataset, prepare
from limner.data.garden import make
from limner.data.garden import model as grower


@pytest.fixture(autouse=True, scope="session")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 150)
        patch.setattr("limner.causal.fitting.PATIENCE_EVALUATIONS", 3)  # most steps of a flow are spent on waiting
        yield


@pytest.fixture(scope="session")
def flowers() -> list[grower.Flower]:
    return grower.sample(1500, seed=0)


@pytest.fixture(scope="session")
def table(flowers: list[grower.Flower]) -> Table:
    return table_of(flowers)


@pytest.fixture(scope="session")
def graph() -> Graph:
    return Graph(
        nodes={name: {"low": 0, "high": 1} for name in grower.NUMBERS} | dict.fromkeys(grower.CATEGORIES),
        edges=[(parent, child) for child, parents in grower.GRAPH.items() for parent in parents],
        confounded=list(grower.LATENT.values()),
    )


@pytest.fixture(scope="session")
def variables(graph: Graph, table: Table) -> dict[str, Variable]:
    found = {
        name: Variable(name=name, kind="category", classes=grower.CATEGORIES[name])
        if name in grower.CATEGORIES
        else Variable(name=name, kind="number", low=0, high=1)
        for name in graph.nodes
    }
    return with_statistics(found, table)


@pytest.fixture(scope="session")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("garden")
    make(folder / "flowers", n=300, size=16)
    prepare(folder / "flowers", folder / "dataset", size=16)
    return Dataset.open(folder / "dataset")


@pytest.fixture(scope="session")
def flower_graph() -> Graph:
    return Graph(
        nodes={name: {"low": 0, "high": 1} for name in grower.NUMBERS},
        edges=[(parent, child) for child, parents in grower.GRAPH.items() for parent in parents],
        confounded=[("species", "soil")],
    )
