"""Who may ask: the token, the sessions of browsers that have given it, and the pace of those who try others.

A browser gives the token once and has a session from then on: a random value that says nothing of the token, is known to this
process alone, and expires. Sessions are let in whatever else comes from their address, so that nobody who is in can be kept out.

A wrong token makes its address wait before the next one is looked at, twice as long each time. The same wrong token again tells
nobody anything and counts once, so a client that was set up wrongly keeps no other from its address. The wait is at most `MAX_WAIT`
seconds, and tries that come within it do not make it longer: the right token is always looked at soon after.
"""

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from limner.serving.errors import ApiError

SESSION = 7 * 24 * 3600
"""Seconds that a session lasts."""
SESSIONS = 1000
"""Sessions that are kept; the oldest gives way."""
FREE = 5
"""Wrong tokens of an address before it has to wait."""
MAX_WAIT = 8.0
"""Seconds that it waits at most."""
FORGOTTEN = 600.0
"""Seconds after which its wrong tokens are forgotten."""
ADDRESSES, WRONG = 10_000, 64
"""Addresses whose tries are known, and wrong tokens of each."""

Clock = Callable[[], float]


class Sessions:
    """Sessions that have not expired, by the digest of their values."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self.clock = clock
        self.ends: OrderedDict[bytes, float] = OrderedDict()

    def begin(self) -> str:
        """Returns the value of a new session."""
        value = secrets.token_urlsafe(32)
        self.ends[_digest(value.encode())] = self.clock() + SESSION
        while len(self.ends) > SESSIONS:
            self.ends.popitem(last=False)
        return value

    def known(self, value: bytes) -> bool:
        """Whether a value is that of a session; found by its digest, whose comparison tells nothing of the value."""
        key = _digest(value)
        if self.ends.get(key, 0.0) > self.clock():
            return True
        self.ends.pop(key, None)
        return False


@dataclass
class Tries:
    """The wrong tokens of an address: their digests, how many there were, and when the next one is looked at."""

    count: int = 0
    last: float = 0.0
    opens: float = 0.0
    wrong: OrderedDict[bytes, None] = field(default_factory=OrderedDict)


class Access:
    """Compares tokens in constant time, and slows down those who guess."""

    def __init__(self, token: str, clock: Clock = time.monotonic) -> None:
        self.token, self.clock = token.encode(), clock
        self.sessions = Sessions(clock)
        self.tries: OrderedDict[str, Tries] = OrderedDict()

    def check(self, client: str, given: bytes) -> None:
        """Raises ApiError unless what a client gives is the token: 401, or 429 while it has to wait."""
        now, key = self.clock(), _digest(given)
        tries = self.tries.get(client)
        if tries and now - tries.last > FORGOTTEN:
            tries = self.tries.pop(client) and None
        if tries and key in tries.wrong:
            raise refused()
        if tries and now < tries.opens:
            raise ApiError(429, "too many wrong tokens came from this address; wait.", None, tries.opens - now)
        if not hmac.compare_digest(given, self.token):
            self._failed(client, key, now)
            raise refused()

    def _failed(self, client: str, key: bytes, now: float) -> None:
        tries = self.tries.setdefault(client, Tries())
        self.tries.move_to_end(client)
        tries.count, tries.last = tries.count + 1, now
        if tries.count >= FREE:
            tries.opens = now + min(MAX_WAIT, 2.0 ** min(10, tries.count - FREE))
        tries.wrong[key] = None
        while len(tries.wrong) > WRONG:
            tries.wrong.popitem(last=False)
        while len(self.tries) > ADDRESSES:
            self.tries.popitem(last=False)


def refused() -> ApiError:
    """Returns what a client without the token is told."""
    return ApiError(401, "give the token: Authorization: Bearer TOKEN.")


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
