"""Directions: of a decoder built by hand, of which it is known what its latent does, and of small ones run through."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from limner.cli.app import app
from limner.data import Dataset, prepare
from limner.data.garden import make
from limner.editing import apply, parse
from limner.editing.directions import factorised, principal, read_steps, step_of
from limner.editing.latent_space import editing_model, standardised
from limner.errors import LimnerError, ModelError, UsageError
from limner.explain.directions import effects, orthogonal, supervised
from limner.explain.scorers import SCORERS
from limner.model import Model
from limner.networks.blocks import Decoder
from limner.recipes import apply_settings, find_recipe
from limner.tensors import save_tensors
from limner.training import train
from small_models import small_model

LIGHT, RED, NOTHING = 3, 1, 5


class Lamp(Decoder):
    """Of six numbers of the latent one makes the picture bright and another, more strongly, red; the others do next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = nn.Linear(6, 6, bias=False), nn.Conv2d(6, 3, 1, bias=False)
        self.enter.weight.data = torch.diag(torch.tensor([0.1, 2.0, 0.1, 1.0, 0.1, 0.1]))
        self.leave.weight.data = torch.zeros(3, 6, 1, 1)
        self.leave.weight.data[:, LIGHT], self.leave.weight.data[0, RED] = 0.1, 0.1

    def forward(self, latent: Tensor) -> Tensor:
        return self.leave(self.enter(latent)[:, :, None, None].expand(-1, -1, 16, 16))


@pytest.fixture(scope="module")
def lamp() -> Model:
    model = small_model("gan", "condition=none", "method.output=linear")
    model.generator.decoder = Lamp()
    return model


def _axis(step: Tensor) -> int:
    assert step.norm() == pytest.approx(1, abs=1e-3)
    return int(step.abs().argmax())


@pytest.mark.parametrize("find", [factorised, principal])
def test_the_strongest_directions_are_found_without_a_name(find: Callable[..., dict[str, Tensor]], lamp: Model) -> None:
    first, second = list(find(lamp, 2).values())
    assert (_axis(first), _axis(second)) == (RED, LIGHT)
    assert first[RED] > 0.95
    assert second[LIGHT] > 0.95
    assert all(torch.equal(*pair) for pair in zip(find(lamp, 2).values(), (first, second), strict=True))


def test_an_attribute_s_direction_is_the_number_that_it_follows(lamp: Model) -> None:
    found = supervised(lamp, {"light": lambda pictures: pictures[:, 2].mean((1, 2))}, ["light"])
    assert found["light"][LIGHT] > 0.99


def test_what_is_kept_does_not_change(lamp: Model) -> None:
    steps = supervised(lamp, SCORERS, ["brightness"], ["warmth"])
    alone = supervised(lamp, SCORERS, ["brightness"])
    warm = supervised(lamp, SCORERS, ["warmth"])["warmth"]
    assert abs(float(steps["brightness"] @ warm)) < 1e-5
    assert abs(float(alone["brightness"] @ warm)) > 0.1
    kept, changed = (effects(lamp, one, SCORERS)[0].changes for one in (steps, alone))
    assert abs(kept["warmth"].value) < 0.05 < abs(changed["warmth"].value)
    assert kept["brightness"].value > 0.5


def test_orthogonal_is_orthogonal_to_all() -> None:
    way, *others = torch.randn(4, 8, generator=torch.Generator().manual_seed(0))
    left = orthogonal(way, others)
    assert max(abs(float(left @ other)) for other in others) < 1e-5
    assert torch.equal(orthogonal(way, []), way)


def test_effects_are_in_standard_deviations_with_intervals(lamp: Model) -> None:
    red, light, nothing = torch.eye(6)[[RED, LIGHT, NOTHING]]
    found = {one.name: one for one in effects(lamp, {"red": red, "light": light, "nothing": nothing}, SCORERS, n=400)}
    # red and blue differ by what is red alone, whose standard deviation is what a step changes
    assert found["red"].changes["warmth"].value == pytest.approx(1, abs=0.1)
    assert found["light"].most == "brightness"
    assert all(one.low <= one.value <= one.high for each in found.values() for one in each.changes.values())
    assert found["nothing"].changes["brightness"].value == pytest.approx(0, abs=1e-6)
    assert "contrast" not in found["red"].changes, "all these pictures are flat"


def test_scorers_are_what_their_names_say() -> None:
    white, black = torch.ones(1, 3, 16, 16), -torch.ones(1, 3, 16, 16)
    dot, red = black.clone(), black.clone()
    dot[:, :, 4:12, 4:12], red[:, 0] = 1, 1
    for name, more, less in (
        ("brightness", white, black),
        ("contrast", dot, black),
        ("colourfulness", red, dot),
        ("warmth", red, white),
        ("size", dot, black),
    ):
        assert float(SCORERS[name](more)) > float(SCORERS[name](less)), name
    assert float(SCORERS["size"](dot)) == 0.25
    assert all(scorer(white[:, :1]).shape == (1,) for scorer in SCORERS.values())


def test_directions_of_a_folder_are_those_of_their_model(tmp_path: Path) -> None:
    small_model().save(tmp_path / "model")
    model, step = editing_model(tmp_path / "model"), torch.arange(6.0)
    save_tensors(tmp_path / "ways" / "directions.safetensors", {"up": step}, {"model": model.digest})
    assert torch.equal(step_of(model, "up", tmp_path / "ways"), step)
    with pytest.raises(UsageError, match="no direction 'upp'; did you mean 'up'"):
        step_of(model, "upp", tmp_path / "ways")
    with pytest.raises(UsageError, match="directions=FOLDER"):
        step_of(model, "up")
    other = small_model(seed=1)
    other.digest = "another"
    with pytest.raises(ModelError, match="of another model"):
        read_steps(tmp_path / "ways", other)


@pytest.mark.parametrize("name", ["vae", "dcgan", "mlp-gan", "dense-conv-gan"])
def test_every_kind_of_decoder_has_directions(name: str) -> None:
    model = small_model(name)
    steps = factorised(model, 3) | principal(model, 3)
    mean, std = model.generator.w_statistics()
    ways = torch.stack([step / std for step in steps.values()])
    torch.testing.assert_close(standardised(model, mean + steps["sefa-1"]), ways[0])
    torch.testing.assert_close(ways.norm(dim=1), torch.ones(6), atol=1e-4, rtol=0)
    torch.testing.assert_close(ways[:3] @ ways[:3].T, torch.eye(3), atol=1e-4, rtol=0)


def test_what_cannot_be_found_is_one_line(lamp: Model) -> None:
    with pytest.raises(UsageError, match="did you mean 'warmth'"):
        supervised(lamp, SCORERS, ["warmt"])
    with pytest.raises(UsageError, match="nothing is left of it that keeps warmth"):
        supervised(lamp, SCORERS, ["warmth"], ["warmth"])
    with pytest.raises(UsageError, match="at least 40 pictures"):
        supervised(lamp, SCORERS, ["warmth"], n=39)


@pytest.fixture(scope="module")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.STEPS", 20)
        patch.setattr("limner.editing.directions.SAMPLES", 32)
        yield


@pytest.fixture(scope="module")
def run(_quick: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    make(folder / "flowers", n=60, size=16)
    prepare(folder / "flowers", folder / "dataset", size=16)
    small = ["method.latent=6", "method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]", "batch=16"]
    train(Dataset.open(folder / "dataset"), apply_settings(find_recipe("gan"), small), folder / "run", steps=3)
    return folder / "run"


def _directions(*words: object) -> str:
    result = CliRunner().invoke(app, ["directions", *map(str, words)], catch_exceptions=True)
    if isinstance(result.exception, LimnerError):
        return str(result.exception)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_directions_are_printed_written_rendered_and_followed(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "ways"
    said = _directions(run, "--attribute", "species=rose", "--keep", "brightness", "--n", 40, "--out", out)
    assert "pca-1" in said
    assert "sefa-1" in said
    report = json.loads((out / "directions.json").read_text())
    assert report["ai_generated"]
    assert {"species=rose", "colour", "warmth"} <= set(report["directions"]["pca-1"])
    steps = read_steps(out, editing_model(run))
    assert "species=rose" in steps
    assert "species=rose" in (out / "report.html").read_text()
    along = parse(f"along:direction=species=rose,amount=3,directions={out},model={run},steps=1")
    pixels = np.full((20, 24, 3), 128, np.uint8)
    assert apply([along], pixels).shape == pixels.shape


def test_what_directions_do_not_have_is_one_line(run: Path, tmp_path: Path) -> None:
    assert "give one" in _directions(run, "--keep", "brightness")
    assert "has no label or number 'specie'" in _directions(run, "--attribute", "specie=rose")
    assert "ask for one class of it" in _directions(run, "--attribute", "species")
    assert "no such model" in _directions(tmp_path / "gone")
