"""`limner causal` as a person meets it: a garden, its true graph, a wrong one, and mistakes."""

from pathlib import Path

import pytest
from test_train import limner

from limner.causal import read_graph
from limner.data import prepare
from limner.data.garden import GRAPH, NUMBERS, make

BOUNDS = "".join(f"  {name}: {{low: 0, high: 1}}\n" for name in NUMBERS)
EDGES = "".join(f"- {parent} -> {child}\n" for child, parents in GRAPH.items() for parent in parents)


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("causal")
    make(folder / "flowers", n=600, size=16)
    prepare(folder / "flowers", folder / "garden", size=16)
    (folder / "true.yaml").write_text(f"nodes:\n{BOUNDS}edges:\n{EDGES}confounded:\n- species <-> soil\n")
    return folder


def test_the_true_graph_passes_and_a_turned_one_does_not(garden: Path) -> None:
    def verdict(graph: str) -> str:
        return limner("causal", "check", garden / "garden", "--graph", garden / graph).splitlines()[-1]

    read_graph(garden / "true.yaml").reversed().save(garden / "wrong.yaml")
    assert verdict("true.yaml").startswith("the data do not speak against this graph")
    assert verdict("wrong.yaml").startswith("the data speak against this graph")


def test_a_discovered_graph_is_proposed_and_never_written_over(garden: Path) -> None:
    propose = ("causal", "discover", garden / "garden", "--out", garden / "proposal.yaml")
    limner(*propose)
    edges = [set(edge) for edge in read_graph(garden / "proposal.yaml").edges]
    assert {"species", "height"} in edges
    assert {"season", "soil"} not in edges
    assert "is there already" in limner(*propose, code=2)


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ("edges: [soil -> colour, colour -> soil]", "nothing causes itself"),
        ("edges: [soil -> color]", "did you mean 'colour'"),
        ("edges: [soil -> text]", "a caption is free text"),
        ("nodes: {soil: {low: 0.5}}", "beyond its bounds"),
    ],
)
def test_a_graph_that_does_not_fit_is_one_line(garden: Path, graph: str, said: str) -> None:
    (garden / "bad.yaml").write_text(graph)
    assert said in limner("causal", "check", garden / "garden", "--graph", garden / "bad.yaml", code=2)
