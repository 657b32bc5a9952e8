"""Editing: nothing asked is nothing changed, what is asked is learned, and what nobody asked of stays."""

import pytest
import torch
from torch import Tensor

from limner.data.dataset import Batch
from limner.data.schema import Attribute, Schema
from limner.methods import Method, Moment, build_method
from limner.methods.editing import FAINT, STRONG, edited
from limner.recipes import apply_settings, find_recipe

SIDE = Attribute(name="side", kind="label", classes=("left", "right"))
LIGHT = Attribute(name="light", kind="number", mean=0.0, std=0.5)
SMALL = ("method.encoder.widths=[16, 32]", "method.decoder.widths=[32, 16]", "method.latent=8")


def _method(height: int = 16, width: int = 16, channels: int = 1, recipe: str = "causal-vae") -> Method:
    torch.manual_seed(0)
    chosen = apply_settings(find_recipe(recipe), SMALL)
    schema = Schema(height=height, width=width, channels=channels, attributes=(SIDE, LIGHT), label="side")
    return build_method(chosen.method, chosen.optimiser, schema, (SIDE, LIGHT), 10_000)


def _batch(n: int, step: int, height: int = 16, width: int = 16, channels: int = 1) -> Batch:
    """A square, left or right, of some light, on noise that nobody asks of."""
    random = torch.Generator().manual_seed(step)
    side, light = torch.randint(2, (n,), generator=random), torch.rand(n, generator=random) * 1.6 - 0.8
    images = 0.1 * torch.rand(n, channels, height, width, generator=random) - 1
    for image, right, shade in zip(images, side, light, strict=True):
        image[:, 4:12, 9:14] = shade if right else image[:, 4:12, 9:14]
        image[:, 4:12, 2:7] = image[:, 4:12, 2:7] if right else shade
    return Batch(images, {"side": side, "light": light})


@pytest.mark.parametrize(("change", "shown", "kept"), [(FAINT / 10, 0, 1), (2.2 * FAINT, 1, 0.8), (3 * STRONG, 1, 0)])
def test_faint_changes_are_held_back_and_strong_ones_drawn_anew(change: float, shown: float, kept: float) -> None:
    detail = torch.full((1, 3, 4, 4), 0.1)
    before = torch.zeros(1, 3, 4, 4) - 0.5
    after = edited(before + detail, before, before + change)
    torch.testing.assert_close(after, before + shown * change + kept * detail, atol=0.02, rtol=0)


@pytest.mark.parametrize("recipe", ["causal-vae", "vae"])
@pytest.mark.parametrize("shape", [(16, 16, 1), (19, 30, 3)])
def test_nothing_asked_is_nothing_changed(shape: tuple[int, int, int], recipe: str) -> None:
    method = _method(*shape, recipe=recipe)
    batch = _batch(4, 0, *shape)
    method.step(batch, Moment(0, 0, 0))
    painter = method.painter.eval()
    with torch.no_grad():
        assert torch.equal(painter.edit(batch.images, batch.condition, batch.condition), batch.images)  # type: ignore[operator]


def _light(images: Tensor, right: Tensor) -> Tensor:
    left, far = images[:, 0, 5:11, 3:6].mean((1, 2)), images[:, 0, 5:11, 10:13].mean((1, 2))
    return torch.where(right.bool(), far, left)


def test_what_is_asked_is_learned_and_the_rest_left_alone() -> None:
    method = _method()
    for step in range(300):
        method.step(_batch(32, step), Moment(step, 32 * step, 0))
    batch = _batch(64, 10_000)
    wish = {"side": 1 - batch.condition["side"], "light": batch.condition["light"].flip(0)}
    with torch.no_grad():
        after = method.painter.eval().edit(batch.images, batch.condition, wish)  # type: ignore[operator]
    assert (_light(after, wish["side"]) - wish["light"]).abs().mean() < 0.1
    assert (_light(after, batch.condition["side"]) + 1).abs().mean() < 0.15, "the square has left its old place"
    assert (after - batch.images)[:, :, :3].abs().mean() < 0.01
