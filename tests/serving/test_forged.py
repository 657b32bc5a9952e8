"""What pictures say of themselves: names and ids, never a path of this machine; and nothing that is believed without a look."""

import copy
import io
import json
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asking import TestClient, apart, content_of, file_of, handed_in, photo, picture_of
from limner.editing.latent_sampler import LatentSampler
from limner.errors import PictureError
from limner.pictures import read_provenance
from limner.replay import replay
from limner.style.instant import load_model

ODD = [None, True, 0, -1, 2**70, 1.5, "", "x", "/etc/passwd", "\0", "a" * 64, [], [[]], {}, {"path": {}}, {"file": 5}]


def _saying(made: Any, pixels: np.ndarray) -> bytes:
    content, text = file_of(pixels), b"limner\0" + json.dumps(made).encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    return content[:33] + chunk + content[33:]


def _made(content: bytes) -> dict[str, Any]:
    return json.loads(Image.open(io.BytesIO(content)).info["limner"])


@pytest.fixture(scope="module")
def edited(client: TestClient) -> list[dict[str, Any]]:
    """What edited pictures say of themselves: of a picture, of a latent of a model, and of one with more edits."""
    picture, other = handed_in(client, photo()), handed_in(client, photo(seed=1))
    asked = [
        {"picture": picture, "edits": ["exposure: 1", {"paste": {"file": other}}, {"fill": {"by": other}}]},
        {"model": "gan", "latent": {"seed": 3, "directions": {"pca-1": 1}}, "edits": ["flip"]},
        {"picture": handed_in(client, photo(16, 16)), "edits": [{"encode": {"model": "vae", "steps": 1}}]},
    ]
    return [_made(content_of(client.post("/v1/edits", json=one))) for one in asked]


def test_edited_pictures_name_no_path_and_are_edited_on(client: TestClient, edited: list[dict[str, Any]]) -> None:
    picture = edited[0]["origin"]["file"]
    assert client.get(f"/v1/pictures/{picture}").status_code == 200, "an id of a picture"
    assert set(edited[0]["read"]) == {edited[0]["edits"][1]["paste"]["file"]}
    assert edited[1]["origin"]["model"]["path"] == "gan"
    assert edited[2]["edits"][0]["encode"]["model"] == "vae"
    assert "vae" in edited[2]["read"]
    for made in edited:
        _names_no_path(made, client)
        carried = handed_in(client, _saying(made, photo(seed=5)))
        again = _made(content_of(client.post("/v1/edits", json={"picture": carried, "edits": ["flip"]})))
        assert again["edits"][:-1] == made["edits"], "it goes on from the original"
        assert again["origin"] == made["origin"]


def test_what_is_needed_to_make_an_edited_picture_again_is_said(
    client: TestClient,
    gan: LatentSampler,
    edited: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "edited.png"
    file.write_bytes(_saying(edited[1], photo()))
    with pytest.raises(PictureError, match="was made of gan, which is not there"):
        replay(file)
    file.write_bytes(
        content_of(client.post("/v1/edits", json={"model": "gan", "latent": {"seed": 3}, "edits": ["flip"]}))
    )
    assert replay(file, gan.path)[1] <= 1
    picture = handed_in(client, photo())
    file.write_bytes(content_of(client.post("/v1/edits", json={"picture": picture, "edits": ["flip"]})))
    with pytest.raises(PictureError, match=f"was made of {picture}, which is not there; say where it is"):
        replay(file)
    monkeypatch.chdir(tmp_path)
    (tmp_path / picture).write_bytes(file_of(photo()))
    assert replay(file)[1] == 0


def test_styled_pictures_name_no_path(client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture, style = handed_in(client, photo()), next(iter(load_model().styles))
    asked = {"picture": picture, "model": "limner", "styles": [{"style": style}]}
    content = content_of(client.post("/v1/stylize", json=asked))
    assert _made(content)["origin"]["file"] == picture
    _names_no_path(_made(content), client)
    (tmp_path / "styled.png").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    (tmp_path / picture).write_bytes(file_of(photo()))
    assert replay(tmp_path / "styled.png")[1] == 0


def test_generated_pictures_and_walks_name_no_path(client: TestClient, tmp_path: Path) -> None:
    for asked in (
        {"model": "gan"},
        {"model": "vae", "output_format": "jpeg"},
        {"model": "gan", "output_format": "webp"},
    ):
        file = tmp_path / f"picture.{asked.get('output_format', 'png')}"
        file.write_bytes(content_of(client.post("/v1/images/generations", json=asked)))
        assert read_provenance(file)["model"]["path"] == asked["model"]
        _names_no_path(read_provenance(file), client)
    film = client.post("/v1/walks", json={"model": "gan", "latents": [{}, {"seed": 1}], "frames": 2})
    (tmp_path / "walk.mp4").write_bytes(film.content)
    assert read_provenance(tmp_path / "walk.mp4")["model"]["path"] == "gan"
    _names_no_path(read_provenance(tmp_path / "walk.mp4"), client)


def test_what_a_picture_was_made_of_elsewhere_is_told_by_its_last_name(client: TestClient) -> None:
    home = client.app.state.limner.settings.home
    made = {
        "kind": "sample",
        "model": {"path": "/home/me/secret/rose"},
        "condition": {"class": "/m/0abc"},
        "x": str(home / "y"),
    }
    answer = client.post("/v1/pictures", content=_saying(made, photo(seed=6)))
    provenance = answer.json()["provenance"]
    assert provenance == {"kind": "sample", "model": {"path": "rose"}, "condition": {"class": "/m/0abc"}, "x": "y"}


@pytest.mark.parametrize("count", [60, pytest.param(3000, marks=pytest.mark.slow)])
def test_a_forged_picture_is_one_without_edits(client: TestClient, edited: list[dict[str, Any]], count: int) -> None:
    for number, made in enumerate(_forged(edited, count)):
        content = _saying(made, photo(16, 16, number))
        answer = client.post("/v1/pictures", content=content)
        assert answer.status_code == 200, made
        answer = client.post("/v1/edits", json={"picture": answer.json()["id"], "edits": ["flip"]})
        assert answer.status_code in (200, 404, 413, 422), (made, answer.text)
        if answer.status_code == 200:
            _names_no_path(_made(content_of(answer)).get("edits"), client)


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"file": "/etc/passwd"},
        {"file": "/etc/passwd", "sha256": "0"},
        {"model": {}},
        {"model": {"path": "gan"}},
        {"model": {"path": "gan", "sha256": "0"}},
        {"model": {"path": "gan", "sha256": "0"}, "latent": {}},
        {"model": "gan"},
        [],
        "x",
        None,
    ],
    ids=str,
)
def test_an_origin_that_is_none_is_not_believed(client: TestClient, origin: Any) -> None:
    picture = handed_in(client, _saying({"kind": "edit", "origin": origin, "edits": ["flip"]}, photo(seed=7)))
    answer = client.post("/v1/edits", json={"picture": picture, "edits": []})
    assert apart(picture_of(answer), photo(seed=7)) == 0


def test_what_an_origin_says_beside_its_name_is_not_believed(client: TestClient) -> None:
    generated = content_of(client.post("/v1/images/generations", json={"model": "gan"}))
    picture = handed_in(client, generated)
    forged = {"kind": "edit", "origin": {"file": picture, "sha256": picture, "ai_generated": False}, "edits": ["flip"]}
    carried = handed_in(client, _saying(forged, photo(seed=8)))
    answer = content_of(client.post("/v1/edits", json={"picture": carried, "edits": ["flip"]}))
    assert _made(answer)["ai_generated"] is True


def _forged(edited: list[dict[str, Any]], count: int) -> Iterator[Any]:
    """Yields what edited pictures say with one to three parts of it changed to something else, or left out."""
    dice = random.Random(0)
    for _ in range(count):
        made = copy.deepcopy(dice.choice(edited))
        for _ in range(dice.randint(1, 3)):
            within, key = dice.choice(list(_parts(made)))
            if dice.random() < 0.3 and isinstance(within, dict):
                del within[key]
            else:
                within[key] = copy.deepcopy(dice.choice(ODD))  # its own, as a later change may go into it
        yield made | {"kind": "edit"}


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from _parts(value[key])


def _names_no_path(made: Any, client: TestClient) -> None:
    text = json.dumps(made)
    assert '"/' not in text, text
    state = client.app.state.limner
    assert str(state.settings.home) not in text
    assert not any(str(path) in text for path in state.settings.paths)
