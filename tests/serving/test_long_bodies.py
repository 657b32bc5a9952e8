"""Bodies that are large or odd: refused in a moment, so that nobody else waits for it."""

import json
import time
from typing import Any

import pytest

from asking import TestClient, error_of

MANY = 12_000
BODIES: dict[str, tuple[str, Any]] = {
    "deep": ("/v1/edits", b'{"edits":' + b"[" * 200_000),
    "digits": ("/v1/images/generations", b'{"model":"x","seed":' + b"9" * 200_000 + b"}"),
    "keys": ("/v1/images/generations", {"model": "x", "condition": {f"k{number}": [1] for number in range(MANY)}}),
    "unknown": ("/v1/images/generations", {"model": "x"} | {f"k{number}": 1 for number in range(MANY)}),
    "do": ("/v1/causal/do", {"model": "x", "do": {f"k{number}": [] for number in range(MANY)}}),
    "set": ("/v1/train", {"data": "x", "name": "x", "set": {f"k{number}": [] for number in range(MANY)}}),
    "latents": ("/v1/walks", {"model": "x", "latents": [{"a": 1}] * MANY}),
    "styles": ("/v1/stylize", {"picture": "x", "styles": [{}] * MANY}),
    "long model": ("/v1/images/generations", {"model": "-" * 200_000}),
    "long unit": ("/v1/causal/counterfactual", {"model": "x", "unit": {"picture": "/" * 200_000}}),
    "long key": ("/v1/images/generations", {"model": "x", "-" * 200_000: 1}),
    "long edit": ("/v1/edits", {"picture": "x", "edits": ["rotate: " + "[" * 200_000]}),
    "long setting": ("/v1/train", {"data": "flowers", "name": "x", "set": {"steps": "9" * 200_000}}),
    "surrogate": ("/v1/images/generations", b'{"model":"x","condition":{"\\ud800":[]},"\\udfff":1}'),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=list(BODIES))
def test_what_is_too_long_is_refused_in_a_moment(client: TestClient, body: tuple[str, Any]) -> None:
    path, asked = body
    content = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    assert len(content) <= 256 * 2**10
    began = time.perf_counter()
    answer = client.post(path, content=content, headers={"content-type": "application/json"})
    assert time.perf_counter() - began < 10
    assert (answer.status_code in (400, 422), error_of(answer)["type"]) == (True, "invalid_request")
    assert len(answer.content) < 2000


@pytest.mark.parametrize(
    "setting",
    ["2024-13-45", "9" * 1900, "[" * 1900, "&a [*a]", "!!timestamp x", "0x_", "{", "\0", "!!python/object:os.system x"],
    ids=lambda setting: setting[:12],
)
def test_settings_that_are_none_are_refused(client: TestClient, setting: str) -> None:
    for key in ("steps", "method.latent_dim", "batch", setting[:200]):
        asked = {"data": "flowers", "name": "x", "set": {key: setting}}
        answer = client.post("/v1/train", json=asked)
        assert (answer.status_code, error_of(answer)["type"]) == (422, "invalid_request"), answer.text


def test_a_live_message_with_many_mistakes_is_answered_in_a_moment(client: TestClient) -> None:
    with client.websocket_connect("ws://localhost/v1/live") as socket:
        for kind, field in (("counterfactual", "do"), ("sample", "condition"), ("stylize", "styles")):
            began = time.perf_counter()
            socket.send_json({"id": 1, "kind": kind, "model": "x", field: {f"{number}": [] for number in range(5000)}})
            assert "2,000 values" in json.loads(socket.receive_text())["error"]["message"]
            assert time.perf_counter() - began < 10
