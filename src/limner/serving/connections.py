"""Connections as uvicorn holds them, so that nobody keeps others out by opening many or by saying nothing on them.

A connection that is not being answered has `SECONDS` to say what it asks, however slowly it speaks. All are let in at first; once
an address has more than `EACH`, or all addresses together have more than there is room for, those give way that ask for nothing,
the oldest first. One that is being answered never does: how many of those there are is the guard's to limit, to fewer than there
is room for. So there is always room for who asks for health.
"""

import resource
from asyncio import TimerHandle
from collections import Counter
from contextlib import suppress
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from limner.serving.addresses import client_of

SECONDS = 10.0
"""In which the address and the headers of a request come, and an answer is taken that is all that is left of a connection."""
EACH, ALL = 256, 2048
"""Connections of one address, and of all."""
SOON = 0.01
"""Seconds between two looks at a connection that has to wait."""
YOUNG = 3.0
"""Seconds for which a new connection of an address that has more than `EACH` may still be about to ask."""
FILES = 256
"""Files that a server opens beside its connections."""
HEADERS = 64 * 2**10
"""Bytes that are read of a request before all its headers are there."""
LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
"""What a client hears whose request took too long to come."""
LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
"""What a client hears whose headers are too many bytes."""


class Connection(HttpToolsProtocol):
    """A connection that asks within a time, or gives way."""

    watch: TimerHandle

    def connection_made(self, transport: Any) -> None:
        """Counts it, and makes room where there are too many."""
        super().connection_made(transport)
        self.address, self.since = client_of(self.client), self.loop.time()
        self.within_headers = self.upgraded = self.ending = self.gone = False
        self.unread = 0
        self.watch = self.loop.call_later(SECONDS, self._look)
        # a little later, so that what others have asked by now has been read, however busy this process is
        self.loop.call_later(SOON, _make_room, self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends its watch."""
        self.watch.cancel()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        """Hands it over to the protocol of live connections, which has limits of its own."""
        self.watch.cancel()
        self.upgraded = True
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """Begins a request, whose time runs from now."""
        super().on_message_begin()
        self.within_headers, self.unread, self.since = True, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        """Begins to answer."""
        self.within_headers = False
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Waits for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Reads on, unless the headers of a request are longer than any that make sense."""
        self.unread += len(data) if self.within_headers else 0
        if self.unread > HEADERS:
            self._refuse(LONG)
        elif not self.transport.is_closing():
            super().data_received(data)

    @property
    def asks(self) -> bool:
        """Whether a request of it is being answered."""
        return self.upgraded or (self.cycle is not None and not self.cycle.response_complete)

    def give_way(self) -> None:
        """Ends at once, whatever was not sent yet."""
        self.gone = True
        self.transport.abort()

    def _look(self) -> None:
        left = self.since + SECONDS - self.loop.time()
        if self.ending:
            self.give_way()
        elif self.transport.is_closing():
            self.ending, left = True, SECONDS
        elif not self.asks and left <= 0:
            self._refuse(LATE if self.within_headers else b"")
            self.ending, left = True, SECONDS
        self.watch = self.loop.call_later(left if left > 0 else SECONDS, self._look)

    def _refuse(self, answer: bytes) -> None:
        if answer and not self.asks:
            self.transport.write(answer)
        self.transport.close()


def raise_file_limit() -> None:
    """Lets this process open as many files as it needs, where its system allows that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = ALL + FILES if hard == resource.RLIM_INFINITY else min(hard, ALL + FILES)
    if soft != resource.RLIM_INFINITY and soft < limit:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def room() -> int:
    """Returns how many connections there may be."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return ALL if soft == resource.RLIM_INFINITY else max(32, min(ALL, soft - FILES))


def _make_room(newest: Connection) -> None:
    staying = [one for one in newest.connections if not getattr(one, "gone", False)]
    there = [one for one in staying if isinstance(one, Connection)]  # others are live connections, which stay
    over = len(staying) - room()
    if over > 0:
        idle = [one for one in there if not one.asks or one.transport.is_closing()]
        _give_way(_of_the_most_crowded(idle), over + room() // 16)  # more than needed: the next need not look
    own = [one for one in there if one.address == newest.address and not one.gone]
    if len(own) > EACH:
        then = newest.loop.time() - YOUNG
        _give_way([one for one in own if not one.asks and one.since < then], len(own) - EACH)


def _of_the_most_crowded(idle: list[Connection]) -> list[Connection]:
    addresses = Counter(one.address for one in idle).most_common(1)
    return [one for one in idle if one.address == addresses[0][0]] if addresses else []


def _give_way(idle: list[Connection], count: int) -> None:
    for one in sorted(idle, key=lambda one: one.since)[:count]:
        one.give_way()
