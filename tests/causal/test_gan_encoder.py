"""A GAN gets an encoder: z of what it generated is found, and doing nothing changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from limner.causal import CausalModel, Graph
from limner.causal.gan_encoder import FILE
from limner.causal.variables import complete_rows
from limner.data import Dataset
from limner.errors import ModelError

TINY = (
    "method.latent_dim=8",
    "method.generator.widths=[16, 8]",
    "method.discriminator.widths=[8, 16]",
    "batch=16",
)


@pytest.fixture(autouse=True, scope="module")
def _short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.gan_encoder.TRAINING_STEPS", 60)
        patch.setattr("limner.causal.fitting.MAX_FLOW_STEPS", 30)
        yield


@pytest.fixture(scope="module")
def run(garden: Dataset, flower_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("gan") / "run"
    CausalModel.fit(garden, flower_graph, out, recipe="gan", minutes=0.03, settings=TINY)
    return out


def test_z_of_generated_pictures_is_found(run: Path) -> None:
    model = CausalModel.load(run).image_model
    condition = {a.name: a.classes[0] if a.classes else a.mean for a in model.attributes} | {"species": "rose"}
    latent = model.sample_latents(64, condition=condition)
    z, found = latent.values, model.encode(model.generate(latent), condition).values
    error = (found - z).square().mean()
    assert error < 0.8 * (z - z.roll(1, 0)).square().mean() / 2, "no better than the mean of z"


def test_doing_nothing_changes_nothing_and_doing_something_does(run: Path, garden: Dataset) -> None:
    model, rows = CausalModel.load(run), garden.split("test")[:8]
    table, _ = complete_rows(garden, model.structure.variables, rows)
    pictures = np.asarray(garden.pictures[rows])
    assert (model.counterfactual(table, pictures, {})[1] == pictures).all()
    assert (model.counterfactual(table, pictures, {"season": "summer", "soil": 0.9})[1] != pictures).any()


def test_an_encoder_of_another_model_is_refused(run: Path) -> None:
    model = CausalModel.load(run)
    encoder = model.image_model.generator.encoder
    encoder.model_digest = "another"
    whole = (run / FILE).read_bytes()
    encoder.save(run)
    try:
        with pytest.raises(ModelError, match="encodes for another model"):
            CausalModel.load(run)
        (run / FILE).write_bytes(whole[:100])
        with pytest.raises(ModelError, match="missing or damaged"):
            CausalModel.load(run)
    finally:
        (run / FILE).write_bytes(whole)
