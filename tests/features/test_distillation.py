"""How the embedded network is trained: cell on cell with its teacher, by what both find alike, and goes on where it stopped."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from limner.features import squeezenet
from limner.features.embedded import Network
from limner.features.embedded.crops import Labelled, Squares, cut
from limner.features.embedded.distillation import DEPTHS, losses, pooled_loss, teacher_view
from limner.features.embedded.distortions import DISTORTIONS, distort
from limner.features.embedded.feed import MIXES, Feed
from limner.features.embedded.stylised import Stylised, recoloured
from limner.features.embedded.teachers import Teachers
from limner.features.embedded.train import Student, Training
from limner.features.squeezenet import SqueezeNet


@pytest.fixture
def teacher() -> SqueezeNet:
    """SqueezeNet with random weights."""
    torch.manual_seed(0)
    return SqueezeNet().eval().requires_grad_(False)


@pytest.fixture
def squares() -> Squares:
    """Twenty squares of noise, half of them labelled."""
    draw = torch.Generator().manual_seed(0)
    pictures = torch.randint(256, (20, 160, 160, 3), generator=draw, dtype=torch.uint8)
    return Squares(pictures, {"kind": torch.arange(20) % 4 - 1})


@pytest.fixture
def small() -> list[Labelled]:
    """Small grey pictures of two kinds."""
    draw = np.random.default_rng(0)
    pictures = draw.integers(0, 256, (30, 28, 28, 1), dtype=np.uint8)
    return [Labelled(pictures, {"digit": (np.arange(30) % 10, 10)}, 0)]


@pytest.mark.parametrize(("depth", "stride"), [*zip(DEPTHS, (2, 4, 8), strict=True)])
def test_the_teachers_cells_lie_on_the_students(
    teacher: SqueezeNet, depth: str, stride: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # means and weights of one sign, so that every pixel that a cell sees counts
    monkeypatch.setattr(squeezenet, "_halved", lambda maps: F.avg_pool2d(maps, 3, 2, ceil_mode=True))
    for layer in teacher.modules():
        if isinstance(layer, nn.Conv2d):
            layer.weight.abs_()
    images = torch.full((1, 3, 160, 152), 1.0, requires_grad=True)
    seen = teacher_view(teacher, images)[depth]
    own = Network()(images.detach())[depth]
    assert seen.shape[2:] == own.shape[2:]
    row, column = 80 // stride, 72 // stride
    seen[0, :, row, column].sum().backward()
    assert images.grad is not None
    rows, columns = (images.grad[0].abs().sum(0).sum(axis).nonzero()[:, 0].float() for axis in (1, 0))
    assert (rows.min() + rows.max()) / 2 == stride * row
    assert (columns.min() + columns.max()) / 2 == stride * column


def test_the_same_inner_products_are_no_loss_whatever_the_channels() -> None:
    torch.manual_seed(0)
    maps = {depth: torch.rand(6, 8, 12, 12) for depth in DEPTHS}
    turn = torch.linalg.qr(torch.randn(8, 8))[0]
    turned = {depth: 3 * torch.einsum("ij,bjhw->bihw", turn, values) for depth, values in maps.items()}
    partners, generator = torch.tensor([1, 2, 3, 4, 5, 0]), torch.Generator().manual_seed(0)
    for loss in losses(turned, maps, partners, generator).values():
        assert float(loss) < 1e-3
    other = {depth: torch.rand(6, 8, 12, 12) for depth in DEPTHS}
    assert all(float(loss) > 0.01 for loss in losses(other, maps, partners, generator).values())


def test_pooled_vectors_are_compared_by_their_distances() -> None:
    vectors = torch.rand(10, 5, generator=torch.Generator().manual_seed(0))
    assert float(pooled_loss(torch.cat([2 * vectors, torch.ones(10, 3)], 1), vectors)) < 1e-9
    assert float(pooled_loss(vectors.flip(1).cumsum(1), vectors)) > 1e-3


def test_every_distortion_keeps_the_shape_and_changes_something() -> None:
    images = torch.rand(16, 3, 48, 48, generator=torch.Generator().manual_seed(0)) * 2 - 1
    for way in DISTORTIONS:
        changed = way(images, np.random.default_rng(0))
        assert changed.shape == images.shape
        assert not torch.equal(changed, images)
    changed = distort(images, np.random.default_rng(0))
    assert changed.shape == images.shape
    assert float(changed.abs().max()) <= 1


def test_a_step_is_decided_by_its_number(squares: Squares, small: list[Labelled]) -> None:
    feed, sizes = Feed(squares, small, 0), set()
    for number in range(12):
        step, again = feed.step(number), Feed(squares, small, 0).step(number)
        torch.testing.assert_close(step.images, again.images)
        mix = MIXES[step.images.shape[-1]]
        assert len(step.partners) == mix.squares + mix.distorted
        assert bool((step.partners != torch.arange(len(step.partners))).all())
        assert len(step.rows) == mix.squares
        assert {len(values) for values in step.labels.values()} == {len(step.images)}
        sizes.add(step.images.shape[-1])
    assert len(sizes) > 1


@pytest.mark.parametrize("start", [None, Network()], ids=["from nothing", "from weights"])
def test_training_goes_on_where_it_stopped(
    start: Network | None,
    teacher: SqueezeNet,
    squares: Squares,
    small: list[Labelled],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("limner.features.embedded.feed.MIXES", {56: MIXES[56]._replace(often=1.0)})
    torch.manual_seed(0)
    teachers = Teachers(teacher, start, squares)

    def training() -> Training:
        network = deepcopy(start) or Network(folded=False)
        student = Student(network, {"kind": 3, "digit": 10}, teachers.stds)
        return Training(student, 1e-3, tmp_path / "checkpoint.safetensors")

    first = training()
    first.run(Feed(squares, small, 0), teachers, 0.01)
    assert first.steps == 1
    again = training()
    assert (again.steps, again.seconds) == (first.steps, first.seconds)
    for name, parameter in first.student.named_parameters():
        torch.testing.assert_close(dict(again.student.named_parameters())[name], parameter)
    network = again.run(Feed(squares, small, 0), teachers, first.seconds + 0.01)
    assert again.steps == 2
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())
    assert network(torch.zeros(1, 3, 56, 56))["pooled"].shape == (1, 448)


def test_squares_are_cut_and_shown_to_the_teacher_once(teacher: SqueezeNet) -> None:
    draw = np.random.default_rng(0)
    large = Labelled(draw.integers(0, 256, (2, 200, 240, 3), dtype=np.uint8), {"kind": (np.array([0, 1]), 2)}, 2)
    whole = Labelled(draw.integers(0, 256, (1, 160, 160, 3), dtype=np.uint8), {}, 1)
    found = cut([large, whole], 0)
    assert found.pictures.shape == (5, 160, 160, 3)
    assert found.labels["kind"].tolist() == [0, 0, 1, 1, -1]
    np.testing.assert_allclose(found.pictures[4].numpy().astype(int), whole.pictures[0].astype(int), atol=1)
    seen = found.pooled(torch.tensor([4, 0, 4]), teacher)
    assert seen.shape == (3, 512)
    assert torch.equal(seen[0], seen[2])
    assert sorted(found.seen) == [0, 4]


def test_stylised_pictures_come_nearer_to_their_styles_and_join_steps_of_their_side(
    squares: Squares, small: list[Labelled]
) -> None:
    torch.manual_seed(0)
    network, held = Network(), Stylised(squares, 0)
    before = held.images.clone()
    step = next(one for one in map(Feed(squares, small, 0).step, range(50)) if one.images.shape[-1] == 64)
    joined = held.added_to(step, network)
    assert len(joined.images) == len(step.images) + 16
    assert len(joined.partners) == len(joined.images)
    assert {len(values) for values in joined.labels.values()} == {len(joined.images)}
    assert not torch.equal(held.images[:8], before[:8])
    torch.testing.assert_close(held.images[8:], before[8:])
    other = next(one for one in map(Feed(squares, small, 0).step, range(50)) if one.images.shape[-1] == 96)
    assert held.added_to(other, network) is other


def test_recoloured_pictures_have_the_colours_of_others() -> None:
    images, donors = (
        torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(seed)) * 0.4 - 0.2 for seed in (0, 1)
    )
    donors = donors * torch.tensor([1.0, 0.5, 0.2])[:, None, None] + 0.1
    found = recoloured(images, donors).flatten(2)
    torch.testing.assert_close(found.mean(2), donors.flatten(2).mean(2), atol=1e-3, rtol=0)
    torch.testing.assert_close(found.std(2), donors.flatten(2).std(2), atol=0.02, rtol=0)
