"""What all requests share: the catalogue, the lanes, the shelf of pictures, the jobs, and their counts."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from fastapi import Request

from limner.serving.catalogue import Catalogue
from limner.serving.decoding import DecodingBudget
from limner.serving.errors import ApiError
from limner.serving.job import Places
from limner.serving.lanes import BatchLane, HandLane
from limner.serving.names import Names
from limner.serving.runner import Runner
from limner.serving.settings import Settings
from limner.serving.shelf import Shelf
from limner.serving.store import Store

T = TypeVar("T")
POLLED = 0.2
"""Seconds between looks at whether a client is still there."""


@dataclass
class State:
    """The parts of a running server."""

    settings: Settings
    catalogue: Catalogue
    shelf: Shelf
    names: Names
    hand: HandLane
    batch: BatchLane
    desk: ThreadPoolExecutor
    """Threads for edits, encoding and reading, one a core."""
    places: Places
    store: Store
    runner: Runner

    @classmethod
    def start(cls, settings: Settings) -> "State":
        """Opens everything; OSError where the home cannot be written to."""
        settings = settings.absolute()
        settings.home.mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(settings.paths, settings.home)
        shelf = Shelf(settings.home / "pictures", DecodingBudget(settings.limits.decoding))
        hand, places = HandLane(), Places(settings.home)
        store = Store(settings.home / "studio.db")
        return cls(
            settings,
            catalogue,
            shelf,
            Names(catalogue, shelf),
            hand,
            BatchLane(settings.threads, settings.limits.waiting, hand),
            ThreadPoolExecutor(settings.threads, "desk", initializer=lambda: torch.set_num_threads(1)),
            places,
            store,
            Runner(store, places, settings.threads, settings.limits.jobs),
        )

    async def hand_over(self, work: Callable[..., T], *arguments: Any) -> T:
        """Returns what `work` returns, done at the desk."""
        return await asyncio.get_running_loop().run_in_executor(self.desk, work, *arguments)

    def end(self) -> None:
        """Begins to end: long work is asked to save, and streams of events end. It does not wait."""
        self.runner.end()

    def close(self) -> None:
        """Ends everything; what runs is taken up again when the server is started again."""
        self.runner.close()
        self.batch.close()
        self.hand.close()
        self.desk.shutdown(wait=False, cancel_futures=True)
        self.store.close()


def state_of(request: Request) -> State:
    """Returns the state of the server that a request came to."""
    found: State = request.app.state.limner
    return found


async def for_client(request: Request, work: Awaitable[T]) -> T:
    """Returns what work comes to, unless its client leaves or it takes too long: then it is cancelled. ApiError 504."""
    seconds = state_of(request).settings.limits.seconds
    task = asyncio.ensure_future(work)
    end = asyncio.get_running_loop().time() + seconds
    try:
        while not task.done():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise ApiError(504, f"this took longer than {seconds:g} seconds and was given up; ask for less.")
            done, _ = await asyncio.wait({task}, timeout=min(left, POLLED))
            if not done and await request.is_disconnected():
                raise ApiError(408, "the client left.")
        return task.result()
    finally:
        task.cancel()
