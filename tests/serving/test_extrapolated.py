"""Numbers beyond what a model was trained on are said in every answer that shows a picture of them."""

import json
import struct
from collections.abc import Iterator

import numpy as np
import pytest

from asking import TestClient, handed_in, serving
from small_models import small_model

BEYOND = {"name": "age", "asked": "7.5", "minimum": 0.0, "maximum": 1.0}
LINE = "age = 7.5: the training pictures have 0 to 1; the picture is extrapolated beyond 1."
WITHIN, OUTSIDE = {"age": 0.5}, {"age": 7.5}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("served")
    small_model("vae", "condition=[kind, age]").save(folder / "aged")
    with serving(folder, tmp_path_factory.mktemp("home")) as client:
        yield client


def said(answer: dict) -> tuple[list, list]:
    return answer["warnings"], answer["extrapolated"]


def test_a_generated_picture_says_it(client: TestClient) -> None:
    for condition, expected in ((WITHIN, ([], [])), (OUTSIDE, ([LINE], [BEYOND]))):
        asked = {"model": "aged", "n": 2, "condition": condition}
        assert said(client.post("/v1/images/generations", json=asked).json()) == expected


def test_a_film_says_it_in_a_header(client: TestClient) -> None:
    latents = [{"seed": 1, "condition": OUTSIDE}, {"seed": 2, "condition": OUTSIDE}]
    answer = client.post("/v1/walks", json={"model": "aged", "latents": latents, "frames": 2})
    assert json.loads(answer.headers["Limner-Warnings"]) == [LINE]
    latents = [{"seed": 1, "condition": WITHIN}, {"seed": 2}]
    answer = client.post("/v1/walks", json={"model": "aged", "latents": latents, "frames": 2})
    assert "Limner-Warnings" not in answer.headers


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([{"condition": {"values": {"age": "7.5"}, "steps": 1}}], ([LINE], [BEYOND])),
        ([{"condition": {"values": {"age": "0.5"}, "steps": 1}}], ([], [])),
        ([{"along": {"direction": "pca-1", "amount": 0, "condition": {"age": "7.5"}}}], ([], [])),
    ],
    ids=["beyond", "within", "an edit that does nothing"],
)
def test_an_edit_says_it(client: TestClient, edits: list, expected: tuple) -> None:
    asked = {"model": "aged", "latent": {"seed": 3, "condition": WITHIN}, "edits": edits}
    assert said(client.post("/v1/edits", json=asked).json()) == expected


def test_an_edit_of_a_picture_by_a_model_that_it_names_says_it(client: TestClient) -> None:
    picture = handed_in(client, np.full((16, 16, 3), 90, np.uint8))
    edits = [{"encode": {"model": "aged", "condition": {"kind": "round", "age": "7.5"}, "steps": 0}}]
    assert said(client.post("/v1/edits", json={"picture": picture, "edits": edits}).json()) == ([LINE], [BEYOND])


def test_a_latent_that_is_edited_says_it(client: TestClient) -> None:
    asked = {"model": "aged", "latent": {"seed": 3, "condition": OUTSIDE}, "edits": ["flip"]}
    assert said(client.post("/v1/edits", json=asked).json()) == ([LINE], [BEYOND])


def test_a_live_frame_says_it(client: TestClient) -> None:
    with client.websocket_connect("ws://localhost/v1/live") as socket:
        for condition in (OUTSIDE, WITHIN):
            socket.send_json({"kind": "sample", "model": "aged", "condition": condition})
            message = socket.receive_bytes()
            (length,) = struct.unpack(">I", message[:4])
            header = json.loads(message[4 : 4 + length])
            assert header.get("extrapolated") == ([BEYOND] if condition is OUTSIDE else None)
