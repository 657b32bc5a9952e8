import os
import signal
from pathlib import Path

import pytest

from limner.data.workers import Worker, WorkerDiedError, ordered_map


def double(chunk: list) -> list:
    print("what a library prints must not end up among the results")
    if "die" in chunk:
        os.kill(os.getpid(), signal.SIGKILL)
    if "fail" in chunk:
        raise ValueError("as asked")
    return [value * 2 for value in chunk]


def _imports_torch(chunk: list) -> bool:
    import sys

    return "torch" in sys.modules


def _flat(results: object) -> list:
    return [value for result in results for value in result]


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_results_come_in_order(workers: int) -> None:
    chunks = [[index, index + 0.5] for index in range(40)]
    results = list(ordered_map(double, iter(chunks), lambda item: [item], workers))
    assert results == [[2 * index, 2 * index + 1] for index in range(40)]


def test_an_item_that_kills_its_worker_costs_only_itself() -> None:
    chunks = [[1, 2], [3, "die", 5], [6, 7], ["die"], [8]]
    results = ordered_map(double, iter(chunks), lambda item: [f"lost {item}"], workers=2)
    assert _flat(results) == [2, 4, 6, "lost die", 10, 12, 14, "lost die", 16]


def test_an_exception_of_the_function_is_raised_here() -> None:
    with pytest.raises(ValueError, match="as asked"):
        list(ordered_map(double, iter([[1], ["fail"]]), lambda item: [item], workers=2))


def test_no_more_is_read_ahead_than_a_few_chunks() -> None:
    read = 0

    def chunks() -> object:
        nonlocal read
        for index in range(100):
            read += 1
            yield [index]

    results = ordered_map(double, chunks(), lambda item: [item], workers=2)
    for done in range(100):
        next(results)
        assert read - done <= 5


def test_processes_end_when_the_caller_stops_early() -> None:
    before = _children()
    results = ordered_map(double, ([index] for index in range(1000)), lambda item: [item], workers=2)
    assert next(results) == [0]
    assert len(_children() - before) == 2
    results.close()
    assert _children() == before


def test_a_worker_does_not_import_torch() -> None:
    worker = Worker(_imports_torch)
    try:
        assert worker([]) is False
    finally:
        worker.stop()


def test_a_stopped_worker_says_so() -> None:
    worker = Worker(double)
    worker.stop()
    with pytest.raises(WorkerDiedError):
        worker([1])


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
