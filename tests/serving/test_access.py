"""The token and sessions: what lets in, for how long, and what guessing costs."""

import pytest

from limner.serving import access
from limner.serving.access import Access, Sessions
from limner.serving.addresses import client_of
from limner.serving.errors import ApiError

TOKEN = "0123456789abcdef"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock: Clock) -> Access:
    return Access(TOKEN, clock)


def _status(door: Access, client: str, given: str) -> int:
    try:
        door.check(client, given.encode())
    except ApiError as error:
        return error.status
    return 200


def test_a_session_is_a_value_of_its_own_that_expires(clock: Clock) -> None:
    sessions = Sessions(clock)
    one, other = sessions.begin(), sessions.begin()
    assert one != other
    assert one.encode() not in sessions.ends, "what is kept lets nobody in"
    assert sessions.known(one.encode())
    assert not sessions.known(b"")
    clock.now += access.SESSION
    assert not sessions.known(one.encode())
    assert not sessions.known(other.encode())
    assert not sessions.ends


def test_sessions_are_bounded_and_the_oldest_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SESSIONS", 3)
    sessions = Sessions()
    values = [sessions.begin().encode() for _ in range(5)]
    assert [sessions.known(value) for value in values] == [False, False, True, True, True]


def test_each_wrong_token_doubles_the_wait_up_to_a_bound(door: Access, clock: Clock) -> None:
    waits = []
    for number in range(12):
        assert _status(door, "one", f"wrong {number}") == 401
        waits.append(max(0.0, door.tries["one"].opens - clock.now))
        clock.now += waits[-1]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 8, 8, 8, 8]


def test_while_an_address_waits_no_token_is_looked_at_and_the_wait_is_no_longer(door: Access, clock: Clock) -> None:
    for number in range(access.FREE):
        _status(door, "one", f"wrong {number}")
    opens = door.tries["one"].opens
    assert [_status(door, "one", one) for one in ("another", "yet another", TOKEN)] == [429, 429, 429]
    assert _status(door, "other", TOKEN) == 200
    assert door.tries["one"].opens == opens
    clock.now = opens
    assert _status(door, "one", TOKEN) == 200


def test_a_client_that_keeps_giving_the_same_wrong_token_keeps_nobody_out(door: Access, clock: Clock) -> None:
    for _ in range(1000):
        assert _status(door, "shared", "of last year") == 401
        clock.now += 0.01
    assert _status(door, "shared", TOKEN) == 200


def test_wrong_tokens_are_forgotten(door: Access, clock: Clock) -> None:
    for number in range(access.FREE):
        _status(door, "one", f"wrong {number}")
    clock.now += access.FORGOTTEN + 1
    assert _status(door, "one", "wrong again") == 401
    assert door.tries["one"].count == 1


def test_what_is_known_of_tries_is_bounded(door: Access, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "ADDRESSES", 10)
    for number in range(50):
        _status(door, f"address {number}", "wrong")
    assert len(door.tries) == 10
    for number in range(access.WRONG * 2):
        clock.now += 10
        _status(door, "one", f"wrong {number}")
    assert len(door.tries["one"].wrong) == access.WRONG


@pytest.mark.parametrize(
    "given", ["", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\0", "\udcff".encode(errors="replace").decode()]
)
def test_nothing_but_the_token_is_the_token(door: Access, given: str) -> None:
    assert _status(door, "one", given) == 401


@pytest.mark.parametrize(
    ("peer", "client"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2:ffff::1", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("x" * 500, 1), "x" * 64),
        (None, ""),
    ],
)
def test_a_client_is_an_address_or_a_network(peer: tuple | None, client: str) -> None:
    assert client_of(peer) == client
