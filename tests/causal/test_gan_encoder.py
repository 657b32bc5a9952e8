"""A GAN gets an encoder: codes of what it made are read again, and doing nothing changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from limner.causal.abduction import FILE

from limner.causal import CausalModel, Graph
from limner.causal.variables import read
from limner.data import Dataset
from limner.errors import ModelError

TINY = (
    "method.latent=8",
    "method.generator.widths=[16, 8]",
    "method.discriminator.widths=[8, 16]",
    "batch=16",
)


@pytest.fixture(autouse=True, scope="module")
def _short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.causal.abduction.STEPS", 300)
        patch.setattr("limner.causal.fitting.STEPS", 30)
        yield


@pytest.fixture(scope="module")
def run(garden: Dataset, flower_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("gan") / "run"
    CausalModel.fit(garden, flower_graph, out, recipe="gan", minutes=0.1, settings=TINY)
    return out


def test_codes_of_made_pictures_are_read_again(run: Path, garden: Dataset) -> None:
    painter = CausalModel.load(run).painter
    codes, wish = painter.codes(64), {"species": "rose"}
    whole = {a.name: wish.get(a.name, a.classes[0] if a.classes else a.mean) for a in painter.attributes}
    read_again = painter.encode(painter.decode(codes, whole), whole)
    missed = (read_again - codes).square().mean()
    assert missed < 0.8 * (codes - codes.roll(1, 0)).square().mean() / 2, "no better than no code at all"


def test_doing_nothing_changes_nothing_and_doing_something_does(run: Path, garden: Dataset) -> None:
    model, rows = CausalModel.load(run), garden.split("test")[:8]
    table, _ = read(garden, model.structure.variables, rows)
    pictures = np.asarray(garden.pictures[rows])
    assert (model.counterfactual(table, pictures, {})[1] == pictures).all()
    assert (model.counterfactual(table, pictures, {"season": "summer", "soil": 0.9})[1] != pictures).any()


def test_an_encoder_of_another_model_is_refused(run: Path) -> None:
    model = CausalModel.load(run)
    model.painter.encoder.model = "another"  # type: ignore[union-attr]
    whole = (run / FILE).read_bytes()
    model.painter.encoder.save(run)  # type: ignore[union-attr]
    try:
        with pytest.raises(ModelError, match="another model's codes"):
            CausalModel.load(run)
        (run / FILE).write_bytes(whole[:100])
        with pytest.raises(ModelError, match="missing or damaged"):
            CausalModel.load(run)
    finally:
        (run / FILE).write_bytes(whole)
