"""`WS /v1/live`: the state of the controls comes in, frames go out; only the newest state of a connection counts."""

import asyncio
import json
import logging
import struct
import time
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from limner.conditions.values import extrapolations
from limner.config import in_words
from limner.pictures import to_frame
from limner.serving.errors import FAULT, ApiError, field_of, understood
from limner.serving.routes.body import Few, LatentRequest, Name, warned
from limner.serving.routes.causal import UnitSpec, Values, other_world, warnings_of
from limner.serving.routes.stylize import instantly
from limner.serving.state import State
from limner.style.factors import Factors

router = APIRouter()
LOG = logging.getLogger(__name__)
MAX_MESSAGE_BYTES = 64 * 2**10
"""Bytes of a message; what is asked for needs a few hundred."""
MAX_ROW_PICTURES = 32
"""Pictures that one message asks for."""


class Ask(LatentRequest):
    """A picture of a latent of a model, or a row of `n` from there on."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)

    id: int = 0
    kind: Literal["sample", "samples"]
    model: Name
    n: int = Field(1, ge=1, le=MAX_ROW_PICTURES)


class AskStyle(BaseModel):
    """A picture in styles of an instant model."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)
    _few = Few

    id: int = 0
    kind: Literal["stylize"]
    model: Name
    picture: Name
    styles: dict[Name, Annotated[float, Field(ge=0, le=1000)]] = Field(max_length=100)
    colour: float = Field(1.0, ge=0, le=1)
    line: float = Field(1.0, ge=0, le=1)
    texture: float = Field(1.0, ge=0, le=1)
    side: int = Field(256, ge=32, le=1024)


class AskWhatIf(BaseModel):
    """What a unit of a causal model would have been."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, allow_inf_nan=False)
    _few = Few

    id: int = 0
    kind: Literal["counterfactual"]
    model: Name
    unit: UnitSpec = UnitSpec()
    do: Values = Field(default_factory=dict)


ANY: TypeAdapter[Ask | AskStyle | AskWhatIf] = TypeAdapter(
    Annotated[Ask | AskStyle | AskWhatIf, Field(discriminator="kind")]
)
"""Reads a message of any kind."""


@dataclass
class Slot:
    """The newest message of a connection and when it came; one that is replaced was stale."""

    text: str = ""
    came: float = 0.0

    def __post_init__(self) -> None:
        self.filled = asyncio.Event()

    def put(self, text: str) -> None:
        """Replaces what has not been begun."""
        self.text, self.came = text, time.perf_counter()
        self.filled.set()

    async def take(self) -> tuple[str, float]:
        """Waits for a message, and returns it and when it came."""
        await self.filled.wait()
        self.filled.clear()
        return self.text, self.came


@router.websocket("/v1/live")
async def live(socket: WebSocket) -> None:
    """Answers states of the controls with frames until the client leaves, or is too slow to take them."""
    state: State = socket.app.state.limner
    if socket.app.state.live >= state.settings.limits.live:
        await socket.close(1013, "too many live connections")
        return
    socket.app.state.live += 1
    slot = Slot()
    answering = asyncio.create_task(_answer(socket, state, slot))
    try:
        await socket.accept()
        while not answering.done():
            text = await socket.receive_text()
            if len(text) > MAX_MESSAGE_BYTES:
                await socket.close(1009)
                break
            slot.put(text)
    except (WebSocketDisconnect, KeyError, RuntimeError):
        pass
    finally:
        socket.app.state.live -= 1
        answering.cancel()


async def _answer(socket: WebSocket, state: State, slot: Slot) -> None:
    patience = state.settings.limits.patience
    while True:
        text, came = await slot.take()
        try:
            answer: bytes | str = await _frame(state, text, came)
        except Exception as error:
            known = understood(error)
            if known is None:
                LOG.exception("a live message could not be answered")
            answer = json.dumps({"id": _id_of(text), **(known or FAULT).body()})
        sending = socket.send_bytes(answer) if isinstance(answer, bytes) else socket.send_text(answer)
        try:
            await asyncio.wait_for(sending, patience)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            if socket.client_state is WebSocketState.CONNECTED:
                await socket.close(1008, "too slow")
            return


async def _frame(state: State, text: str, came: float) -> bytes:
    """Returns a frame: the length of a header, the header, and a JPEG."""
    try:
        ask = ANY.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = field_of(first["loc"][1:])
        raise ApiError(422, f"{where or 'the message'}: {in_words(first)}.", where) from None
    work = HANDLERS[ask.kind]
    # opening a model takes a while and must not delay the sliders of others; what is open must not wait in the pool
    if not await asyncio.to_thread(state.catalogue.opened, ask.model):
        await state.run_in_pool(_opened, state, ask)
    return await state.interactive.do(_rendered, state, ask, work, came)


def _rendered(state: State, ask: Any, work: Any, came: float) -> bytes:
    begun = time.perf_counter()
    pixels, more = work(state, ask)
    generated = time.perf_counter()
    jpeg = to_frame(pixels)
    header = {
        "id": ask.id,
        "width": pixels.shape[1],
        "height": pixels.shape[0],
        "queue_ms": round(1000 * (begun - came), 2),
        "model_ms": round(1000 * (generated - begun), 2),
        "encode_ms": round(1000 * (time.perf_counter() - generated), 2),
        **more,
    }
    head = json.dumps(header).encode()
    return struct.pack(">I", len(head)) + head + jpeg


def _opened(state: State, ask: Any) -> None:
    opening = {"stylize": state.catalogue.instant, "counterfactual": state.catalogue.causal}
    opening.get(ask.kind, state.catalogue.sampler)(ask.model)


def _sample(state: State, ask: Ask) -> tuple[np.ndarray, dict[str, Any]]:
    count = ask.n if ask.kind == "samples" else 1
    specs = [ask.model_copy(update={"index": ask.index + step}) for step in range(count)]
    sampler = state.catalogue.sampler(ask.model)
    found = extrapolations(ask.condition, sampler.model.attributes)
    return np.concatenate(list(sampler.generate(specs)), 1), warned(found) if found else {}


def _stylized(state: State, ask: AskStyle) -> tuple[np.ndarray, dict[str, Any]]:
    factors = Factors(ask.colour, ask.line, ask.texture)
    return instantly(state, ask.picture, ask.model, ask.styles, factors, ask.side), {}


def _what_if(state: State, ask: AskWhatIf) -> tuple[np.ndarray, dict[str, Any]]:
    world = other_world(state, ask.model, ask.unit, ask.do, 0)
    more = warnings_of(state.catalogue.causal(ask.model), ask.do)
    return world.picture, {"attributes": world.attributes, **(more if more["warnings"] else {})}


def _id_of(text: str) -> int | None:
    try:
        found = json.loads(text)
        number = found.get("id") if isinstance(found, dict) else None
        return number if type(number) is int else None
    except (ValueError, RecursionError):
        return None


HANDLERS: dict[str, Any] = {
    "sample": _sample,
    "samples": _sample,
    "stylize": _stylized,
    "counterfactual": _what_if,
}
"""What answers each kind of message."""
