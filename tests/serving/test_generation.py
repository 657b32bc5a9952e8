"""Pictures by HTTP are those of the library, whatever else is asked for beside them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from asking import TestClient, apart, content_of, error_of, picture_of
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.errors import PictureError
from limner.pictures import read_provenance
from limner.replay import replay

ASKED = "/v1/images/generations"
LATENTS = {
    "seed": {"seed": 5},
    "index": {"seed": 5, "index": 7},
    "blend": {"blend": [[1, 0.5], [2, 2.0], [3, -1]]},
    "mix": {"seed": 5, "mix": {"seed": 9, "share": 0.4}},
    "directions": {"seed": 5, "directions": {"pca-1": 2.5, "pca-2": -1}},
    "condition": {"seed": 5, "condition": {"kind": "long"}},
    "truncation": {"seed": 5, "truncation": 0.3},
}


@pytest.mark.parametrize("latent", LATENTS.values(), ids=list(LATENTS))
def test_a_latent_is_generated_as_the_library_does_and_again_from_what_the_picture_carries(
    client: TestClient, gan: LatentSampler, tmp_path: Path, latent: dict
) -> None:
    content = content_of(client.post(ASKED, json={"model": "gan", **latent}))
    file = tmp_path / "picture.png"
    file.write_bytes(content)
    with pytest.raises(PictureError, match="was made of gan, which is not there; say where it is with --from gan=PATH"):
        replay(file)
    again, difference = replay(file, gan.path)
    assert difference <= 1
    assert apart(again, gan.generate([LatentSpec(**latent)])[0]) <= 1
    assert read_provenance(file)["ai_generated"]


@pytest.mark.parametrize("name", [name for name in LATENTS if name != "seed"])
def test_every_part_of_a_latent_changes_the_picture(client: TestClient, name: str) -> None:
    plain = picture_of(client.post(ASKED, json={"model": "gan", "seed": 5, "condition": {"kind": "round"}}))
    latent = {"condition": {"kind": "round"}} | LATENTS[name]
    assert apart(picture_of(client.post(ASKED, json={"model": "gan", **latent})), plain) > 10


def test_n_pictures_are_those_of_the_seed_from_the_index_on(client: TestClient, gan: LatentSampler) -> None:
    answer = client.post(ASKED, json={"model": "gan", "seed": 3, "index": 2, "n": 20})
    assert [(one["seed"], one["index"]) for one in answer.json()["data"]] == [(3, index) for index in range(2, 22)]
    library = gan.generate([LatentSpec(seed=3, index=index) for index in range(2, 22)])
    assert all(apart(picture_of(answer, row), library[row]) <= 1 for row in range(20))


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_other_formats_carry_how_they_were_made(client: TestClient, tmp_path: Path, kind: str) -> None:
    content = content_of(client.post(ASKED, json={"model": "vae", "seed": 4, "output_format": kind}))
    file = tmp_path / f"picture.{kind}"
    file.write_bytes(content)
    assert read_provenance(file)["latent"] == {"seed": 4}


def test_requests_at_one_time_do_not_influence_one_another(client: TestClient, gan: LatentSampler) -> None:
    bodies = [{"seed": seed, "condition": {"kind": kind}} for seed in range(8) for kind in ("round", "long", "flat")]
    with ThreadPoolExecutor(12) as clients:
        answers = list(clients.map(lambda body: client.post(ASKED, json={"model": "gan", **body}), bodies))
    for body, answer in zip(bodies, answers, strict=True):
        if body["condition"]["kind"] == "flat":
            assert answer.status_code == 422
            assert "there is no class 'flat'" in error_of(answer)["message"]
            assert error_of(answer)["param"] == "condition"
        else:
            assert apart(picture_of(answer), gan.generate([LatentSpec(**body)])[0]) <= 1


def test_a_class_may_be_asked_for_by_its_number(client: TestClient) -> None:
    by_name = picture_of(client.post(ASKED, json={"model": "gan", "condition": {"kind": "square"}}))
    assert apart(picture_of(client.post(ASKED, json={"model": "gan", "condition": {"kind": 1}})), by_name) == 0


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


def test_a_walk_is_a_film_through_latents(client: TestClient, tmp_path: Path) -> None:
    latents = [{"seed": 1}, {"seed": 2, "index": 3}, {"blend": [[1, 1], [2, 1]]}]
    answer = client.post("/v1/walks", json={"model": "vae", "latents": latents, "frames": 3, "rate": 12})
    assert answer.headers["content-type"] == "video/mp4"
    film = tmp_path / "walk.mp4"
    film.write_bytes(answer.content)
    assert len(read_provenance(film)["latents"]) == 3
    assert _frames(film) == 9


@pytest.mark.parametrize(
    "wrong", [{"latents": [{}]}, {"frames": 0}, {"rate": 100}, {"latents": [{}] * 24, "frames": 100}]
)
def test_a_walk_has_limits(client: TestClient, wrong: dict) -> None:
    asked = {"model": "vae", "latents": [{}, {}], "frames": 2} | wrong
    assert client.post("/v1/walks", json=asked).status_code == 422


def _frames(film: Path) -> int:
    import av

    with av.open(str(film)) as container:
        return len([np.asarray(frame.to_image()) for frame in container.decode(video=0)])


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("wrong", [{"directions": {"pca-1": 5000}}, {"blend": [[1, 5000]]}, {"blend": [[-1, 1]]}])
def test_a_latent_beyond_its_range_is_refused(client: TestClient, wrong: dict) -> None:
    answer = client.post(ASKED, json={"model": "gan", **wrong})
    assert answer.status_code == 422, answer.text
