"""What there is to ask for: named, described, and said of what cannot be used why."""

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from asking import TestClient, apart, error_of, pixels_of, serving
from limner.data import Dataset
from limner.editing.edits import OPERATIONS
from limner.recipes import RECIPES
from limner.serving.catalogue import LruCache
from small_models import small_model

UNUSABLE = ("damaged", "pickled", "<b>bold")


def test_models_are_described(client: TestClient, models: Path) -> None:
    answer = client.get("/v1/models").json()
    found = {one["id"]: one for one in answer["data"]}
    assert answer["object"] == "list"
    assert set(found) == {"gan", "vae", "garden", "drawings", "limner", *UNUSABLE}
    gan = found["gan"]
    assert gan == client.get("/v1/models/gan").json()
    assert (gan["kind"], gan["width"], gan["height"], gan["channels"], gan["latent_dim"]) == ("image", 16, 16, 3, 6)
    assert [(one["name"], one["kind"], one["classes"]) for one in gan["attributes"]] == [
        ("kind", "label", ["round", "square", "long"])
    ]
    assert gan["can"] == ["sample", "directions", "edit"]
    assert "encode" in found["vae"]["can"]
    assert (found["limner"]["kind"], found["limner"]["can"]) == ("instant", ["stylize"])
    assert len(found["limner"]["styles"]) > 1


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_model_that_cannot_be_used_is_listed_with_its_problem_and_refused(
    client: TestClient, models: Path, name: str
) -> None:
    listed = {one["id"]: one for one in client.get("/v1/models").json()["data"]}[name]
    asked = client.post("/v1/images/generations", json={"model": name})
    assert asked.status_code == 422
    assert error_of(asked)["message"].startswith(name)
    assert error_of(asked)["param"] == "model"
    if name != "<b>bold":  # whose outline is whole: that its weights are not is seen when they are read
        assert listed["problem"]
        assert listed["can"] == []
    assert str(models) not in asked.text + client.get("/v1/models").text


def test_names_are_told_as_json_and_never_as_html(client: TestClient) -> None:
    answer = client.get("/v1/models")
    assert answer.headers["content-type"] == "application/json"
    assert "<b>bold" in [one["id"] for one in answer.json()["data"]]
    assert client.get("/v1/models/<b>bold").headers["x-content-type-options"] == "nosniff"


def test_directions_are_named(client: TestClient) -> None:
    names = [one["name"] for one in client.get("/v1/models/gan/directions").json()["data"]]
    assert names[:2] == ["pca-1", "pca-2"]
    assert client.get("/v1/models/limner/directions").status_code == 422


def test_what_was_not_judged_has_no_report(client: TestClient) -> None:
    answer = client.get("/v1/models/gan/report")
    assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")


def test_a_report_can_do_nothing_where_it_is_shown(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path) as client:
        (tmp_path / "reports" / "gan").mkdir(parents=True)
        (tmp_path / "reports" / "gan" / "report.html").write_text("<script>alert(1)</script>")
        answer = client.get("/v1/models/gan/report")
    assert answer.headers["content-type"].startswith("text/html")
    assert "sandbox" in answer.headers["content-security-policy"]


def test_datasets_are_described_and_shown(client: TestClient, models: Path) -> None:
    (found,) = client.get("/v1/data").json()["data"]
    assert (found["id"], found["pictures"], found["width"], found["height"], found["channels"]) == (
        "flowers",
        60,
        16,
        16,
        3,
    )
    assert found["attributes"][0]["name"] == "species"
    picture = pixels_of(client.get("/v1/data/flowers/pictures/7").content)
    assert apart(picture, np.asarray(Dataset.open(models / "flowers").pictures[7])) == 0
    assert client.get("/v1/data/flowers/pictures/-1").status_code == 422
    assert client.get("/v1/data/flowers/report").status_code == 404


def test_recipes_and_operations_are_those_of_the_library(client: TestClient) -> None:
    recipes = client.get("/v1/recipes").json()["data"]
    assert [one["name"] for one in recipes] == list(RECIPES)
    assert {one["family"] for one in recipes} >= {"gan", "vae"}
    assert all(one["about"] for one in recipes)
    operations = client.get("/v1/operations").json()["data"]
    assert [one["name"] for one in operations] == list(OPERATIONS)
    assert operations[0]["fields"]["properties"]


def test_what_the_server_is_and_takes_is_told(client: TestClient) -> None:
    about = client.get("/v1/about").json()
    assert set(about) == {"limner", "extras", "limits", "threads"}
    assert set(about["extras"]) == {"causal", "style", "onnx"}
    assert about["limits"]["waiting"] == 1024


def test_requests_are_counted_by_what_they_ask(client: TestClient) -> None:
    counted = 'limner_requests_total{method="GET",route="/v1/models/{model}",status="404"}'
    before = _count(client, counted)
    for name in ("rose", "tulip"):
        client.get(f"/v1/models/{name}")
    assert _count(client, counted) == before + 2
    generated = _count(client, "limner_pictures_generated")
    client.post("/v1/images/generations", json={"model": "gan", "n": 3})
    assert _count(client, "limner_pictures_generated") == generated + 3
    assert _count(client, 'limner_request_seconds_count{route="/v1/images/generations"}') >= 1


def test_what_comes_and_goes_is_noticed(tmp_path: Path) -> None:
    small_model("gan").save(tmp_path / "models" / "first")
    with serving(tmp_path / "models", tmp_path / "home") as client:
        assert client.get("/v1/models/first").status_code == 200
        small_model("gan").save(tmp_path / "models" / "second")
        assert client.get("/v1/models/second").json()["problem"] is None
        shutil.rmtree(tmp_path / "models" / "second")
        client.app.state.limner.catalogue.listed = [], -1.0
        assert client.get("/v1/models/second").status_code == 404


def test_a_list_is_never_older_than_what_was_just_made(tmp_path: Path) -> None:
    with serving(tmp_path / "models", tmp_path / "home") as client:
        for number in range(3):
            small_model("gan").save(tmp_path / "home" / "runs" / f"rose-{number}")
            assert client.get("/v1/models/rose-0").status_code == 200
            listed = [one["id"] for one in client.get("/v1/models").json()["data"]]
            assert listed[: number + 1] == [f"rose-{i}" for i in range(number + 1)]


def test_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    small_model("gan").save(tmp_path / "home" / "runs" / "rose")
    small_model("vae").save(tmp_path / "models" / "rose")
    with serving(tmp_path / "models", tmp_path / "home") as client:
        assert [one["id"] for one in client.get("/v1/models").json()["data"]][:2] == ["rose", "rose-2"]
        assert client.get("/v1/models/rose").json()["recipe"] == "vae"
        assert client.get("/v1/models/rose-2").json()["recipe"] == "gan"


def test_things_are_opened_once_and_one_does_not_hold_up_another() -> None:
    cache, made, free = LruCache(2), [], threading.Event()

    def slow() -> str:
        made.append("slow")
        assert free.wait(10)
        return "slow"

    threads = [threading.Thread(target=cache.get, args=("slow", slow)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert cache.get("quick", lambda: "quick") == "quick"
    assert cache.has("quick")
    assert not cache.has("slow")
    free.set()
    for thread in threads:
        thread.join()
    assert made == ["slow"]
    assert cache.get("slow", lambda: "again") == "slow"


def test_what_could_not_be_opened_is_tried_again_and_the_oldest_is_let_go() -> None:
    cache = LruCache(2)
    with pytest.raises(KeyError):
        cache.get("one", lambda: {}["one"])
    assert cache.get("one", lambda: 1) == 1
    for name in ("two", "three"):
        cache.get(name, lambda: 0)
    assert not cache.has("one")


def _count(client: TestClient, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)
