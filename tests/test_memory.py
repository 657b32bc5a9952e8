"""Work that does not fit in memory ends in one line that says what to lower, before or when memory runs out."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from command_line import limner
from limner import memory
from limner.data import Dataset, write_dataset
from limner.errors import UsageError
from limner.memory import OutOfMemoryError, available, explained, out_of_memory, require
from limner.pictures import save
from limner.recipes import RECIPES, find_recipe
from limner.training.memory_estimate import estimated_bytes


def _runs(*arguments: str, limit: int | None = None, blind: bool = False) -> subprocess.CompletedProcess:
    """Runs a command, with an address space of so many bytes; `blind`: without a look at how much memory is left."""
    blinded = "from limner import memory; memory.available = lambda: 2**62; " if blind else ""
    code = f"import sys; {blinded}from limner.cli.app import main; sys.argv[0] = 'limner'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "400"},
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit))) if limit else None,
        timeout=120,
    )


def _refused(done: subprocess.CompletedProcess, *words: str) -> None:
    assert done.returncode == 1, done.stderr
    *before, last = done.stderr.splitlines()
    assert last.startswith("limner: ")
    assert not any("Traceback" in line for line in before)
    for word in words:
        assert word in last


def test_every_library_is_understood() -> None:
    class Foreign(Exception):
        pass

    for raised in (
        lambda: np.empty(2**50),
        lambda: np.empty((2**40, 2**40)),
        lambda: torch.empty(2**50),
        lambda: torch.empty(2**62, 2**62),
        lambda: bytes(2**62),
    ):
        with pytest.raises(Exception) as caught:  # noqa: PT011
            raised()
        assert out_of_memory(caught.value), caught.value
    assert out_of_memory(OSError(errno.ENOMEM, "Cannot allocate memory"))
    assert out_of_memory(Foreign("Failed to allocate memory for requested buffer of size 81920"))
    assert out_of_memory(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"))
    for other in (ValueError("no"), OSError(errno.ENOSPC, "full"), UsageError("words: out of memory")):
        assert not out_of_memory(other)


def test_running_out_is_explained_and_other_errors_are_not() -> None:
    with (
        pytest.raises(OutOfMemoryError, match=r"^a grid does not fit in memory: lower --n\.$"),
        explained("a grid", "lower --n"),
    ):
        raise MemoryError
    with pytest.raises(ZeroDivisionError), explained("a grid", "lower --n"):
        raise ZeroDivisionError


def test_what_is_known_to_be_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    require(2**30, "it", "lower it")
    with pytest.raises(OutOfMemoryError, match=r"^it needs 2\.0 GiB of memory, and 1\.0 GiB are left: lower it\.$"):
        require(2**31, "it", "lower it")
    with pytest.raises(OutOfMemoryError, match=r"over 1,000,000 GiB"):
        require(10**400, "it", "lower it")


def _machine(folder: Path, cgroup: str) -> tuple[Path, Path]:
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "meminfo").write_text("MemTotal: 9999 kB\nMemAvailable: 8000 kB\nSwapFree: 192 kB\n")
    (folder / "proc" / "self" / "cgroup").write_text(cgroup)
    (folder / "groups").mkdir()
    return folder / "proc", folder / "groups"


def _group(folder: Path, names: tuple[str, str, str], limit: str, used: int, reclaimable: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / names[0]).write_text(f"{limit}\n")
    (folder / names[1]).write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]} {reclaimable}\n")


TWO = ("memory.max", "memory.current", "inactive_file")
ONE = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def test_the_least_of_machine_and_groups_is_left(tmp_path: Path) -> None:
    proc, groups = _machine(tmp_path / "plain", "")
    assert available(proc, groups) == 8192 * 1024
    proc, groups = _machine(tmp_path / "two", "0::/a/b\n")
    _group(groups / "a" / "b", TWO, "max", 100, 0)
    _group(groups / "a", TWO, "1000000", 400_000, 50_000)
    assert available(proc, groups) == 650_000
    proc, groups = _machine(tmp_path / "one", "4:cpu,memory:/a\n0::/\n")
    _group(groups / "memory", ONE, "1000", 2000, 0)
    assert available(proc, groups) == 0
    proc, groups = _machine(tmp_path / "hidden", "0::/not/here\n")
    _group(groups, TWO, "700000", 0, 0)
    assert available(proc, groups) == 700_000
    assert available(tmp_path / "nothing", tmp_path / "nothing") == memory.UNLIMITED


@pytest.mark.parametrize("name", RECIPES)
def test_the_need_of_training_is_told_for_every_recipe(name: str, tmp_path: Path) -> None:
    schema = write_dataset(tmp_path / "d", np.zeros((4, 32, 32, 3), np.uint8), {"label": list("abab")}).schema
    recipe = find_recipe(name)
    one, two = (estimated_bytes(recipe, schema, batch) for batch in (64, 128))
    assert 0 < one < two < 2 * one + 1
    assert one < 2**33


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    pictures = np.random.default_rng(0).integers(0, 256, (120, 32, 32, 3), np.uint8)
    return write_dataset(tmp_path_factory.mktemp("data") / "noise", pictures, {"index": list(range(120))})


@pytest.fixture(scope="session")
def model(data: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "run"
    limner("train", data.path, "--recipe", "noise", "--steps", "1", "--out", folder)
    return folder


@pytest.mark.parametrize("n", ["1000000000", "1" + "0" * 30])
def test_a_grid_that_no_memory_holds_is_refused(model: Path, tmp_path: Path, n: str) -> None:
    said = limner("sample", model, "--n", n, "--out", tmp_path / "a.png", code=1)
    assert "lower --n" in said
    assert list(tmp_path.iterdir()) == []


def test_an_evaluation_that_no_memory_holds_is_refused(model: Path, data: Dataset, tmp_path: Path) -> None:
    evaluation = ("evaluate", model, "--data", data.path, "--n", "1000000000", "--out", tmp_path / "report")
    assert "lower --n" in limner(*evaluation, code=1)


@pytest.mark.parametrize("blind", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_training_that_does_not_fit_says_what_to_lower_and_leaves_nothing(
    data: Dataset, tmp_path: Path, blind: bool
) -> None:
    run, settings = tmp_path / "run", "method.generator.widths=[6000, 6000, 6000]"
    command = ("train", str(data.path), "--recipe", "dcgan", "--set", settings, "--steps", "2", "--out", str(run))
    done = _runs(*command, limit=6 * 2**30, blind=blind)
    _refused(done, "memory", "lower batch (--set batch=...)", "--model-size")
    assert not run.exists()


@pytest.mark.parametrize("blind", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_picture_that_does_not_fit_says_what_to_lower_and_leaves_nothing(tmp_path: Path, blind: bool) -> None:
    save(np.zeros((3000, 3000, 3), np.uint8), tmp_path / "content.png", {})
    style = ("van-gogh-starry-night-1889", "--model", "limner")
    command = ("stylize", str(tmp_path / "content.png"), *style, "--size", "3000", "--out", str(tmp_path / "out.png"))
    _refused(_runs(*command, limit=5 * 2**29, blind=blind), "memory", "try --size 1500")
    assert [file.name for file in tmp_path.iterdir()] == ["content.png"]
