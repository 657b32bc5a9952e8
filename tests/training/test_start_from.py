"""Starting from weights that have seen other pictures: what fits gives the same pictures, whatever else is different."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from limner import load, train
from limner.conditions.attribute import Attribute
from limner.data import Dataset, write_dataset
from limner.data.schema import Schema
from limner.errors import ModelError, UsageError
from limner.images import composite, to_uint8
from limner.methods import Method, build_method
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.tensors import load_tensors, save_tensors
from limner.training.last_layer import fit_on_background, usual_background
from limner.training.transfer import BASES, InitialWeights, find_initial_weights, transfer

SETTINGS = {
    "gan": (
        "method.latent_dim=6",
        "method.generator.widths=[16, 12, 8]",
        "method.discriminator.widths=[8, 12, 16]",
        "batch=8",
    ),
    "vae": ("method.latent_dim=6", "method.encoder.widths=[8, 12]", "method.decoder.widths=[16, 12, 8]", "batch=8"),
}
KIND = Attribute(name="kind", kind="label", classes=("a", "b", "c"))


def _recipe(name: str = "gan", *more: str) -> Recipe:
    return apply_settings(find_recipe(name), [*SETTINGS[name], "stopping.every=0", *more])


def _method(recipe: Recipe, side: int, channels: int, *attributes: Attribute, seed: int = 0) -> Method:
    torch.manual_seed(seed)
    schema = Schema(height=side, width=side, channels=channels, attributes=attributes)
    method = build_method(recipe.method, recipe.optimiser, schema, attributes, 100)
    with torch.no_grad():  # weights that make a difference
        to_rgb = method.generator.decoder.to_rgb
        to_rgb.weight.normal_(std=0.4)
    return method


def _dataset(folder: Path, side: int, channels: int, colour: int = 255) -> Dataset:
    pictures = np.full((24, side, side, channels), colour, np.uint8)
    pictures[:, 4:-4, 4:-4] = np.random.default_rng(0).integers(0, 256, (24, side - 8, side - 8, channels), np.uint8)
    write_dataset(folder, pictures, {"kind": ["a", "b", "c"] * 8})
    return Dataset.open(folder)


def _start(method: Method, channels: int) -> InitialWeights:
    return InitialWeights("another", {name: tensor.clone() for name, tensor in method.state_dict().items()}, channels)


def _generated(method: Method, *attributes: Attribute, moved: torch.Tensor | float = 0) -> torch.Tensor:
    z = torch.randn(16, 6, generator=torch.Generator().manual_seed(5)) + moved
    condition = {one.name: torch.arange(16) % 3 for one in attributes}
    with torch.no_grad():
        return method.generator.eval().decode(z, condition)


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_the_same_networks_generate_the_same_and_conditions_move_a_gan_alone(name: str, tmp_path: Path) -> None:
    old = _method(_recipe(name), 32, 3)
    new = _method(_recipe(name), 32, 3, KIND, seed=1)
    transferred = transfer(new, _start(old, 3), _dataset(tmp_path / "data", 32, 3))
    with torch.no_grad():
        moved = (
            new.generator.condition_scale * new.generator.condition_encoder({"kind": torch.arange(16) % 3})
            if name == "gan"
            else 0
        )
    assert torch.allclose(_generated(new, KIND), _generated(old, moved=moved), atol=1e-5)
    assert any("condition" in part for part in transferred.new)
    for network, condition in ((old, {}), (new, {"kind": torch.tensor([0, 2])})):
        if name == "gan":
            network.eval()
            images = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(1))
            network.logits = network.discriminator(images, condition)
    if name == "gan":
        assert torch.allclose(old.logits, new.logits, atol=1e-2)


@pytest.mark.parametrize(("channels", "colour"), [(3, 255), (3, 0), (1, 255)])
@pytest.mark.parametrize("name", ["gan", "vae"])
def test_what_a_base_generates_is_put_on_the_background_of_opaque_pictures(
    name: str, channels: int, colour: int, tmp_path: Path
) -> None:
    dataset, recipe = _dataset(tmp_path / "data", 64, channels, colour), find_recipe(name)
    start = find_initial_weights(None, recipe)
    assert start is not None
    assert usual_background(dataset).flatten().tolist() == [colour / 127.5 - 1] * channels
    pictures = []
    for own in (4, channels):
        schema = Schema(height=64, width=64, channels=own)
        method = build_method(recipe.method, recipe.optimiser, schema, (), 100)
        transfer(method, start, _dataset(tmp_path / str(own), 64, 4) if own == 4 else dataset)
        z = torch.randn(32, recipe.method.latent_dim, generator=torch.Generator().manual_seed(5))
        with torch.no_grad():
            pictures.append(method.generator.eval().decode(z, {}))
    expected = composite(pictures[0], usual_background(dataset))
    assert (pictures[1] - expected).square().mean() / expected.var() < 0.4


def test_only_layers_before_a_tanh_can_be_fitted(tmp_path: Path) -> None:
    dataset, old = _dataset(tmp_path / "data", 32, 3), _method(_recipe(), 32, 4)
    new = _method(_recipe("gan", "method.output=linear"), 32, 3, seed=1)
    to_rgb = old.generator.decoder.to_rgb
    assert not fit_on_background(new, to_rgb.weight, to_rgb.bias, usual_background(dataset))
    assert transfer(new, _start(old, 4), dataset).count
    assert torch.equal(new.generator.decoder.to_rgb.weight, to_rgb.weight[:3]), "colours as they are on black"


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("of", [1, 3, 4])
def test_channels_of_every_kind_fit_each_other(of: int, channels: int, tmp_path: Path) -> None:
    old = _method(_recipe(), 32, of)
    dataset = _dataset(tmp_path / "data", 32, channels)
    new = _method(_recipe(), 32, channels, seed=1)
    transferred = transfer(new, _start(old, of), dataset)
    assert transferred.new == ()
    assert torch.isfinite(_generated(new)).all()
    images = torch.rand(2, channels, 32, 32) * 2 - 1
    assert torch.isfinite(new.discriminator(images, {})).all()


def test_alpha_that_is_one_everywhere_is_what_a_discriminator_of_colours_expects(tmp_path: Path) -> None:
    old, new = _method(_recipe(), 32, 4), _method(_recipe(), 32, 3, seed=1)
    transfer(new, _start(old, 4), _dataset(tmp_path / "data", 32, 3))
    first = "encoder.layers.0"
    colours = torch.rand(2, 3, 32, 32) * 2 - 1
    opaque = torch.cat([colours, torch.ones(2, 1, 32, 32)], 1)
    with torch.no_grad():
        ours, theirs = (
            method.eval().discriminator.get_submodule(first)(images)
            for method, images in ((new, colours), (old, opaque))
        )
    ours, theirs = (
        maps[..., 1:-1, 1:-1].flatten() for maps in (ours, theirs)
    )  # the border reads zeros beside the picture
    assert float(torch.corrcoef(torch.stack([ours, theirs]))[0, 1]) > 0.9


@pytest.mark.parametrize("side", [16, 64])
@pytest.mark.parametrize("name", ["gan", "vae"])
def test_other_sizes_take_over_the_coarse_stages(name: str, side: int, tmp_path: Path) -> None:
    old, new = _method(_recipe(name), 32, 3), _method(_recipe(name), side, 3, seed=1)
    before = _generated(new)
    transferred = transfer(new, _start(old, 3), _dataset(tmp_path / "data", side, 3))
    assert transferred.count > 10
    assert not torch.equal(_generated(new), before)
    assert torch.equal(new.generator.decoder.stages[0][0].first.weight, old.generator.decoder.stages[0][0].first.weight)


def test_a_run_says_what_it_starts_from_resumes_bit_for_bit_and_can_be_started_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = _dataset(tmp_path / "data", 32, 3)
    train(dataset, _recipe(), tmp_path / "one", steps=3, init_from="none")
    assert "starts " not in capsys.readouterr().err
    train(dataset, apply_settings(_recipe(), ["method.latent_dim=7"]), tmp_path / "other", steps=1)
    assert "starts with random weights: no base fits gan (--from RUN" in capsys.readouterr().err
    whole = train(dataset, _recipe(), tmp_path / "whole", steps=4, init_from=str(tmp_path / "one"))
    assert f"starts from the run {tmp_path / 'one'}: " in capsys.readouterr().err
    assert json.loads((tmp_path / "whole" / "run.json").read_text())["init_from"] == str(tmp_path / "one")
    train(dataset, _recipe(), tmp_path / "parts", steps=2, init_from=str(tmp_path / "one"))
    parts = train(None, out=tmp_path / "parts", resume=True, steps=4)
    assert parts.digest == whole.digest
    moved = tmp_path / "model"
    (tmp_path / "one" / "model").rename(moved)
    train(dataset, _recipe(), tmp_path / "of-model", steps=1, init_from=str(moved))
    assert load(moved).sample(1).shape == (1, 32, 32, 3)
    with pytest.raises(UsageError, match="leave it out with --resume"):
        train(None, out=tmp_path / "parts", resume=True, steps=5, init_from="none")


@pytest.mark.parametrize("channels", [1, 3])
def test_a_run_from_a_base_on_opaque_pictures_can_be_loaded_resumed_and_exported(channels: int, tmp_path: Path) -> None:
    dataset = _dataset(tmp_path / "data", 32, channels)
    recipe = apply_settings(find_recipe("gan"), ["stopping.every=0", "batch=8", "condition=none"])
    trained = train(dataset, recipe, tmp_path / "run", steps=1)
    assert trained.recipe == recipe
    again = train(None, out=tmp_path / "run", resume=True, steps=2)
    assert train(dataset, recipe, tmp_path / "run", resume=True, steps=2).digest == again.digest
    pictures = load(tmp_path / "run").sample(4)
    assert pictures.shape == (4, 32, 32, channels)
    assert pictures.std() > 20
    assert np.abs(load(tmp_path / "run", runtime="onnx").sample(4).astype(int) - pictures).max() <= 2


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_the_base_of_a_recipe_is_found_and_generates_pictures(name: str, tmp_path: Path) -> None:
    recipe = find_recipe(name)
    start = find_initial_weights(None, recipe)
    assert start is not None
    assert "which has seen" in start.name
    method = build_method(recipe.method, recipe.optimiser, Schema(height=64, width=64, channels=4), (), 100)
    transferred = transfer(method, start, _dataset(tmp_path / "data", 64, 4))
    assert start.is_base
    assert not [part for part in transferred.new if "decoder" in part]
    assert {"discriminator", "adversary"} & set(transferred.new), "what judges starts from random weights"
    with torch.no_grad():
        pictures = to_uint8(method.generator.eval().decode(torch.randn(16, recipe.method.latent_dim), {}))
    assert pictures.std() > 20
    assert find_initial_weights("none", recipe) is None
    assert find_initial_weights(None, apply_settings(recipe, ["method.latent_dim=16"])) is None, "no base is like this"


@pytest.mark.parametrize("name", ["drawings", "garden"])
def test_weights_that_were_quantised_for_a_file_are_read_as_they_were(name: str) -> None:
    model = load(name)
    start = find_initial_weights(name, model.recipe)
    assert start is not None
    for key, tensor in model.generator.state_dict().items():
        if not key.startswith("flow."):  # the prior is not copied
            assert torch.equal(start.tensors[f"generator.{key}"], tensor), key


def test_a_decoder_without_a_bias_at_its_end_can_be_started_from(tmp_path: Path) -> None:
    old, new = _method(_recipe(), 32, 4), _method(_recipe(), 32, 3, seed=1)
    tensors = {name: tensor for name, tensor in old.state_dict().items() if not name.endswith("to_rgb.bias")}
    transferred = transfer(new, InitialWeights("another", tensors, 4), _dataset(tmp_path / "data", 32, 3))
    assert any("to_rgb.bias" in part for part in transferred.new)
    assert torch.isfinite(_generated(new)).all()


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    recipe = _recipe()
    with pytest.raises(ModelError, match="no such model"):
        find_initial_weights(str(tmp_path / "gone"), recipe)
    tensors, texts = load_tensors(BASES / "gan.safetensors")
    save_tensors(tmp_path / "other.safetensors", tensors, {"kind": "another"})
    with pytest.raises(ModelError, match="no base; give a run, a model, or a file"):
        find_initial_weights(str(tmp_path / "other.safetensors"), recipe)
    content = bytearray((BASES / "gan.safetensors").read_bytes())
    content[-100] ^= 1
    (tmp_path / "damaged.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        find_initial_weights(str(tmp_path / "damaged.safetensors"), recipe)
    strange = InitialWeights("strange", {"nothing": torch.zeros(3)}, 0)
    with pytest.raises(ModelError, match="strange: nothing of it fits this recipe"):
        transfer(_method(recipe, 32, 3), strange, _dataset(tmp_path / "data", 32, 3))
    assert texts["base"] == "gan"
