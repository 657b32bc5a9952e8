"""Worker processes for `prepare`: results in order, memory bounded, and the death of a worker costs one picture.

Started as `python -m limner.data.workers` and fed through pipes, rather than by `multiprocessing`: a script that calls
`limner.prepare` needs no `if __name__ == "__main__"`, and workers never import what the caller has imported (torch).
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from limner.errors import DataError

CHUNKS_AHEAD = 2
PIPE_BYTES = 2**20  # room for a chunk: fewer hand-overs between the processes


class WorkerDiedError(Exception):
    """The process ended while it was at work."""


class Worker:
    """One process that applies `function` to what it is given, one after the other."""

    def __init__(self, function: Callable[[list], Any]) -> None:
        self.function, self.stopped = function, False
        self._start()

    def __call__(self, chunk: list) -> Any:
        """Returns `function(chunk)`; raises what it raises, or WorkerDiedError, after which a new process is ready."""
        try:
            self._get_ready()
            error, result = self._exchange(chunk)
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            self._end()
            if not self.stopped:
                self._start()
            raise WorkerDiedError from None
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """Ends the process at once; whoever waits for it gets WorkerDiedError."""
        self.stopped = True
        self._end()

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe:
                    pipe.close()

    def _start(self) -> None:
        # One thread each: the processes themselves are what fills the cores.
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "limner.data.workers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("LIMNER_DEBUG") else subprocess.DEVNULL,
            env=environment,
            pipesize=PIPE_BYTES,
        )
        self.ready = False

    def _get_ready(self) -> None:
        # Not in _start, so that the workers load their modules at the same time.
        if self.ready:
            return
        try:
            self._exchange(self.function)
            self.ready = True
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            if self.stopped:
                raise
            raise DataError("a worker process could not start; try again with --workers 1") from error

    def _exchange(self, message: Any) -> tuple[Exception | None, Any]:
        assert self.process.stdin
        assert self.process.stdout
        pickle.dump(message, self.process.stdin, protocol=5)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)


def ordered_map(
    function: Callable[[list], Any], chunks: Iterable[list], lost: Callable[[Any], Any], workers: int
) -> Iterator[Any]:
    """Yields `function(chunk)` for every chunk, in order; with fewer than two workers, in this process.

    When a worker dies, its chunk is tried again item by item (one result each), and for an item that kills its worker
    too the result is `lost(item)`. At most two chunks a worker are under way, so memory does not grow with the input.
    """
    if workers < 2:
        yield from map(function, chunks)
        return
    pool: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    started: list[Worker] = []
    executor = ThreadPoolExecutor(workers)
    pending: deque[Future[list]] = deque()
    try:
        for _ in range(workers):
            started.append(Worker(function))
            pool.put(started[-1])
        for chunk in chunks:
            pending.append(executor.submit(_work, pool, chunk, lost))
            if len(pending) >= CHUNKS_AHEAD * workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        _stop(started)
        executor.shutdown(wait=True)
        _stop(started)  # one may just have been started again


def _stop(workers: list[Worker]) -> None:
    for worker in workers:
        worker.stop()


def _work(pool: queue.SimpleQueue[Worker], chunk: list, lost: Callable[[Any], Any]) -> list:
    worker = pool.get()
    try:
        return [worker(chunk)]
    except WorkerDiedError:
        return [_one(worker, item, lost) for item in chunk]
    finally:
        pool.put(worker)


def _one(worker: Worker, item: Any, lost: Callable[[Any], Any]) -> Any:
    try:
        return worker([item])
    except WorkerDiedError:
        return lost(item)


def cores() -> int:
    """Returns how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main() -> None:
    """The worker: reads a function, then arguments, from stdin until it closes; writes (error, result) to stdout."""
    # Ctrl-C reaches the whole process group; the parent decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source = os.fdopen(os.dup(0), "rb")
    target = os.fdopen(os.dup(1), "wb")
    # Nothing else may write between the results.
    os.dup2(2, 1)
    with contextlib.suppress(EOFError, BrokenPipeError):
        function = pickle.load(source)
        _send(target, (None, None))
        while True:
            chunk = pickle.load(source)
            try:
                _send(target, (None, function(chunk)))
            except Exception as error:
                _send(target, (error, None))


def _send(target: Any, message: Any) -> None:
    pickle.dump(message, target, protocol=5)
    target.flush()


if __name__ == "__main__":
    main()
