"""A kind of condition from nothing: its tensors and its encoder, registered by one line, and everything else works with it.

It is a coarse grey picture, which the generated picture must resemble when it is made coarse and grey itself.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import limner
from limner.conditions.attribute import Attribute
from limner.conditions.kind import ConditionKind
from limner.conditions.kinds import CONDITION_KINDS
from limner.data import Dataset, write_dataset
from limner.editing.history import open_source
from limner.editing.inversion import invert
from limner.errors import ConditionError
from limner.images import from_uint8
from limner.model import Model
from limner.recipes import apply_settings, find_recipe

SIDE = 4
COARSE = Attribute(name="coarse", kind="coarse", shape=(1, SIDE, SIDE))
NOTHING_GIVEN = 2.0
"""Outside [-1, 1], where coarse pictures are."""


class Coarse(ConditionKind):
    """float32 (1, 4, 4) in [-1, 1]; 2 everywhere is unknown."""

    def column(self, attribute: Attribute, values: Sequence[Any]) -> Tensor:
        return torch.tensor(values, dtype=self.dtype).reshape(-1, *attribute.shape)

    def parse(self, attribute: Attribute, value: Any) -> Tensor:
        try:
            return torch.as_tensor(value, dtype=self.dtype).reshape(attribute.shape)
        except (TypeError, ValueError, RuntimeError):
            raise ConditionError(f"condition {attribute.name}: give {attribute.size} numbers.") from None

    def null_value(self, attribute: Attribute) -> Tensor:
        return torch.full(attribute.shape, NOTHING_GIVEN)

    def text(self, attribute: Attribute, value: Tensor) -> str:
        return f"a mean of {value.mean().item():.2f}"

    def describe(self, attribute: Attribute) -> str:
        return "a coarse grey picture"

    def encoder(self, attribute: Attribute, features: int, std: float) -> nn.Module:
        return CoarseEncoder(attribute, features, std)


class CoarseEncoder(nn.Module):
    """(B, 1, 4, 4) -> (B, features)."""

    def __init__(self, attribute: Attribute, features: int, std: float) -> None:
        super().__init__()
        self.vectors = nn.Linear(attribute.size, features)
        nn.init.normal_(self.vectors.weight, std=std * attribute.size**-0.5)

    def forward(self, values: Tensor) -> Tensor:
        known = (values <= 1).flatten(1).all(1, keepdim=True)
        vectors: Tensor = self.vectors(values.flatten(1))
        return vectors * known


def coarse(pictures: np.ndarray) -> np.ndarray:
    """Pictures uint8 (n, 16, 16, 3) -> (n, 4, 4) in [-1, 1]."""
    grey = pictures.reshape(len(pictures), SIDE, 16 // SIDE, SIDE, 16 // SIDE, 3).mean((2, 4, 5))
    return grey / 127.5 - 1


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CONDITION_KINDS, "coarse", Coarse())
        yield


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Pictures that are half dark, each in a way of its own."""
    random = np.random.default_rng(0)
    blocks = random.choice([40, 210], (200, SIDE, SIDE, 1)) + random.integers(-30, 30, (200, 1, 1, 3))
    pictures = blocks.repeat(4, 1).repeat(4, 2).clip(0, 255).astype(np.uint8)
    columns = {"coarse": [each.ravel().tolist() for each in coarse(pictures)]}
    return write_dataset(tmp_path_factory.mktemp("data") / "blocks", pictures, columns, [COARSE])


def _trained(recipe: str, dataset: Dataset, run: Path, steps: int, *settings: str) -> Model:
    chosen = apply_settings(
        find_recipe(recipe),
        ["condition=[coarse]", "condition_dropout=0.1", "batch=16", "method.latent_dim=6", *settings],
    )
    limner.train(dataset, chosen, run, steps=2)
    return limner.train(None, None, run, steps=steps, resume=True)


@pytest.fixture(scope="module")
def vae(_registered: None, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Model:
    widths = ("method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]", "method.condition_dim=16")
    quick = ("method.flow.width=64", "method.flow.steps=1", "optimiser.lr=5e-3")
    return _trained("vae", dataset, tmp_path_factory.mktemp("runs") / "vae", 150, *widths, *quick)


def test_pictures_resemble_what_was_asked_for_and_something_else_without_it(vae: Model, dataset: Dataset) -> None:
    asked = dataset.condition(dataset.split("test"), ["coarse"])["coarse"]
    n = len(asked)
    generated = coarse(vae.sample(n, condition={"coarse": asked}))
    with_it = np.abs(generated - asked[:, 0].numpy()).mean()
    without = np.abs(coarse(vae.sample(n, condition={"coarse": None})) - asked[:, 0].numpy()).mean()
    assert with_it < 0.7 * without
    assert vae.resolve({"coarse": asked[0].tolist()})["coarse"].shape == (1, 1, SIDE, SIDE)
    with pytest.raises(ConditionError, match="give 16 numbers"):
        vae.sample(condition={"coarse": "dark"})


def test_it_is_evaluated_with_the_conditions_of_held_out_pictures(vae: Model, dataset: Dataset) -> None:
    found = limner.evaluate({"vae": vae}, dataset, n=20, only=("distances",), with_training_pictures=False)
    assert np.isfinite(found.value("vae", "FD-limner"))


def test_a_picture_is_redrawn_under_another_condition(vae: Model, dataset: Dataset) -> None:
    rows = dataset.split("test")[:8]
    pictures, own = np.asarray(dataset.pictures[rows]), dataset.condition(rows, ["coarse"])
    other = {"coarse": own["coarse"].roll(1, 0)}
    assert np.array_equal(vae.counterfactual_pictures(pictures, own, own), pictures)
    edited = coarse(vae.counterfactual_pictures(pictures, own, other))
    nearer = np.abs(edited - other["coarse"][:, 0].numpy()).mean()
    assert nearer < 0.8 * np.abs(coarse(pictures) - other["coarse"][:, 0].numpy()).mean()


def test_a_picture_is_inverted_under_the_one_of_the_training_set_that_fits(vae: Model, dataset: Dataset) -> None:
    images = from_uint8(np.asarray(dataset.pictures[dataset.split("test")[:2]]))
    found = invert(vae, images, steps=0).condition["coarse"]
    assert found.shape == (2, 1, SIDE, SIDE)
    assert all((vae.condition_table["coarse"] == one).flatten(1).all(1).any() for one in found)
    given = torch.zeros(1, SIDE, SIDE)
    assert torch.equal(
        invert(vae, images, {"coarse": given}, steps=0).condition["coarse"], given.expand(2, 1, SIDE, SIDE)
    )


def test_it_survives_saving_and_exporting(vae: Model, tmp_path: Path) -> None:
    vae.save(tmp_path / "model")
    asked = {"coarse": torch.linspace(-1, 1, 16)}
    by_torch, by_onnx = (limner.load(tmp_path / "model", runtime=name) for name in ("torch", "onnx"))
    assert np.array_equal(by_torch.sample(3, condition=asked), vae.sample(3, condition=asked))
    assert np.abs(by_torch.sample(3, condition=asked).astype(int) - by_onnx.sample(3, condition=asked)).max() <= 1
    assert (
        np.abs(
            by_torch.sample(3, condition={"coarse": None}).astype(int) - vae.sample(3, condition={"coarse": None})
        ).max()
        == 0
    )


def test_a_gan_and_its_discriminator_take_it_too(dataset: Dataset, tmp_path: Path) -> None:
    widths = ("method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]")
    gan = _trained("gan", dataset, tmp_path / "gan", 4, *widths)
    assert "a coarse grey picture" in (tmp_path / "gan" / "model" / "README.md").read_text(encoding="utf-8")
    dark, bright = (gan.sample(2, condition={"coarse": torch.full((16,), value)}) for value in (-1.0, 1.0))
    assert (dark != bright).any()
    assert open_source(tmp_path / "gan", seed=1).pixels.shape == (16, 16, 3)
