"""What stands before every request: who may ask, how much at once, how large, and how slowly."""

import asyncio
import hmac
import time
from collections import OrderedDict
from http.cookies import SimpleCookie
from urllib.parse import SplitResult, parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limner.serving.errors import ApiError
from limner.serving.settings import LOOPBACK, Settings

COOKIE = "limner-token"
OPEN = ("/health/live", "/health/ready")
"""What may be asked without a token."""
UPLOAD = "/v1/data"
CLIENTS = 10_000
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)

ASKING = """<!doctype html><meta charset="utf-8"><title>Limner</title>
<form action="/"><label>Token <input name="token" type="password" autofocus></label> <button>OK</button></form>"""
"""The page for a browser that has no token yet."""


class Guard:
    """An ASGI layer: host, origin, token, rate, size and pace of every request."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings, self.limits = app, settings, settings.limits
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
        except ApiError as error:
            await _refuse(error, scope, receive, send)
            return
        if self.settings.token and scope["type"] == "http" and _asked_token(scope):
            await _remember(self.settings.token, scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self.app(scope, self._measured(receive, self._most(scope)), self._paced(_hardened(send)))

    def _check(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        # a page elsewhere whose name was made to point here must not be able to ask
        if self.settings.local and _split(f"//{host}").hostname not in LOOPBACK:
            raise ApiError(403, "this server answers to localhost alone.")
        origin = headers.get("origin")
        # "null" is what any site's page says from within a sandboxed frame
        if origin and _split(origin).netloc != host and scope.get("method") != "GET":
            raise ApiError(403, "pages of other sites may not ask this server.")
        if self.settings.token and scope["path"] not in OPEN and not self._known(scope, headers):
            raise ApiError(401, "give the token: Authorization: Bearer TOKEN.")
        if scope["path"].startswith("/v1/"):
            self._slow_down(scope)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > self._most(scope):
            raise ApiError(413, f"the body is {int(length):,} bytes; {self._most(scope):,} are the most.")

    def _known(self, scope: Scope, headers: Headers) -> bool:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
        given = [
            headers.get("authorization", "").removeprefix("Bearer "),
            cookie.value if cookie else "",
            _asked_token(scope),
        ]
        token = (self.settings.token or "").encode()
        # every one is compared, so that time tells nothing
        return sum(hmac.compare_digest(one.encode(), token) for one in given) > 0

    def _slow_down(self, scope: Scope) -> None:
        client = scope["client"][0] if scope.get("client") else ""
        now = time.monotonic()
        left, before = self.buckets.pop(client, (self.limits.burst, now))
        left = min(self.limits.burst, left + self.limits.rate * (now - before)) - 1
        self.buckets[client] = max(left, 0.0), now
        if len(self.buckets) > CLIENTS:
            self.buckets.popitem(last=False)
        if left < 0:
            raise ApiError(429, "too many requests; slow down.", None, 1)

    def _most(self, scope: Scope) -> int:
        return self.limits.upload if scope["path"] == UPLOAD else self.limits.body

    def _measured(self, receive: Receive, most: int) -> Receive:
        got = 0

        async def measured() -> Message:
            nonlocal got
            if got < 0:  # the body is whole: what comes now is that the client leaves
                return await receive()
            try:
                message = await asyncio.wait_for(receive(), self.limits.patience)
            except TimeoutError:
                raise HTTPException(408, "the rest of the request did not come.") from None
            got += len(message.get("body", b""))
            if got > most:
                raise HTTPException(413, f"the body is larger than {most:,} bytes.")
            if not message.get("more_body", False):
                got = -1
            return message

        return measured

    def _paced(self, send: Send) -> Send:
        async def paced(message: Message) -> None:
            await asyncio.wait_for(send(message), self.limits.patience)

        return paced


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def _asked_token(scope: Scope) -> str:
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]


async def _remember(token: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Leaves the token in a cookie that scripts cannot read, and takes it out of the address."""
    response = RedirectResponse(scope["path"], 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict")
    await response(scope, receive, send)


async def _refuse(error: ApiError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": error.message})
        return
    wants_page = "text/html" in Headers(scope=scope).get("accept", "")
    answer = HTMLResponse(ASKING, 401) if error.status == 401 and wants_page else error.response()
    await answer(scope, receive, _hardened(send))


def _hardened(send: Send) -> Send:
    async def hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"]]
            names = {name.lower() for name, _ in headers}
            if b"content-security-policy" not in names:
                headers.append((b"content-security-policy", POLICY.encode()))
            headers += [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
            message = {**message, "headers": headers}
        await send(message)

    return hardened
