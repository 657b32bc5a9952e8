"""`limner edit` run in this process, and the pictures that it leaves."""

from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from limner.cli.app import app
from limner.errors import LimnerError
from limner.pictures import open_picture


def run_edit(*words: object) -> str:
    """Returns what the command prints, or the line of its error."""
    result = CliRunner().invoke(app, ["edit", *map(str, words)], catch_exceptions=True)
    if isinstance(result.exception, LimnerError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.output


def pixels_of(path: Path) -> np.ndarray:
    """Returns a file's pixels, with the opacity that it has."""
    return np.asarray(open_picture(path, background=None))
