"""The lanes: bounded, fair to each request, and one does not hold up the other."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asking import error_of, picture_of, serving
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.serving.errors import ApiError
from limner.serving.lanes import BatchLane, InteractiveLane


class Gate:
    """A sampler that generates when it is let, and remembers what."""

    def __init__(self) -> None:
        self.begun, self.free = threading.Event(), threading.Event()
        self.seeds: list[list[int]] = []

    def generate(self, specs: Sequence[LatentSpec]) -> np.ndarray:
        self.begun.set()
        assert self.free.wait(10)
        self.seeds.append([spec.seed for spec in specs])
        if any(spec.seed == 13 for spec in specs):
            raise ZeroDivisionError("of seed 13")
        return np.zeros((len(specs), 1), np.uint8)


@contextmanager
def _lanes(workers: int = 1, most: int = 8) -> Iterator[tuple[BatchLane, InteractiveLane, Gate]]:
    interactive = InteractiveLane()
    batch = BatchLane(workers, most, interactive)
    try:
        yield batch, interactive, Gate()
    finally:
        batch.close()
        interactive.close()


def _ask(batch: BatchLane, gate: Gate, *seeds: int) -> Any:
    return batch.generate(gate, [LatentSpec(seed=seed) for seed in seeds], lambda spec, _: spec.seed)


async def _until(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 10)


def test_orders_that_wait_are_painted_together_and_told_apart() -> None:
    async def run() -> None:
        with _lanes() as (batch, _, gate):
            first = asyncio.ensure_future(_ask(batch, gate, 0))
            await asyncio.sleep(0)
            await _until(gate.begun)
            others = [asyncio.ensure_future(_ask(batch, gate, *seeds)) for seeds in ((1, 2), (3,), (4,))]
            await asyncio.sleep(0)
            gate.free.set()
            assert await asyncio.gather(first, *others) == [[0], [1, 2], [3], [4]]
            assert gate.seeds == [[0], [1, 2, 3, 4]]
            assert batch.waiting == 0

    asyncio.run(run())


def test_what_is_wrong_with_one_is_not_anothers_error() -> None:
    async def run() -> None:
        with _lanes() as (batch, _, gate):
            first = asyncio.ensure_future(_ask(batch, gate, 0))
            await asyncio.sleep(0)
            await _until(gate.begun)
            others = [asyncio.ensure_future(_ask(batch, gate, seed)) for seed in (12, 13, 14)]
            await asyncio.sleep(0)
            gate.free.set()
            found = await asyncio.gather(first, *others, return_exceptions=True)
            assert [found[0], found[1], found[3]] == [[0], [12], [14]]
            assert isinstance(found[2], ZeroDivisionError)

    asyncio.run(run())


def test_a_full_lane_refuses_and_says_when_to_come_back() -> None:
    async def run() -> None:
        with _lanes(most=3) as (batch, _, gate):
            waiting = [asyncio.ensure_future(_ask(batch, gate, 0, 1)), asyncio.ensure_future(_ask(batch, gate, 2))]
            await asyncio.sleep(0)
            with pytest.raises(ApiError) as refused:
                await _ask(batch, gate, 3)
            assert refused.value.status == 503
            assert refused.value.response().headers["retry-after"] == "1"
            gate.free.set()
            await asyncio.gather(*waiting)
            assert await _ask(batch, gate, 3) == [3]

    asyncio.run(run())


def test_a_request_that_was_cancelled_is_not_generated() -> None:
    async def run() -> None:
        with _lanes() as (batch, _, gate):
            first = asyncio.ensure_future(_ask(batch, gate, 0))
            await asyncio.sleep(0)
            await _until(gate.begun)
            left, stays = asyncio.ensure_future(_ask(batch, gate, 1)), asyncio.ensure_future(_ask(batch, gate, 2))
            await asyncio.sleep(0)
            left.cancel()
            await asyncio.sleep(0)
            gate.free.set()
            await asyncio.gather(first, stays)
            assert gate.seeds == [[0], [2]]

    asyncio.run(run())


def test_what_waits_when_the_lane_is_closed_is_told() -> None:
    async def run() -> None:
        with _lanes() as (batch, _, gate):
            first = asyncio.ensure_future(_ask(batch, gate, 0))
            await asyncio.sleep(0)
            await _until(gate.begun)
            waits = asyncio.ensure_future(_ask(batch, gate, 1))
            await asyncio.sleep(0)
            batch.close()
            gate.free.set()
            assert await first == [0]
            with pytest.raises(asyncio.CancelledError):
                await waits

    asyncio.run(run())


def test_batches_go_on_while_a_slider_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InteractiveLane, "active", property(lambda _: True))

    async def run() -> None:
        with _lanes(workers=4) as (batch, interactive, gate):
            gate.free.set()
            for seed in range(20, 40):
                assert await asyncio.wait_for(_ask(batch, gate, seed), 2) == [seed]
                assert await asyncio.wait_for(interactive.do(abs, seed), 2) == seed

    asyncio.run(run())


def test_too_much_at_once_is_503_and_the_rest_is_generated(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, begun, generate = threading.Event(), threading.Event(), LatentSampler.generate

    def held(self: LatentSampler, specs: Sequence[LatentSpec]) -> np.ndarray:
        begun.set()
        assert free.wait(10)
        return generate(self, specs)

    monkeypatch.setattr(LatentSampler, "generate", held)
    with serving(models, tmp_path, waiting=40) as client, ThreadPoolExecutor(1) as other:
        asked = {"model": "gan", "n": 30}
        first = other.submit(client.post, "/v1/images/generations", json=asked)
        assert begun.wait(10)
        refused = client.post("/v1/images/generations", json=asked)
        free.set()
        assert (refused.status_code, error_of(refused)["type"]) == (503, "busy")
        assert int(refused.headers["retry-after"]) >= 1
        assert picture_of(first.result(), 29).shape == (16, 16, 3)


def test_what_takes_too_long_is_given_up(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free, generate = threading.Event(), LatentSampler.generate

    def held(self: LatentSampler, specs: Sequence[LatentSpec]) -> np.ndarray:
        assert free.wait(10)
        return generate(self, specs)

    monkeypatch.setattr(LatentSampler, "generate", held)
    with serving(models, tmp_path, seconds=0.3) as client:
        client.app.state.limner.catalogue.sampler("gan")
        answer = client.post("/v1/images/generations", json={"model": "gan"})
        free.set()
        assert (answer.status_code, error_of(answer)["type"]) == (504, "timeout")
