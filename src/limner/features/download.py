"""One file from the network, because someone asked for it, with progress and a clear end."""

import http.client
import urllib.error
import urllib.request
from pathlib import Path

from limner.progress import ProgressLine

PIECE = 1 << 20


class FetchError(Exception):
    """Why a download failed, in a few words."""


def fetch(url: str, path: Path, label: str, timeout: float) -> None:
    """Downloads to `path`; FetchError when the host cannot be reached, refuses, stalls for `timeout` s or breaks off."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer, path.open("wb") as file:
            total = int(answer.headers.get("Content-Length") or 0)
            with ProgressLine(label, total / 1e6 or None, "MB") as progress:
                while piece := answer.read(PIECE):
                    file.write(piece)
                    progress.advance(len(piece) / 1e6)
    except urllib.error.HTTPError as error:
        raise FetchError(f"the server answers {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise FetchError(getattr(error.reason, "strerror", None) or str(error.reason)) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchError(str(error) or type(error).__name__) from None
    if total and path.stat().st_size != total:
        raise FetchError(f"it broke off after {path.stat().st_size:,} of {total:,} bytes")
