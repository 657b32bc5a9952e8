"""Model folders that are damaged, foreign or hostile: refused in one line, before memory is taken."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from limner.errors import ModelError
from limner.model import WEIGHTS, find_folder, load, load_without_weights
from limner.tensors import load_tensors, save_tensors
from small_models import small_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    small_model("gan", "condition=[kind, age]").save(tmp_path / "model")
    return tmp_path / "model"


def refused(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda value: value.double(), "float64"),
        (lambda value: value.to(torch.complex64), "complex64"),
        (lambda value: value.flatten(), "not float32"),
        (lambda value: value * float("nan"), "not finite"),
        (lambda value: value / 0, "not finite"),
    ],
)
def test_weights_that_are_none(folder: Path, change: Callable[[Tensor], Tensor], told: str) -> None:
    tensors, _ = load_tensors(folder / WEIGHTS)
    name = next(name for name, value in tensors.items() if value.ndim == 4)
    save_tensors(folder / WEIGHTS, tensors | {name: change(tensors[name])})
    said = refused(folder)
    assert told in said
    assert name in said


@pytest.mark.parametrize(
    "table",
    [
        {"kind": torch.zeros(0, dtype=torch.int64), "age": torch.zeros(0)},
        {"kind": torch.zeros(4, dtype=torch.int64), "age": torch.zeros(5)},
        {"kind": torch.tensor([0, 1, 2, 3]), "age": torch.zeros(4)},
        {"kind": torch.tensor([0, 1, 2, -1]), "age": torch.zeros(4)},
        {"kind": torch.zeros(4), "age": torch.zeros(4, dtype=torch.int64)},
        {"kind": torch.zeros(4, dtype=torch.int64), "age": torch.full((4,), float("nan"))},
        {"kind": torch.zeros(4, 1, dtype=torch.int64), "age": torch.zeros(4)},
        {"kind": torch.zeros(4, dtype=torch.int64)},
        {"kind": torch.zeros(4, dtype=torch.int64), "age": torch.zeros(4), "more": torch.zeros(4)},
    ],
    ids=["empty", "too long", "out of range", "negative", "swapped", "nan", "a matrix", "missing", "unknown"],
)
def test_tables_of_conditions_that_are_none(folder: Path, table: dict[str, Tensor]) -> None:
    tensors, _ = load_tensors(folder / WEIGHTS)
    kept = {name: value for name, value in tensors.items() if not name.startswith("conditions.")}
    save_tensors(folder / WEIGHTS, kept | {f"conditions.{name}": value for name, value in table.items()})
    assert "condition" in refused(folder)


def _set(config: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        config = config[int(parent)] if isinstance(config, list) else config[parent]
    config[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema.height", 2**40),
        ("schema.height", -8),
        ("schema.width", True),
        ("schema.label", "nothing"),
        ("schema.attributes", [{"name": "kind", "kind": "label", "classes": ["a", "a"]}]),
        ("schema.attributes", [{"name": "kind", "kind": "label"}]),
        ("schema.attributes.1.mean", "nan"),
        ("schema.attributes.1.classes", ["a"]),
        ("recipe.method.latent_dim", 2**40),
        ("recipe.method.latent_dim", "6"),
        ("recipe.method.generator.widths", [2**40]),
        ("recipe.method.generator.widths", []),
        ("recipe.method.generator.widths", [16384] * 12),
        ("recipe.method.generator.depth", 2**31),
        ("recipe.method.kind", "vae"),
        ("recipe.method.kind", ["gan"]),
        ("recipe.method", None),
        ("recipe.condition", ["nothing"]),
        ("recipe", []),
        ("schema", "x"),
        ("about", []),
        ("format", "1"),
        ("format", 99),
    ],
)
def test_a_config_that_is_none(folder: Path, path: str, value: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    _set(config, path, value)
    (folder / "config.json").write_text(json.dumps(config))
    refused(folder)
    if path.split(".")[0] != "about" and value != 99:
        with pytest.raises(ModelError):
            load_without_weights(folder)


@pytest.mark.parametrize(
    "text", ["", "[", "[" * 15_000, "9" * 5000, "{}", "[]", '{"format": NaN}', '{"a": 1, "a": 2}', "\0"]
)
def test_a_config_that_is_no_json(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    assert "config.json" in refused(folder)


def test_names_that_are_no_folder() -> None:
    for name in ("a" * 5000, "a\0b", "nothing\n"):
        with pytest.raises(ModelError) as caught:
            find_folder(Path(name))
        assert "\n" not in str(caught.value)


def test_weights_stay_what_they_were_when_the_file_is_overwritten(folder: Path) -> None:
    model = load(folder)
    before = model.sample(2)
    (folder / WEIGHTS).write_bytes(b"")
    assert (model.sample(2) == before).all()
