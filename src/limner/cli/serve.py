"""`limner serve` and `limner studio`: models in a browser, and by an API."""

import os
from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[Path] | None, typer.Argument(metavar="[PATH]...", help="Models, runs, datasets, or folders that contain them.")
]
Home = Annotated[Path, typer.Option(help="Folder for uploads, trained models and results.")]
Port = Annotated[int, typer.Option(help="TCP port; 0 takes a free one.", min=0, max=65535)]


def serve(
    paths: Paths = None,
    home: Home = Path("studio"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines connect, and needs --token.")
    ] = "127.0.0.1",
    port: Port = 7878,
    token: Annotated[
        str | None, typer.Option(help="Password that clients must send as a bearer token.", envvar="LIMNER_TOKEN")
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="IP address of a reverse proxy whose X-Forwarded-* headers are trusted."),
    ] = None,
    root_path: Annotated[
        str, typer.Option(metavar="/PATH", help="URL path under which the proxy serves it, such as /limner.")
    ] = "",
) -> None:
    """Start the web server with the API and the studio; Ctrl-C ends it."""
    _run(paths or [], home, host, port, token, opened=False, proxy=proxy, root_path=root_path)


def studio(paths: Paths = None, home: Home = Path("studio"), port: Port = 7878) -> None:
    """Open the studio in a browser; only this machine can reach it. Ctrl-C ends it."""
    _run(paths or [], home, "127.0.0.1", port, None, opened=True)


def _run(
    paths: list[Path],
    home: Path,
    host: str,
    port: int,
    token: str | None,
    opened: bool,
    proxy: str | None = None,
    root_path: str = "",
) -> None:
    from limner.errors import UsageError

    try:
        from limner.serving.run import run
    except ModuleNotFoundError as error:
        raise UsageError(f"serving needs {error.name}; install it with: pip install 'limner[serve]'") from None
    from limner.serving.settings import Settings

    threads = os.cpu_count() or 1
    run(Settings(tuple(paths), home, host, port, token, proxy, root_path, threads), opened)
