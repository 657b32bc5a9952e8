"""A model's own directions: of a decoder built by hand, of which it is known what its latent does, and of every kind of decoder."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from limner.editing.directions import direction_offset, ganspace_directions, read_directions, sefa_directions
from limner.editing.latent_space import load_for_editing, standardised
from limner.errors import ModelError, UsageError
from limner.model import Model
from limner.tensors import save_tensors
from small_models import LIGHT, RED, lamp_model, small_model


@pytest.fixture(scope="module")
def lamp() -> Model:
    return lamp_model()


def _axis(step: Tensor) -> int:
    assert step.norm() == pytest.approx(1, abs=1e-3)
    return int(step.abs().argmax())


@pytest.mark.parametrize("find", [sefa_directions, ganspace_directions])
def test_the_strongest_directions_are_found_without_a_name(find: Callable[..., dict[str, Tensor]], lamp: Model) -> None:
    first, second = list(find(lamp, 2).values())
    assert (_axis(first), _axis(second)) == (RED, LIGHT)
    assert first[RED] > 0.95
    assert second[LIGHT] > 0.95
    assert all(torch.equal(*pair) for pair in zip(find(lamp, 2).values(), (first, second), strict=True))


def test_directions_of_a_folder_are_those_of_their_model(tmp_path: Path) -> None:
    small_model().save(tmp_path / "model")
    model, step = load_for_editing(tmp_path / "model"), torch.arange(6.0)
    save_tensors(tmp_path / "ways" / "directions.safetensors", {"up": step}, {"model": model.digest})
    assert torch.equal(direction_offset(model, "up", tmp_path / "ways"), step)
    with pytest.raises(UsageError, match="no direction 'upp'; did you mean 'up'"):
        direction_offset(model, "upp", tmp_path / "ways")
    with pytest.raises(UsageError, match="directions=FOLDER"):
        direction_offset(model, "up")
    other = small_model(seed=1)
    other.digest = "another"
    with pytest.raises(ModelError, match="of another model"):
        read_directions(tmp_path / "ways", other)


@pytest.mark.parametrize("name", ["vae", "dcgan", "mlp-gan", "dense-conv-gan"])
def test_every_kind_of_decoder_has_directions(name: str) -> None:
    model = small_model(name)
    steps = sefa_directions(model, 3) | ganspace_directions(model, 3)
    mean, std = model.generator.w_statistics()
    ways = torch.stack([step / std for step in steps.values()])
    torch.testing.assert_close(standardised(model, mean + steps["sefa-1"]), ways[0])
    torch.testing.assert_close(ways.norm(dim=1), torch.ones(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(ways[:3] @ ways[:3].T, torch.eye(3), atol=1e-4, rtol=0)
