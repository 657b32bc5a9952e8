"""Counterfactual pictures: the own condition changes nothing, another is learned, and everything else stays."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods import Generator, Method, StepContext, build_method
from limner.methods.counterfactual import NOISE_FLOOR, apply_change, counterfactual_image
from limner.recipes import apply_settings, find_recipe

SIDE = Attribute(name="side", kind="label", classes=("left", "right"))
LIGHT = Attribute(name="light", kind="number", mean=0.0, std=0.5)
SMALL = ("method.encoder.widths=[16, 32]", "method.decoder.widths=[32, 16]", "method.latent_dim=8")


def _method(
    height: int = 16, width: int = 16, channels: int = 1, recipe: str = "causal-vae", more: tuple[str, ...] = ()
) -> Method:
    torch.manual_seed(0)
    chosen = apply_settings(find_recipe(recipe), (*SMALL, *more))
    schema = Schema(height=height, width=width, channels=channels, attributes=(SIDE, LIGHT), label="side")
    return build_method(chosen.method, chosen.optimiser, schema, (SIDE, LIGHT), 10_000)


def _batch(n: int, step: int, height: int = 16, width: int = 16, channels: int = 1) -> Batch:
    """A square, left or right, of some light, on noise that no attribute describes."""
    random = torch.Generator().manual_seed(step)
    side, light = torch.randint(2, (n,), generator=random), torch.rand(n, generator=random) * 1.6 - 0.8
    images = 0.1 * torch.rand(n, channels, height, width, generator=random) - 1
    for image, right, shade in zip(images, side, light, strict=True):
        image[:, 4:12, 9:14] = shade if right else image[:, 4:12, 9:14]
        image[:, 4:12, 2:7] = image[:, 4:12, 2:7] if right else shade
    return Batch(images, {"side": side, "light": light})


def _z(generator: Generator, batch: Batch) -> Tensor:
    return generator.inverse_map(generator.encode(batch.images, batch.condition).mean, batch.condition)


def _wave(strength: float, phase: float = 0.0) -> Tensor:
    ramp = torch.arange(12) * 1.3 + phase
    return (strength * torch.sin(ramp)[:, None] * torch.cos(ramp)[None, :]).expand(1, 1, 12, 12)


def test_faint_changes_are_suppressed_and_others_applied() -> None:
    picture, before = _wave(0.3), torch.zeros(1, 1, 12, 12)
    torch.testing.assert_close(apply_change(picture, before, before + NOISE_FLOOR / 10), picture, atol=1e-3, rtol=0)
    torch.testing.assert_close(
        apply_change(picture, before, before + 5 * NOISE_FLOOR), picture + 5 * NOISE_FLOOR, atol=1e-3, rtol=0
    )


def test_details_grow_with_what_is_generated_and_go_where_something_else_is() -> None:
    detail, before = 0.05, _wave(0.4)
    picture = before * (1 + detail)
    stronger = apply_change(picture, before, 1.5 * before)
    torch.testing.assert_close(stronger, 1.5 * picture, atol=0.04, rtol=0)
    other = _wave(0.4, phase=1.6)
    assert (apply_change(picture + 0.2 * torch.sign(before), before, other) - other).abs().mean() < 0.08


@pytest.mark.parametrize("recipe", ["causal-vae", "vae"])
@pytest.mark.parametrize("shape", [(16, 16, 1), (19, 30, 3)])
def test_the_own_condition_changes_nothing(shape: tuple[int, int, int], recipe: str) -> None:
    method = _method(*shape, recipe=recipe)
    batch = _batch(4, 0, *shape)
    method.step(batch, StepContext(0, 0, 0))
    generator = method.generator.eval()
    with torch.no_grad():
        z = _z(generator, batch)
        same = counterfactual_image(generator, batch.images, z, batch.condition, batch.condition)
    assert torch.equal(same, batch.images)


def _light(images: Tensor, right: Tensor) -> Tensor:
    left, far = images[:, 0, 5:11, 3:6].mean((1, 2)), images[:, 0, 5:11, 10:13].mean((1, 2))
    return torch.where(right.bool(), far, left)


def test_another_condition_is_learned_and_the_rest_stays() -> None:
    method = _method()
    for step in range(300):
        method.step(_batch(32, step), StepContext(step, 32 * step, 0))
    batch = _batch(64, 10_000)
    other = {"side": 1 - batch.condition["side"], "light": batch.condition["light"].flip(0)}
    with torch.no_grad():
        z = _z(method.generator.eval(), batch)
        after = counterfactual_image(method.generator, batch.images, z, batch.condition, other)
    assert (_light(after, other["side"]) - other["light"]).abs().mean() < 0.1
    assert (_light(after, batch.condition["side"]) + 1).abs().mean() < 0.15, "the square has left its old place"
    assert (after - batch.images)[:, :, :3].abs().mean() < 0.01


@pytest.mark.parametrize("part", ["predictor", "counterfactual_adversary"])
def test_predictor_and_critic_learn_once_the_elbo_has_been_learned(part: str) -> None:
    method, batch = _method(more=("method.counterfactual_loss.after=1000",)), _batch(16, 0)
    network = getattr(method, part)
    first = deepcopy(network.state_dict())

    def learned(pictures: int, step: int) -> bool:
        method.step(batch, StepContext(step, pictures, 0))
        return any(not torch.equal(value, first[name]) for name, value in network.state_dict().items())

    assert not learned(999, 4)
    assert not learned(1000, 5), "not every batch has this loss"
    assert learned(1000, 8)


def test_the_predictor_learns_from_real_pictures_alone() -> None:
    method, batch = _method(more=("method.counterfactual_loss.after=0",)), _batch(16, 0)
    of_real = deepcopy(method.predictor)
    of_real.loss(*batch)
    method.step(batch, StepContext(0, 0, 0))
    expected, found = dict(of_real.named_buffers()), dict(method.predictor.named_buffers())
    assert any("running_mean" in name for name in expected)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value)
