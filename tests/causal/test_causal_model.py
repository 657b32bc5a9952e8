"""The causal model of pictures, learned in seconds: whole, resumable, and exact where it must be."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from limner.causal import CausalModel, Graph
from limner.causal.variables import complete_rows
from limner.causal.what_if import (
    extrapolation_warnings,
    file_of,
    means,
    of_dataset,
    of_files,
    write_counterfactuals,
    write_samples,
)
from limner.cli.app import app
from limner.data import Dataset
from limner.errors import GraphError, ModelError, PictureError, RecipeError, RunError, UsageError
from limner.pictures import read_provenance, save
from limner.replay import replay

SMALL = (
    "method.encoder.widths=[8, 16]",
    "method.decoder.widths=[16, 8]",
    "batch=16",
)


@pytest.fixture(autouse=True, scope="module")
def _short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 30)
        yield


@pytest.fixture(scope="module")
def model(garden: Dataset, flower_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> CausalModel:
    out = tmp_path_factory.mktemp("fit") / "run"
    return CausalModel.fit(garden, flower_graph, out, minutes=0.03, settings=SMALL)


def test_doing_nothing_returns_the_picture_to_the_bit(model: CausalModel, garden: Dataset) -> None:
    rows = garden.split("test")[:20]
    table, _ = complete_rows(garden, model.structure.variables, rows)
    pictures = np.asarray(garden.pictures[rows])
    other, unchanged = model.counterfactual(table, pictures, {})
    assert (unchanged == pictures).all()
    assert all((other[name] == table[name]).all() for name in table)


def test_what_is_done_moves_its_effects_alone(model: CausalModel, garden: Dataset) -> None:
    rows = garden.split("test")[:20]
    table, _ = complete_rows(garden, model.structure.variables, rows)
    other, pictures = model.counterfactual(table, np.asarray(garden.pictures[rows]), {"sunlight": 0.9})
    assert (other["sunlight"] == 0.9).all()
    assert not (other["bloom"] == table["bloom"]).any()
    assert all((other[name] == table[name]).all() for name in ("season", "species", "soil", "colour"))
    assert pictures.shape == (20, 16, 16, 3)


def test_samples_follow_what_is_done_or_seen(model: CausalModel) -> None:
    lupin = model.structure.variables["species"].classes.index("lupin")
    table, pictures = model.sample(12, do={"species": "lupin"})
    assert (table["species"] == lupin).all()
    assert pictures.shape == (12, 16, 16, 3)
    seen, _ = model.sample(12, given={"species": "lupin"})
    assert (seen["species"] == lupin).all()
    assert means(model, seen)["species"] == "lupin 100%"
    with pytest.raises(GraphError, match="either do or given"):
        model.sample(2, {"soil": 0.5}, {"soil": 0.5})


def test_files_say_how_they_came_to_be(model: CausalModel, garden: Dataset, tmp_path: Path) -> None:
    names = ["flower-000003.png", "flower-000007.png"]
    units = of_dataset(model, garden, names)
    write_counterfactuals(model, units, {"colour": "0.1"}, tmp_path / "out")
    assert {file.name for file in (tmp_path / "out").iterdir()} == {*names, "grid.png", "attributes.csv"}
    provenance = read_provenance(tmp_path / "out" / names[0])
    assert provenance["do"] == {"colour": "0.1"}
    assert provenance["after"]["colour"] == "0.1"
    assert provenance["before"]["species"] == provenance["after"]["species"]
    assert "sunlight -> height" in provenance["graph"]
    assert (tmp_path / "out" / "attributes.csv").read_text().count("\n") == 5
    with pytest.raises(UsageError, match="is there already"):
        write_counterfactuals(model, units, {"colour": 0.1}, tmp_path / "out")
    with pytest.raises(UsageError, match="has no picture"):
        of_dataset(model, garden, ["rose.png"])


def test_pictures_are_replayed_from_what_they_carry(model: CausalModel, garden: Dataset, tmp_path: Path) -> None:
    names = ["flower-000003.png", "flower-000007.png"]
    write_counterfactuals(model, of_dataset(model, garden, names), {"species": "rose"}, tmp_path / "out")
    write_samples(model, 4, {"soil": 0.9}, {}, tmp_path / "four.png")
    for file in (tmp_path / "out" / names[1], tmp_path / "out" / "grid.png", tmp_path / "four.png"):
        assert replay(file)[1] == 0
    command = ["replay", str(tmp_path / "out" / names[0]), "--out", str(tmp_path / "again.png")]
    assert "the same pixels" in CliRunner().invoke(app, command).output
    with pytest.raises(ModelError):
        replay(tmp_path / "four.png", tmp_path)


def test_pictures_from_elsewhere_get_predicted_attributes_that_are_marked(
    model: CausalModel, garden: Dataset, tmp_path: Path
) -> None:
    mine, small = tmp_path / "mine.png", tmp_path / "small.png"
    save(garden.pictures[5], mine, {})
    write_counterfactuals(model, of_files(model, [str(mine)]), {"soil": 0.9}, tmp_path / "out")
    assert read_provenance(tmp_path / "out" / file_of(str(mine)))["attributes"].startswith("predicted")
    assert "before, predicted" in (tmp_path / "out" / "attributes.csv").read_text()
    save(garden.pictures[5][:8], small, {})
    with pytest.raises(PictureError, match="16x8, but this model reads 16x16"):
        of_files(model, [str(small)])


def test_what_was_never_seen_is_said(model: CausalModel) -> None:
    assert extrapolation_warnings(model, {"soil": 0.5, "species": "rose"}) == []
    (line,) = extrapolation_warnings(model, {"soil": 1.0})
    assert "extrapolated" in line


def test_a_fit_is_never_written_over_and_can_be_continued(garden: Dataset, flower_graph: Graph, tmp_path: Path) -> None:
    first = CausalModel.fit(garden, flower_graph, tmp_path / "run", minutes=0.005, settings=SMALL)
    with pytest.raises(RunError, match="--resume"):
        CausalModel.fit(garden, flower_graph, tmp_path / "run", minutes=0.01, settings=SMALL)
    more = CausalModel.fit(garden, flower_graph, tmp_path / "run", minutes=0.02, settings=SMALL, resume=True)
    assert more.image_model.about["training"]["step"] > first.image_model.about["training"]["step"]
    with pytest.raises(RecipeError, match="no such key"):
        CausalModel.fit(garden, flower_graph, tmp_path / "new", settings=("nothing=1",))
    assert not (tmp_path / "new").exists()
    other = flower_graph.with_reversed(("soil", "colour"))
    with pytest.raises(RunError, match="another graph"):
        CausalModel.fit(garden, other, tmp_path / "run", settings=SMALL, resume=True)
