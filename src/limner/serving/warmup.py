"""The first pictures of a server, made before anybody asks, so that no request waits for what only the first one needs."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from limner.editing.place import Place
from limner.pictures import to_bytes, to_frame
from limner.serving.catalogue import OPEN, Entry
from limner.serving.state import State
from limner.style.factors import Factors

LONGEST = 300.0
"""Seconds after which a server counts as ready whatever its models are at."""
SIDE = 64


class WarmUp:
    """A thread that opens models and makes a picture with each, by the lanes that requests take.

    It opens as many as stay in memory, at least one of each kind. A model that cannot be used is left out: who asks for it is told
    why.
    """

    def __init__(self, state: State) -> None:
        self.state, self.began = state, time.monotonic()
        self.done, self.closed = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, name="warm-up", daemon=True)
        self.thread.start()

    @property
    def ready(self) -> bool:
        """Whether a request finds all that it needs."""
        return self.done.is_set() or time.monotonic() - self.began > LONGEST

    def close(self) -> None:
        """Opens no further model, and waits a little for the one that is being opened."""
        self.closed.set()
        self.thread.join(1.0)

    def _run(self) -> None:
        with suppress(Exception):
            for entry in _first_of_each_kind(list(self.state.catalogue.models().values())):
                if self.closed.is_set():
                    return
                with suppress(Exception, asyncio.CancelledError):
                    asyncio.run(_first_picture(self.state, entry))
        self.done.set()


def _first_of_each_kind(entries: list[Entry]) -> Iterator[Entry]:
    firsts = list({entry.kind: entry for entry in reversed(entries)}.values())
    yield from firsts
    yield from [entry for entry in entries if entry not in firsts][: max(0, OPEN - len(firsts))]


async def _first_picture(state: State, entry: Entry) -> None:
    async with asyncio.timeout(LONGEST):
        if entry.kind == "image":
            explorer = await state.hand_over(state.catalogue.explorer, entry.id)
            (pixels,) = await state.batch.paint(explorer, [Place()], lambda _, pixels: pixels)
        else:
            pixels = await state.hand_over(_of_causes if entry.kind == "causal" else _in_a_style, state, entry.id)
        await state.hand_over(to_bytes, pixels, "picture.png")
        await state.hand.do(to_frame, pixels)


def _of_causes(state: State, name: str) -> np.ndarray:
    pictures: np.ndarray = state.catalogue.causal(name).sample(1)[1]
    return pictures[0]


def _in_a_style(state: State, name: str) -> np.ndarray:
    model = state.catalogue.instant(name)
    painted: np.ndarray = model.stylize(np.zeros((SIDE, SIDE, 3), np.uint8), next(iter(model.styles)), Factors())
    return painted
