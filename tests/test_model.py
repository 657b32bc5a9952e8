"""The trained artefact: it comes back as it was, keeps its promises about seeds, and refuses what is not its own."""

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

import limner
from limner.conditions.attribute import Attribute
from limner.conditions.resolve import resolve
from limner.data.schema import Schema
from limner.errors import ConditionError, ModelError, UsageError
from limner.methods import build_generator, walk
from limner.model import Model, load
from limner.recipes import RECIPES, apply_settings, find_recipe

SPECIES = Attribute(name="species", kind="label", classes=("daisy", "rose", "tulip"))
HEIGHT = Attribute(name="height", kind="number", minimum=0, maximum=1, mean=0.5, std=0.2)
SCHEMA = Schema(height=16, width=24, channels=3, attributes=(SPECIES, HEIGHT), label="species")
TABLE = {"species": torch.tensor([0, 0, 1, 2]), "height": torch.tensor([0.1, 0.2, 0.5, 0.9])}
ABOUT = {"data": {"name": "flowers"}, "training": {"step": 1}}


def _model(name: str = "gan", *settings: str) -> Model:
    torch.manual_seed(0)
    recipe = apply_settings(find_recipe(name), settings)
    attributes = recipe.attributes(SCHEMA)
    table = {a.name: TABLE[a.name] for a in attributes}
    return Model(recipe, SCHEMA, build_generator(recipe.method, SCHEMA, attributes), table, ABOUT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    _model("gan", "condition=[species, height]").save(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_s_model_comes_back_and_generates_the_same(name: str, tmp_path: Path) -> None:
    model = _model(name)
    model.save(tmp_path)
    loaded = limner.load(tmp_path)
    assert np.array_equal(model.sample(5, seed=2), loaded.sample(5, seed=2))
    assert (loaded.digest, loaded.recipe, loaded.schema) == (model.digest, model.recipe, model.schema)


def test_spectral_norm_and_dropout_survive_saving(tmp_path: Path) -> None:
    model = _model("gan", "method.generator.spectral_norm=true", "method.generator.dropout=0.2")
    model.save(tmp_path)
    assert np.array_equal(model.sample(3), load(tmp_path).sample(3))


def test_a_picture_depends_on_its_seed_and_index_alone(folder: Path) -> None:
    model = load(folder)
    many = model.sample(6, seed=1)
    assert many.shape == (6, 16, 24, 3)
    assert many.dtype == np.uint8
    one = model.sample(1, seed=1, first=4)
    assert np.abs(many[4].astype(int) - one[0]).max() <= 1
    assert not np.array_equal(many, model.sample(6, seed=2))
    assert np.array_equal(many, model.sample(6, seed=1))


def test_conditions_by_name_by_index_and_left_open(folder: Path) -> None:
    model = load(folder)
    by_name = model.sample(3, condition={"species": "rose", "height": 0.3})
    assert np.array_equal(by_name, model.sample(3, condition={"species": 1, "height": "0.3"}))
    assert not np.array_equal(by_name, model.sample(3, condition={"species": "tulip", "height": 0.3}))
    # height is left open: it is drawn from the training rows that are tulips, of which there is one
    open_height = model.sample(3, condition={"species": "tulip"})
    assert np.array_equal(open_height, model.sample(3, condition={"species": "tulip", "height": 0.9}))
    each = model.sample(3, condition={"species": ["rose", "rose", "tulip"], "height": 0.3})
    assert np.array_equal(each[:2], by_name[:2])


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"specie": "rose"}, "did you mean 'species'"),
        ({"species": "rosse"}, "did you mean 'rose'"),
        ({"species": 7}, "no class '7'"),
        ({"height": "tall"}, "'tall' is not a number"),
        ({"species": ["rose"]}, "1 values for 2 pictures"),
    ],
)
def test_a_condition_that_the_model_lacks_is_one_line(folder: Path, condition: dict, words: str) -> None:
    with pytest.raises(ConditionError, match=words) as caught:
        load(folder).sample(2, condition=condition)
    assert "\n" not in str(caught.value)


def test_classes_called_by_digits_that_are_not_their_index() -> None:
    ratings = Attribute(name="stars", kind="label", classes=("1", "2", "3"))
    table = {"stars": torch.tensor([0, 1, 2])}
    resolved = resolve({"stars": ["1", 2, "3"]}, (ratings,), table, 0, range(3))
    assert resolved["stars"].tolist() == [0, 1, 2]
    assert resolve(resolved, (ratings,), table, 0, range(3))["stars"].tolist() == [0, 1, 2]


def test_truncation_moves_pictures_towards_one_another(folder: Path) -> None:
    model = load(folder)
    condition = {"species": "rose", "height": 0.5}
    deviations = [model.sample(16, condition=condition, truncation=t).astype(float).std(0).mean() for t in (1.0, 0.3)]
    assert deviations[1] < deviations[0]
    for wrong in (0.0, 1.5, -1.0):
        with pytest.raises(UsageError, match="truncation"):
            model.sample(1, truncation=wrong)
    with pytest.raises(UsageError, match="seed is -1"):
        model.sample(1, seed=-1)
    latent = model.sample_latents(2, condition=condition)
    for values in (latent.values[:, :-1], latent.values[0]):
        with pytest.raises(UsageError, match=r"this model has \(n, "):
            model.generate(latent.with_values(values, "z"))


@pytest.mark.parametrize("name", ["vae", "elbo-vae"])
def test_a_vae_encodes_generates_and_reconstructs(name: str) -> None:
    model = _model(name)
    pictures = np.random.default_rng(0).integers(0, 256, (4, 16, 24, 3), dtype=np.uint8)
    condition = {"species": ["daisy", "rose", "rose", "tulip"]}
    latent = model.encode(pictures, condition)
    assert (latent.space, latent.values.shape) == ("w", (4, model.generator.latent_dim))
    assert latent.condition["species"].tolist() == [0, 1, 1, 2]
    assert np.array_equal(model.generate(latent), model.reconstruct(pictures, condition))
    with pytest.raises(UsageError, match=r"reads uint8"):
        model.encode(pictures[:, :8])
    pictures.flags.writeable = False
    assert torch.equal(model.encode(pictures, condition).values, latent.values)
    with pytest.raises(ConditionError, match="give species"):
        model.reconstruct(pictures)
    with pytest.raises(ModelError, match="no encoder"):
        _model("gan").encode(pictures)


def test_a_walk_is_closed_and_smooth(folder: Path) -> None:
    model = load(folder)
    latent = model.sample_latents(3, condition={"species": "rose", "height": 0.5})
    frames = np.concatenate([model.generate(part) for part in walk(list(latent.batches(1)), 10)])
    assert frames.shape == (30, 16, 24, 3)
    steps = np.abs(np.diff(frames.astype(float), axis=0, append=frames[:1])).mean((1, 2, 3))
    assert steps.max() < 6 * np.median(steps) + 1
    jump = np.abs(frames[0].astype(float) - frames[15]).mean()
    assert steps.max() < jump


class _Bomb:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("executed"),)


def _break(folder: Path, how: str) -> Path:
    weights, config = folder / "model.safetensors", folder / "config.json"
    content = json.loads(config.read_text())
    if how == "truncated":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif how == "flipped":
        data = bytearray(weights.read_bytes())
        data[-100] ^= 4
        weights.write_bytes(data)
    elif how == "pickled weights":
        weights.write_bytes(pickle.dumps(_Bomb()))
    elif how == "missing weights":
        weights.unlink()
    elif how == "not json":
        config.write_text("{")
    elif how == "foreign":
        config.write_text('{"architectures": ["Bert"]}')
    elif how == "newer":
        config.write_text(json.dumps(content | {"format": 99}))
    elif how == "another recipe":
        content["recipe"]["method"]["generator"]["widths"] = [8, 8]
        config.write_text(json.dumps(content))
    elif how == "absurd recipe":
        content["recipe"]["method"]["generator"]["widths"] = [16384] * 4
        config.write_text(json.dumps(content))
    elif how == "unknown key":
        content["recipe"]["method"]["bomb"] = 1
        config.write_text(json.dumps(content))
    elif how == "pickle file":
        (folder / "model.pt").write_bytes(pickle.dumps(_Bomb()))
        return folder / "model.pt"
    elif how == "no folder":
        shutil.rmtree(folder)
    elif how == "empty folder":
        config.unlink()
    return folder


@pytest.mark.parametrize(
    "how",
    [
        "truncated",
        "flipped",
        "pickled weights",
        "missing weights",
        "not json",
        "foreign",
        "newer",
        "another recipe",
        "absurd recipe",
        "unknown key",
        "pickle file",
        "no folder",
        "empty folder",
    ],
)
def test_what_is_not_a_whole_limner_model_is_refused(
    folder: Path, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as caught:
        load(_break(folder, how))
    assert "\n" not in str(caught.value)
    assert str(folder) in str(caught.value)
    assert not Path("executed").exists()


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_z_and_w_of_one_picture_generate_the_same(name: str) -> None:
    model = _model(name)
    z = model.sample_latents(3, seed=2)
    with torch.no_grad():
        w = model.generator.to_w(z)
    assert (z.space, w.space) == ("z", "w")
    assert np.abs(model.generate(w).astype(int) - model.sample(3, seed=2)).max() <= 1
    back = model.generator.to_z(w).values.detach()
    torch.testing.assert_close(back, z.values, atol=0.02, rtol=0)


def test_an_edit_needs_whole_conditions_and_leaves_what_stays() -> None:
    model = _model("causal-vae", "condition=[species, height]")
    pictures = model.sample(4, seed=1)
    own = {"species": "rose", "height": [0.1, 0.2, 0.3, 0.4]}
    assert (model.counterfactual_pictures(pictures, own, own, batch=3) == pictures).all()
    assert model.counterfactual_pictures(pictures, own, own | {"species": "tulip"}).shape == pictures.shape
    with pytest.raises(ConditionError, match="give height"):
        model.counterfactual_pictures(pictures, own, {"species": "tulip"})
    with pytest.raises(UsageError, match="reads uint8"):
        model.counterfactual_pictures(pictures[:, 2:], own, own)
    with pytest.raises(ModelError, match="has no encoder"):
        _model("gan").counterfactual_pictures(pictures, own, own)
