"""What all requests share: the catalogue, the lanes, the store of pictures, the jobs, and their counts."""

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
from limner.serving.job import Workspace
from limner.serving.lanes import BatchLane, InteractiveLane
from limner.serving.names import Names
from limner.serving.picture_store import PictureStore
from limner.serving.runner import Runner
from limner.serving.settings import Settings
from limner.serving.store import Store

T = TypeVar("T")
POLLED = 0.2
"""Seconds between looks at whether a client is still there."""


@dataclass
class State:
    """The parts of a running server."""

    settings: Settings
    catalogue: Catalogue
    pictures: PictureStore
    names: Names
    interactive: InteractiveLane
    batch: BatchLane
    pool: ThreadPoolExecutor
    """Threads for edits, encoding and reading, one a core."""
    workspace: Workspace
    store: Store
    runner: Runner

    @classmethod
    def start(cls, settings: Settings) -> "State":
        """Opens everything; OSError where the home cannot be written to."""
        settings = settings.absolute()
        settings.home.mkdir(parents=True, exist_ok=True)
        catalogue = Catalogue(settings.paths, settings.home)
        pictures = PictureStore(settings.home / "pictures", DecodingBudget(settings.limits.decoding))
        interactive, workspace = InteractiveLane(), Workspace(settings.home)
        store = Store(settings.home / "studio.db")
        return cls(
            settings,
            catalogue,
            pictures,
            Names(catalogue, pictures),
            interactive,
            BatchLane(settings.threads, settings.limits.waiting, interactive),
            ThreadPoolExecutor(settings.threads, "pool", initializer=lambda: torch.set_num_threads(1)),
            workspace,
            store,
            Runner(store, workspace, settings.threads, settings.limits.jobs),
        )

    async def run_in_pool(self, work: Callable[..., T], *arguments: Any) -> T:
        """Returns what `work` returns, in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, work, *arguments)

    def end(self) -> None:
        """Begins to end: long work is asked to save, and streams of events end. It does not wait."""
        self.runner.end()

    def close(self) -> None:
        """Ends everything; what runs is taken up again when the server is started again."""
        self.runner.close()
        self.batch.close()
        self.interactive.close()
        self.pool.shutdown(wait=False, cancel_futures=True)
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
