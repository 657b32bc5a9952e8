"""The first pictures of a server, made before anybody asks, so that no request waits for what only the first one needs."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory

import numpy as np

from limner.editing.latent_spec import LatentSpec
from limner.pictures import to_bytes, to_frame
from limner.serving.catalogue import OPEN, SAMPLED, Entry
from limner.serving.process import JobProcess, child_command
from limner.serving.state import State
from limner.style.factors import Factors

MAX_WARMUP_SECONDS = 300.0
"""Seconds after which a server counts as ready whatever its models are at."""
PICTURE_SIDE = 64
"""Pixels a side of the picture that is stylized for practice."""
PAUSE = 0.5
"""Seconds between looks at whether the server closes."""


class WarmUp:
    """A thread that opens models and makes a picture with each, by the lanes that requests take.

    It opens as many as stay in memory, at least one of each kind, then prepares the quicker runtimes of what is open. A model that
    cannot be used is left out: who asks for it is told why.
    """

    def __init__(self, state: State) -> None:
        self.state, self.began = state, time.monotonic()
        self.done, self.closed = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, name="warm-up", daemon=True)
        self.thread.start()

    @property
    def ready(self) -> bool:
        """Whether a request finds all that it needs."""
        return self.done.is_set() or time.monotonic() - self.began > MAX_WARMUP_SECONDS

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
        self._quicken()

    def _quicken(self) -> None:
        """Prepares quicker runtimes of the models that were opened, one after another, until the server closes."""
        while not self.closed.is_set():
            with suppress(Empty):
                entry = self.state.catalogue.slow.get(timeout=PAUSE)
                with suppress(Exception):
                    if self._exported(entry):
                        self.state.catalogue.quicken(entry)

    def _exported(self, entry: Entry) -> bool:
        """Exports a model in a process of its own, and says whether it did: tracing changes PyTorch for all threads."""
        with TemporaryDirectory() as folder:
            picture = str(Path(folder) / "one.png")
            asked = ["sample", str(entry.path.resolve()), "--n", "1", "--runtime", "onnx", "--out", picture]
            process = JobProcess(child_command(asked), threads=1)
            try:
                while process.status() is None and not self.closed.is_set():
                    process.lines(PAUSE)
                return process.status() == 0
            finally:
                process.kill()
                process.close()


def _first_of_each_kind(entries: list[Entry]) -> Iterator[Entry]:
    firsts = list({entry.kind: entry for entry in reversed(entries)}.values())
    yield from firsts
    yield from [entry for entry in entries if entry not in firsts][: max(0, OPEN - len(firsts))]


async def _first_picture(state: State, entry: Entry) -> None:
    async with asyncio.timeout(MAX_WARMUP_SECONDS):
        if entry.kind in SAMPLED:
            sampler = await state.run_in_pool(state.catalogue.sampler, entry.id)
            (pixels,) = await state.batch.generate(sampler, [LatentSpec()], lambda _, pixels: pixels)
            if entry.kind == "causal":
                await state.run_in_pool(_of_causes, state, entry.id)
        else:
            pixels = await state.run_in_pool(_in_a_style, state, entry.id)
        await state.run_in_pool(to_bytes, pixels, "picture.png")
        await state.interactive.do(to_frame, pixels)


def _of_causes(state: State, name: str) -> None:
    state.catalogue.causal(name).sample(1)


def _in_a_style(state: State, name: str) -> np.ndarray:
    model = state.catalogue.instant(name)
    stylized: np.ndarray = model.stylize(
        np.zeros((PICTURE_SIDE, PICTURE_SIDE, 3), np.uint8), next(iter(model.styles)), Factors()
    )
    return stylized
