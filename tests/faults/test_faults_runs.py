"""Faults 27, 28, 30 to 36, 39 and 40: what a run and a dataset meet between their beginning and their end."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import hostile
from command_line import Started, limner
from limner.data import Dataset, write_dataset
from limner.methods import Latent, StepContext
from limner.methods.gan import Gan
from limner.model import Model, load
from limner.training.checkpoint import Checkpoints
from limner.training.history import read_history
from promise import SMALL, fails, little_memory, wait_until, write_good, write_many


def test_fault_27_one_bit_of_a_checkpoint_turns(run: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(run, tmp_path / "other"))
    (other / "checkpoints" / "step-000000008.safetensors").unlink()
    newest = run / "checkpoints" / "step-000000008.safetensors"
    content = newest.read_bytes()
    rate = content.index(b"rate_factor") + content[content.index(b"rate_factor") :].index(b"1.0")
    newest.write_bytes(content[:rate] + bytes([content[rate] ^ 8]) + content[rate + 1 :])  # 1.0 becomes 9.0
    for one in (run, other):
        limner("train", "--resume", "--out", one, "--steps", "12")
    states = [Checkpoints(one / "checkpoints").load()[0] for one in (run, other)]
    assert [state["step"] for state in states if state] == [12, 12]
    assert [state["rate_factor"] for state in states if state] == [1.0, 1.0]
    assert load(run).digest == load(other).digest, "it has not gone on from the checkpoint before"


@pytest.mark.parametrize("part", ["text", "weights"])
def test_fault_27_no_checkpoint_is_whole(run: Path, tmp_path: Path, part: str) -> None:
    for file in (run / "checkpoints").iterdir():
        content = bytearray(file.read_bytes())
        content[content.index(b"rate_factor") + 13 if part == "text" else -50] ^= 1
        file.write_bytes(content)
    line = fails(tmp_path, "train", "--resume", "--out", run, "--steps", "12")
    assert "no checkpoint is whole" in line


def test_fault_28_two_trainings_in_one_run(run: Path, tmp_path: Path) -> None:
    with Started(tmp_path / "said", "train", "--resume", "--out", run, "--steps", "100000") as first:
        wait_until(lambda: len(read_history(run / "history.jsonl")) > 2)
        line = limner("train", "--resume", "--out", run, "--steps", "20", code=1)
        assert "is locked: another process is training there" in line
        assert first.process.is_alive()
    limner("train", "--resume", "--out", run, "--steps", "9")


@pytest.mark.parametrize("name", ["pictures.npy", "attributes.parquet", "dataset.json"])
def test_fault_30_a_dataset_changes_between_two_trainings(dataset: Path, tmp_path: Path, name: str) -> None:
    data, run = Path(shutil.copytree(dataset, tmp_path / "flowers")), tmp_path / "run"
    limner("train", data, "--out", run, "--steps", "4", *SMALL)
    content = bytearray((data / name).read_bytes())
    content[len(content) // 2] ^= 1
    (data / name).write_bytes(content)
    for more in ((), ("--verify",)):
        line = fails(tmp_path, "train", "--resume", "--out", run, "--steps", "8", *more)
        assert "flowers" in line
        assert "prepare it again" in line


def test_fault_30_one_byte_among_many_is_found_when_asked(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (96, 256, 256, 3), np.uint8)
    data = write_dataset(tmp_path / "large", pictures, {}).path
    with (data / "pictures.npy").open("r+b") as file:
        file.seek(10_000_000)
        byte = file.read(1)[0]
        file.seek(10_000_000)
        file.write(bytes([byte ^ 1]))
    command = ("train", data, "--out", tmp_path / "run", "--steps", "1", "--verify", *SMALL)
    assert "pictures.npy" in limner(*command, code=1, progress="verifying")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (["--recipe", "vae"], "another recipe"),
        (["--set", "lr=0.5"], "another recipe"),
        (["--model-size", "large"], "another recipe"),
        (["--seed", "7"], "has seed 0"),
    ],
)
def test_fault_31_a_run_is_resumed_with_another_recipe_or_seed(
    run: Path, dataset: Path, tmp_path: Path, other: list[str], said: str
) -> None:
    assert said in fails(tmp_path, "train", dataset, "--resume", "--out", run, "--steps", "12", *other)


def test_fault_31_a_run_is_resumed_with_other_pictures(run: Path, dataset: Path, tmp_path: Path) -> None:
    opened = Dataset.open(dataset)
    few = {"species": opened.captions("species")[:40], "height": [0.5] * 40}
    other = write_dataset(tmp_path / "other", opened.pictures[:40], few).path
    assert "other pictures" in fails(tmp_path, "train", other, "--resume", "--out", run, "--steps", "12")
    assert "exists" in fails(tmp_path, "train", dataset, "--out", run, "--steps", "12", *SMALL)


def test_fault_32_the_working_directory_is_deleted(
    model: Path, dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    source = write_good(tmp_path / "source")
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "work").rmdir()
    commands = (
        ["sample", model],
        ["prepare", source, "out"],
        ["train", dataset, "--out", "run", "--steps", "4", *SMALL],
        ["edit", source / "good-0.png", "edited.png", "--op", "flip"],
    )
    for command in commands:
        assert "gone" in fails(tmp_path, *command, code=2)


def test_fault_33_a_loss_is_not_a_number_once(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    poisoned: list[bool] = []
    honest = Gan.step

    def step(self: Gan, batch: object, context: StepContext) -> object:
        scalars = honest(self, batch, context)
        if context.step == 30 and not poisoned:
            poisoned.append(True)
            with torch.no_grad():
                next(self.generator.parameters()).fill_(float("nan"))
        return scalars

    monkeypatch.setattr(Gan, "step", step)
    run = tmp_path / "run"
    limner("train", dataset, "--out", run, "--steps", "60", "--save-every", "20", *SMALL)
    assert poisoned
    assert [row["step"] for row in read_history(run / "history.jsonl")] == [20, 40, 60]
    state, _ = Checkpoints(run / "checkpoints").load()
    assert state is not None
    assert (state["rollbacks"], state["rate_factor"]) == (1, 0.5)
    assert all(tensor.isfinite().all() for tensor in load(run).generator.state_dict().values())


def test_fault_34_a_training_can_never_work(dataset: Path, tmp_path: Path) -> None:
    rate = ("--recipe", "mlp-vae", "--set", "batch=8", "--set", "lr=1e6")
    run = tmp_path / "run"
    command = ("train", dataset, "--out", run, "--steps", "400", "--save-every", "20", *rate)
    line = limner(*command, code=1, progress="training ")
    assert "not-a-number" in line
    assert "lower lr" in line
    assert not (run / "model").exists()
    assert Checkpoints(run / "checkpoints").steps()


def test_fault_35_what_is_asked_can_never_fit(dataset: Path, trained: Path, tmp_path: Path) -> None:
    wide = ("--set", "method.generator.widths=[4096,4096]", "--set", "method.discriminator.widths=[4096,4096]")
    commands = (
        (["train", dataset, "--out", tmp_path / "run", "--steps", "4", *wide], "batch"),
        (["sample", trained, "--n", "1000000000", "--out", tmp_path / "grid.png"], "lower --n"),
        (["evaluate", trained, "--data", dataset, "--n", "1000000000", "--out", tmp_path / "judged"], "lower --n"),
    )
    for command, advice in commands:
        with little_memory(2**30):
            line = fails(tmp_path, *command)
        assert "memory" in line
        assert advice in line


def test_fault_35_memory_runs_out_in_the_middle(
    dataset: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest_step, honest_latents = Gan.step, Model.sample_latents

    def step(self: Gan, batch: object, context: StepContext) -> object:
        if context.step == 6:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 137438953472 bytes.")
        return honest_step(self, batch, context)

    def sample_latents(self: Model, n: int = 1, **more: Any) -> Latent:
        if more.get("first") == 64:
            raise MemoryError
        return honest_latents(self, n, **more)

    run = tmp_path / "run"
    with monkeypatch.context() as full:
        full.setattr(Gan, "step", step)
        full.setattr(Model, "sample_latents", sample_latents)
        command = ("train", dataset, "--out", run, "--steps", "12", "--save-every", "4", *SMALL)
        line = limner(*command, code=1, progress="training ")
        assert "does not fit in memory" in line
        assert "lower batch" in line
        line = fails(tmp_path, "sample", trained, "--n", "200", "--out", tmp_path / "samples", progress="sampling: ")
        assert "does not fit in memory" in line
    limner("train", "--resume", "--out", run, "--steps", "12")
    assert load(run).about["training"]["step"] == 12


@pytest.mark.parametrize("name", ["run.json", "recipe.yaml"])
@pytest.mark.parametrize("content", [b"", b"{", b"\x00" * 64, b"[1, 2]"], ids=["empty", "half", "zeros", "other"])
def test_fault_36_a_power_cut_empties_what_describes_a_run(
    run: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    (run / name).write_bytes(content)
    line = fails(tmp_path, "train", "--resume", "--out", run, "--steps", "12", code=2 if name == "recipe.yaml" else 1)
    assert str(run) in line


def test_fault_36_a_power_cut_tears_the_history(run: Path) -> None:
    before = read_history(run / "history.jsonl")
    with (run / "history.jsonl").open("a") as file:
        file.write('{"step": 40, "pictures": 320, "seconds": 9.0}\n\0\0\0\0\n{"step": 6')
    limner("train", "--resume", "--out", run, "--steps", "20")
    assert [row["step"] for row in read_history(run / "history.jsonl")] == [*(row["step"] for row in before), 20]


@pytest.mark.parametrize("name", ["dataset.json", "pictures.npy", "attributes.parquet"])
@pytest.mark.parametrize("damage", ["missing", "empty", "half"])
def test_fault_36_a_power_cut_leaves_half_a_dataset(dataset: Path, tmp_path: Path, name: str, damage: str) -> None:
    half = Path(shutil.copytree(dataset, tmp_path / "half"))
    content = (half / name).read_bytes()
    (half / name).unlink()
    if damage != "missing":
        (half / name).write_bytes(content[: len(content) // 2] if damage == "half" else b"")
    line = fails(tmp_path, "train", half, "--out", tmp_path / "run", "--steps", "4", *SMALL, progress="prepare: ")
    assert "half" in line


def test_fault_39_two_preparations_into_one_folder(tmp_path: Path) -> None:
    out, few = tmp_path / "out", write_good(tmp_path / "few")
    with Started(tmp_path / "said", "prepare", write_many(tmp_path / "many.npy"), out, "--size", "64") as first:
        wait_until(lambda: any(path.stat().st_size for path in tmp_path.glob(".limner-*.tmp/out/scratch")))
        for more in ((), ("--overwrite",)):
            line = limner("prepare", few, out, "--workers", "1", *more, code=1)
            assert str(out) in line
        assert not out.exists()
        assert first.process.is_alive()
    assert list(tmp_path.glob(".limner-*.tmp")), "nothing was left over by what was killed"
    with Started(tmp_path / "again", "prepare", few, out, "--workers", "1") as second:
        assert second.ends()[0] == 0
    assert len(Dataset.open(out)) == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "few", "many.npy", "out", "said"]


def test_fault_40_a_dataset_cannot_be_replaced(tmp_path: Path) -> None:
    good, out = write_good(tmp_path / "good"), tmp_path / "out"
    limner("prepare", good, out, "--workers", "1")
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "cut.png").write_bytes(hostile.encoded("PNG")[:60])
    again = ("prepare", write_good(tmp_path / "more", 40, size=32), out, "--workers", "1")
    assert "--overwrite" in fails(tmp_path, *again)
    assert "none of 1" in fails(tmp_path, "prepare", tmp_path / "bad", out, "--overwrite", progress="prepare: ")
    with hostile.full_disk(30_000):
        assert "nothing was written" in fails(tmp_path, *again, "--overwrite", progress="prepare: ")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    assert "not a dataset" in fails(tmp_path, "prepare", good, tmp_path / "mine", "--overwrite")
    assert len(Dataset.open(out)) == 6
