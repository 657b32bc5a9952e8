"""What if, by HTTP and live: what the causal model answers, for units from anywhere."""

import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asking import TestClient, apart, error_of, file_of, handed_in, photo, pixels_of, serving
from limner.causal import CausalModel, Graph
from limner.data import Dataset, prepare
from limner.data.garden import make
from limner.data.garden import model as grower
from limner.errors import PictureError
from limner.files import digest
from limner.pictures import read_provenance, to_frame
from limner.replay import replay

SMALL = ("method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]", "batch=16")
UNITS = ({"seed": 3}, {"data": "garden", "index": 5}, "picture")
WHAT_IF = "/v1/causal/counterfactual"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the dataset `garden` and the causal model `grown`."""
    folder = tmp_path_factory.mktemp("world")
    make(folder / "served" / "flowers", n=120, size=16)
    prepare(folder / "served" / "flowers", folder / "served" / "garden", size=16)
    graph = Graph(
        nodes={name: {"low": 0, "high": 1} for name in grower.NUMBERS},
        edges=[(parent, child) for child, parents in grower.GRAPH.items() for parent in parents],
        confounded=[("species", "soil")],
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 10)
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 10)
        data = Dataset.open(folder / "served" / "garden")
        CausalModel.fit(data, graph, folder / "served" / "grown", minutes=0.005, settings=SMALL)
    return folder / "served"


@pytest.fixture(scope="module")
def library(world: Path) -> CausalModel:
    return CausalModel.load(world / "grown")


@pytest.fixture(scope="module")
def asked(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with serving(world, tmp_path_factory.mktemp("home")) as client:
        yield client


def test_the_graph_is_told(asked: TestClient) -> None:
    described = asked.get("/v1/models/grown").json()
    assert (described["kind"], described["can"]) == (
        "causal",
        ["sample", "directions", "edit", "encode", "counterfactual"],
    )
    nodes = {one["name"]: one for one in described["graph"]["nodes"]}
    assert set(nodes) == {*grower.NUMBERS, *grower.CATEGORIES}
    assert nodes["height"]["kind"] == "number"
    assert nodes["height"]["minimum"] < nodes["height"]["maximum"]
    assert nodes["species"]["classes"]
    assert set(nodes["height"]["parents"]) == set(grower.GRAPH["height"])


def test_a_causal_model_generates_pictures_as_any_other(asked: TestClient, library: CausalModel) -> None:
    answer = asked.post("/v1/images/generations", json={"model": "grown", "seed": 3})
    (one,) = answer.json()["data"]
    assert apart(_shown(one), library.image_model.sample(1, seed=3)[0]) <= 1


def test_units_under_what_is_done_are_those_of_the_library(asked: TestClient, library: CausalModel) -> None:
    answer = asked.post("/v1/causal/do", json={"model": "grown", "do": {"soil": 0.5}, "n": 3, "seed": 2}).json()
    table, pictures = library.sample(3, {"soil": 0.5}, {}, 2)
    for row, one in enumerate(answer["data"]):
        assert apart(_shown(one), pictures[row]) == 0
        assert one["attributes"]["soil"] == "0.5"
        assert one["attributes"]["height"] == f"{table['height'][row]:.4g}"
    seen = asked.post("/v1/causal/do", json={"model": "grown", "given": {"species": "lupin"}, "n": 4}).json()
    assert {one["attributes"]["species"] for one in seen["data"]} == {"lupin"}


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_a_unit_stays_itself_until_something_is_done(asked: TestClient, unit: Any) -> None:
    unit = {"picture": handed_in(asked, photo(16, 16))} if unit == "picture" else unit
    same = asked.post(WHAT_IF, json={"model": "grown", "unit": unit}).json()
    assert same["counterfactual"] == {**same["factual"], "b64_json": same["counterfactual"]["b64_json"]}
    assert apart(_shown(same["factual"]), _shown(same["counterfactual"])) == 0
    other = asked.post(WHAT_IF, json={"model": "grown", "unit": unit, "do": {"sunlight": 0.9}}).json()
    before, after = other["factual"]["attributes"], other["counterfactual"]["attributes"]
    assert after["sunlight"] == "0.9"
    assert after["bloom"] != before["bloom"]
    assert {name: after[name] for name in ("season", "species", "soil")} == {
        name: before[name] for name in ("season", "species", "soil")
    }


@pytest.mark.parametrize("unit", UNITS, ids=str)
def test_a_counterfactual_is_replayed_from_the_picture_alone(
    asked: TestClient, world: Path, tmp_path: Path, unit: Any
) -> None:
    own, places = tmp_path / "own.png", {"garden": world / "garden"}
    own.write_bytes(file_of(photo(16, 16)))
    if unit == "picture":
        unit = {"picture": handed_in(asked, own.read_bytes()), "attributes": {"soil": 0.25}}
        places = {digest(own)[:12]: own}
    elif "seed" in unit:
        places = {}
    request = {"model": "grown", "unit": unit, "do": {"sunlight": 0.9, "species": "rose"}, "seed": 4}
    saved = tmp_path / "saved.png"
    saved.write_bytes(b64decode(asked.post(WHAT_IF, json=request).json()["counterfactual"]["b64_json"]))
    assert str(world) not in str(read_provenance(saved))
    assert replay(saved, world / "grown", places)[1] == 0
    with pytest.raises(PictureError, match="--from grown=PATH"):
        replay(saved)


def test_a_unit_of_a_world_is_replayed(asked: TestClient, world: Path, tmp_path: Path) -> None:
    answer = asked.post("/v1/causal/do", json={"model": "grown", "do": {"soil": 0.5}, "n": 3, "seed": 2}).json()
    saved = tmp_path / "saved.png"
    saved.write_bytes(b64decode(answer["data"][2]["b64_json"]))
    assert replay(saved, world / "grown")[1] == 0


def test_the_truth_is_told_where_it_is_known(asked: TestClient) -> None:
    unit = {"data": "garden", "index": 5}
    known = asked.post(WHAT_IF, json={"model": "grown", "unit": unit, "do": {"colour": 0.9}}).json()["truth"]
    assert known["attributes"]["colour"] == "0.9"
    assert _shown(known).shape == (16, 16, 3)
    for more in ({"unit": {"seed": 1}, "do": {"colour": 0.9}}, {"unit": unit, "do": {"colour": 0.9, "soil": 0.1}}):
        assert asked.post(WHAT_IF, json={"model": "grown", **more}).json()["truth"] is None


def test_what_is_known_of_a_picture_counts_more_than_what_is_read_off_it(asked: TestClient) -> None:
    unit = {"picture": handed_in(asked, photo(20, 30)), "attributes": {"species": "rose", "soil": 0.25}}
    factual = asked.post(WHAT_IF, json={"model": "grown", "unit": unit}).json()["factual"]["attributes"]
    assert (factual["species"], factual["soil"]) == ("rose", "0.25")


def test_a_cause_is_moved_through_its_range(asked: TestClient) -> None:
    doses = asked.post("/v1/causal/dose-response", json={"model": "grown", "name": "soil", "count": 4}).json()
    values = [one["value"] for one in doses["data"]]
    assert (doses["name"], len(values)) == ("soil", 4)
    assert values == sorted(values)
    classes = asked.post("/v1/causal/dose-response", json={"model": "grown", "name": "species"}).json()["data"]
    assert [one["attributes"]["species"] for one in classes] == [one["value"] for one in classes]


def test_what_was_never_seen_is_said(asked: TestClient) -> None:
    (line,) = asked.post("/v1/causal/do", json={"model": "grown", "do": {"soil": 1.0}, "n": 1}).json()["warnings"]
    assert "extrapolated" in line


def test_live_it_is_a_frame_with_its_attributes(asked: TestClient, library: CausalModel) -> None:
    with asked.websocket_connect("ws://localhost/v1/live") as socket:
        unit = {"kind": "counterfactual", "model": "grown", "unit": {"data": "garden", "index": 5}}
        socket.send_json({"id": 4, **unit, "do": {"soil": 0.3}})
        message = socket.receive_bytes()
        length = int.from_bytes(message[:4], "big")
        header, pixels = json.loads(message[4 : 4 + length]), pixels_of(message[4 + length :])
        assert (header["id"], header["attributes"]["soil"]) == (4, "0.3")
        over_http = asked.post(WHAT_IF, json={"model": "grown", "unit": unit["unit"], "do": {"soil": 0.3}}).json()
        assert apart(pixels, pixels_of(to_frame(_shown(over_http["counterfactual"])))) == 0
        socket.send_json({"id": 5, **unit, "do": {"rain": 1}})
        assert "rain" in json.loads(socket.receive_text())["error"]["message"]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"do": {"rain": 1}}, 422),
        ({"do": {"soil": 7}}, 422),
        ({"do": {"soil": "wet"}}, 422),
        ({"do": {"species": "oak"}}, 422),
        ({"unit": {"attributes": {"rain": 1}, "picture": "there"}}, 422),
        ({"unit": {"data": "garden", "index": 120}}, 404),
        ({"unit": {"data": "garden", "index": -1}}, 422),
        ({"unit": {"data": "../garden"}}, 404),
        ({"unit": {"picture": "http://localhost/x"}}, 404),
        ({"unit": {"data": "garden", "picture": "there"}}, 422),
        ({"unit": {"seed": -1}}, 422),
        ({"seed": 2**63}, 422),
        ({"model": "none"}, 404),
        ({"model": "limner"}, 422),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_refused(asked: TestClient, wrong: dict, status: int) -> None:
    unit = wrong.get("unit", {})
    if unit.get("picture") == "there":
        wrong = {"unit": unit | {"picture": handed_in(asked, photo(16, 16))}}
    answer = asked.post(WHAT_IF, json={"model": "grown"} | wrong)
    assert answer.status_code == status
    assert error_of(answer)["message"]


@pytest.mark.parametrize("wrong", [{"name": "rain"}, {"name": "soil", "count": 1}, {"name": "soil", "count": 33}])
def test_doses_that_cannot_be_given_are_refused(asked: TestClient, wrong: dict) -> None:
    assert asked.post("/v1/causal/dose-response", json={"model": "grown"} | wrong).status_code == 422


def _shown(one: dict) -> np.ndarray:
    return pixels_of(b64decode(one["b64_json"]))


def test_without_the_extra_other_models_are_told_of_all_the_same(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "limner.causal.structural", None)
    with serving(world, tmp_path) as client:
        listed = {one["id"]: one for one in client.get("/v1/models").json()["data"]}
        assert "limner[causal]" in listed["grown"]["problem"]
        assert listed["limner"]["problem"] is None
