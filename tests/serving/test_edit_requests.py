"""Edits by HTTP: those of `limner edit`, on pictures and models that are named and never on paths."""

import hashlib
import json
import struct
import zlib
from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

from asking import TestClient, apart, content_of, error_of, file_of, handed_in, photo, picture_of, pixels_of
from limner.editing.edits import apply, from_list
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.pictures import read_provenance, save

EDITS = [{"rotate": {"angle": 20}}, "exposure: 0.5", {"crop": {"width": 24, "height": 20}}, "flip"]


def test_edits_do_what_they_do_in_the_library(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/v1/edits", json={"picture": handed_in(client, photo()), "edits": EDITS})
    assert apart(picture_of(answer), apply(from_list(EDITS), photo())) == 0
    (one,) = answer.json()["data"]
    assert (one["width"], one["height"]) == (24, 20)
    assert answer.json()["selection"] is None
    (tmp_path / "edited.png").write_bytes(content_of(answer))
    provenance = read_provenance(tmp_path / "edited.png")
    assert [next(iter(edit)) for edit in provenance["edits"]] == ["rotate", "exposure", "crop", "flip"]
    assert provenance["ai_generated"] is False


def test_a_place_of_a_model_is_edited(client: TestClient, gan: LatentSampler) -> None:
    latent = {"seed": 3, "mix": {"seed": 4, "share": 0.5}}
    answer = client.post("/v1/edits", json={"model": "gan", "latent": latent, "edits": ["flip"]})
    assert apart(picture_of(answer), gan.generate([LatentSpec(**latent)])[0][:, ::-1]) <= 1


def test_a_known_code_is_moved(client: TestClient, gan: LatentSampler) -> None:
    edits = [{"along": {"direction": "pca-1", "amount": 2}}]
    answer = client.post("/v1/edits", json={"model": "gan", "latent": {"seed": 3}, "edits": edits})
    assert apart(picture_of(answer), gan.generate([LatentSpec(seed=3, directions={"pca-1": 2})])[0]) <= 1


def test_what_is_selected_is_told_and_can_be_selected_again(client: TestClient) -> None:
    picture = handed_in(client, photo())
    box = {"select-box": {"left": 4, "top": 2, "width": 10, "height": 8}}
    selection = b64decode(client.post("/v1/edits", json={"picture": picture, "edits": [box]}).json()["selection"])
    shown = pixels_of(selection)
    assert shown.shape == (32, 40)
    assert (shown[2:10, 4:14] == 255).all()
    assert shown.sum() == 255 * 80
    by_mask = [{"select-mask": {"file": handed_in(client, selection)}}, "exposure: 1"]
    assert apart(
        picture_of(client.post("/v1/edits", json={"picture": picture, "edits": by_mask})),
        apply(from_list([box, "exposure: 1"]), photo()),
    ) == 0  # fmt: skip


@pytest.mark.parametrize("edit", ["select-mask", "paste"])
@pytest.mark.parametrize("path", ["/etc/passwd", "../x.png", "http://localhost/x.png", "", "a" * 64])
def test_pictures_are_named_by_their_ids_alone(client: TestClient, edit: str, path: str) -> None:
    answer = client.post("/v1/edits", json={"picture": handed_in(client, photo()), "edits": [{edit: {"file": path}}]})
    assert (answer.status_code, error_of(answer)["type"]) == (404, "not_found")


def test_models_are_named_and_folders_of_directions_are_not(client: TestClient, models: Path) -> None:
    picture = handed_in(client, photo(16, 16))
    for name in (str(models / "gan"), "../gan", "nowhere"):
        edit = {"encode": {"model": name, "steps": 1}}
        assert client.post("/v1/edits", json={"picture": picture, "edits": [edit]}).status_code == 404
    edit = {"along": {"direction": "pca-1", "model": "gan", "directions": str(models), "steps": 1}}
    assert error_of(client.post("/v1/edits", json={"picture": picture, "edits": [edit]}))["param"] == "directions"
    edit = {"encode": {"model": "vae", "steps": 1, "details": "none"}}
    assert picture_of(client.post("/v1/edits", json={"picture": picture, "edits": [edit]})).shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (["dance"], "no edit is called 'dance'"),
        (["rotate: [1"], "write NAME"),
        (["rotate: .inf"], "give a number"),
        (["rotate: 1e999"], "too large for a number"),
        ([{"rotate": {"angle": "wide"}}], "angle"),
        ([{"rotate": 5, "flip": None}], "edit 1"),
        ([{}], "edit 1"),
        (["regenerate"], "no model"),
        ([{"pad": {"left": 100000, "top": 100000}}], "more than"),
        (["flip"] * 101, "100"),
        (["\ud800"], "edits"),
        (["x" * 2001], "edits"),
    ],
)
def test_what_is_no_edit_is_refused(client: TestClient, edits: list, said: str) -> None:
    body = json.dumps({"picture": handed_in(client, photo()), "edits": edits})
    answer = client.post("/v1/edits", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert said in error_of(answer)["message"]


@pytest.mark.parametrize("origin", [{}, {"picture": "x", "model": "gan"}])
def test_a_picture_or_a_model_is_edited_and_not_both(client: TestClient, origin: dict) -> None:
    assert client.post("/v1/edits", json=origin).status_code == 422


def test_a_picture_that_is_too_large_to_edit_is_refused(client: TestClient) -> None:
    picture = handed_in(client, np.zeros((8, 2049, 3), np.uint8))
    answer = client.post("/v1/edits", json={"picture": picture})
    assert (answer.status_code, error_of(answer)["type"]) == (413, "too_large")


def test_an_edited_picture_is_edited_on(client: TestClient) -> None:
    first = content_of(client.post("/v1/edits", json={"picture": handed_in(client, photo()), "edits": ["exposure: 1"]}))
    answer = client.post("/v1/edits", json={"picture": handed_in(client, first), "edits": ["exposure: -1"]})
    assert apart(picture_of(answer), apply(from_list(["exposure: 1", "exposure: -1"]), photo())) == 0


def test_what_a_picture_says_of_itself_opens_no_file(client: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(file_of(photo(seed=9)))
    digest = hashlib.sha256(secret.read_bytes()).hexdigest()
    pictures = client.app.state.limner.pictures
    own = handed_in(client, photo())
    there = {"kind": "edit", "origin": {"file": str(secret), "sha256": digest}, "edits": []}
    pasted = {"origin": {"file": str(pictures.path(own)), "sha256": own}, "edits": [{"paste": {"file": str(secret)}}]}
    nowhere = {"origin": {"file": str(tmp_path / "nowhere"), "sha256": "0"}, "edits": []}
    model = {"path": str(tmp_path), "sha256": "0"}
    for made in (
        there,
        there | pasted,
        there | nowhere,
        there | {"origin": {"model": model}},
        there | {"origin": 5},
        there | {"edits": 5},
    ):
        picture = handed_in(client, _saying(photo(seed=1), made))
        answer = client.post("/v1/edits", json={"picture": picture, "edits": []})
        assert apart(picture_of(answer), photo(seed=1)) == 0


def _saying(pixels: np.ndarray, made: dict) -> bytes:
    content, text = file_of(pixels), b"limner\0" + json.dumps(made).encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return content[:33] + chunk + content[33:]


def test_a_background_is_a_colour_or_a_picture_that_was_handed_in(client: TestClient, tmp_path: Path) -> None:
    canvas, other = handed_in(client, photo()), handed_in(client, photo(seed=1))
    for edit in ({"fill": {"by": other}}, {"fill": other}, f"fill:{other}"):
        answer = client.post("/v1/edits", json={"picture": canvas, "edits": [edit]})
        assert apart(picture_of(answer), photo(seed=1)) == 0
    assert client.post("/v1/edits", json={"picture": canvas, "edits": ["fill:#ff0000"]}).status_code == 200
    secret = tmp_path / "secret.png"
    save(photo(), secret)
    refused = client.post("/v1/edits", json={"picture": canvas, "edits": [{"fill": {"by": str(secret)}}]})
    assert refused.status_code == 404


def test_an_edit_that_makes_the_picture_huge_is_refused(client: TestClient) -> None:
    answer = client.post(
        "/v1/edits", json={"picture": handed_in(client, photo()), "edits": [{"pad": {"left": 100_000}}]}
    )
    assert (answer.status_code, error_of(answer)["type"]) == (413, "too_large")


def test_a_removal_says_how_sure_it_is(client: TestClient) -> None:
    edits = [{"select-box": {"left": 1, "top": 1, "width": 38, "height": 25}}, "remove"]
    picture = handed_in(client, np.random.default_rng(0).integers(0, 255, (32, 40, 3)).astype(np.uint8))
    answer = client.post("/v1/edits", json={"picture": picture, "edits": edits}).json()
    (note,) = answer["notes"]
    assert note["edit"] == "remove"
    assert 0 <= note["confidence"] <= 1
    assert answer["warnings"] == [note["warning"]]
    assert "74% of the picture were removed" in note["warning"]
    assert client.post("/v1/edits", json={"picture": picture, "edits": ["flip"]}).json()["notes"] == []
