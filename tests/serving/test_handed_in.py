"""Pictures that are handed in: read safely, told of, and given back."""

import struct
import zlib

import numpy as np
import pytest

import hostile
from asking import TestClient, apart, error_of, file_of, handed_in, photo, pixels_of

BAD = {name: case for name, case in hostile.pictures().items() if case[1] != hostile.OK}


def test_a_picture_is_kept_by_what_is_in_it_and_given_back(client: TestClient) -> None:
    answer = client.post("/v1/pictures", content=file_of(photo()))
    assert answer.json() == {"id": handed_in(client, photo()), "width": 40, "height": 32, "provenance": None}
    again = client.get(f"/v1/pictures/{answer.json()['id']}")
    assert again.headers["content-type"] == "image/png"
    assert apart(pixels_of(again.content), photo()) == 0


def test_a_picture_says_how_it_was_made(client: TestClient) -> None:
    generated = client.post("/v1/images/generations", json={"model": "gan", "seed": 8}).json()["data"][0]["b64_json"]
    answer = client.post("/v1/pictures", content=_decoded(generated))
    assert answer.json()["provenance"]["latent"] == {"seed": 8}


@pytest.mark.parametrize("name", BAD, ids=lambda name: name.decode("ascii", "replace"))
def test_what_is_no_picture_is_refused_with_the_reason(client: TestClient, name: bytes) -> None:
    content, reason = BAD[name]
    answer = client.post("/v1/pictures", content=content)
    assert (answer.status_code, error_of(answer)["type"]) == (415, "unusable")
    assert error_of(answer)["message"].startswith(reason)


@pytest.mark.parametrize(
    "name", ["", "x", "../studio.db", "http://localhost/x.png", "A" * 64, "0" * 64, "0" * 63 + "\n"]
)
def test_an_id_that_is_none_is_not_found(client: TestClient, name: str) -> None:
    for asked in ({"picture": name, "edits": []}, {"picture": name, "styles": [], "model": "limner"}):
        answer = client.post("/v1/edits" if "edits" in asked else "/v1/stylize", json=asked)
        assert (answer.status_code, error_of(answer)["param"]) == (404, "picture")


@pytest.mark.parametrize(
    "text",
    [
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": 1' + 5000 * b"0" + b"}",
        300 * b'{"a": ' + b"1" + 300 * b"}",
        b"{" * 5000,
        b'["kind"]',
        b'{"kind": "edit"}',
    ],
    ids=lambda text: text[:12].decode(),
)
def test_hostile_words_in_a_picture_do_no_harm(client: TestClient, text: bytes) -> None:
    words = b"limner\0" + text
    chunk = struct.pack(">I", len(words)) + b"tEXt" + words + struct.pack(">I", zlib.crc32(b"tEXt" + words))
    content = file_of(photo(seed=2))
    answer = client.post("/v1/pictures", content=content[:33] + chunk + content[33:])
    assert answer.status_code == 200
    assert answer.json()["provenance"] in (None, {"kind": "edit"})
    edited = client.post("/v1/edits", json={"picture": answer.json()["id"], "edits": ["flip"]})
    assert np.array_equal(pixels_of(_decoded(edited.json()["data"][0]["b64_json"])), photo(seed=2)[:, ::-1])


def _decoded(text: str) -> bytes:
    from base64 import b64decode

    return b64decode(text)
