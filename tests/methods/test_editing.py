"""The editor: nothing asked is nothing changed, what is asked is learned, and each network learns from its own loss."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor

from limner.data.dataset import Batch
from limner.data.schema import Attribute, Schema
from limner.methods import Method, Moment, build_method
from limner.methods.editing import joined, part, wished
from limner.recipes import apply_settings, find_recipe

SIDE = Attribute(name="side", kind="label", classes=("left", "right"))
LIGHT = Attribute(name="light", kind="number", mean=0.0, std=0.5)
SMALL = (
    "method.generator.widths=[16, 8]",
    "method.discriminator.widths=[16, 32]",
    "method.editing.network.widths=[16, 32]",
    "method.augment_below=0",
)


def _method(height: int = 16, width: int = 16, channels: int = 1) -> Method:
    torch.manual_seed(0)
    recipe = apply_settings(find_recipe("causal-gan"), SMALL)
    schema = Schema(height=height, width=width, channels=channels, attributes=(SIDE, LIGHT), label="side")
    return build_method(recipe.method, recipe.optimiser, schema, (SIDE, LIGHT), 10_000)


def _batch(n: int, step: int, height: int = 16, width: int = 16, channels: int = 1) -> Batch:
    """A square, left or right, of some light, on noise that nobody asks of."""
    random = torch.Generator().manual_seed(step)
    side, light = torch.randint(2, (n,), generator=random), torch.rand(n, generator=random) * 1.6 - 0.8
    images = 0.1 * torch.rand(n, channels, height, width, generator=random) - 1
    for image, right, shade in zip(images, side, light, strict=True):
        image[:, 4:12, 9:14] = shade if right else image[:, 4:12, 9:14]
        image[:, 4:12, 2:7] = image[:, 4:12, 2:7] if right else shade
    return Batch(images, {"side": side, "light": light})


@pytest.mark.parametrize("shape", [(16, 16, 1), (19, 30, 3)])
def test_nothing_asked_is_nothing_changed(shape: tuple[int, int, int]) -> None:
    method = _method(*shape)
    batch = _batch(4, 0, *shape)
    method.step(batch, Moment(0, 0, 0))
    painter = method.painter.eval()
    with torch.no_grad():
        assert torch.equal(painter.edit(batch.images, batch.condition, batch.condition), batch.images)  # type: ignore[operator]


def test_an_edit_of_one_picture_does_not_depend_on_the_others() -> None:
    method, batch = _method(), _batch(6, 0)
    painter, other = method.painter.eval(), {"side": 1 - batch.condition["side"], "light": batch.condition["light"]}
    with torch.no_grad():
        together = painter.edit(batch.images, batch.condition, other)  # type: ignore[operator]
        alone = painter.edit(batch.images[:1], part(batch.condition, slice(1)), part(other, slice(1)))  # type: ignore[operator]
    torch.testing.assert_close(together[:1], alone, atol=1e-5, rtol=0)


def test_wishes_are_of_the_batch_and_all_or_one_at_a_time() -> None:
    condition = {"a": torch.arange(200), "b": torch.arange(200) + 1000, "c": torch.arange(200) + 2000}
    wish = wished(condition, Moment(3, 0, 0))
    changed = torch.stack([wish[name] != condition[name] for name in condition]).sum(0)
    assert set(changed.tolist()) <= {0, 1, 3}
    assert 60 < int((changed == 3).sum()) < 140
    assert all(set(wish[name].tolist()) <= set(condition[name].tolist()) for name in condition)
    assert torch.equal(joined(part(condition, slice(50)), part(condition, slice(50, None)))["b"], condition["b"])


def test_weights_and_gradients_lie_alike_in_memory() -> None:
    method = _method().to(memory_format=torch.channels_last)
    method.step(_batch(8, 0), Moment(0, 0, 0))
    for network in (method.painter.editor, method.predictor):  # type: ignore[union-attr]
        found = [(weight.stride(), weight.grad.stride()) for weight in network.parameters()]  # type: ignore[union-attr]
        assert all(weight == gradient for weight, gradient in found)


def test_each_network_learns_and_the_predictor_only_from_real_pictures() -> None:
    method = _method()
    before = {name: value.clone() for name, value in method.named_parameters()}
    method.step(_batch(16, 0), Moment(0, 0, 0))
    moved = {name for name, value in method.named_parameters() if not torch.equal(value, before[name])}
    for network in ("painter.editor", "painter.generator", "discriminator", "predictor"):
        assert any(name.startswith(network) for name in moved), network


def test_the_predictor_learns_what_pictures_look_like_from_real_ones_alone() -> None:
    method, batch = _method(), _batch(16, 0)
    of_real = deepcopy(method.predictor)
    of_real.loss(*batch)  # type: ignore[union-attr]
    method.step(batch, Moment(0, 0, 0))
    expected, found = dict(of_real.named_buffers()), dict(method.predictor.named_buffers())  # type: ignore[union-attr]
    assert any("running_mean" in name for name in expected)
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value)


def _light(images: Tensor, right: Tensor) -> Tensor:
    left, far = images[:, 0, 5:11, 3:6].mean((1, 2)), images[:, 0, 5:11, 10:13].mean((1, 2))
    return torch.where(right.bool(), far, left)


def test_what_is_asked_is_learned_and_the_rest_left_alone() -> None:
    method = _method()
    for step in range(250):
        method.step(_batch(32, step), Moment(step, 32 * step, 0))
    batch = _batch(64, 10_000)
    wish = {"side": batch.condition["side"], "light": batch.condition["light"].flip(0)}
    with torch.no_grad():
        edited = method.painter.eval().edit(batch.images, batch.condition, wish)  # type: ignore[operator]
    asked, seen, was = wish["light"], _light(edited, wish["side"]), batch.condition["light"]
    assert (seen - asked).abs().mean() < 0.5 * (was - asked).abs().mean()
    border = (edited - batch.images)[:, :, :3].abs().mean()
    assert border < 0.05
