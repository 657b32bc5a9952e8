"""Augmentation: what each knob changes, that nothing else does, and that gradients pass."""

import torch

from limner.configs.augment import AugmentConfig
from limner.data.augment import DRAWS, augment

RANDOM = torch.Generator().manual_seed(0)
PICTURES = torch.rand(6, 3, 24, 32, generator=RANDOM) * 2 - 1
DRAWN = torch.rand(6, DRAWS, generator=RANDOM)
MIDDLE = torch.full((6, DRAWS), 0.5)


def test_nothing_asked_changes_nothing() -> None:
    assert not AugmentConfig().active
    assert torch.equal(augment(PICTURES, AugmentConfig(), DRAWN), PICTURES)


def test_middle_draws_leave_geometry_and_colour_alone() -> None:
    config = AugmentConfig(rotation=30, scale=0.2, translation=0.2, colour=0.5)
    torch.testing.assert_close(augment(PICTURES, config, MIDDLE), PICTURES, atol=1e-4, rtol=1e-4)


def test_a_flip_mirrors_the_pictures_drawn_for_it() -> None:
    draws = DRAWN.clone()
    draws[:, 0] = torch.tensor([0.1, 0.9] * 3)
    flipped = augment(PICTURES, AugmentConfig(flip=0.5), draws)
    assert torch.equal(flipped[0], PICTURES[0].flip(2))
    assert torch.equal(flipped[1], PICTURES[1])


def test_translation_moves_by_a_share_of_the_side() -> None:
    draws = MIDDLE.clone()
    draws[:, 3] = 1.0  # to the right, as far as allowed: a quarter of 32 pixels
    moved = augment(PICTURES, AugmentConfig(translation=0.25), draws)
    torch.testing.assert_close(moved[..., 8:], PICTURES[..., :-8], atol=1e-4, rtol=1e-4)


def test_cutout_hides_a_square_of_the_right_size() -> None:
    hidden = augment(PICTURES, AugmentConfig(cutout=0.5), MIDDLE) == 0
    assert hidden.all(1).sum((1, 2)).tolist() == [12 * 16] * 6


def test_colour_changes_grey_and_colour_pictures_but_not_their_shapes() -> None:
    for pictures in (PICTURES, PICTURES[:, :1]):
        changed = augment(pictures, AugmentConfig(colour=0.5), DRAWN)
        assert not torch.allclose(changed, pictures, atol=0.05)
        centred = [part - part.mean((2, 3), keepdim=True) for part in (changed.mean(1, True), pictures.mean(1, True))]
        similarity = torch.cosine_similarity(centred[0].flatten(1), centred[1].flatten(1))
        assert (similarity > 0.999).all()


def test_everything_is_differentiable_and_repeatable() -> None:
    config = AugmentConfig(rotation=20, flip=0.5, scale=0.2, translation=0.1, colour=0.5, cutout=0.3)
    pictures = PICTURES.clone().requires_grad_()
    changed = augment(pictures, config, DRAWN)
    changed.square().sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert torch.equal(changed, augment(PICTURES, config, DRAWN))
