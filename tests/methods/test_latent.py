"""Latents: parts of them and all of them together, and the great circles between them."""

import pytest
import torch

from limner.methods import Latent, concatenate, slerp, walk


@pytest.fixture
def latent() -> Latent:
    """Seven latents of length 4, each with a label of its own and two offsets."""
    values = torch.randn(7, 4, generator=torch.Generator().manual_seed(0))
    return Latent(values, {"label": torch.arange(7)}, "w", (values * 2, values[:, :, None] * 3))


def test_batches_together_are_the_whole(latent: Latent) -> None:
    parts = list(latent.batches(3))
    assert [len(part) for part in parts] == [3, 3, 1]
    whole = concatenate(parts)
    assert whole.space == "w"
    assert torch.equal(whole.values, latent.values)
    assert torch.equal(whole.condition["label"], latent.condition["label"])
    assert all(torch.equal(*pair) for pair in zip(whole.offsets, latent.offsets, strict=True))


def test_rows_keep_their_condition_and_offsets(latent: Latent) -> None:
    chosen = latent.rows(torch.tensor([5, 2]))
    assert chosen.condition["label"].tolist() == [5, 2]
    assert torch.equal(chosen.values, latent.values[[5, 2]])
    assert torch.equal(chosen.offsets[1], latent.offsets[1][[5, 2]])


def test_latents_with_offsets_and_without_are_not_mixed(latent: Latent) -> None:
    with pytest.raises(ValueError, match="zip"):
        concatenate([latent, Latent(latent.values, latent.condition, "w")])


def test_slerp_keeps_the_length() -> None:
    start, end = torch.randn(2, 64, generator=torch.Generator().manual_seed(0))
    points = slerp(start, end, torch.linspace(0, 1, 5)[:, None])
    torch.testing.assert_close(points[0], start, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(points[-1], end, atol=1e-4, rtol=1e-4)
    assert points.norm(dim=1).min() > 0.95 * min(start.norm(), end.norm())


def test_numbers_of_a_walk_are_interpolated_and_unknown_ones_stay() -> None:
    nan = float("nan")
    ends = [Latent(torch.randn(1, 4), {"age": torch.tensor([age])}) for age in (0.0, 1.0, nan)]
    ages = concatenate(list(walk(ends, 4, closed=False))).condition["age"]
    torch.testing.assert_close(ages, torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]))
    shaped = [Latent(torch.randn(1, 4), {"text": torch.full((1, 2, 3), value)}) for value in (0.0, 1.0)]
    texts = concatenate(list(walk(shaped, 4))).condition["text"]
    assert texts.shape == (8, 2, 3)
    assert texts[:4].unique().tolist() == [0.0]


@pytest.mark.parametrize(("closed", "frames"), [(True, 3 * 5), (False, 2 * 5)])
def test_a_walk_starts_at_each_stop_under_its_condition(latent: Latent, closed: bool, frames: int) -> None:
    stops = list(latent.rows(slice(3)).batches(1))
    way = concatenate(list(walk(stops, 5, closed)))
    assert len(way) == frames
    for stop, start in enumerate(range(0, frames, 5)):
        torch.testing.assert_close(way.values[start], latent.values[stop], atol=1e-3, rtol=0)
        assert way.condition["label"][start : start + 5].tolist() == [stop] * 5
