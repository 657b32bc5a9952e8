"""The spatial latent of a VAE: pictures are rebuilt by it, samples do without, and it is kept by whatever handles latents."""

import numpy as np
import pytest
import torch

from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.editing.inversion import invert
from limner.editing.latent_space import interpolate
from limner.errors import RecipeError
from limner.images import from_uint8
from limner.methods import Latent, StepContext, build_method, concatenate
from limner.methods.vae import VaeGenerator
from limner.model import Model
from limner.recipes import apply_settings, find_recipe

SIDE = 32
SETTINGS = (
    "method.latent_dim=4",
    "method.encoder.widths=[16, 16, 16]",
    "method.decoder.widths=[16, 16, 16]",
    "method.adversary=null",
    "method.spatial.channels=6",
    "method.spatial.beta=0.01",
    "condition=none",
)


def _dots(n: int) -> torch.Tensor:
    """Pictures (n, 1, 32, 32) of dots at places that no four numbers tell."""
    random = torch.Generator().manual_seed(0)
    coarse = (torch.rand(n, 1, 8, 8, generator=random) > 0.5).float()
    return coarse.repeat_interleave(SIDE // 8, 2).repeat_interleave(SIDE // 8, 3) * 2 - 1


@pytest.fixture(scope="module")
def model() -> Model:
    """A VAE that has seen dots for some steps."""
    recipe = apply_settings(find_recipe("vae"), SETTINGS)
    schema = Schema(height=SIDE, width=SIDE, channels=1)
    torch.manual_seed(0)
    method = build_method(recipe.method, recipe.optimiser, schema, (), 64)
    for step in range(150):
        method.step(Batch(_dots(64)[step % 2 :: 2], {}), StepContext(step, 32 * step, 0))
    return Model(recipe, schema, method.generator, {}, {})


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """uint8 (8, 32, 32, 1)."""
    return ((_dots(8) + 1) * 127.5).byte().permute(0, 2, 3, 1).numpy()


def _error(pictures: np.ndarray, others: np.ndarray) -> float:
    return float(np.abs(pictures.astype(float) - others).mean())


def test_pictures_are_rebuilt_by_it(model: Model, pictures: np.ndarray) -> None:
    latent = model.encode(pictures)
    assert latent.spatial is not None
    assert latent.spatial.shape == (8, 6, 8, 8)
    without = model.generate(Latent(latent.values, {}, "w"))
    assert _error(model.reconstruct(pictures), pictures) < 0.6 * _error(without, pictures)


def test_it_is_generated_from_in_either_space(model: Model, pictures: np.ndarray) -> None:
    latent = model.encode(pictures)
    with torch.no_grad():
        in_z = model.generator.to_z(latent)
    assert in_z.spatial is not None
    assert _error(model.generate(in_z), model.generate(latent)) < 0.2 * _error(
        model.generate(in_z), model.generate(Latent(latent.values, {}, "w"))
    )


def test_samples_have_none(model: Model) -> None:
    assert model.sample_latents(2).spatial is None
    generator = model.generator
    assert isinstance(generator, VaeGenerator)
    latent = model.encode(model.sample(2))
    assert latent.spatial is not None
    zero = Latent(latent.values, {}, "w", spatial=torch.zeros_like(latent.spatial))
    offset = generator.spatial.offset(zero.spatial) if generator.spatial and zero.spatial is not None else None
    assert offset is not None
    assert offset.std((2, 3))[:, :, None, None].max() < 0.1, "zeros are the same offset everywhere but at the border"


def test_rows_and_concatenation_keep_it(model: Model, pictures: np.ndarray) -> None:
    latent = model.encode(pictures)
    parts = list(latent.batches(3))
    assert latent.spatial is not None
    joined = concatenate(parts).spatial
    assert joined is not None
    assert torch.equal(joined, latent.spatial)
    assert np.array_equal(model.generate(latent, batch=3), model.generate(latent, batch=3))


def test_between_two_pictures_it_goes_in_a_straight_line(model: Model, pictures: np.ndarray) -> None:
    one, other = model.encode(pictures[:1]), model.encode(pictures[1:2])
    sampled = model.generator.to_w(model.sample_latents(1))
    for ends, expected in (
        ((one, other), lambda a, b: (a + b) / 2),
        ((one, sampled), lambda a, _: a / 2),
        ((sampled, other), lambda _, b: b / 2),
    ):
        with torch.no_grad():
            middle = interpolate(model, *ends, 0.5).spatial
        assert middle is not None
        torch.testing.assert_close(middle, expected(one.spatial, other.spatial))
    with torch.no_grad():
        assert interpolate(model, sampled, sampled, 0.5).spatial is None


def test_inversion_keeps_it_unless_the_latent_alone_is_asked_for(model: Model, pictures: np.ndarray) -> None:
    images = from_uint8(pictures[:1])
    encoded = model.encode(pictures[:1]).spatial
    kept = invert(model, images, steps=3).spatial
    assert kept is not None
    assert encoded is not None
    torch.testing.assert_close(kept, encoded)
    assert invert(model, images, steps=3, details="none").spatial is None


def test_a_share_of_the_pictures_learns_without_it() -> None:
    recipe = apply_settings(find_recipe("vae"), [*SETTINGS, "method.spatial.fraction=0.25"])
    method = build_method(recipe.method, recipe.optimiser, Schema(height=SIDE, width=SIDE, channels=1), (), 64)
    posterior = method.generator.encode(_dots(400), {})
    spatial, kl = method._spatial(posterior.spatial, StepContext(0, 0, 0))
    kept = (spatial.flatten(1) != 0).any(1).float().mean()
    assert kept == pytest.approx(0.25, abs=0.07)
    assert kl >= 0
    assert {"spatial_kl", "kl"} <= set(method.step(Batch(_dots(8), {}), StepContext(0, 0, 0)))


def test_networks_of_one_stage_have_none() -> None:
    recipe = apply_settings(find_recipe("vae"), ["condition=none"])
    method = build_method(recipe.method, recipe.optimiser, Schema(height=8, width=8, channels=1), (), 64)
    assert method.generator.encode(torch.zeros(2, 1, 8, 8), {}).spatial is None


def test_other_architectures_are_refused_with_what_to_set() -> None:
    with pytest.raises(RecipeError, match=r"method\.spatial=null"):
        apply_settings(find_recipe("vae"), ["method.decoder.architecture=convolutional"])
    apply_settings(find_recipe("vae"), ["method.decoder.architecture=convolutional", "method.spatial=null"])
