"""A server on a socket: checked before it begins, said where it is, and ended by Ctrl-C or SIGTERM within 5 seconds."""

import asyncio
import re
import signal
import socket
import sqlite3
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI
from filelock import FileLock, Timeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limner.errors import ModelError, UsageError, quoted
from limner.model import find_folder
from limner.serving.app import create_app
from limner.serving.catalogue import found_in
from limner.serving.connections import Connection, raise_file_limit
from limner.serving.errors import ApiError
from limner.serving.proxy import is_address
from limner.serving.settings import Settings
from limner.serving.store import Store

MIN_TOKEN_LENGTH = 16
"""Characters of a token, so that it cannot be guessed."""
MOUNTED = re.compile(r"(/[A-Za-z0-9._~-]+)+")
"""The path below which a proxy serves the studio."""
ANSWERING = 2
"""Seconds that requests have to be answered when the server ends."""
ENDING = 4.2
"""Seconds after which it ends, whatever its threads are at; what has to be kept is on disk by then."""


class Server(uvicorn.Server):
    """A server that asks its work to end as soon as it is to end itself, and that no thread keeps from ending."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends what is open; jobs save meanwhile."""
        self.app.state.limner.end()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Takes a signal; nothing here may wait, as any lock may be held by what it interrupted."""
        # the system then ends this process by SIGALRM, though a thread, a lock or the interpreter's own end should last
        signal.setitimer(signal.ITIMER_REAL, ENDING)
        super().handle_exit(sig, frame)


def refusing_when_cancelled(app: ASGIApp) -> ASGIApp:
    """Returns an application that answers 503 to a request that is given up, as those are that last when the server ends."""

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, noted)
        except asyncio.CancelledError:
            if scope["type"] == "http" and not begun:
                answer = ApiError(503, "the server is ending; ask again when it is back.", None, 10).response()
                await answer(scope, receive, send)

    return called


def run(settings: Settings, opened: bool = False) -> None:
    """Serves until it is interrupted; `opened`: in a browser too. UsageError, ModelError for what cannot be served."""
    _check(settings)
    with _claimed(settings.home):
        _serve(settings, opened)


def _serve(settings: Settings, opened: bool) -> None:
    listening = _listen(settings.host, settings.port)
    host = "[::1]" if settings.host == "::1" else settings.host
    address = f"http://{host}:{listening.getsockname()[1]}{settings.root_path}/"
    sys.setswitchinterval(0.001)  # threads that generate and write pictures let the one that answers go on sooner
    app = create_app(settings)
    config = uvicorn.Config(
        refusing_when_cancelled(app),
        http=Connection,
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # see ProxyMiddleware
        server_header=False,
        timeout_graceful_shutdown=ANSWERING,
        ws_max_size=64 * 2**10,
        ws_ping_interval=20,
        ws_ping_timeout=20,
    )
    raise_file_limit()
    listening.listen(128)  # from now on a browser that comes too early waits
    print(f"the studio is at {address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
    for path in settings.paths:
        if not found_in(path):
            print(f"{path}: holds no model and no dataset; limner prepare makes one of pictures.", file=sys.stderr)
    if opened:
        webbrowser.open(address)
    Server(config, app).run(sockets=[listening])


def _check(settings: Settings) -> None:
    if not settings.local and not settings.token:
        where = f"--proxy {settings.proxy}" if settings.proxy else f"--host {settings.host}"
        raise UsageError(f"{where}: others can reach the server then; give a --token that they must know.")
    if settings.proxy is not None and not is_address(settings.proxy):
        raise UsageError(
            f"--proxy {quoted(settings.proxy)}: give the IP address from which it asks, such as 127.0.0.1."
        )
    if settings.root_path and not MOUNTED.fullmatch(settings.root_path):
        raise UsageError(
            f"--root-path {quoted(settings.root_path)}: give a path such as /studio, without a / at its end."
        )
    if settings.token is not None and len(settings.token) < MIN_TOKEN_LENGTH:
        raise UsageError(f"--token: {MIN_TOKEN_LENGTH} characters are the least; `openssl rand -hex 16` makes one.")
    for path in settings.paths:
        if not path.exists():
            raise UsageError(f"{path}: no such folder.")
        if not path.is_dir():
            find_folder(path)  # says why a file of weights is not loaded
            raise ModelError(f"{path}: give the folder of a model.")
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--home {settings.home}: {error.strerror}.") from None


@contextmanager
def _claimed(home: Path) -> Iterator[None]:
    """Keeps other servers out of a home, as both would do its jobs; UsageError where one is there, or its queue is damaged."""
    lock = FileLock(home / ".lock")
    try:
        lock.acquire(timeout=0)
        Store(home / "studio.db").close()
    except Timeout:
        raise UsageError(f"--home {home}: another server uses it; give this one a home of its own.") from None
    except (OSError, sqlite3.Error) as error:
        lock.release()
        raise UsageError(f"--home {home}: its studio.db cannot be opened ({error}); give another.") from None
    try:
        yield
    finally:
        lock.release()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise UsageError(f"{host}:{port} cannot be listened on ({error.strerror}); give another --port.") from None
    return listening
