"""Inversion finds what pictures are painted of, with any decoder, and the same each time."""

import numpy as np
import pytest
import torch
from limner.editing.code import Code, Decoding

from limner.editing.inversion import eye, first_guess, invert
from limner.errors import ConditionError, ModelError
from limner.features.likeness import look, perceptual_distance
from limner.values import to_uint8
from small_models import SMALL, small_model

DECODERS = [name for name in SMALL if name != "noise"]
BOTH = "condition=[kind, age]"


@pytest.fixture(autouse=True)
def _few_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.editing.inversion.DRAWN", 12)


@pytest.fixture(scope="module")
def photographs() -> torch.Tensor:
    """Two pictures (2, 3, 16, 16) that no model painted: shades, and a square."""
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, 16), torch.linspace(-1, 1, 16), indexing="ij")
    shades = torch.stack([rows, columns, -rows])
    square = shades.clone() * 0.3
    square[:, 4:10, 6:12] = 0.9
    return torch.stack([shades, square])


def test_alike_is_what_looks_alike(photographs: torch.Tensor) -> None:
    one, other = look(eye(), photographs).unbind(0)
    blurred = look(eye(), torch.nn.functional.avg_pool2d(photographs, 3, 1, 1))
    assert float(perceptual_distance(one[None], one[None])) == 0
    assert perceptual_distance(one[None], blurred[:1]) < perceptual_distance(one[None], other[None]) < 6


@pytest.mark.parametrize("name", DECODERS)
def test_a_code_paints_what_the_model_samples(name: str) -> None:
    model = small_model(name, BOTH)
    decoding = Decoding(model)
    with torch.no_grad():
        painted = to_uint8(decoding.paint(decoding.sampled(3, seed=5)))
    assert np.abs(painted.astype(int) - model.sample(3, seed=5)).max() <= 1


@pytest.mark.parametrize("name", DECODERS)
def test_the_found_code_paints_a_likeness(name: str, photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model(name, BOTH))
    code, guess = invert(decoding, photographs, steps=12), first_guess(decoding, photographs, {})
    with torch.no_grad():
        after, before = decoding.paint(code), decoding.paint(guess)
    assert after.shape == photographs.shape
    assert after.abs().max() <= 1
    assert ((after - photographs).abs().mean((1, 2, 3)) < (before - photographs).abs().mean((1, 2, 3))).all()
    assert all(torch.equal(code.condition[key], values) for key, values in guess.condition.items())


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_models_without_conditions_need_none(name: str, photographs: torch.Tensor) -> None:
    code = invert(Decoding(small_model(name, "condition=none")), photographs, steps=3)
    assert code.condition == {}
    assert code.points.shape == (2, 6)


def test_details_come_coarse_first_and_only_as_asked(photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model())
    none, coarse, every = (invert(decoding, photographs, steps=3, details=kind) for kind in ("none", "coarse", "all"))
    assert none.details == ()
    assert 0 < decoding.coarse < len(every.details)
    assert all(detail.any() for detail in every.details)
    assert not any(detail.any() for detail in coarse.details[decoding.coarse :])
    assert all(detail.any() for detail in coarse.details[: decoding.coarse])
    with torch.no_grad():
        shapes = [decoding.paint(code).shape for code in (none, coarse, every)]
    assert shapes == [photographs.shape] * 3


def test_the_same_picture_has_the_same_code(photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model())
    threads = torch.get_num_threads()
    one, other = (invert(decoding, photographs, steps=4) for _ in range(2))
    assert torch.equal(one.points, other.points)
    assert all(torch.equal(*pair) for pair in zip(one.details, other.details, strict=True))
    assert torch.get_num_threads() == threads


def test_without_steps_the_code_is_the_first_guess(photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model("vae"))
    code = invert(decoding, photographs, {"kind": "square"}, steps=0)
    expected = decoding.painter.encode(photographs, {"kind": torch.tensor([1, 1])})[0]
    torch.testing.assert_close(code.points, expected)
    assert not any(detail.any() for detail in code.details)


def test_a_condition_that_is_known_is_kept_and_another_is_what_fits_best(photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model("vae", BOTH))
    assert invert(decoding, photographs, {"kind": "long"}, steps=0).condition["kind"].tolist() == [2, 2]
    guess = first_guess(decoding, photographs, {})
    with torch.no_grad():
        seen = look(eye(), photographs)
        missed = perceptual_distance(look(eye(), decoding.paint(guess)), seen)
        for kind, age in ((0, 0.1), (1, 0.5), (2, 0.9), (1, 0.2)):
            condition = {"kind": torch.tensor([kind] * 2), "age": torch.tensor([age] * 2)}
            other = Code(decoding.painter.encode(photographs, condition)[0], condition)
            assert (missed <= perceptual_distance(look(eye(), decoding.paint(other)), seen) + 1e-4).all()
    with pytest.raises(ConditionError, match="did you mean 'square'"):
        invert(decoding, photographs, {"kind": "squar"})


@pytest.mark.parametrize("name", ["gan", "elbo-vae", "mlp-gan"])
def test_a_picture_stays_the_same_said_under_another_condition(name: str) -> None:
    decoding = Decoding(small_model(name, BOTH))
    code = decoding.sampled(1, condition={"kind": "round"})
    other = decoding.under(code, {"kind": torch.tensor([2]), "age": torch.tensor([0.9])})
    with torch.no_grad():
        torch.testing.assert_close(decoding.paint(other), decoding.paint(code), atol=1e-4, rtol=0)


def test_between_two_pictures_are_pictures_and_at_the_ends_these(photographs: torch.Tensor) -> None:
    decoding = Decoding(small_model())
    one, other = decoding.sampled(1, seed=1), decoding.sampled(1, seed=2)
    assert decoding.between(one, other, 0) is one
    assert decoding.between(one, other, 1) is other
    with torch.no_grad():
        ends = [decoding.paint(code) for code in (one, decoding.between(one, other, 0.999), other)]
    assert (ends[1] - ends[2]).abs().mean() < 0.05 * (ends[0] - ends[2]).abs().mean()


def test_what_has_no_decoder_is_one_line() -> None:
    with pytest.raises(ModelError, match="'noise' draws without a decoder"):
        Decoding(small_model("noise", "condition=none"))
