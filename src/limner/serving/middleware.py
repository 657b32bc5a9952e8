"""What stands before every request: where it comes from, who may ask, how much at once, how large, and how slowly."""

import time
from collections import Counter, OrderedDict
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limner.serving.access import SESSION, Access, refused
from limner.serving.addresses import client_of
from limner.serving.errors import ApiError
from limner.serving.origins import check_host, check_lengths, check_origin
from limner.serving.pace import Buffered, Incoming, Outgoing
from limner.serving.settings import Settings

COOKIE = "limner-session"
"""The name of the session's cookie."""
HEALTH = ("/health/live", "/health/ready")
"""What is answered without a token, and however much is being asked."""
UPLOAD, PICTURE = "/v1/data", "/v1/pictures"
"""Paths whose bodies are files."""
CLIENTS = 10_000
"""Addresses whose requests are counted."""
ALL = 2
"""Times as many requests of all addresses as of one are answered at a time."""
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
"""What the studio's pages may load: nothing from elsewhere."""

ASKING = """<!doctype html><meta charset="utf-8"><title>Limner</title>
<form><label>Token <input name="token" type="password" autofocus></label> <button>OK</button></form>"""
"""The page for a browser that has no session yet."""


class AccessMiddleware:
    """An ASGI layer: lengths, host, origin, token, rate, size and pace of every request."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings, self.limits = app, settings, settings.limits
        self.access = Access(settings.token) if settings.token else None
        self.buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self.asking: Counter[str] = Counter()
        self.buffered = Buffered(self.limits.buffered)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            begins = self._check(scope, Headers(scope=scope))
        except ApiError as error:
            await _refuse(error, scope, receive, send)
            return
        if begins and self.access:
            await _begin_session(self.access, scope, receive, send)
        elif scope["type"] == "websocket":
            await self.app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _check(self, scope: Scope, headers: Headers) -> bool:
        """Raises ApiError for what may not be asked; returns whether a browser has given the token in its address."""
        check_lengths(scope)
        check_host(headers, self.settings.local)
        check_origin(scope, headers, self.settings.local)
        if scope["path"] in HEALTH:
            return False
        client = client_of(scope.get("client"))
        self._slow_down(client)
        begins = self.access is not None and self._check_token(self.access, client, scope, headers)
        length, most = headers.get("content-length", "0"), self._most(scope)
        if length.isdecimal() and (len(length) > 18 or int(length) > most):
            raise ApiError(413, f"the body is larger than {most:,} bytes, the most.")
        if self.asking[client] >= self.limits.requests or self.asking.total() >= ALL * self.limits.requests:
            raise ApiError(503, "too many requests are being answered; ask again later.", None, 1)
        return begins

    def _check_token(self, access: Access, client: str, scope: Scope, headers: Headers) -> bool:
        in_address = _token_in_address(scope)
        session = cookie_parser(";".join(headers.getlist("cookie"))).get(COOKIE, "")
        if access.sessions.known(session.encode("latin-1", "replace")):
            return bool(in_address)
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        given = bearer.strip().encode("latin-1", "replace") if kind.lower() == "bearer" else b""
        if not given and not in_address:
            raise refused()
        access.check(client, given or in_address)
        return not given

    def _slow_down(self, client: str) -> None:
        now = time.monotonic()
        left, before = self.buckets.pop(client, (self.limits.burst, now))
        left = min(self.limits.burst, left + self.limits.rate * (now - before)) - 1
        self.buckets[client] = max(left, 0.0), now
        if len(self.buckets) > CLIENTS:
            self.buckets.popitem(last=False)
        if left < 0:
            raise ApiError(429, "too many requests; slow down.", None, 1)

    def _most(self, scope: Scope) -> int:
        return {UPLOAD: self.limits.upload, PICTURE: self.limits.body}.get(scope["path"], self.limits.json)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        buffered = None if scope["path"] == UPLOAD else self.buffered
        body = Incoming(receive, self._most(scope), self.limits.patience, buffered)
        answer = Outgoing(_hardened(send), self.limits.patience)
        client = client_of(scope.get("client"))
        self.asking[client] += 1
        try:
            await self.app(scope, body, answer)
        except Exception:
            if not answer.slow:
                raise
        finally:
            body.release()
            self.asking[client] -= 1
            if not self.asking[client]:
                del self.asking[client]


def _token_in_address(scope: Scope) -> bytes:
    """Returns the token that a browser gives in the address of a page that it opens; nothing for any other request."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return b""
    found = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return found.get("token", [""])[0].encode("utf-8", "replace")


async def _begin_session(access: Access, scope: Scope, receive: Receive, send: Send) -> None:
    """Leaves a session in a cookie that scripts cannot read, and takes the token out of the address."""
    # by its last name alone, which leads nowhere else whatever stands before it, or wherever the studio is mounted
    response = RedirectResponse("./" + quote(scope["path"].rpartition("/")[2], errors="replace"), 303)
    secure = scope.get("scheme") == "https"
    response.set_cookie(COOKIE, access.sessions.begin(), SESSION, httponly=True, samesite="strict", secure=secure)
    response.headers["Cache-Control"] = "no-store"
    await response(scope, receive, _hardened(send))


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
            headers = [(name, _inside(value) if name == b"location" else value) for name, value in message["headers"]]
            names = {name.lower() for name, _ in headers}
            if b"content-security-policy" not in names:
                headers.append((b"content-security-policy", POLICY.encode()))
            headers += [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
            message = {**message, "headers": headers}
        await send(message)

    return hardened


def _inside(location: bytes) -> bytes:
    """Returns where a redirect leads, without the host that the client named, which need not be this one."""
    to = urlsplit(location)
    if not to.netloc:
        return location
    return b"/" + to.path.lstrip(b"/\\") + (b"?" + to.query if to.query else b"")
