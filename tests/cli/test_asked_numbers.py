"""Numbers that a model has not seen are generated with a warning, and a decimal comma is understood."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from limner.cli.app import app


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("sunlight=55", "sunlight = 55: the training pictures have"),
        ("species=rose,sunlight=1,5", "sunlight = 1,5: the training pictures have"),
        ("sunlight=0,5", ""),
    ],
)
def test_a_sample_beyond_what_was_seen_is_said(asked: str, said: str, tmp_path: Path) -> None:
    words = ["sample", "garden", "--n", "1", "--condition", asked, "--out", str(tmp_path / "out.png")]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.png").is_file()
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == bool(said)
