"""A method from nothing: a config, a generator and a step, registered by one line, and everything else works with it.

It is the linear VAE, whose best decoder spans the principal components of the pictures (Lucas et al. 2019, arXiv 1911.02469).
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from pydantic import Field
from torch import Tensor, nn

import limner
from asking import apart, handed_in, picture_of, serving
from limner.conditions.attribute import Attribute
from limner.configs.method import HeldOutMeasure
from limner.configs.optimiser import OptimiserConfig
from limner.data import Dataset, garden
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.editing import apply, parse
from limner.editing.history import open_source, save_edited
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import LatentSpec
from limner.methods import METHODS, Generator, Method, MethodConfig, Posterior, StepContext
from limner.methods.method import Scalars
from limner.methods.optimisers import build_optimiser
from limner.model import Model
from limner.networks.blocks import Decoder
from limner.networks.conditioning import Condition
from limner.recipes import Recipe, from_yaml, to_yaml
from limner.replay import replay
from limner.samples import save_samples
from limner.training.history import read_history


class LinearConfig(MethodConfig):
    """What a recipe can choose."""

    kind: Literal["linear"] = "linear"
    latent_dim: int = Field(8, ge=1)

    @property
    def held_out_measure(self) -> HeldOutMeasure:
        return "negative_elbo"


class LinearDecoder(Decoder):
    """(B, latent) -> (B, C, H, W): the mean picture and a weighted sum of others."""

    def __init__(self, latent: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.shape = shape
        self.pixels = nn.Linear(latent, math.prod(shape))

    def forward(self, latent: Tensor) -> Tensor:
        return self.pixels(latent).unflatten(1, self.shape)


class LinearGenerator(Generator):
    """w is z; the posterior is normal, with a mean that is linear in the picture and the same variance for all pictures."""

    encodes = has_elbo = True

    def __init__(self, config: LinearConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.latent_dim, shape = config.latent_dim, (schema.channels, schema.height, schema.width)
        self.decoder = LinearDecoder(config.latent_dim, shape)
        self.encoder = nn.Linear(math.prod(shape), config.latent_dim)
        self.log_variance = nn.Parameter(torch.zeros(config.latent_dim))
        self.log_noise = nn.Parameter(torch.zeros(()))

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        return self.decoder(w).clamp(-1, 1)

    def encode(self, images: Tensor, condition: Condition) -> Posterior:
        mean = self.encoder(images.flatten(1))
        return Posterior(mean, self.log_variance.expand_as(mean))

    def nll(self, images: Tensor, w: Tensor, condition: Condition) -> Tensor:
        squares = (self.decoder(w) - images).square() * torch.exp(-self.log_noise)
        return 0.5 * (squares + self.log_noise + math.log(2 * math.pi)).sum((1, 2, 3))


class Linear(Method):
    """Minimises the negative ELBO."""

    config_type, generator_type = LinearConfig, LinearGenerator

    def __init__(
        self,
        config: LinearConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        pictures: int,
    ) -> None:
        super().__init__(config, optimiser, schema, attributes, pictures)
        self.optimisers = {"linear": build_optimiser(optimiser, self.generator.parameters())}

    def step(self, batch: Batch, context: StepContext) -> Scalars:
        noise = context.normal("posterior", len(batch.images), self.generator.latent_dim).to(batch.images.device)
        nll, kl = self.generator.elbo_terms(batch.images, batch.condition, noise)
        elbo = (nll + kl.sum(1)).mean()
        self.optimise("linear", elbo / batch.images[0].numel(), self.generator)
        return {"negative_elbo": elbo.detach(), "kl": kl.detach().sum(1).mean()}


RECIPE = Recipe(
    name="linear", method=LinearConfig(latent_dim=6), batch=16, pictures=100_000, optimiser=OptimiserConfig(lr=5e-3)
)


@pytest.fixture(autouse=True, scope="module")
def _registered() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(METHODS, "linear", Linear)
        yield


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("garden")
    garden.make(folder / "pictures", 160, size=16, seed=0)
    return limner.prepare(folder / "pictures", folder / "dataset")


@pytest.fixture(scope="module")
def begun(_registered: None, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    """A run, and its model after 5 steps."""
    run = tmp_path_factory.mktemp("runs") / "linear"
    return run, limner.train(dataset, RECIPE, run, steps=5, settings=["method.latent_dim=5"])


@pytest.fixture(scope="module")
def run(begun: tuple[Path, Model]) -> Path:
    """The same run, resumed to 300 steps."""
    limner.train(None, None, begun[0], steps=300, resume=True)
    return begun[0]


def test_its_recipe_is_text_and_read_back() -> None:
    assert from_yaml(to_yaml(RECIPE), "test") == RECIPE


def test_it_trains_resumes_and_learns(run: Path, dataset: Dataset) -> None:
    rows = read_history(run / "history.jsonl")
    assert rows[-1]["step"] == 300
    assert rows[-1]["negative_elbo"] < rows[0]["negative_elbo"] - 500
    model = limner.load(run)
    assert (model.recipe.name, model.generator.latent_dim) == ("linear", 5)
    pictures = np.asarray(dataset.pictures[dataset.split("train")[:64]])
    missed = np.abs(model.reconstruct(pictures).astype(float) - pictures).mean()
    assert missed < 0.8 * np.abs(pictures.mean(0) - pictures.astype(float)).mean(), "no better than the mean picture"


def test_its_samples_are_saved_and_replayed(run: Path, tmp_path: Path) -> None:
    model = limner.load(run)
    save_samples(model, run, tmp_path / "grid.png", 6, seed=3)
    assert replay(tmp_path / "grid.png")[1] == 0
    assert not np.array_equal(*model.sample(2))


def test_it_is_evaluated_and_nearer_to_the_pictures_than_when_it_had_begun(
    run: Path, begun: tuple[Path, Model], dataset: Dataset
) -> None:
    models = {"begun": begun[1], "trained": limner.load(run)}
    found = limner.evaluate(models, dataset, n=60, only=("distances",), with_training_pictures=False)
    for measure in ("FD-limner", "kernel distance"):
        assert found.value("trained", measure) < found.value("begun", measure)


def test_it_is_exported_to_onnx_and_generates_the_same_there(run: Path, tmp_path: Path) -> None:
    limner.load(run).export(tmp_path / "linear.onnx")
    assert (tmp_path / "linear.onnx").is_file()
    by_torch, by_onnx = (limner.load(run, runtime=name).sample(4) for name in ("torch", "onnx"))
    assert np.abs(by_torch.astype(int) - by_onnx).max() <= 1


def test_its_own_picture_is_edited_along_the_direction_that_varies_most(run: Path, tmp_path: Path) -> None:
    source = open_source(run, seed=1)
    changes = []
    for name in ("pca-1", "pca-5"):
        edited = apply([parse(f"along:direction={name},amount=2")], source.pixels, source.latent)
        changes.append(np.abs(edited.astype(float) - source.pixels).mean())
    assert changes[0] > changes[1] > 0
    save_edited(source, [parse("along:direction=pca-1,amount=2")], tmp_path / "edited.png")
    assert replay(tmp_path / "edited.png")[1] == 0


def test_a_photograph_is_edited_by_inversion(run: Path, dataset: Dataset) -> None:
    picture = np.asarray(dataset.pictures[int(dataset.split("test")[0])])
    edit = f"along:direction=pca-1,amount=%s,model={run},steps=6"
    assert np.array_equal(apply([parse(edit % 0)], picture), picture)
    there, back = (apply([parse(edit % amount)], picture).astype(float) for amount in (2, -2))
    assert np.abs(there - picture).mean() > 1
    assert np.abs(there - back).mean() > np.abs(there - picture).mean()


def test_it_is_listed_sampled_and_edited_over_http(run: Path, dataset: Dataset, tmp_path: Path) -> None:
    photo = np.asarray(dataset.pictures[int(dataset.split("test")[0])])
    spec = {"seed": 1, "directions": {"pca-1": 2.0}}
    with serving(run.parent, tmp_path / "home") as client:
        listed = {one["id"]: one for one in client.get("/v1/models").json()["data"]}
        assert (listed["linear"]["kind"], listed["linear"]["problem"]) == ("image", None)
        directions = client.get("/v1/models/linear/directions").json()["data"]
        sampled = client.post("/v1/images/generations", json={"model": "linear", "seed": 1, "n": 2})
        moved = picture_of(client.post("/v1/images/generations", json={"model": "linear"} | spec))
        walked = client.post("/v1/walks", json={"model": "linear", "latents": [{}, {"seed": 1}], "frames": 2})
        flipped = picture_of(client.post("/v1/edits", json={"model": "linear", "latent": spec, "edits": ["flip"]}))
        edit = "along:direction=pca-1,amount=2,model=linear,steps=6"
        inverted = picture_of(client.post("/v1/edits", json={"picture": handed_in(client, photo), "edits": [edit]}))
    assert {"pca-1", "pca-5"} <= {one["name"] for one in directions}
    assert walked.headers["content-type"] == "video/mp4"
    sampler = LatentSampler.of(limner.load(run), run)
    for index in range(2):
        assert apart(picture_of(sampled, index), sampler.generate([LatentSpec(seed=1, index=index)])[0]) <= 1
    expected = sampler.generate([LatentSpec(**spec)])[0]
    assert apart(moved, expected) <= 1
    assert apart(flipped, expected[:, ::-1]) <= 1
    assert apart(moved, picture_of(sampled)) > 10
    assert apart(inverted, photo) > 10
