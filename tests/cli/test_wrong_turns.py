"""The command line where it is asked for what no number is, or started from a folder that is gone: one line."""

import subprocess
import sys
from pathlib import Path

import pytest

from limner.editing import parse, read_edits
from limner.editing.latent_spec import LatentSpec
from limner.errors import UsageError
from limner.recipes import find_recipe
from limner.training.budget import Budget
from small_models import small_model

START = (
    "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); sys.argv = ['limner', *sys.argv[1:]]; "
)
START += "from limner.cli.app import main; main()"


@pytest.mark.parametrize("arguments", [["sample", "model"], ["train", "x"], ["recipes", "gan"]], ids=" ".join)
def test_a_folder_that_is_gone_is_one_line(arguments: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, *arguments]
    finished = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert finished.returncode == 2
    assert (
        finished.stderr == "limner: the folder that this was started in is gone; change to another one and try again.\n"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1.0])
def test_a_time_is_finite_and_above_zero(value: float) -> None:
    with pytest.raises(UsageError, match="give a number above 0"):
        Budget.of(find_recipe("gan"), None, None, value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, 1.5])
def test_a_truncation_is_finite(value: float) -> None:
    with pytest.raises(UsageError, match="truncation"):
        small_model("gan").sample(1, truncation=value)


@pytest.mark.parametrize(
    "text",
    [
        *("exposure:nan", "exposure:.inf", "exposure:1e400", 'exposure:"1"', "exposure:true", "rotate:" + "9" * 5000),
        *(
            "crop:left=true",
            "rotate:[" + "[" * 9000,
            "paste:file=" + "a" * 5000,
            'paste:file="a\\0b"',
            "exposure:!!timestamp x",
        ),
        *("a" * 30_000, "-" * 30_000, "exposure:*a", "curves:points=[[0,.nan],[1,1]]", "mix:seed=9223372036854775808"),
    ],
)
def test_an_edit_that_is_none_is_a_short_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


def test_a_file_of_too_many_edits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "edits.yaml").write_text("- flip\n" * 1001)
    with pytest.raises(UsageError, match="at most 1,000"):
        read_edits(tmp_path / "edits.yaml")


@pytest.mark.parametrize(
    "place",
    [
        *({"seed": True}, {"seed": "3"}, {"seed": 2**63}, {"seed": 1.0}, {"blend": [[1, 1e308]]}, {"blend": [[-1, 1]]}),
        *({"blend": [[1, float("nan")]]}, {"directions": {"a": float("inf")}}, {"directions": {"a": 1e30}}),
        *(
            {"condition": {"age": True}},
            {"condition": {"age": float("nan")}},
            {"truncation": True},
            {"mix": {"seed": 1, "share": "1"}},
        ),
    ],
)
def test_a_place_that_is_none(place: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        LatentSpec.model_validate(place)
