"""`limner serve` and `limner studio`: models in a browser, and by an API."""

import os
from pathlib import Path
from typing import Annotated

import typer

Paths = Annotated[
    list[Path] | None, typer.Argument(metavar="[PATH]...", help="Models, runs, datasets, or folders of them.")
]
Home = Annotated[Path, typer.Option(help="Where the studio keeps what it makes and is given.")]
Port = Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)]


def serve(
    paths: Paths = None,
    home: Home = Path("studio"),
    host: Annotated[
        str, typer.Option(help="Address to listen on; another than this machine's own needs --token.")
    ] = "127.0.0.1",
    port: Port = 7878,
    token: Annotated[
        str | None, typer.Option(help="What clients must give; LIMNER_TOKEN says it too.", envvar="LIMNER_TOKEN")
    ] = None,
    proxy: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Address of a proxy before the server, which is believed in X-Forwarded-*."
        ),
    ] = None,
    root_path: Annotated[str, typer.Option(metavar="/PATH", help="Path under which the proxy mounts the server.")] = "",
) -> None:
    """Serve models, and the studio, until Ctrl-C."""
    _run(paths or [], home, host, port, token, opened=False, proxy=proxy, root_path=root_path)


def studio(paths: Paths = None, home: Home = Path("studio"), port: Port = 7878) -> None:
    """Serve the studio to this machine alone, and open it in a browser."""
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
