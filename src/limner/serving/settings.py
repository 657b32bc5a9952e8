"""What a server serves, where it keeps what it is given, and how much of anything it takes."""

from dataclasses import dataclass, field, replace
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this machine reaches, for which no token is needed."""


@dataclass(frozen=True)
class Limits:
    """How much a client may ask for."""

    body: int = 32 * 2**20
    """Bytes of a picture that is handed in."""
    json: int = 256 * 2**10
    """Bytes of any other request, but for `upload`: it is read and checked between two answers to others."""
    upload: int = 2 * 2**30
    """Bytes of pictures to train on, which are kept on disk as they come."""
    buffered: int = 256 * 2**20
    """Bytes of all bodies that are in memory at a time."""
    requests: int = 256
    """Requests of one address that are answered at a time."""
    waiting: int = 1024
    """Pictures that wait to be generated."""
    jobs: int = 32
    """Jobs that wait."""
    decoding: int = 2**30
    """Bytes of memory in which pictures are decoded, all at one time together."""
    side: int = 2048
    """Pixels a side of what is edited or stylised."""
    rate: float = 200.0
    burst: float = 2000.0
    """Requests a second of one client, and how many may come at once."""
    seconds: float = 60.0
    """Until a request is given up."""
    patience: float = 15.0
    """Seconds in which a client must take or send something."""
    live: int = 16
    """Live connections."""


@dataclass(frozen=True)
class Settings:
    """How a server runs."""

    paths: tuple[Path, ...]
    home: Path
    host: str = "127.0.0.1"
    port: int = 7878
    token: str | None = None
    proxy: str | None = None
    """Address of the proxy that passes requests on."""
    root_path: str = ""
    """Path under which a proxy mounts the server: "" or "/NAME"."""
    threads: int = 2
    """Cores that generate."""
    limits: Limits = field(default_factory=Limits)

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in LOOPBACK and self.proxy is None

    def absolute(self) -> "Settings":
        """Returns the same settings with absolute paths, which stay true wherever a process works."""
        return replace(self, paths=tuple(path.absolute() for path in self.paths), home=self.home.absolute())
