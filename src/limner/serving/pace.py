"""How much a client sends, and how fast it sends and takes: bodies and answers go through here."""

import asyncio
import time

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Send

PIECE = 256 * 2**10
"""Bytes of an answer that are given at a time, so that a slow line may take long and a dead one may not."""
MIN_BYTES_PER_SECOND = 4096
"""Bytes a second that a client sends at least, once its patience is over."""


class Buffered:
    """Bytes of all bodies that are in memory."""

    def __init__(self, most: int) -> None:
        self.most, self.now = most, 0


class Incoming:
    """The body of one request: HTTPException 408 where it comes too slowly, 413 where it is too large, 503 where all are.

    `buffered` counts what stays in memory until `release`; None for what is kept on disk.
    """

    def __init__(self, receive: Receive, most: int, patience: float, buffered: Buffered | None) -> None:
        self.receive, self.most, self.patience, self.buffered = receive, most, patience, buffered
        self.got, self.left, self.whole = 0, patience, False

    async def __call__(self) -> Message:
        if self.whole:  # what comes now is that the client leaves
            return await self.receive()
        began = time.monotonic()
        try:
            message = await asyncio.wait_for(self.receive(), max(0.001, self.left))
        except TimeoutError:
            raise HTTPException(408, "the rest of the request did not come.") from None
        size = len(message.get("body", b""))
        self.left = min(self.patience, self.left - (time.monotonic() - began) + size / MIN_BYTES_PER_SECOND)
        self._count(size)
        self.whole = not message.get("more_body", False)
        return message

    def release(self) -> None:
        """Forgets the body."""
        if self.buffered:
            self.buffered.now -= self.got
            self.buffered = None

    def _count(self, size: int) -> None:
        self.got += size
        if self.buffered:
            self.buffered.now += size
        if self.got > self.most:
            raise HTTPException(413, f"the body is larger than {self.most:,} bytes.")
        if self.buffered and self.buffered.now > self.buffered.most:
            raise HTTPException(503, "too much is being handed in; ask again later.", {"Retry-After": "1"})


class Outgoing:
    """The answer to one request: TimeoutError, and `slow`, where the client does not take it."""

    def __init__(self, send: Send, patience: float) -> None:
        self.send, self.patience, self.slow = send, patience, False

    async def __call__(self, message: Message) -> None:
        body = message.get("body", b"")
        for start in range(0, max(1, len(body)), PIECE):
            more = start + PIECE < len(body)
            part = {**message, "body": body[start : start + PIECE]} if body else message
            await self._give({**part, "more_body": True} if more else part)

    async def _give(self, message: Message) -> None:
        try:
            await asyncio.wait_for(self.send(message), self.patience)
        except TimeoutError:
            self.slow = True
            raise
