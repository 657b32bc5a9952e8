"""Training a base: it is killed and goes on as if it had not been, and starts from the weights of another."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest
import torch

from limner import bases
from limner.bases.train import SETTINGS, BaseTrainer, open_trainer, recipe, train
from limner.bases.weights import export, start_from
from limner.data.schema import Schema
from limner.errors import ModelError, RunError
from limner.methods import build_method
from limner.tensors import load_tensors
from limner.training.ema import Ema

SHIPPED = sorted(Path(bases.__file__).parent.glob("*.safetensors"))
MOST_BYTES = 3_000_000

pytestmark = pytest.mark.usefixtures("small")


def _train_and_be_killed(pictures: Path, out: Path, settings: tuple[str, ...]) -> None:
    SETTINGS["gan"] = settings
    torch.set_num_threads(1)  # as in this process: how threads share a sum decides its last bit
    advance = BaseTrainer.advance

    def step_or_die(trainer: BaseTrainer) -> None:
        if trainer.step == 5:
            os.kill(os.getpid(), signal.SIGKILL)
        advance(trainer)

    BaseTrainer.advance = step_or_die  # type: ignore[assignment,method-assign]
    train(open_trainer(pictures, "gan", out, save_every=2), pictures=80)


def test_a_killed_training_goes_on_as_if_it_had_not_been(pictures: Path, tmp_path: Path) -> None:
    arguments = (pictures, tmp_path / "killed", SETTINGS["gan"])
    process = multiprocessing.get_context("forkserver").Process(target=_train_and_be_killed, args=arguments)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    killed = open_trainer(pictures, "gan", tmp_path / "killed")
    assert killed.checkpoints.steps()[-1] == 4
    assert train(killed, pictures=80)
    whole = open_trainer(pictures, "gan", tmp_path / "whole")
    assert train(whole, pictures=80)
    ours, theirs = killed.ema.network.state_dict(), whole.ema.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert list((tmp_path / "killed/grids").glob("*.png"))


def test_a_new_training_starts_from_exported_weights(pictures: Path, tmp_path: Path) -> None:
    first = open_trainer(pictures, "gan", tmp_path / "first")
    train(first, pictures=80)
    assert "gan after 80 pictures" in export(tmp_path / "first", tmp_path / "gan.safetensors")
    second = open_trainer(pictures, "gan", tmp_path / "second", init_from=tmp_path / "gan.safetensors")
    for ours, theirs in zip(second.ema.network.parameters(), first.ema.network.parameters(), strict=True):
        assert torch.equal(ours, theirs.half().float())
    before = [weights.clone() for weights in second.method.parameters()]
    assert train(second, pictures=8)
    assert any(not torch.equal(a, b) for a, b in zip(before, second.method.parameters(), strict=True))
    assert "gan after 88 pictures" in export(tmp_path / "second", tmp_path / "gan.safetensors")


def test_weights_of_another_base_or_damaged_ones_are_one_line_and_leave_nothing(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "damaged.safetensors").write_bytes(b"nothing")
    for file, said in (("damaged.safetensors", "damaged"), ("none.safetensors", "missing")):
        with pytest.raises(ModelError, match=said):
            open_trainer(pictures, "gan", tmp_path / "out", init_from=tmp_path / file)
    train(open_trainer(pictures, "gan", tmp_path / "first"), pictures=8)
    export(tmp_path / "first", tmp_path / "gan.safetensors")
    with pytest.raises(ModelError, match="not what this base can start from"):
        open_trainer(pictures, "vae", tmp_path / "out", init_from=tmp_path / "gan.safetensors")
    assert not (tmp_path / "out").exists()


def test_a_training_is_one_process_alone(pictures: Path, tmp_path: Path) -> None:
    trainer = open_trainer(pictures, "gan", tmp_path / "run")
    with pytest.raises(RunError, match="locked"):
        open_trainer(pictures, "gan", tmp_path / "run")
    trainer.run.close()


def test_a_folder_without_a_training_has_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"recipe\.yaml"):
        export(tmp_path, tmp_path / "gan.safetensors")


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_weights_are_small_and_fit_their_recipe(
    file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()  # their own size, not the tests'
    assert file.stat().st_size <= MOST_BYTES
    tensors, texts = load_tensors(file)
    assert texts["base"] == file.stem
    assert int(texts["pictures"]) >= 100_000
    chosen = recipe(file.stem)
    method = build_method(chosen.method, chosen.optimiser, Schema(height=64, width=64, channels=4), (), 1)
    ema = Ema(method.generator, chosen.ema)
    start_from(method, ema, file, tmp_path)
    images = ema.network.eval()(torch.randn(16, ema.network.latent_dim), {})
    assert images.shape == (16, 4, 64, 64)
    assert images.std(0).mean() > 0.2, "samples differ"
    assert tensors.keys() <= method.state_dict().keys()
