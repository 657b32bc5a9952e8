"""Runtimes generate the same pictures; exported files are whole, checked, and refused when they are not right."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from limner import runtimes
from limner.conditions.attribute import Attribute
from limner.data.schema import Schema
from limner.errors import ModelError, UsageError
from limner.methods import build_generator
from limner.model import Model, load
from limner.recipes import RECIPES, apply_settings, find_recipe
from limner.runtimes import PARITY, choose_runtime, export, int8

SPECIES = Attribute(name="z", kind="label", classes=("daisy", "rose", "tulip"))
HEIGHT = Attribute(name="height", kind="number", minimum=0, maximum=1, mean=0.5, std=0.2)
SCHEMA = Schema(height=16, width=24, channels=3, attributes=(SPECIES, HEIGHT), label="z")
TABLE = {"z": torch.tensor([0, 0, 1, 2]), "height": torch.tensor([0.1, 0.2, 0.5, 0.9])}
QUICK = ("gan", "mlp-gan", "mlp-vae", "noise")
"""Recipes that are exported within seconds; the others are exported by the slow tests."""


SMALL = ("mlp-gan", "method.generator.widths=[24, 16]")
"""A model for where it is not asked whether the whole recipe is exported."""


def _model(name: str = "gan", *settings: str) -> Model:
    torch.manual_seed(0)
    recipe = apply_settings(find_recipe(name), settings)
    attributes = recipe.attributes(SCHEMA)
    generator = build_generator(recipe.method, SCHEMA, attributes)
    return Model(recipe, SCHEMA, generator, {a.name: TABLE[a.name] for a in attributes}, {"training": {"step": 7}})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in RECIPES]
)
def test_every_recipe_is_exported_and_generates_alike_at_any_batch(name: str, tmp_path: Path) -> None:
    model = _model(name, *(["condition=[z, height]"] if RECIPES[name]().condition == "auto" else []))
    model.export(tmp_path / "model.onnx")
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]  # the weights are inside
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx", providers=["CPUExecutionProvider"])
    for n in (1, 3, 70):
        z = model.sample_latents(n, seed=9).values
        condition = {name: values[torch.arange(n) % 4] for name, values in model.condition_table.items()}
        inputs = {"z": z.numpy()} | {f"condition.{name}": v.numpy() for name, v in condition.items()}
        (generated,) = session.run(["pictures"], inputs)
        with torch.inference_mode():
            assert np.abs(generated - model.generator(z, condition).numpy()).max() <= PARITY


def test_a_file_says_what_it_is(tmp_path: Path) -> None:
    _model(*SMALL, "condition=[z, height]").export(tmp_path / "model.onnx")
    file = onnx.load(tmp_path / "model.onnx")
    onnx.checker.check_model(file)
    about = json.loads({entry.key: entry.value for entry in file.metadata_props}["limner"])
    assert about["condition"]["z"]["classes"] == ["daisy", "rose", "tulip"]
    assert about["training"] == {"step": 7}
    assert about["ai_generated"] is True


def test_onnx_runtime_generates_what_torch_generates_and_exports_once(tmp_path: Path, cache: Path) -> None:
    _model(*SMALL).save(tmp_path / "model")
    by_torch = load(tmp_path / "model").sample(9, seed=3)
    model = load(tmp_path / "model", runtime="auto")
    assert model.runtime == "onnx"
    assert np.abs(model.sample(9, seed=3).astype(int) - by_torch).max() <= 1
    (kept,) = (cache / "onnx").iterdir()
    written = kept.stat().st_mtime_ns
    load(tmp_path / "model", runtime="onnx").sample(1)
    assert kept.stat().st_mtime_ns == written


def test_other_weights_do_not_use_the_kept_file(tmp_path: Path, cache: Path) -> None:
    model = _model(*SMALL)
    model.set_runtime("onnx")
    with torch.no_grad():
        next(model.generator.decoder.parameters()).mul_(1.5)
    by_onnx = model.set_runtime("onnx").sample(4)
    assert np.abs(by_onnx.astype(int) - model.set_runtime("torch").sample(4)).max() <= 1
    assert len(list((cache / "onnx").iterdir())) == 2


def test_two_models_with_the_same_weights_do_not_share_a_kept_file(tmp_path: Path, cache: Path) -> None:
    leaky, steep = _model(*SMALL), _model(*SMALL, "generator.activation=relu")
    steep.generator.load_state_dict(leaky.generator.state_dict())
    leaky.set_runtime("onnx")
    assert np.abs(steep.set_runtime("onnx").sample(4).astype(int) - steep.set_runtime("torch").sample(4)).max() <= 1


def test_a_damaged_kept_file_is_written_again(tmp_path: Path, cache: Path) -> None:
    model = _model(*SMALL)
    model.set_runtime("onnx")
    (kept,) = (cache / "onnx").iterdir()
    kept.write_bytes(kept.read_bytes()[:1000])
    assert np.abs(model.set_runtime("onnx").sample(2).astype(int) - model.set_runtime("torch").sample(2)).max() <= 1
    onnx.checker.check_model(onnx.load(kept))


def test_onnx_generates_where_nothing_can_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "file"))
    assert _model(*SMALL).set_runtime("onnx").sample(2).shape == (2, 16, 24, 3)


@pytest.mark.parametrize("name", ["model.pt", "model", "folder.onnx"])
def test_only_an_onnx_file_is_written_or_replaced(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "model.pt").write_text("mine")
    for int8_wanted in (False, True):
        with pytest.raises(UsageError, match=name):
            _model("mlp-gan").export(tmp_path / name, int8=int8_wanted)
    assert (tmp_path / "model.pt").read_text() == "mine"


def test_what_cannot_be_compiled_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object, **options: object) -> Callable[..., None]:
        def run(*inputs: object) -> None:
            raise RuntimeError("no compiler\nand a long story")

        return run

    monkeypatch.setattr(torch, "compile", refuse)
    model = _model("mlp-gan")
    with pytest.raises(ModelError, match="torch cannot compile here \\(no compiler\\)"):
        model.set_runtime("compiled")
    assert model.runtime == "torch"


def test_int8_of_what_has_no_convolutions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing in this model can be rounded"):
        _model("mlp-gan").export(tmp_path / "model.onnx", int8=True)
    assert not list(tmp_path.iterdir())


def test_int8_is_left_only_where_quality_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = _model("gan", "method.generator.widths=[32, 16]")
    said = model.export(tmp_path / "small.onnx", int8=True)
    assert float(said.split(" dB")[0]) >= int8.MIN_PSNR
    kinds = {node.op_type for node in onnx.load(tmp_path / "small.onnx").graph.node}
    assert "QuantizeLinear" in kinds
    monkeypatch.setattr(int8, "MIN_PSNR", 200.0)
    with pytest.raises(ModelError, match="export without --int8"):
        model.export(tmp_path / "worse.onnx", int8=True)
    assert [file.name for file in tmp_path.iterdir()] == ["small.onnx"]


def test_a_file_that_generates_otherwise_is_not_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PARITY", -1.0)
    with pytest.raises(ModelError, match="not written"):
        _model("mlp-gan").export(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_auto_takes_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_runtime("auto", "cpu") == "onnx"
    assert choose_runtime("auto", "cuda:1") == "compiled"
    assert choose_runtime("auto", "mps") == "torch"
    monkeypatch.setattr(runtimes, "find_spec", lambda name: None)
    assert choose_runtime("auto", "cpu") == "torch"


@pytest.mark.parametrize(
    ("name", "device", "said"), [("onxx", "cpu", "did you mean 'onnx'"), ("onnx", "cuda", "use compiled")]
)
def test_a_runtime_that_cannot_be_is_one_line(name: str, device: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose_runtime(name, device)


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"extra \[onnx\]"):
        _model(*SMALL).export(tmp_path / "model.onnx")
