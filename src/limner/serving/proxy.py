"""A proxy before the server: whom it speaks for, what its clients call the server, and under which path."""

from ipaddress import ip_address
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "::1")
"""Addresses of this machine."""
SCHEMES = {"http": "ws", "https": "wss"}
"""The scheme of a WebSocket by that of the page."""


class ProxyMiddleware:
    """An ASGI layer: requests look to all that follows as if they came from the proxy's client.

    A proxy on this machine is believed which client asks, and by which scheme. The one that was named is believed the host as
    well: a page in a browser could say the same of itself. The path under which the server is mounted is taken off paths, whether
    or not the proxy has done so, and put before redirects.
    """

    def __init__(self, app: ASGIApp, proxy: str | None, root_path: str) -> None:
        self.app, self.proxy, self.root = app, proxy, root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        scope = self._behind(dict(scope))
        await self.app(scope, receive, self._mounted(send) if self.root else send)

    def _behind(self, scope: Scope) -> Scope:
        """Returns the scope as the client of the proxy means it."""
        peer, headers = str((scope.get("client") or ("",))[0]), Headers(scope=scope)
        if peer in (*LOOPBACK, self.proxy):
            if client := _last(headers, "x-forwarded-for"):
                scope["client"] = (client, 0)
            scheme = _last(headers, "x-forwarded-proto").lower()
            if scheme in SCHEMES:
                scope["scheme"] = scheme if scope["type"] == "http" else SCHEMES[scheme]
        if peer == self.proxy and (host := _last(headers, "x-forwarded-host")):
            others = [(name, value) for name, value in scope["headers"] if name != b"host"]
            scope["headers"] = [(b"host", host.encode("latin-1", "replace")), *others]
        if self.root and (scope["path"] + "/").startswith(self.root + "/"):
            scope["path"] = scope["path"][len(self.root) :] or "/"
            scope["raw_path"] = quote(scope["path"], safe="/:@!$&'()*+,;=~").encode()
        return scope

    def _mounted(self, send: Send) -> Send:
        async def mounted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [(name, self._under(name, value)) for name, value in message["headers"]]
                message = {**message, "headers": headers}
            await send(message)

        return mounted

    def _under(self, name: bytes, value: bytes) -> bytes:
        return self.root.encode() + value if name.lower() == b"location" and value.startswith(b"/") else value


def came_by_proxy(headers: Headers) -> bool:
    """Whether a request says that a proxy has passed it on."""
    return any(name.startswith("x-forwarded-") or name == "forwarded" for name in headers)


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _last(headers: Headers, name: str) -> str:
    """Returns what the nearest proxy said, the last of a list: what stands before it, the client may have made up."""
    return ",".join(headers.getlist(name)).rpartition(",")[2].strip()
