"""A mistake that needs no network to be found is told before PyTorch is loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

from limner import evaluation, features
from limner.causal import outcome
from limner.causal.picture_effects import STATISTICS
from limner.cli import early
from limner.configs import METHOD_CONFIGS
from limner.devices import RUNTIME_NAMES
from limner.editing import direction_names
from limner.editing.directions import DIRECTION_METHODS
from limner.evaluation.evaluate import MIN_SAMPLES
from limner.explain import targets
from limner.explain.scorers import SCORERS
from limner.methods import METHODS
from limner.runtimes import RUNTIMES

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
        (
            ["stylize", "here.txt", "--look", "watercolor", "--out", "out.png"],
            "did you mean 'watercolour'? Looks: paper-cut",
        ),
        (["stylize", "here.txt", "--look", "pen", "--line", "0", "--out", "out.png"], "--look needs no --line"),
        (["stylize", "here.txt", "a.png", "--look", "pen", "--out", "out.png"], "--look needs no STYLE"),
        (
            ["stylize", "here.txt", "a", "--model", "limner", "--scale", "2", "--out", "out.png"],
            "--model needs no --scale",
        ),
        (["stylize", "here.txt", "--look", "pen", "--seed", "-1", "--out", "out.png"], "--seed"),
        (["recipes", "gann"], "did you mean 'gan'"),
        (["recipes", "gan", "--set", "nix=3"], "--set nix: this recipe has no such key"),
        (["train", ".", "--set", "nix=3"], "--set nix: this recipe has no such key"),
        (["train", ".", "--set", "batch"], "write it as key=value"),
        (["train", ".", "--set", "widths=[8]"], "could be method.generator.widths or method.discriminator.widths"),
        (["train", ".", "--recipe", "vae", "--set", "betta=1"], "did you mean 'beta'"),
        (["train", ".", "--recipe", "gone.yaml"], "gone.yaml: cannot be read"),
        (["train", ".", "--model-size", "huge"], "--model-size huge"),
        (["train", ".", "--steps", "0"], "--steps 0: give a number above 0"),
        (["train", ".", "--minutes", "nan"], "--minutes nan: give a number above 0"),
        (["train", ".", "--from", "gone"], "gone: no such model"),
        (["train", ".", "--out", "."], ". exists: continue it with --resume"),
        (["sample", "garden", "--condition", "species"], "write it as name=value"),
        (["sample", "garden", "--condition", "a=1,a=2"], "asked for twice"),
        (["sample", "garden", "--sheet", "3"], "give columns and rows"),
        (["sample", "garden", "--out", "a.tiff"], "end its name in .png"),
        (["sample", "garden", "--walk", "a.avi"], "end its name in .mp4"),
        (["sample", "garden", "--background", "blau"], "'blau' is not a colour"),
        (["edit", "here.txt", "out.tiff", "--op", "flip"], "end its name in .png"),
        (["edit", ".", "out.png", "--op", "crop:0,0,9,9"], "write crop:left=0"),
        (["stylize", "here.txt", "here.txt", "--out", "out.tiff"], "end its name in .png"),
        (["stylize", "here.txt", "here.txt", "--out", "out.png", "--size", "9"], "--size: give at least 32"),
        (["stylize", "here.txt", "here.txt", "--out", "out.png", "--extractor", "vgg"], "did you mean 'vgg19'"),
        (["evaluate", "garden", "--data", "gone"], "no such file or folder"),
        (["evaluate", "garden", "--data", ".", "--only", "nix"], "--only nix: choose from"),
        (["evaluate", "garden", "--data", ".", "--features", "nix"], "there is no extractor 'nix'"),
        (["prepare", ".", "out", "--size", "abc"], "'abc' is not a size"),
        (["prepare", ".", "out", "--fit", "nix"], "no fit 'nix'"),
        (["train", ".", "--set", "method.latent_dim=abc"], "method.latent_dim: give a whole number (given: 'abc')"),
        (["train", ".", "--set", "optimiser.lr=fast"], "optimiser.lr: give a number (given: 'fast')"),
        (["train", ".", "--set", "batch=1"], "batch: give at least 2 (given: 1)"),
        (["train", ".", "--set", "loss=hing"], "choose 'minimax', 'non-saturating'"),
        (["recipes", "vae", "--set", "method.beta=-1"], "method.beta: give at least 0"),
        (["tune", ".", "--set", "optimiser.kind=adan"], "optimiser.kind: choose 'sgd', 'adam'"),
        (["train", ".", "--recipe", "bad.yaml"], "unknown key 'batsh'; did you mean 'batch'"),
        (["sample", "garden", "--condition", "speces=rose"], "no condition 'speces'; did you mean 'species'"),
        (["sample", "garden", "--condition", "species=ros"], "no class 'ros'; did you mean 'rose'"),
        (["sample", "garden", "--condition", "height=tall"], "'tall' is not a number"),
        (["directions", "garden", "--attribute", "speces=rose"], "did you mean 'species'"),
        (["directions", "garden", "--attribute", "species=ros"], "did you mean 'rose'"),
        (["directions", "garden", "--attribute", "species"], "ask for one class of it"),
        (["explain", "channels", "garden", "--attribute", "hight"], "did you mean 'height'"),
        (["edit", "garden", "out.png", "--op", "condition:species=ros"], "did you mean 'rose'"),
        (["edit", "garden", "out.png", "--op", "condition:speces=rose"], "did you mean 'species'"),
        (["edit", "garden", "out.png", "--op", "along:pca-1,amount=99"], "amount: give at most 10"),
        (["edit", "garden", "out.png", "--op", "along:pca-1,amunt=9"], "did you mean 'amount'"),
        (["edit", "garden", "out.png", "--op", "mix:0.5"], "name the other picture"),
        (["edit", "garden", "out.png", "--op", "mix:0.5,file=gone.png"], "gone.png: no such picture"),
        (["edit", "here.txt", "out.png", "--op", "encode"], "no model generated this picture"),
        (
            ["edit", "here.txt", "out.png", "--op", "encode:details=non,model=garden"],
            "choose 'none', 'coarse' or 'all'",
        ),
        (["edit", "here.txt", "out.png", "--op", "encode:model=gone"], "gone: no such model"),
        (["causal", "sample", "garden", "--do", "sunlight"], "write it as name=value"),
        (["causal", "sample", "garden", "--do", "sunligt=1"], "did you mean 'sunlight'"),
        (["causal", "sample", "garden", "--given", "species=ros"], "did you mean 'rose'"),
        (["causal", "sample", "garden", "--do", "sunlight=dark"], "give a number"),
        (["causal", "counterfactual", "garden", "a.png", "--do", "species=ros"], "did you mean 'rose'"),
        (["causal", "effects", "garden", "--data", ".", "--on", "hight"], "did you mean 'height'"),
        (["causal", "effects", "garden", "--data", ".", "--on", "picture:britness"], "did you mean 'brightness'"),
        (["causal", "check", ".", "--graph", "bad.yaml"], "unknown key 'name'"),
        (["causal", "discover", "gone"], "no such file or folder"),
        (["train", ".", "--device", "gpu"], "--device gpu: choose from cpu"),
        (["train", ".", "--seed", "-1"], "--seed -1: give a whole number"),
        (["sample", "garden", "--truncation", "7"], "truncation is 7.0: it must be above 0"),
        (["sample", "garden", "--seed", "-1"], "seed is -1"),
        (["sample", "garden", "--device", "gpu"], "--device gpu: choose from cpu"),
        (["sample", "garden", "--runtime", "onx"], "runtime onx: did you mean 'onnx'"),
        (["directions", "garden", "--n", "3"], "at least 40 pictures"),
        (["edit", "garden", "out.png", "--op", "along:pc-1"], "no direction 'pc-1'"),
        (["edit", "garden", "out.png", "--op", "regenerate"], "nothing is selected"),
        (["edit", "garden", "out.png", "--op", "encode", "--seed", "-1"], "seed is -1"),
        (["stylize", "here.txt", "--out", "a.png", "--model", "gone"], "no model of styles"),
        (
            ["stylize", "here.txt", "munch-the-scream-1892", "--out", "a.png", "--model", "limner"],
            "did you mean 'munch-the-scream-1893'",
        ),
        (["style", "train", "gone", "--out", "s"], "gone: no such file"),
        (["evaluate", "garden", "--data", ".", "--n", "1"], "--n 1: at least 10 are needed"),
        (["evaluate", "garden"], "does not say what it was trained on"),
        (["tune", ".", "--trials", "0"], "--trials 0: at least 1 is needed"),
        (["crossval", ".", "--folds", "1"], "--folds 1: at least 2 are needed"),
        (["export", "garden", "--out", "x.txt"], "end its name in .onnx"),
        (["causal", "counterfactual", "garden", "gone.png", "--do", "species=rose"], "say which dataset with --data"),
        (["causal", "sample", "garden", "--do", "height=1", "--given", "species=rose"], "give either --do or --given"),
        (["causal", "soundness", "drawings", "--data", "."], "not a causal model"),
        (["causal", "counterfactual", "garden", "a.png"], "nothing is set"),
        (["causal", "fit", ".", "--graph", "gone.yaml", "--set", "nix=3"], "--set nix"),
        (["tune", ".", "--recipe", "gann"], "did you mean 'gan'"),
        (["crossval", ".", "--set", "nix=3"], "--set nix"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_it_is_told_at_once(words: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_text("here")
    (tmp_path / "bad.yaml").write_text("name: x\nbatsh: 3\nmethod: {kind: noise}\n")
    command = [sys.executable, "-c", WITHOUT_TORCH, *words]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert finished.returncode in (1, 2), finished.stderr
    assert said in finished.stderr
    assert "AssertionError" not in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_the_configs_of_methods_are_those_of_the_methods() -> None:
    assert {name: method.config_type for name, method in METHODS.items()} == METHOD_CONFIGS


def test_what_can_be_measured_and_by_what_is_what_there_is() -> None:
    assert tuple(evaluation.GROUPS) == early.GROUPS
    assert tuple(features.EXTRACTORS) == early.EXTRACTORS
    assert MIN_SAMPLES == early.MIN_SAMPLES
    assert tuple(RUNTIMES) == RUNTIME_NAMES
    assert tuple(DIRECTION_METHODS) == direction_names.OWN
    assert tuple(SCORERS) == targets.OF_ANY_PICTURE
    assert tuple(STATISTICS) == outcome.OF_PICTURES


def test_help_is_short_too_and_edits_are_listed() -> None:
    help_of, edits = (
        subprocess.run([sys.executable, "-m", "limner", *words], capture_output=True, text=True, check=True).stdout
        for words in (["train", "-h"], ["edit", "--list"])
    )
    assert "--recipe" in help_of
    assert "rotate" in edits
    assert "along" in edits
    assert "for example: --op crop:left=40,top=20,width=600,height=400" in edits
