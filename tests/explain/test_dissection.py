"""Channels: a network built by hand, of which it is known what its channels do, and real small ones run through."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from typer.testing import CliRunner

from limner.cli.app import app
from limner.data import Dataset, prepare
from limner.data.garden import make
from limner.data.of_run import data_for
from limner.data.schema import Schema
from limner.errors import ModelError, UsageError
from limner.explain import dissect
from limner.explain.dissection import Dissection, dissection
from limner.explain.dissection_page import tables
from limner.explain.layer_probe import LayerProbe, Samples, find_layer, layers
from limner.methods import build_generator
from limner.model import Model, load
from limner.networks.blocks import Decoder
from limner.pictures import read_provenance
from limner.recipes import apply_settings, find_recipe
from limner.training import train

SMALL = ("method.latent_dim=6", "method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]", "batch=16")
SMALL_VAE = ("method.latent_dim=6", "method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]", "batch=16")
BRIGHT, SHARE = 3, 0.2


class Lamp(Decoder):
    """Eight channels, each the positive part of a number of z; one makes the picture bright, the others do next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(8, 8, 1, bias=False), nn.Conv2d(8, 1, 1, bias=False)
        self.first.weight.data = torch.eye(8)[:, :, None, None]
        self.last.weight.data = torch.full((1, 8, 1, 1), 1e-4)
        self.last.weight.data[0, BRIGHT] = SHARE

    def forward(self, z: Tensor) -> Tensor:
        return self.last(self.first(z[:, :, None, None].expand(-1, -1, 8, 8)).relu())


def brightness(pictures: Tensor) -> Tensor:
    return pictures.mean((1, 2, 3))


def _model(recipe: str, *settings: str, side: int = 8, channels: int = 1) -> Model:
    chosen = apply_settings(find_recipe(recipe), settings)
    schema = Schema(height=side, width=side, channels=channels)
    torch.manual_seed(0)
    return Model(chosen, schema, build_generator(chosen.method, schema, ()), {}, {})


@pytest.fixture(scope="module")
def lamp() -> Model:
    model = _model("gan", "method.latent_dim=8", "method.output=linear")
    model.generator.decoder = Lamp()
    return model


@pytest.fixture(scope="module")
def found(lamp: Model) -> Dissection:
    return dissection(lamp, brightness, layer="last", n=400, top=1)


def test_the_channel_that_makes_pictures_bright_is_found(found: Dissection) -> None:
    assert found.shape == (8, 8, 8)
    assert found.channels[0].name == f"channel {BRIGHT}"
    # the mean of the positive part of a standard normal is 1 / sqrt(2 pi), its 99 % quantile 2.33
    off, high = found.channels[0].low, found.channels[0].high
    assert off.low <= -SHARE / np.sqrt(2 * np.pi) <= off.high
    assert high.value == pytest.approx(SHARE * (2.33 - 0.4), abs=0.08)
    assert found.channels[0].between.value == pytest.approx(high.value - off.value)
    assert all(abs(one.between.value) < 1e-3 for one in found.channels[1:])


def test_random_channels_do_nothing_beside_it(found: Dissection) -> None:
    assert found.together.between == pytest.approx(found.channels[0].between)
    assert abs(found.random_together.between.value) < 1e-3
    assert found.random_together.low.low <= found.random_together.low.value <= found.random_together.low.high


def test_the_direction_is_the_number_that_the_channel_follows(found: Dissection) -> None:
    assert found.axes[0].name == f"axis {BRIGHT}"
    assert found.direction.between.value == pytest.approx(found.axes[0].between.value, rel=0.1)
    assert found.direction.between.low > found.random_directions.between.high


def test_rows_are_the_same_latents_with_the_channel_off_and_on(found: Dissection) -> None:
    before, off, on = (row.pictures.astype(float) for row in found.rows[:3])
    assert [row.title for row in found.rows[:2]] == ["as generated", f"channel {BRIGHT}: off"]
    assert (off <= before).all()
    assert np.ptp(on) <= 1
    assert on.mean() > before.mean()


def test_channels_are_set_only_within_the_context(lamp: Model) -> None:
    samples = Samples(lamp, brightness, 8)
    probe = LayerProbe(*find_layer(lamp, "last"), samples, slice(None))
    before = samples.scores(slice(None))
    with probe.setting({BRIGHT: 0.0}):
        assert samples.scores(slice(None)).abs().max() < 0.01
    assert (samples.scores(slice(None)) == before).all()


def test_equal_seeds_find_the_same(lamp: Model) -> None:
    assert tables(dissection(lamp, brightness, n=40), 8) == tables(dissection(lamp, brightness, n=40), 8)


@pytest.mark.parametrize(
    ("recipe", "layer"),
    [("gan", "upsample.1"), ("dcgan-compact", "layers.5"), ("vae", "upsample.1"), ("mlp-gan", "layers.4")],
)
def test_layers_are_found_in_every_kind_of_decoder(recipe: str, layer: str) -> None:
    model = _model(recipe, side=32, channels=3)
    assert find_layer(model)[0] in layers(model)
    assert find_layer(model)[0] == layer


def test_dense_layers_have_channels_too() -> None:
    model = _model("mlp-gan", "method.generator.widths=[12, 6]", "method.latent_dim=4")
    found = dissection(model, brightness, n=40)
    assert found.shape == (6,)
    assert len(found.channels) == 6


def test_where_nothing_moves_anything_intervals_hold_zero_and_the_strongest_are_not_flattered() -> None:
    generator = torch.Generator().manual_seed(1)
    found = dissection(_model("mlp-gan"), lambda pictures: torch.randn(len(pictures), generator=generator), n=200)
    between = [one.between for one in found.channels]
    assert len(between) == 128  # of 256
    assert np.mean([one.low <= 0 <= one.high for one in between]) > 0.88
    assert np.mean([one.low <= 0 <= one.high for one in between[:20]]) > 0.75
    assert found.together.between.low <= 0 <= found.together.between.high


def test_what_has_no_channels_or_no_such_layer_is_one_line(lamp: Model) -> None:
    with pytest.raises(ModelError, match="has no channels"):
        dissection(_model("noise"), brightness)
    with pytest.raises(ModelError, match="reads one channel"):
        dissection(_model("mlp-gan", "method.generator.widths=[1]"), brightness)
    with pytest.raises(UsageError, match="no such layer; did you mean 'last'"):
        find_layer(lamp, "lst")
    with pytest.raises(UsageError, match="at least 40 pictures"):
        dissection(lamp, brightness, n=39)


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 150)
        yield


@pytest.fixture(scope="module")
def garden(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("garden")
    make(folder / "flowers", n=300, size=16)
    prepare(folder / "flowers", folder / "dataset", size=16)
    return Dataset.open(folder / "dataset")


@pytest.fixture(scope="module")
def run(garden: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("gan") / "run"
    train(garden, apply_settings(find_recipe("gan"), SMALL), out, minutes=0.02)
    return out


def test_a_gan_is_dissected_from_the_command_line(run: Path) -> None:
    command = ["explain", "channels", str(run), "--attribute", "species=rose", "--n", "40", "--top", "3"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    assert "the first 3 together" in result.stdout
    report = json.loads((run / "channels" / "channels.json").read_text())
    assert report["attribute"] == "species=rose"
    assert len(report["channels"]) == report["shape"][0]
    provenance = read_provenance(run / "channels" / "channels.png")
    assert provenance["ai_generated"] is True
    assert provenance["model"]["sha256"] == load(run).digest
    assert "What generates species=rose?" in (run / "channels" / "report.html").read_text()


def test_a_vae_is_dissected_from_python(garden: Dataset, tmp_path: Path) -> None:
    train(garden, apply_settings(find_recipe("vae"), SMALL_VAE), tmp_path / "run", minutes=0.02)
    found, error = dissect(load(tmp_path / "run"), garden, "bloom", n=40, top=2)
    assert 0 < error < 1
    assert found.half == 20
    assert len(found.axes) == 6


def test_an_attribute_or_a_dataset_that_there_is_not_is_one_line(run: Path, garden: Dataset, tmp_path: Path) -> None:
    model = load(run)
    with pytest.raises(UsageError, match="has no label or number 'blom'"):
        dissect(model, garden, "blom")
    with pytest.raises(UsageError, match="ask for one class of it"):
        dissect(model, garden, "species")
    with pytest.raises(UsageError, match="name a dataset with --data"):
        data_for(tmp_path, None)
    assert data_for(run, None).fingerprint == data_for(run / "model", None).fingerprint == garden.fingerprint
