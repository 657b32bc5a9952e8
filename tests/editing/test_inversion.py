"""Inversion finds the latents of pictures, with any decoder, and the same each time."""

import numpy as np
import pytest
import torch

from limner.editing.inversion import initial_latent, invert, perceptual_net
from limner.editing.latent_space import interpolate, sample_w, with_condition
from limner.errors import ConditionError, ModelError
from limner.features.likeness import embed, perceptual_distance
from limner.images import to_uint8
from limner.methods import Latent
from small_models import SMALL, small_model

DECODERS = [name for name in SMALL if name != "noise"]
BOTH = "condition=[kind, age]"


@pytest.fixture(autouse=True)
def _few_candidates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.editing.inversion.CANDIDATES", 12)


@pytest.fixture(scope="module")
def photographs() -> torch.Tensor:
    """Two pictures (2, 3, 16, 16) that no model generated: shades, and a square."""
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, 16), torch.linspace(-1, 1, 16), indexing="ij")
    shades = torch.stack([rows, columns, -rows])
    square = shades.clone() * 0.3
    square[:, 4:10, 6:12] = 0.9
    return torch.stack([shades, square])


def test_similar_pictures_are_near_and_others_far(photographs: torch.Tensor) -> None:
    one, other = embed(perceptual_net(), photographs).unbind(0)
    blurred = embed(perceptual_net(), torch.nn.functional.avg_pool2d(photographs, 3, 1, 1))
    assert float(perceptual_distance(one[None], one[None])) == 0
    assert perceptual_distance(one[None], blurred[:1]) < perceptual_distance(one[None], other[None]) < 6


@pytest.mark.parametrize("name", DECODERS)
def test_w_of_a_seed_generates_what_the_model_samples(name: str) -> None:
    model = small_model(name, BOTH)
    with torch.no_grad():
        generated = to_uint8(model.hooks.decode(sample_w(model, 3, seed=5)))
    assert np.abs(generated.astype(int) - model.sample(3, seed=5)).max() <= 1


@pytest.mark.parametrize("name", DECODERS)
def test_the_found_latent_generates_a_similar_picture(name: str, photographs: torch.Tensor) -> None:
    model = small_model(name, BOTH)
    latent, guess = invert(model, photographs, steps=12), initial_latent(model, photographs, {})
    with torch.no_grad():
        after, before = model.hooks.decode(latent), model.hooks.decode(guess)
    assert after.shape == photographs.shape
    assert after.abs().max() <= 1
    assert ((after - photographs).abs().mean((1, 2, 3)) < (before - photographs).abs().mean((1, 2, 3))).all()
    assert all(torch.equal(latent.condition[key], values) for key, values in guess.condition.items())


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_models_without_conditions_need_none(name: str, photographs: torch.Tensor) -> None:
    latent = invert(small_model(name, "condition=none"), photographs, steps=3)
    assert latent.condition == {}
    assert (latent.space, latent.values.shape) == ("w", (2, 6))


def test_offsets_are_coarse_first_and_only_those_that_are_wanted(photographs: torch.Tensor) -> None:
    model = small_model()
    none, coarse, every = (invert(model, photographs, steps=3, details=kind) for kind in ("none", "coarse", "all"))
    assert none.offsets == ()
    assert 0 < model.hooks.num_coarse < len(every.offsets)
    assert all(offset.any() for offset in every.offsets)
    assert not any(offset.any() for offset in coarse.offsets[model.hooks.num_coarse :])
    assert all(offset.any() for offset in coarse.offsets[: model.hooks.num_coarse])
    with torch.no_grad():
        shapes = [model.hooks.decode(latent).shape for latent in (none, coarse, every)]
    assert shapes == [photographs.shape] * 3


def test_the_same_picture_has_the_same_latent(photographs: torch.Tensor) -> None:
    model = small_model()
    threads = torch.get_num_threads()
    one, other = (invert(model, photographs, steps=4) for _ in range(2))
    assert torch.equal(one.values, other.values)
    assert all(torch.equal(*pair) for pair in zip(one.offsets, other.offsets, strict=True))
    assert torch.get_num_threads() == threads


def test_without_steps_the_latent_is_the_first_guess(photographs: torch.Tensor) -> None:
    model = small_model("vae")
    latent = invert(model, photographs, {"kind": "square"}, steps=0)
    expected = model.generator.encode(photographs, {"kind": torch.tensor([1, 1])}).mean
    torch.testing.assert_close(latent.values, expected)
    assert not any(offset.any() for offset in latent.offsets)


def test_a_condition_that_is_given_is_kept_and_another_is_what_fits_best(photographs: torch.Tensor) -> None:
    model = small_model("vae", BOTH)
    assert invert(model, photographs, {"kind": "long"}, steps=0).condition["kind"].tolist() == [2, 2]
    guess = initial_latent(model, photographs, {})
    with torch.no_grad():
        features = embed(perceptual_net(), photographs)
        missed = perceptual_distance(embed(perceptual_net(), model.hooks.decode(guess)), features)
        for kind, age in ((0, 0.1), (1, 0.5), (2, 0.9), (1, 0.2)):
            condition = {"kind": torch.tensor([kind] * 2), "age": torch.tensor([age] * 2)}
            other = Latent(model.generator.encode(photographs, condition).mean, condition, "w")
            distance = perceptual_distance(embed(perceptual_net(), model.hooks.decode(other)), features)
            assert (missed <= distance + 1e-4).all()
    with pytest.raises(ConditionError, match="did you mean 'square'"):
        invert(model, photographs, {"kind": "squar"})


@pytest.mark.parametrize("name", ["gan", "elbo-vae", "mlp-gan", "causal-vae", "dcgan"])
def test_the_latent_of_a_picture_under_another_condition_generates_the_same(name: str) -> None:
    model = small_model(name, BOTH)
    latent = sample_w(model, 1, condition={"kind": "round"})
    other = with_condition(model, latent, {"kind": torch.tensor([2]), "age": torch.tensor([0.9])})
    with torch.no_grad():
        torch.testing.assert_close(model.hooks.decode(other), model.hooks.decode(latent), atol=1e-4, rtol=0)


def test_between_two_pictures_are_pictures_and_at_the_ends_these() -> None:
    model = small_model()
    one, other = sample_w(model, 1, seed=1), sample_w(model, 1, seed=2)
    assert interpolate(model, one, other, 0) is one
    assert interpolate(model, one, other, 1) is other
    with torch.no_grad():
        ends = [model.hooks.decode(latent) for latent in (one, interpolate(model, one, other, 0.999), other)]
    assert (ends[1] - ends[2]).abs().mean() < 0.05 * (ends[0] - ends[2]).abs().mean()


@pytest.mark.parametrize("name", ["gan", "vae", "causal-vae"])
def test_between_pictures_of_two_classes_there_is_no_jump_at_either_end(name: str) -> None:
    model = small_model(name, BOTH)
    one, other = (
        sample_w(model, 1, seed=seed, condition={"kind": kind, "age": age})
        for seed, kind, age in ((1, "round", 0.1), (2, "long", 0.9))
    )
    with torch.no_grad():
        ends = [model.hooks.decode(interpolate(model, one, other, share)) for share in (0, 0.001, 0.999, 1)]
    whole = (ends[0] - ends[3]).abs().mean()
    assert (ends[0] - ends[1]).abs().mean() < 0.05 * whole
    assert (ends[2] - ends[3]).abs().mean() < 0.05 * whole


def test_what_has_no_decoder_is_one_line() -> None:
    with pytest.raises(ModelError, match="'noise' has no decoder: its pictures cannot be edited"):
        _ = small_model("noise", "condition=none").hooks
