"""Errors as clients get them: a type, one line, and what it is about; never a path of this machine."""

import errno
import math
import re
import sqlite3
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from limner.config import in_words
from limner.errors import ConditionError, LimnerError
from limner.memory import out_of_memory

TYPES = {
    400: "invalid_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "invalid_request",
    408: "timeout",
    409: "conflict",
    413: "too_large",
    414: "too_large",
    415: "unusable",
    422: "invalid_request",
    429: "too_many_requests",
    431: "too_large",
    500: "internal",
    503: "busy",
    504: "timeout",
    507: "disk_full",
}
"""The type of an error by its status."""
MAX_MESSAGE_LENGTH, MAX_FIELD_LENGTH = 1000, 200
"""Letters of a message, and of the name of a field."""
NAME = r"[^\s'\",;:()/]++"
"""Letters that may be part of a name in a path."""
PATH = re.compile(rf"(?<![^\s'\",;:()])(?!(?<=:)//|/v1/)(?:/++(?:{NAME}/++)++|{NAME}/++(?:{NAME}/++)++)")
"""Of a path, all but its last name; the requests of this server are none."""


class ApiError(Exception):
    """What a client did wrong, or what is wrong here: an HTTP status, one line, and the field that it is about."""

    def __init__(self, status: int, message: str, param: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.retry_after = status, message, param, retry_after

    def body(self) -> dict[str, dict[str, str | None]]:
        """Returns the answer's content, whose length does not depend on what was asked."""
        param = None if self.param is None else writable(self.param[:MAX_FIELD_LENGTH])
        message = writable(without_paths(self.message[:MAX_MESSAGE_LENGTH]))
        return {"error": {"type": TYPES[self.status], "message": message, "param": param}}

    def response(self) -> JSONResponse:
        """Returns the answer."""
        headers = {} if self.retry_after is None else {"Retry-After": str(max(1, math.ceil(self.retry_after)))}
        return JSONResponse(self.body(), self.status, headers)


def without_paths(message: str) -> str:
    """Returns a message in which only the last names of paths are left, in time that grows with its length alone."""
    return PATH.sub("", message)


def writable(text: str) -> str:
    """Returns a text without the halves of characters that JSON can carry and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def field_of(parts: Sequence[str | int]) -> str | None:
    """Returns the name of a field by the names on the way to it, which a client may have chosen."""
    return ".".join(str(part)[:MAX_FIELD_LENGTH] for part in parts[:10])[:MAX_FIELD_LENGTH] or None


def understood(error: BaseException | None) -> ApiError | None:
    """Returns an exception as a client's error, or None where it is a fault of ours."""
    if isinstance(error, ApiError):
        return error
    if error is not None and out_of_memory(error):
        said = str(error) if isinstance(error, LimnerError) else NO_MEMORY
        return ApiError(413, said)
    if isinstance(error, LimnerError):
        return ApiError(422, str(error), "condition" if isinstance(error, ConditionError) else None)
    if isinstance(error, ModuleNotFoundError):
        return ApiError(422, f"this needs {error.name}, which is not installed here: pip install 'limner[causal]'.")
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or (isinstance(error, sqlite3.OperationalError) and "full" in str(error)):
        return ApiError(507, "the disk is full: nothing was changed; make room and ask again.")
    if isinstance(error, ClientDisconnect):
        return ApiError(408, "the client left.")
    return None


NO_MEMORY = "this does not fit in memory; ask for fewer or smaller pictures."
"""What a client hears when memory did not suffice."""
FAULT = ApiError(500, "something failed here; the server's log says what.")
"""What a client hears of a fault of the server."""


def install(app: FastAPI) -> None:
    """Makes every failure of an app one of these errors."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        parts = [part for part in first["loc"] if part not in ("body", "query", "path")]
        message = in_words(first)
        where = field_of(parts)
        return ApiError(422, f"{where}: {message}." if where else f"{message}.", where).response()

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        known = understood(error.__cause__)  # a body that could not be kept is told as one that is malformed
        if known:
            return known.response()
        status = error.status_code if error.status_code in TYPES else 400
        seconds = (error.headers or {}).get("Retry-After")
        return ApiError(status, str(error.detail), None, float(seconds) if seconds else None).response()

    async def failed(_: Request, error: Exception) -> JSONResponse:
        return FAULT.response()

    async def answer(_: Request, error: Exception) -> JSONResponse:
        known = understood(error)
        if known is None:
            raise error  # on to `failed`, and into the log
        return known.response()

    app.add_exception_handler(Exception, failed)
    for kind in (ApiError, LimnerError, OSError, sqlite3.OperationalError, MemoryError, RuntimeError, ClientDisconnect):
        app.add_exception_handler(kind, answer)
