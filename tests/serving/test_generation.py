"""Pictures by HTTP are those of the library, whatever else is asked for beside them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from asking import TestClient, apart, content_of, error_of, painted

from limner.editing.place import Explorer, Place, replay
from limner.errors import PictureError
from limner.pictures import read_provenance

ASKED = "/v1/images/generations"
PLACES = {
    "seed": {"seed": 5},
    "index": {"seed": 5, "index": 7},
    "blend": {"blend": [[1, 0.5], [2, 2.0], [3, -1]]},
    "mix": {"seed": 5, "mix": {"seed": 9, "share": 0.4}},
    "directions": {"seed": 5, "directions": {"pca-1": 2.5, "pca-2": -1}},
    "condition": {"seed": 5, "condition": {"kind": "long"}},
    "truncation": {"seed": 5, "truncation": 0.3},
}


@pytest.mark.parametrize("place", PLACES.values(), ids=list(PLACES))
def test_a_place_is_painted_as_the_library_does_and_again_from_what_the_picture_carries(
    client: TestClient, gan: Explorer, tmp_path: Path, place: dict
) -> None:
    content = content_of(client.post(ASKED, json={"model": "gan", **place}))
    file = tmp_path / "picture.png"
    file.write_bytes(content)
    with pytest.raises(PictureError, match="made by the model 'gan', which is not here; give its folder with --model"):
        replay(file)
    again, difference = replay(file, gan.path)
    assert difference <= 1
    assert apart(again, gan.paint([Place(**place)])[0]) <= 1
    assert read_provenance(file)["ai_generated"]


@pytest.mark.parametrize("name", [name for name in PLACES if name != "seed"])
def test_every_part_of_a_place_changes_the_picture(client: TestClient, name: str) -> None:
    plain = painted(client.post(ASKED, json={"model": "gan", "seed": 5, "condition": {"kind": "round"}}))
    place = {"condition": {"kind": "round"}} | PLACES[name]
    assert apart(painted(client.post(ASKED, json={"model": "gan", **place})), plain) > 10


def test_n_pictures_are_those_of_the_seed_from_the_index_on(client: TestClient, gan: Explorer) -> None:
    answer = client.post(ASKED, json={"model": "gan", "seed": 3, "index": 2, "n": 20})
    assert [(one["seed"], one["index"]) for one in answer.json()["data"]] == [(3, index) for index in range(2, 22)]
    library = gan.paint([Place(seed=3, index=index) for index in range(2, 22)])
    assert all(apart(painted(answer, row), library[row]) <= 1 for row in range(20))


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_other_formats_carry_how_they_were_made(client: TestClient, tmp_path: Path, kind: str) -> None:
    content = content_of(client.post(ASKED, json={"model": "vae", "seed": 4, "output_format": kind}))
    file = tmp_path / f"picture.{kind}"
    file.write_bytes(content)
    assert read_provenance(file)["place"] == {"seed": 4}


def test_requests_at_one_time_do_not_influence_one_another(client: TestClient, gan: Explorer) -> None:
    wishes = [{"seed": seed, "condition": {"kind": kind}} for seed in range(8) for kind in ("round", "long", "flat")]
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda wish: client.post(ASKED, json={"model": "gan", **wish}), wishes))
    for wish, answer in zip(wishes, answers, strict=True):
        if wish["condition"]["kind"] == "flat":
            assert answer.status_code == 422
            assert "there is no class 'flat'" in error_of(answer)["message"]
            assert error_of(answer)["param"] == "condition"
        else:
            assert apart(painted(answer), gan.paint([Place(**wish)])[0]) <= 1


def test_a_class_may_be_asked_for_by_its_number(client: TestClient) -> None:
    by_name = painted(client.post(ASKED, json={"model": "gan", "condition": {"kind": "square"}}))
    assert apart(painted(client.post(ASKED, json={"model": "gan", "condition": {"kind": 1}})), by_name) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"seed": -1},
        {"seed": "7"},
        {"index": True},
        {"truncation": "1"},
        {"seed": 2**63},
        {"seed": "seven"},
        {"index": 2**31, "n": 2},
        {"n": 0},
        {"n": 65},
        {"n": 1.5},
        {"truncation": 0},
        {"truncation": 1.5},
        {"mix": {"seed": 1, "share": 1.01}},
        {"blend": []},
        {"blend": [[1, 1]] * 9},
        {"blend": [[-1, 1]]},
        {"blend": [[1, 1e300]]},
        {"blend": [[1, 1]], "n": 2},
        {"directions": {"pca-1": 1e300}},
        {"directions": {"nowhere": 1}},
        {"condition": {"size": "large"}},
        {"condition": {"kind": ["round"]}},
        {"output_format": "gif"},
        {"colour": "red"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(client: TestClient, wrong: dict) -> None:
    answer = client.post(ASKED, json={"model": "gan", **wrong})
    assert answer.status_code == 422
    assert error_of(answer)["type"] == "invalid_request"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1" + 5000 * "0", "1e999"])
@pytest.mark.parametrize("name", ["seed", "truncation", "n"])
def test_numbers_that_are_none_are_refused(client: TestClient, name: str, number: str) -> None:
    answer = client.post(ASKED, content=f'{{"model": "gan", "{name}": {number}}}', headers=JSON)
    assert answer.status_code in (400, 422)
    assert error_of(answer)["type"] == "invalid_request"


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", "[" * 100_000, '{"model": "\\ud800"}', '{"model": "gan", "\\ud800": 1}', "\0"]
)
def test_a_body_that_is_none_is_refused(client: TestClient, body: str) -> None:
    answer = client.post(ASKED, content=body, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert error_of(answer)["message"]


@pytest.mark.parametrize("name", ["../gan", "%2e%2e%2fgan", "/etc", "gan/", "flowers", "http://localhost/gan", "", "."])
def test_models_are_asked_for_by_name_alone(client: TestClient, models: Path, name: str) -> None:
    for asked in (name, str(models / "gan")):
        answer = client.post(ASKED, json={"model": asked})
        assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")
        assert str(models) not in answer.text


def test_a_model_of_another_kind_is_refused(client: TestClient) -> None:
    answer = client.post(ASKED, json={"model": "limner"})
    assert answer.status_code == 422
    assert "of kind instant" in error_of(answer)["message"]


def test_a_walk_is_a_film_through_places(client: TestClient, tmp_path: Path) -> None:
    places = [{"seed": 1}, {"seed": 2, "index": 3}, {"blend": [[1, 1], [2, 1]]}]
    answer = client.post("/v1/walks", json={"model": "vae", "places": places, "frames": 3, "rate": 12})
    assert answer.headers["content-type"] == "video/mp4"
    film = tmp_path / "walk.mp4"
    film.write_bytes(answer.content)
    assert len(read_provenance(film)["places"]) == 3
    assert _frames(film) == 9


@pytest.mark.parametrize(
    "wrong", [{"places": [{}]}, {"frames": 0}, {"rate": 100}, {"places": [{}] * 24, "frames": 100}]
)
def test_a_walk_has_limits(client: TestClient, wrong: dict) -> None:
    asked = {"model": "vae", "places": [{}, {}], "frames": 2} | wrong
    assert client.post("/v1/walks", json=asked).status_code == 422


def _frames(film: Path) -> int:
    import av

    with av.open(str(film)) as container:
        return len([np.asarray(frame.to_image()) for frame in container.decode(video=0)])


JSON = {"content-type": "application/json"}
