"""A mistake that needs no network to be found is told before PyTorch is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from limner.recipe_names import NAMES
from limner.recipes import RECIPES

WITHOUT_TORCH = """
import sys
sys.argv = ["limner", *sys.argv[1:]]
from limner.cli.app import main
try:
    main()
finally:
    assert "torch" not in sys.modules
"""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", ".", "--recipe", "gann"], "did you mean 'gan'"),
        (["train", "gone"], "no such file or folder: gone"),
        (["train", ".", "--size", "abc"], "'abc' is not a size"),
        (["train"], "give the pictures"),
        (["sample", "gone"], "no such model"),
        (["export", "gone", "--out", "x.onnx"], "no such model"),
        (["directions", "gone"], "no such model"),
        (["explain", "channels", "gone", "--attribute", "x"], "no such model"),
        (["evaluate", "gone", "--data", "gone"], "no such model"),
        (["prepare", "gone", "out"], "no such file or folder"),
        (["edit", "gone.png", "out.png", "--op", "flip"], "gone.png: no such picture"),
        (["edit", ".", "out.png", "--op", "crp"], "did you mean 'crop'"),
        (["stylize", "gone.png", "gone.png", "--out", "out.png"], "gone.png: no such picture"),
        (["recipes", "gann"], "did you mean 'gan'"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_it_is_told_at_once(words: list[str], said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_TORCH, *words]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert finished.returncode in (1, 2), finished.stderr
    assert said in finished.stderr
    assert "AssertionError" not in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_the_names_of_recipes_are_those_of_the_recipes() -> None:
    assert tuple(RECIPES) == NAMES


def test_help_is_short_too_and_edits_are_listed() -> None:
    help_of, edits = (
        subprocess.run([sys.executable, "-m", "limner", *words], capture_output=True, text=True, check=True).stdout
        for words in (["train", "-h"], ["edit", "--list"])
    )
    assert "--recipe" in help_of
    assert "rotate" in edits
    assert "along" in edits
    assert "for example: --op crop:left=40,top=20,width=600,height=400" in edits
