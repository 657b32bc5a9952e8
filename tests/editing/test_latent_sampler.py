"""Latent specs: seeds, blends, ways to another seed and directions generate what they say, and are replayed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from limner.editing.directions import direction_offset
from limner.editing.latent_sampler import LatentSampler, weighted_sum
from limner.editing.latent_spec import LatentSpec, Towards
from limner.errors import ModelError, PictureError, UsageError
from limner.model import load
from limner.pictures import save
from limner.replay import replay
from small_models import small_model


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.editing.directions.NUM_SAMPLES", 32)


@pytest.fixture(scope="module", params=["gan", "vae"])
def sampler(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LatentSampler:
    """Of a model whose w is z, and of one with a learned prior."""
    folder = tmp_path_factory.mktemp("models") / request.param
    small_model(request.param).save(folder)
    return LatentSampler.of(load(folder), folder)


def _far(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - other).max())


def test_a_seed_and_an_index_are_the_model_s_sample(sampler: LatentSampler) -> None:
    specs = [LatentSpec(seed=3), LatentSpec(seed=3, index=2), LatentSpec(seed=5, truncation=0.5)]
    generated = sampler.generate(specs)
    assert _far(generated[0], sampler.model.sample(1, seed=3)[0]) <= 1
    assert _far(generated[1], sampler.model.sample(1, seed=3, first=2)[0]) <= 1
    assert _far(generated[2], sampler.model.sample(1, seed=5, truncation=0.5)[0]) <= 1


def test_a_share_of_one_is_the_other_seed_and_a_blend_of_one_is_its_seed(sampler: LatentSampler) -> None:
    first = sampler.latent(LatentSpec(seed=1))
    other = sampler.latent(LatentSpec(seed=2)).values
    towards = sampler.latent(LatentSpec(seed=1, mix=Towards(seed=2, share=1)))
    torch.testing.assert_close(towards.values, other, atol=1e-4, rtol=0)
    assert all(torch.equal(values, first.condition[name]) for name, values in towards.condition.items())
    assert torch.equal(sampler.latent(LatentSpec(seed=1, blend=[(2, 0.7)])).values, other)


def test_blends_are_as_long_as_what_they_are_of() -> None:
    many = torch.randn(400, 1, 64, generator=torch.Generator().manual_seed(0))
    lengths = [
        float(weighted_sum([(one, 0.3), (other, 1.2)]).norm()) for one, other in zip(many[::2], many[1::2], strict=True)
    ]
    assert np.mean(lengths) == pytest.approx(float(many.norm(dim=2).mean()), rel=0.02)
    assert torch.equal(weighted_sum([(many[0], 0.0), (many[1], 0.0)]), many[0])


def test_directions_move_w_by_so_many_standard_deviations(sampler: LatentSampler) -> None:
    spec = LatentSpec(seed=4, directions={"sefa-1": 2.0, "pca-1": 0.0})
    with torch.no_grad():
        w = sampler.model.generator.to_w(sampler.latent(spec))
        expected = w.with_values(w.values + 2 * direction_offset(sampler.editing, "sefa-1"), "w")
    assert _far(sampler.generate([spec])[0], sampler.model.generate(expected)[0]) <= 1
    known = sampler.known_latent(spec, sampler.generate([spec])[0])
    assert known is not None
    torch.testing.assert_close(known.latent.values, expected.values)
    with pytest.raises(UsageError, match="did you mean 'sefa-"):
        sampler.generate([LatentSpec(directions={"sefa-99": 1.0})])


def test_a_walk_begins_at_each_spec(sampler: LatentSampler) -> None:
    kind: dict[str, str | float] = {"kind": "long"}
    specs = [LatentSpec(seed=1, condition=kind), LatentSpec(seed=2, condition=kind, directions={"sefa-1": 1.0})]
    frames = list(sampler.walk(specs, 4))
    assert len(frames) == 8
    assert all(_far(frames[4 * stop], sampler.generate([spec])[0]) <= 1 for stop, spec in enumerate(specs))
    assert len(list(sampler.walk(specs, 4, closed=False))) == 4


def test_a_walk_has_the_labels_of_its_first_stop_unless_a_stop_asks_for_others(tmp_path: Path) -> None:
    model = small_model("gan", "condition=[kind, age]")
    model.save(tmp_path)
    sampler = LatentSampler.of(model, tmp_path)
    kinds = [int(sampler.latent(LatentSpec(seed=seed)).condition["kind"]) for seed in range(8)]
    other = next(seed for seed, kind in enumerate(kinds) if kind != kinds[0])
    asked = {"kind": model.attributes[0].classes[kinds[0]]}
    free, held = (
        list(sampler.walk([LatentSpec(), LatentSpec(seed=other, condition=condition)], 3)) for condition in ({}, asked)
    )
    assert np.array_equal(free, held)
    own = {"kind": model.attributes[0].classes[kinds[other]]}
    assert not np.array_equal(free, list(sampler.walk([LatentSpec(), LatentSpec(seed=other, condition=own)], 3)))


def test_a_picture_of_a_spec_is_replayed_and_another_model_refused(sampler: LatentSampler, tmp_path: Path) -> None:
    spec = LatentSpec(seed=6, mix=Towards(seed=7, share=0.3), directions={"sefa-1": -1.0}, condition={"kind": "long"})
    file = tmp_path / "picture.png"
    save(sampler.generate([spec])[0], file, sampler.provenance(spec))
    assert replay(file)[1] == 0
    small_model(sampler.path.name, seed=1).save(tmp_path / "other")
    with pytest.raises(PictureError, match="by another model"):
        replay(file, tmp_path / "other")
    save(np.zeros((4, 4, 3), np.uint8), file, {"kind": "latent"})
    with pytest.raises(PictureError, match=r"cannot be used .model: it is missing"):
        replay(file)


def test_a_model_without_a_decoder_generates_and_knows_no_latent(tmp_path: Path) -> None:
    small_model("noise", "condition=none").save(tmp_path / "noise")
    sampler = LatentSampler.of(load(tmp_path / "noise"), tmp_path / "noise")
    (picture,) = sampler.generate([LatentSpec(seed=1)])
    assert picture.shape == (16, 16, 3)
    assert sampler.known_latent(LatentSpec(seed=1), picture) is None
    with pytest.raises(ModelError, match="has no decoder"):
        sampler.generate([LatentSpec(directions={"pca-1": 1.0})])
