"""The live connection: frames for the newest state of the controls, and lines for what cannot be drawn."""

import asyncio
import json
import struct
import threading
import time
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.websockets import WebSocketDisconnect, WebSocketState

from asking import TestClient, apart, handed_in, photo, pixels_of, serving
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.pictures import to_frame
from limner.serving import live
from limner.serving.settings import Settings
from limner.style.factors import Factors
from limner.style.instant import load_model

LIVE = "ws://localhost/v1/live"
STYLED = {"kind": "stylize", "model": "limner", "styles": {}}
SAMPLE = {"kind": "sample", "model": "gan"}


@pytest.fixture
def socket(client: TestClient) -> Any:
    with client.websocket_connect(LIVE) as socket:
        yield socket


def test_a_frame_is_a_header_and_a_jpeg_of_the_place(socket: Any, gan: LatentSampler) -> None:
    latent = {"seed": 4, "mix": {"seed": 5, "share": 0.3}, "directions": {"pca-1": 1}}
    header, pixels = _asked(socket, {"id": 17, **SAMPLE, **latent, "side": 256})
    assert set(header) == {"id", "width", "height", "queue_ms", "model_ms", "encode_ms"}
    assert (header["id"], header["width"], header["height"]) == (17, 16, 16)
    assert all(header[name] >= 0 for name in ("queue_ms", "model_ms", "encode_ms"))
    assert apart(pixels, pixels_of(to_frame(gan.generate([LatentSpec(**latent)])[0]))) <= 8


def test_samples_are_one_frame_of_a_row(socket: Any, gan: LatentSampler) -> None:
    header, row = _asked(socket, {"kind": "samples", "model": "gan", "n": 3, "seed": 2, "index": 1})
    assert (header["width"], header["height"]) == (48, 16)
    library = gan.generate([LatentSpec(seed=2, index=index) for index in (1, 2, 3)])
    assert apart(row, pixels_of(to_frame(np.concatenate(list(library), 1)))) <= 8


def test_styles_are_painted_live(socket: Any, client: TestClient) -> None:
    style = client.get("/v1/models/limner").json()["styles"][0]
    asked = {"kind": "stylize", "model": "limner", "picture": handed_in(client, photo()), "texture": 0.5}
    header, pixels = _asked(socket, {**asked, "styles": {style: 0.7}, "side": 32})
    assert (header["width"], header["height"]) == (32, 26)
    whole = _asked(socket, {**asked, "styles": {style: 0.7}, "side": 64})[1]
    library = load_model().stylize(photo(), style, Factors(texture=0.5))
    assert apart(whole, pixels_of(to_frame(library))) <= 8
    assert pixels.shape == (26, 32, 3)
    assert "styles: name one" in _refused(socket, {**asked, "styles": {}})["message"]


@pytest.mark.parametrize(
    ("wrong", "kind", "said"),
    [
        ({"model": "rose"}, "not_found", "no model is called 'rose'"),
        ({"model": "../gan"}, "not_found", "no model"),
        ({"model": "damaged"}, "invalid_request", "damaged"),
        ({"kind": "dance"}, "invalid_request", "dance"),
        ({"seed": -1}, "invalid_request", "seed"),
        ({"condition": {"kind": "flat"}}, "invalid_request", "no class 'flat'"),
        ({"directions": {"nowhere": 1}}, "invalid_request", "no direction 'nowhere'"),
        ({**STYLED, "picture": "http://localhost/x"}, "not_found", "no picture has the id"),
    ],
)
def test_a_mistake_is_told_and_the_connection_stays(socket: Any, wrong: dict, kind: str, said: str) -> None:
    error = _refused(socket, {"id": 5, **SAMPLE, **wrong}, 5)
    assert error["type"] == kind
    assert said in error["message"]
    assert _asked(socket, {"id": 6, **SAMPLE})[0]["id"] == 6


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "17", '"x"', "[" * 50_000, '{"kind": "sample"}', "\0"])
def test_what_is_no_message_is_told_and_the_connection_stays(socket: Any, text: str) -> None:
    socket.send_text(text)
    answer = json.loads(socket.receive_text())
    assert (answer["id"], answer["error"]["type"]) == (None, "invalid_request")
    assert _asked(socket, {"id": 6, **SAMPLE})[0]["id"] == 6


def test_a_fault_of_ours_is_told_without_a_word_of_it_and_logged(
    socket: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("a secret of /home/me")

    monkeypatch.setitem(live.HANDLERS, "sample", broken)
    error = _refused(socket, {"id": 3, **SAMPLE}, 3)
    assert error["type"] == "internal"
    assert "secret" not in json.dumps(error)
    assert "a secret of" in caplog.text


def test_a_huge_message_ends_the_connection(client: TestClient) -> None:
    with client.websocket_connect(LIVE) as socket:
        socket.send_text("x" * (live.MAX_MESSAGE_BYTES + 1))
        with pytest.raises(WebSocketDisconnect) as ended:
            socket.receive_text()
    assert ended.value.code == 1009


def test_only_the_newest_of_a_flood_is_generated(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, free = threading.Event(), threading.Event()
    handle = live.HANDLERS["sample"]

    def held(state: Any, ask: Any) -> Any:
        begun.set()
        assert free.wait(10)
        return handle(state, ask)

    monkeypatch.setitem(live.HANDLERS, "sample", held)
    with client.websocket_connect(LIVE) as socket:
        socket.send_json({"id": 0, **SAMPLE})
        assert begun.wait(10)
        for number in range(1, 300):
            socket.send_json({"id": number, **SAMPLE, "seed": number})
        time.sleep(0.2)  # all of them are there before the lane is free
        free.set()
        seen = [_frame(socket.receive_bytes())[0]["id"]]
        while seen[-1] != 299:
            seen.append(_frame(socket.receive_bytes())[0]["id"])
    assert seen == sorted(seen)
    assert len(seen) <= 3


def test_connections_are_counted_and_too_many_refused(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, live=2) as client:
        with client.websocket_connect(LIVE), client.websocket_connect(LIVE) as second:
            assert _asked(second, {"id": 1, **SAMPLE})[0]["id"] == 1
            assert "limner_live_connections 2.0" in client.get("/metrics").text
            with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect(LIVE):
                pass
            assert refused.value.code == 1013
        with client.websocket_connect(LIVE) as third:
            assert _asked(third, {"id": 2, **SAMPLE})[0]["id"] == 2


def test_a_client_that_leaves_before_it_is_let_in_is_not_counted(client: TestClient) -> None:
    class Gone:
        app = client.app
        client_state = WebSocketState.DISCONNECTED

        async def accept(self) -> None:
            raise WebSocketDisconnect(1006)

    asyncio.run(live.live(Gone()))
    assert client.app.state.live == 0


def test_a_client_that_does_not_take_its_frames_is_cut_off(tmp_path: Path) -> None:
    closed = []

    class Slow:
        client_state = WebSocketState.CONNECTED

        async def send_text(self, _: str) -> None:
            await asyncio.sleep(60)

        async def close(self, code: int, reason: str) -> None:
            closed.append((code, reason))

    settings = Settings((), tmp_path)
    object.__setattr__(settings.limits, "patience", 0.05)
    slot = live.Slot()

    async def run() -> None:
        slot.put("nothing that can be drawn")
        await asyncio.wait_for(live._answer(Slow(), SimpleNamespace(settings=settings), slot), 5)

    asyncio.run(run())
    assert closed == [(1008, "too slow")]


def test_a_slider_does_not_wait_for_a_model_that_is_being_opened(
    client: TestClient, socket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(socket, SAMPLE)
    begun, free = threading.Event(), threading.Event()

    def opening(*_: Any, **__: Any) -> Any:
        begun.set()
        assert free.wait(10)
        raise OSError("not now")

    monkeypatch.setattr("limner.serving.catalogue.load", opening)
    asking = threading.Thread(target=client.post, args=("/v1/images/generations",), kwargs={"json": {"model": "vae"}})
    asking.start()
    assert begun.wait(10)
    assert _asked(socket, {"id": 8, **SAMPLE})[0]["id"] == 8
    assert not free.is_set()
    free.set()
    asking.join()


def _frame(message: bytes) -> tuple[dict, np.ndarray]:
    (length,) = struct.unpack(">I", message[:4])
    image = Image.open(BytesIO(message[4 + length :]))
    assert image.format == "JPEG"
    return json.loads(message[4 : 4 + length]), np.asarray(image)


def _asked(socket: Any, message: dict) -> tuple[dict, np.ndarray]:
    socket.send_json(message)
    header, pixels = _frame(socket.receive_bytes())
    assert pixels.shape[:2] == (header["height"], header["width"])
    return header, pixels


def _refused(socket: Any, message: dict, number: int = 0) -> dict:
    socket.send_json(message)
    answer = json.loads(socket.receive_text())
    assert answer["id"] == (number or message.get("id"))
    return answer["error"]
