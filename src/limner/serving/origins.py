"""What a request says of where it comes from: refused are overlong ones, names made to point here, and pages of other sites."""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from limner.serving.errors import ApiError
from limner.serving.proxy import came_by_proxy

PATH, QUERY, HEADERS, FIELDS = 4096, 4096, 32 * 2**10, 100
"""The most bytes of a path, a query and all headers, and the most headers."""
HERE = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])\.?(?::\d{1,5})?", re.IGNORECASE)
"""Names of this machine, with a port."""
UNNAMED = "a proxy passed this request on that the server does not know: start it with --proxy ADDRESS, and a --token."
"""What an unknown proxy's client hears."""
OWN_SITES = ("same-origin", "none")
"""What a browser says of requests of this server's own pages, and of addresses that a person opens."""


def check_lengths(scope: Scope) -> None:
    """Raises ApiError 414 or 431 for a request that is longer than any that makes sense, before anything looks at it."""
    if len(scope.get("raw_path") or scope["path"]) > PATH or len(scope.get("query_string", b"")) > QUERY:
        raise ApiError(414, "the address of this request is too long.")
    headers = scope["headers"]
    if len(headers) > FIELDS or sum(len(name) + len(value) for name, value in headers) > HEADERS:
        raise ApiError(431, "the headers of this request are too long.")


def check_host(headers: Headers, local: bool) -> None:
    """Raises ApiError 400 for several hosts, 403 for one that is not this machine where only that may ask.

    A page elsewhere whose name was made to point here (DNS rebinding) sends its own name.
    """
    hosts = headers.getlist("host")
    if len(hosts) > 1:
        raise ApiError(400, "this request names several hosts.")
    if local and not HERE.fullmatch("".join(hosts)):
        raise ApiError(403, UNNAMED if came_by_proxy(headers) else "this server answers to localhost alone.")


def check_origin(scope: Scope, headers: Headers, local: bool) -> None:
    """Raises ApiError 403 for what a page of another site asks; it may only link to the studio."""
    if _from_elsewhere(headers) and not _link(scope, headers):
        by_proxy = came_by_proxy(headers) and local
        raise ApiError(403, UNNAMED if by_proxy else "pages of other sites may not ask this server.")


def _from_elsewhere(headers: Headers) -> bool:
    """Whether anything that browsers say of the page that asks speaks of another site; other clients say nothing."""
    host = headers.get("host", "")
    # "null" is what any site's page says from within a sandboxed frame
    pages = [*headers.getlist("origin"), *headers.getlist("referer")]
    sites = headers.getlist("sec-fetch-site")
    return any(_place(page) != host.lower() for page in pages) or any(site not in OWN_SITES for site in sites)


def _link(scope: Scope, headers: Headers) -> bool:
    """Whether a person follows a link to a page of the studio: that starts nothing, and the other page sees nothing of it."""
    opens = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    page = "text/html" in headers.get("accept", "") and "sec-fetch-mode" not in headers and "origin" not in headers
    return (opens or page) and scope.get("method") == "GET" and not scope["path"].startswith("/v1")


def _place(page: str) -> str:
    """Returns the host and port of a page's address; nothing of what is no page."""
    try:
        address = urlsplit(page)
    except ValueError:
        return ""
    return address.netloc.lower() if address.scheme in ("http", "https") else ""
