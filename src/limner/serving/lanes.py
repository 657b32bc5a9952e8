"""Two lanes: one for a person who moves a slider, who never waits for a batch, and one that answers many requests at once.

Each worker uses one core: as many workers generate as much together as one with all cores would, and while a slider is moved
one of them pauses.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.serving.errors import ApiError

MAX_ROWS = 16
"""Pictures that are generated together."""
LINGER = 0.5
"""Seconds after its last request for which the interactive lane counts as active."""


class InteractiveLane:
    """One thread that does what a person is waiting for, in order."""

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(1, "interactive", initializer=lambda: torch.set_num_threads(1))
        self.last = -LINGER

    @property
    def active(self) -> bool:
        """Whether something was asked for just now."""
        return time.monotonic() - self.last < LINGER

    async def do(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Returns what `work` returns."""
        self.last = time.monotonic()
        try:
            return await asyncio.get_running_loop().run_in_executor(self.thread, work, *arguments)
        finally:
            self.last = time.monotonic()

    def close(self) -> None:
        """Ends the thread after what it is at."""
        self.thread.shutdown(wait=False, cancel_futures=True)


@dataclass
class Order:
    """Pictures of one request, and what becomes of each."""

    sampler: LatentSampler
    specs: Sequence[LatentSpec]
    finish: Callable[[LatentSpec, np.ndarray], Any]
    future: Future = field(default_factory=Future)


class BatchLane:
    """A bounded queue of pictures, generated together across requests. ApiError 503 when it is full."""

    def __init__(self, workers: int, most: int, interactive: InteractiveLane) -> None:
        self.most, self.interactive = most, interactive
        self.orders: deque[Order] = deque()
        self.waiting = self.generated = 0
        self.rate = 50.0
        """Pictures a second, as it was lately."""
        self.changed = threading.Condition()
        self.closed = False
        self.threads = [threading.Thread(target=self._work, args=(worker,), daemon=True) for worker in range(workers)]
        for thread in self.threads:
            thread.start()

    async def generate(
        self, sampler: LatentSampler, specs: Sequence[LatentSpec], finish: Callable[[LatentSpec, np.ndarray], Any]
    ) -> list[Any]:
        """Returns what `finish` makes of each spec and its picture; nothing is generated for a caller that is cancelled."""
        order = Order(sampler, specs, finish)
        with self.changed:
            if self.waiting + len(specs) > self.most:
                raise ApiError(503, "too many pictures are waiting; ask again later.", None, self.waiting / self.rate)
            self.waiting += len(specs)
            self.orders.append(order)
            self.changed.notify_all()  # one alone could be the one that pauses for the interactive lane
        return await asyncio.wrap_future(order.future)

    def close(self) -> None:
        """Ends the workers; what still waits is told so."""
        with self.changed:
            self.closed = True
            for order in self.orders:
                order.future.cancel()
            self.orders.clear()
            self.changed.notify_all()

    def _work(self, worker: int) -> None:
        torch.set_num_threads(1)
        while orders := self._next(worker):
            began = time.monotonic()
            # a client that has left cancelled its future, and gets nothing
            accepted = [order for order in orders if order.future.set_running_or_notify_cancel()]
            results = _together(accepted)
            self._count(sum(len(order.specs) for order in orders), time.monotonic() - began)
            for order, result in zip(accepted, results, strict=True):
                _deliver(order, result)

    def _count(self, count: int, seconds: float) -> None:
        with self.changed:
            self.waiting -= count
            self.generated += count
            self.rate += 0.1 * (len(self.threads) * count / max(1e-6, seconds) - self.rate)

    def _next(self, worker: int) -> list[Order]:
        """Waits for orders, and returns some of one model that make up a batch; nothing when the lane is closed."""
        with self.changed:
            while not self.closed:
                if self.orders and not (worker and self.interactive.active):
                    return self._taken()
                self.changed.wait(0.1 if self.orders else None)
            return []

    def _taken(self) -> list[Order]:
        first = self.orders.popleft()
        taken, rows = [first], len(first.specs)
        while self.orders and self.orders[0].sampler is first.sampler and rows + len(self.orders[0].specs) <= MAX_ROWS:
            taken.append(self.orders.popleft())
            rows += len(taken[-1].specs)
        return taken


def _together(orders: Sequence[Order]) -> list[list[np.ndarray] | Exception]:
    """Returns the pictures of each order, all generated in one batch, or what is wrong with it."""
    if not orders:
        return []
    try:
        rest = iter(_generated([spec for order in orders for spec in order.specs], orders[0].sampler))
        return [[next(rest) for _ in order.specs] for order in orders]
    except Exception as error:
        # what is wrong with one must not become another's error
        return [error] if len(orders) == 1 else [_together([order])[0] for order in orders]


def _deliver(order: Order, result: list[np.ndarray] | Exception) -> None:
    try:
        if isinstance(result, Exception):
            raise result
        order.future.set_result([order.finish(*pair) for pair in zip(order.specs, result, strict=True)])
    except Exception as error:
        order.future.set_exception(error)


def _generated(specs: Sequence[LatentSpec], sampler: LatentSampler) -> list[np.ndarray]:
    batches = (specs[start : start + MAX_ROWS] for start in range(0, len(specs), MAX_ROWS))
    return [picture for batch in batches for picture in sampler.generate(batch)]
