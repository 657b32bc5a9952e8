"""Checkpoints: what they hold comes back, and damage or a full disk costs no more than the newest."""

from pathlib import Path

import pytest
import torch

from hostile import full_disk
from limner.data import Dataset
from limner.errors import RunError
from limner.recipes import Recipe
from limner.tensors import save_tensors
from limner.training import train
from limner.training.checkpoint import Checkpoints
from limner.training.state import flatten, unflatten


def _state(value: float) -> dict:
    return {
        "step": int(value),
        "weights": {"a": torch.full((1000,), value)},
        "optimiser": {0: {"step": torch.tensor(1.0)}},
    }


def test_any_nested_state_survives() -> None:
    weight = torch.arange(6.0).view(2, 3)
    state = {"a": [1, 2.5, None, True, "x"], 3: (weight, {"b": weight}), "empty": {}, "half": torch.ones(2).bfloat16()}
    again = unflatten(*flatten(state))
    assert again["a"] == state["a"]
    assert torch.equal(again[3][1]["b"], weight)
    assert isinstance(again[3], tuple)
    assert again["half"].dtype == torch.bfloat16
    with pytest.raises(TypeError, match="cannot hold a set"):
        flatten({"a": {1, 2}})


def test_the_last_two_are_kept(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2, 3):
        checkpoints.save(step, _state(step))
    assert checkpoints.steps() == [2, 3]
    assert checkpoints.load()[0]["step"] == 3


def test_checkpoints_that_are_all_damaged_are_not_taken_for_a_new_run(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        checkpoints.save(step, _state(step))
    for file in tmp_path.iterdir():
        file.write_bytes(b"")
    with pytest.raises(RunError, match="no checkpoint is whole"):
        checkpoints.load()


@pytest.mark.parametrize("damage", ["truncated", "flipped", "emptied", "replaced"])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path, damage: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        checkpoints.save(step, _state(step))
    file = tmp_path / "step-000000002.safetensors"
    content = bytearray(file.read_bytes())
    if damage == "flipped":
        content[-50] ^= 1
    file.write_bytes(
        {"truncated": content[:-200], "flipped": content, "emptied": b"", "replaced": b"\x80\x04."}[damage]
    )
    state, warnings = checkpoints.load()
    assert state["step"] == 1
    assert len(warnings) == 1
    assert file.name in warnings[0]


@pytest.mark.slow
def test_a_changed_bit_anywhere_costs_no_more_than_the_newest_checkpoint(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        checkpoints.save(step, _state(step) | {"weights": {"a": torch.full((20,), float(step))}})
    file = tmp_path / "step-000000002.safetensors"
    content = file.read_bytes()
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        file.write_bytes(changed)
        state, warnings = checkpoints.load()
        assert (state["step"], len(warnings)) in ((1, 1), (2, 0)), f"bit {bit}"
        assert state["weights"]["a"].tolist() == [state["step"]] * 20, f"bit {bit}"
        assert state["optimiser"] == {0: {"step": torch.tensor(1.0)}}, f"bit {bit}"


def test_a_changed_state_text_gives_way_to_the_checkpoint_before(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    for step in (1, 2):
        checkpoints.save(step, _state(step) | {"rate_factor": 1.5})
    file = tmp_path / "step-000000002.safetensors"
    content = file.read_bytes()
    assert content.count(b"1.5") == 1
    file.write_bytes(content.replace(b"1.5", b"9.5"))
    state, warnings = checkpoints.load()
    assert state["step"] == 1
    assert "does not match its checksum" in warnings[0]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * 100_000, "[]", "3", '{"tensor": "0"}', '{"tensor": []}', '{"pairs": 3}', '{"pairs": [[1]]}', "{}",
     '{"pairs": [[[], 1]]}', '{"list": 1}', "NaN", '{"pairs": [["step", {"tensor": "99"}]]}'],
)  # fmt: skip
def test_a_state_of_another_structure_gives_way_to_the_checkpoint_before(tmp_path: Path, text: str) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, _state(1))
    save_tensors(tmp_path / "step-000000002.safetensors", {"0": torch.ones(2, 3)}, {"state": text})
    state, warnings = checkpoints.load()
    assert state["step"] == 1
    assert "step-000000002.safetensors: damaged" in warnings[0]


@pytest.mark.parametrize("wrong", [{}, {"method": {"a": 1}}, {"ema": {"x": torch.ones(1)}}, {"optimisers": {}}])
def test_training_passes_over_a_checkpoint_of_another_run(
    dataset: Dataset, recipe: Recipe, run: Path, capsys: pytest.CaptureFixture, wrong: dict
) -> None:
    train(dataset, recipe, run, steps=4, save_every=2)
    checkpoints = Checkpoints(run / "checkpoints")
    state = checkpoints.load()[0]
    checkpoints.save(5, state | wrong if wrong else {"step": 5})
    assert train(dataset, None, run, steps=6, resume=True).about["training"]["step"] == 6
    assert "not a checkpoint of this run" in capsys.readouterr().err


def test_training_goes_on_from_the_checkpoint_before_a_damaged_one(
    dataset: Dataset, recipe: Recipe, run: Path, capsys: pytest.CaptureFixture
) -> None:
    train(dataset, recipe, run, steps=4, save_every=2)
    newest = run / "checkpoints" / "step-000000004.safetensors"
    newest.write_bytes(newest.read_bytes()[:5000])
    assert train(dataset, None, run, steps=6, resume=True).about["training"]["step"] == 6
    assert "Going back to the checkpoint before it" in capsys.readouterr().err


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path)
    checkpoints.save(1, _state(1))
    with full_disk(2000), pytest.raises(RunError, match="earlier checkpoints are kept"):
        checkpoints.save(2, _state(2))
    assert checkpoints.load()[0]["step"] == 1
    assert [file.name for file in tmp_path.iterdir()] == ["step-000000001.safetensors"]
