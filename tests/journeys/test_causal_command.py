"""`limner causal` as a person meets it: a garden, its true graph, a wrong one, and mistakes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import limner
from limner.causal import read_graph
from limner.data import prepare
from limner.data.garden import GRAPH, NUMBERS, make

BOUNDS = "".join(f"  {name}: {{low: 0, high: 1}}\n" for name in NUMBERS)
EDGES = "".join(f"- {parent} -> {child}\n" for child, parents in GRAPH.items() for parent in parents)


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 60)
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 30)
        yield


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
    assert verdict("true.yaml").startswith("the data do not contradict this graph")
    assert verdict("wrong.yaml").startswith("the data contradict this graph")


def test_a_discovered_graph_is_proposed_and_never_written_over(garden: Path) -> None:
    propose = ("causal", "discover", garden / "garden", "--out", garden / "proposal.yaml")
    limner(*propose)
    edges = [set(edge) for edge in read_graph(garden / "proposal.yaml").edges]
    assert {"species", "height"} in edges
    assert {"season", "soil"} not in edges
    assert "exists: give another name" in limner(*propose, code=2)


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


def test_what_is_too_little_to_fit_is_too_little_to_check(garden: Path, tmp_path: Path) -> None:
    make(tmp_path / "few", n=30, size=16)
    prepare(tmp_path / "few", tmp_path / "dataset", size=16)
    assert "needs at least" in limner("causal", "check", tmp_path / "dataset", "--graph", garden / "true.yaml", code=2)


def test_from_a_graph_to_counterfactual_pictures(garden: Path, tmp_path: Path) -> None:
    run, small = tmp_path / "run", ["--set=method.encoder.widths=[8,16]", "--set=method.decoder.widths=[16,8]"]
    fit = (
        "causal",
        "fit",
        garden / "garden",
        "--graph",
        garden / "true.yaml",
        "--out",
        run,
        "--minutes",
        "0.01",
        *small,
    )
    said = limner(*fit)
    assert "sunlight, height" in said
    assert "--resume" in limner(*fit, code=1)
    seen = limner("causal", "sample", run, "--n", "4", "--given", "bloom=0.9", "--out", tmp_path / "seen.png")
    assert [line.split()[0] for line in seen.splitlines()[1:3]] == ["observed", "set"]
    ask = (
        "causal",
        "counterfactual",
        run,
        "flower-000003.png",
        "--data",
        garden / "garden",
        "--out",
        tmp_path / "what-if",
    )
    assert "did you mean 'height'" in limner(*ask, "--do", "hight=1", code=2)
    assert "from 0 to 1" in limner(*ask, "--do", "height=2", code=2)
    assert not (tmp_path / "what-if").exists()
    limner(*ask, "--do", "height=0.9")
    assert (tmp_path / "what-if" / "flower-000003.png").is_file()
    replayed = limner("replay", tmp_path / "what-if" / "flower-000003.png", "--out", tmp_path / "again.png")
    assert "the same pixels" in replayed
    judge = ("causal", "soundness", run, "--data", garden / "garden")
    assert "no garden.json" in limner(*judge, "--truth", tmp_path, code=2)
    said = limner(*judge, "--truth", garden / "flowers", "--n", "40")
    assert "Against the truth" in said
    assert (run / "soundness" / "report.html").is_file()
    effects = limner("causal", "effects", run, "--on", "picture:brightness", "--data", garden / "garden", "--n", "20")
    assert "hold under the graph" in effects.splitlines()[-1]
    assert "as season=autumn" in limner("causal", "effects", run, "--on", "season", "--data", garden / "garden", code=2)
    assert "not a causal model" in limner("causal", "sample", tmp_path / "nothing", code=1)
