"""Faults 29, 37, 38 and 42 to 45: models that are damaged or made to do harm, and questions that have no answer."""

import json
import pickle
import shutil
import time
from pathlib import Path

import pytest

import hostile
import hostile_sources
from command_line import limner
from limner.pictures import read_provenance, save
from promise import fails, write_good
from small_models import small_model


def _refuses(model: Path, tmp_path: Path, *words: str) -> None:
    """Checks that every command that reads a model refuses this one in one line that names it."""
    verbs = (
        ["sample", model, "--out", tmp_path / "samples.png"],
        ["export", model, "--out", tmp_path / "model.onnx"],
        ["sample", model, "--walk", tmp_path / "walk.gif"],
    )
    for verb in verbs:
        line = fails(tmp_path, *verb)
        assert model.name in line
        assert all(word in line for word in words), line


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")], ids=str)
def test_fault_29_weights_are_not_numbers(tmp_path: Path, value: float) -> None:
    broken = small_model("gan", "condition=[kind, age]")
    next(broken.generator.parameters()).data.view(-1)[3] = value
    broken.save(tmp_path / "broken")
    _refuses(tmp_path / "broken", tmp_path, "not finite")


@pytest.mark.parametrize("name", ["weights.pt", "weights.ckpt", "model.bin"])
def test_fault_37_a_pickle_is_given_for_a_model(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(hostile_sources.Evil(tmp_path / "evil")))
    _refuses(tmp_path / name, tmp_path, "never loaded")
    assert not (tmp_path / "evil").exists()


def test_fault_37_a_pickle_has_the_name_of_the_weights(model: Path, tmp_path: Path) -> None:
    (model / "model.safetensors").write_bytes(pickle.dumps(hostile_sources.Evil(tmp_path / "evil")))
    _refuses(model, tmp_path, "damaged")
    assert not (tmp_path / "evil").exists()


HOSTILE = {
    "foreign": b'{"architectures": ["Bert"]}',
    "older": b'{"format": 0}',
    "a list": b"[1, 2]",
    "deep": b"[" * 100_000,
    "deeper": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "zeros": bytes(1000),
    "not UTF-8": b'{"format": "\xff\xfe"}',
    "not a number": b'{"format": NaN}',
    "huge number": b'{"format": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_fault_37_a_description_is_made_to_do_harm(model: Path, tmp_path: Path, content: bytes) -> None:
    (model / "config.json").write_bytes(content)
    began = time.monotonic()
    _refuses(model, tmp_path)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("recipe.method.generator.widths", [16384] * 4),
        ("recipe.method.latent_dim", 2**40),
        ("recipe.method.latent_dim", -1),
        ("recipe.method.bomb", 1),
        ("schema.height", 2**40),
        ("schema.channels", 0),
        ("schema.attributes", [{"name": "kind", "kind": "label", "classes": ["a"] * 100_000}]),
        ("recipe", None),
    ],
    ids=str,
)
def test_fault_37_a_description_asks_for_what_cannot_be(model: Path, tmp_path: Path, where: str, value: object) -> None:
    config = json.loads((model / "config.json").read_text())
    *folders, last = where.split(".")
    part = config
    for folder in folders:
        part = part[folder]
    part[last] = value
    (model / "config.json").write_text(json.dumps(config))
    _refuses(model, tmp_path)


def _without(model: Path, name: str) -> None:
    (model / name).unlink()


def _cut(model: Path) -> None:
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _flipped(model: Path) -> None:
    content = bytearray((model / "model.safetensors").read_bytes())
    content[-100] ^= 4
    (model / "model.safetensors").write_bytes(content)


def _of_another(model: Path) -> None:
    small_model("gan", "method.latent_dim=7").save(model.parent / "other")
    shutil.move(model.parent / "other" / "model.safetensors", model / "model.safetensors")
    shutil.rmtree(model.parent / "other")


DAMAGE = {
    "no description": lambda model: _without(model, "config.json"),
    "no weights": lambda model: _without(model, "model.safetensors"),
    "empty weights": lambda model: (model / "model.safetensors").write_bytes(b""),
    "cut weights": _cut,
    "one bit": _flipped,
    "weights of another": _of_another,
    "no folder": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_fault_38_a_model_is_not_whole(model: Path, tmp_path: Path, damage: object) -> None:
    damage(model)
    _refuses(model, tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--condition", "colour=blue"], "no condition 'colour'"),
        (["--condition", "kind=rond"], "did you mean 'round'"),
        (["--condition", "kind=7"], "no class '7'"),
        (["--condition", "kind"], "name=value"),
        (["--condition", "kind=round", "--condition", "kind=long"], "twice"),
        (["--condition", "age=old"], "not a number"),
        (["--condition", "age=nan"], "age"),
        (["--condition", "age=inf"], "age"),
        (["--condition", "age=1e400"], "age"),
        (["--truncation", "nan"], "truncation"),
        (["--truncation", "0"], "truncation"),
        (["--seed", "-1"], "seed"),
    ],
    ids=str,
)
def test_fault_42_a_sample_is_asked_for_that_there_cannot_be(
    model: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    for out in ("samples.png", "samples"):
        assert said in fails(tmp_path, "sample", model, "--out", tmp_path / out, *options, code=2)


EDITS = {
    "unknown": (b"- blurr: 3", "did you mean 'blur'"),
    "unknown argument": (b"- blur: {radios: 3}", "no 'radios'"),
    "no list": (b"blur: 3", "a list of edits"),
    "not YAML": (b"- [blur", "YAML"),
    "not text": (b"\xff\xfe\x00", "YAML"),
    "runs code": (b"- !!python/object/apply:os.mkdir [evil]", "YAML"),
    "not a number": (b"- exposure: .nan", "exposure"),
    "without end": (b"- exposure: .inf", "exposure"),
    "nested": (b"- " + b"[" * 20_000, "YAML"),
    "aliases": (b"- &a [x, x]\n" + b"".join(b"- &%c [*%c, *%c]\n" % (n + 1, n, n) for n in range(97, 121)), "edits"),
}


@pytest.mark.parametrize(("content", "said"), EDITS.values(), ids=EDITS)
def test_fault_43_a_file_of_edits_holds_none(
    tmp_path: Path, content: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    photo = write_good(tmp_path / "photos") / "good-0.png"
    (tmp_path / "edits.yaml").write_bytes(content)
    for source, out in ((photo, "edited.png"), (photo.parent, "edited")):
        line = fails(tmp_path, "edit", source, tmp_path / out, "--recipe", tmp_path / "edits.yaml", code=2)
        assert said in line or "edits.yaml" in line


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ("edges: [species -> height, height -> species]", "nothing causes itself"),
        ("edges: [species -> species]", "species"),
        ("edges: [species -> hight]", "did you mean 'height'"),
        ("edges: [species, height]", "write it as `a -> b`"),
        ("edges: 5", "edges is a list"),
        ("[" * 20_000, "graph.yaml"),
        ("nodes: {height: {low: .nan}}", "graph.yaml"),
        ("edges: [!!timestamp x -> height]", "graph.yaml"),
    ],
    ids=["cycle", "itself", "unknown", "no arrow", "no list", "nested", "not a number", "timestamp"],
)
def test_fault_44_a_graph_is_none(dataset: Path, tmp_path: Path, graph: str, said: str) -> None:
    (tmp_path / "graph.yaml").write_text(graph)
    assert said in fails(tmp_path, "causal", "check", dataset, "--graph", tmp_path / "graph.yaml", code=2)


def test_fault_45_a_picture_is_made_again_by_another_model(model: Path, tmp_path: Path) -> None:
    limner("sample", model, "--n", "1", "--out", tmp_path / "one.png")
    small_model("gan", "condition=[kind, age]", seed=1).save(tmp_path / "other")
    again = ("replay", tmp_path / "one.png", "--out", tmp_path / "again.png")
    assert "made by another model" in fails(tmp_path, *again, "--model", tmp_path / "other")
    shutil.rmtree(model)
    assert "which is not there" in fails(tmp_path, *again)


@pytest.mark.parametrize(
    "forged",
    [
        {"n": "3"},
        {"n": True},
        {"n": 2**40},
        {"seed": -1},
        {"seed": None},
        {"index": 7},
        {"index": -1},
        {"first": "0"},
        {"condition": 5},
        {"condition": {"kind": ["round"] * 9}},
        {"truncation": "x"},
        {"model": 5},
        {"model": {"path": "/dev/zero", "sha256": "0"}},
        {"model": {"path": 5, "sha256": "0"}},
        {"kind": "other"},
        {"kind": ["sample"]},
        {"kind": "edit", "origin": 5},
        {"kind": "edit", "edits": 5},
    ],
    ids=str,
)
def test_fault_45_what_a_picture_says_of_itself_is_forged(model: Path, tmp_path: Path, forged: dict) -> None:
    limner("sample", model, "--n", "1", "--out", tmp_path / "one.png")
    made = read_provenance(tmp_path / "one.png")
    save(hostile.picture(16), tmp_path / "forged.png", made | forged)
    began = time.monotonic()
    fails(tmp_path, "replay", tmp_path / "forged.png", "--out", tmp_path / "again.png", code=(1, 2))
    assert time.monotonic() - began < 5
