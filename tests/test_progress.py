"""Progress in plain lines: done of total, rate, time left, note."""

import pytest

from limner.progress import ProgressLine


def test_a_plain_line_at_the_end_and_no_bar(capsys: pytest.CaptureFixture) -> None:
    with ProgressLine("generating", 10, "pictures") as bar:
        bar.advance(4, "loss 0.5")
        assert "4/10 pictures" in bar.line()
        assert "left" in bar.line()
        bar.update(10)
    error = capsys.readouterr().err
    assert error.startswith("generating: 10/10 pictures")
    assert "loss 0.5" in error
    assert error.count("\n") == 1


def test_the_rate_speaks_of_this_session_alone(capsys: pytest.CaptureFixture) -> None:
    with ProgressLine("generating", 2_000_000, "pictures") as bar:
        bar.start_at(1_000_000)
        bar.update(1_000_000)
        assert " 0 pictures/s" in bar.line()
    assert "1,000,000/2,000,000" in capsys.readouterr().err


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture) -> None:
    with ProgressLine("generating", 2, "pictures", quiet=True) as bar:
        bar.advance()
    assert capsys.readouterr().err == ""
