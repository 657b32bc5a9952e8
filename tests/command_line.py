"""The `limner` command, run in this process, and in one of its own where signals, clocks or the disk are in play."""

import io
import multiprocessing
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from limner.cli.app import main

SMALL = (
    "--set",
    "method.generator.widths=[16,8,8]",
    "--set",
    "method.discriminator.widths=[8,8,16]",
    "--set",
    "batch=16",
)
"""Options of `limner train` for networks that train in seconds."""


def limner(*arguments: str | Path, code: int | tuple[int, ...] = 0, progress: str = "") -> str:
    """Runs the command line in this process; a success returns stdout, a failure the one line of stderr.

    Before that line may stand lines of progress, where work that begins with the word `progress` had begun.
    """
    output, error = io.StringIO(), io.StringIO()
    argv = patch.object(sys, "argv", ["limner", *map(str, arguments)])
    with redirect_stdout(output), redirect_stderr(error), argv, pytest.raises(SystemExit) as ended:
        main()
    allowed = code if isinstance(code, tuple) else (code,)
    assert (ended.value.code or 0) in allowed, output.getvalue() + error.getvalue()
    if code == 0:
        return output.getvalue()
    *before, line = error.getvalue().splitlines()
    assert line.startswith("limner: "), error.getvalue()
    assert all(progress and one.startswith(progress) for one in before), error.getvalue()
    return line


_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(
    ["limner.data.preparation", "limner.training", "limner.samples", "limner.serving.run", "limner.cli.app"]
)


class Started:
    """The command line in a process of its own, which leads a process group; all that it says goes into one file.

    It is forked from a process that has imported everything, so that it starts at once.
    """

    def __init__(self, said: Path, *arguments: str | Path) -> None:
        self.said = said
        self.process = _FORKED.Process(target=_run, args=(said, [str(one) for one in arguments]))
        self.process.start()
        self.pid: int = self.process.pid

    def send(self, number: signal.Signals) -> None:
        """Sends a signal to the process and to all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def ends(self, seconds: float = 60) -> tuple[int, str]:
        """Waits for the end, and returns the exit status (of a signal, its number with a minus) and what was said."""
        self.process.join(seconds)
        status = self.process.exitcode
        assert status is not None, f"it has not ended: {self.said.read_text()}"
        return status, self.said.read_text()

    def __enter__(self) -> "Started":
        return self

    def __exit__(self, *_: object) -> None:
        self.send(signal.SIGKILL)
        self.process.join(10)


def _run(said: Path, arguments: list[str]) -> None:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background of a shell ignores Ctrl-C
    descriptor = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    sys.argv = ["limner", *arguments]
    main()
