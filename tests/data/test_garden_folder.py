"""The garden's captions, its folder with the truth beside the pictures, and the verb."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from limner.cli.garden import garden as verb
from limner.data import prepare
from limner.data.garden import GRAPH, NUMBERS, caption, counterfactual, draw, flower, make, sample
from limner.data.garden.model import EFFECT
from limner.errors import UsageError
from limner.pictures import open_picture, read_provenance


def test_captions_name_every_attribute() -> None:
    best = {"sunlight": 0.6, "height": 0.9, "bloom": 0.9, "soil": 0.9, "colour": 0.6}
    poppy = counterfactual(flower(0, 0), {"species": "poppy", "season": "summer", **best})
    assert caption(poppy) == "a tall red poppy, wide open, in dark peat on a bright summer day"
    worst = {"sunlight": 0, "height": 0.5, "bloom": 0, "soil": 0, "colour": 0.8}
    other = counterfactual(poppy, {"species": "tulip", "season": "spring", **worst})
    assert caption(other) == "an orange tulip, in bud, in pale chalk on an overcast spring day"
    flowers = sample(600, seed=5)
    lines = [caption(each) for each in flowers]
    assert len(set(lines)) > len(lines) / 2
    assert all(each.species in line and each.season in line for each, line in zip(flowers, lines, strict=True))


def test_the_folder_tells_the_whole_truth(tmp_path: Path) -> None:
    out = tmp_path / "garden"
    make(out, n=12, size=32, seed=4)
    rows = list(csv.DictReader((out / "metadata.csv").read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["file_name", *GRAPH, "text"]
    assert sorted(path.name for path in out.glob("*.png")) == [row["file_name"] for row in rows]
    for index, row in enumerate(rows):
        grown = flower(4, index)
        assert {name: float(row[name]) for name in NUMBERS} == {name: getattr(grown, name) for name in NUMBERS}
        assert (row["species"], row["season"], row["text"]) == (grown.species, grown.season, caption(grown))
        assert (np.asarray(open_picture(out / row["file_name"])) == draw(grown, 32)).all()
    made = read_provenance(out / rows[3]["file_name"])
    assert (made["kind"], made["seed"], made["index"], made["size"]) == ("garden", 4, 3, 32)
    about = json.loads((out / "garden.json").read_text(encoding="utf-8"))
    assert about["graph"] == {child: list(parents) for child, parents in GRAPH.items()}
    assert (about["seed"], about["n"], about["mechanisms"]["effect"]) == (4, 12, EFFECT)
    noise = list(csv.DictReader((out / "noise.csv").read_text(encoding="utf-8").splitlines()))
    assert [float(row["height"]) for row in noise] == [flower(4, index).noise.height for index in range(12)]
    assert float(noise[5]["view_lean"]) == flower(4, 5).noise.view.lean


def test_prepare_reads_the_folder(tmp_path: Path) -> None:
    make(tmp_path / "garden", n=60, size=32)
    dataset = prepare(tmp_path / "garden", tmp_path / "dataset", workers=1)
    assert (len(dataset), dataset.schema.label, dataset.schema.channels) == (60, "species", 3)
    kinds = {attribute.name: attribute.kind for attribute in dataset.schema.attributes}
    assert kinds == {"species": "label", "season": "label", **dict.fromkeys(NUMBERS, "number"), "text": "caption"}


def test_the_folder_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def stop(*_: object) -> np.ndarray:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return np.zeros((16, 16, 3), np.uint8)

    monkeypatch.setattr(sys.modules["limner.data.garden.make"], "draw", stop)
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "garden", n=5, size=16)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"), [({"n": 0}, "at least one"), ({"size": 4}, "16 to"), ({"seed": -1}, "seed")]
)
def test_a_folder_cannot_be_made_of(tmp_path: Path, options: dict, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make(tmp_path / "garden", **options)


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="exists; give a new folder"):
        make(tmp_path, n=1)
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_the_verb_makes_the_folder_and_says_what_is_next(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(verb)
    out = tmp_path / "garden"
    result = CliRunner().invoke(app, [str(out), "--n", "3", "--size", "28", "--seed", "1"])
    assert result.exit_code == 0, result.output
    assert "limner train" in result.stdout
    assert len(list(out.glob("*.png"))) == 3


def test_the_garden_never_imports_torch() -> None:
    check = "import sys, limner.data.garden; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
