"""One budget of memory for all pictures that are being decoded: a small file can hold a very large picture."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from limner.serving.errors import ApiError

RETRY_SECONDS = 2.0
"""When a client that found the budget used up may ask again."""


class DecodingBudget:
    """At most so many bytes at one time: ApiError 503 when others take them, 413 for what would never fit."""

    def __init__(self, most: int) -> None:
        self.most, self.taken, self.lock = most, 0, threading.Lock()

    @contextmanager
    def take(self, count: int, param: str = "picture") -> Iterator[None]:
        """Holds `count` bytes of the budget."""
        if count > self.most:
            needed = f"{count / 2**20:,.0f} MiB of memory, and {self.most / 2**20:,.0f} are the most"
            raise ApiError(413, f"to decode this takes {needed}; make it smaller.", param)
        with self.lock:
            if self.taken + count > self.most:
                raise ApiError(503, "other pictures are being decoded; ask again in a moment.", param, RETRY_SECONDS)
            self.taken += count
        try:
            yield
        finally:
            with self.lock:
                self.taken -= count
