"""The `limner` command, run in this process, and in one of its own where signals, clocks or the disk are in play."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from limner.cli.app import main


def limner(*arguments: str | Path, code: int = 0, progress: str = "") -> str:
    """Runs the command line in this process; a success returns stdout, a failure the one line of stderr.

    Before that line may stand lines of progress, where work that begins with the word `progress` had begun.
    """
    output, error = io.StringIO(), io.StringIO()
    argv = patch.object(sys, "argv", ["limner", *map(str, arguments)])
    with redirect_stdout(output), redirect_stderr(error), argv, pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0) == code, output.getvalue() + error.getvalue()
    if code == 0:
        return output.getvalue()
    *before, line = error.getvalue().splitlines()
    assert line.startswith("limner: "), error.getvalue()
    assert all(progress and one.startswith(progress) for one in before), error.getvalue()
    return line


def started(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
    """Starts the command line in a process of its own, which leads a process group and has one thread."""
    command = [sys.executable, "-m", "limner", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        **options,
    )
