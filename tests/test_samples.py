"""Samples on disk: what they carry, that replay generates the same pixels, and folders that `prepare` reads."""

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from limner.conditions.attribute import Attribute
from limner.data import Dataset, garden, open_dataset
from limner.data.schema import Schema
from limner.errors import LimnerError, PictureError, UsageError
from limner.methods import build_generator
from limner.model import Model, load
from limner.pictures import read_provenance, save
from limner.pictures.appearance import Appearance
from limner.pictures.sheet import Layout
from limner.recipes import apply_settings, find_recipe
from limner.replay import replay
from limner.samples import provenance_of, save_model_walk, save_samples

SCHEMA = Schema(
    height=16,
    width=16,
    channels=3,
    attributes=(Attribute(name="label", kind="label", classes=("a", "b", "c")),),
    label="label",
)
QUICK = ("method.generator.widths=[16, 8]", "method.latent_dim=8")


@pytest.fixture
def where(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    recipe = apply_settings(find_recipe("gan"), QUICK)
    generator = build_generator(recipe.method, SCHEMA, recipe.attributes(SCHEMA))
    Model(recipe, SCHEMA, generator, {"label": torch.tensor([0, 1, 2])}, {}).save(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize(("n", "kind"), [(1, "sample"), (12, "grid")])
def test_a_file_carries_how_it_was_generated_and_is_replayed(where: Path, tmp_path: Path, n: int, kind: str) -> None:
    out = tmp_path / "out.png"
    save_samples(load(where), where, out, n, seed=5, condition={"label": "b"}, truncation=0.8)
    provenance = read_provenance(out)
    assert provenance["ai_generated"] is True
    about = [provenance[name] for name in ("kind", "seed", "condition", "truncation")]
    assert about == [kind, 5, {"label": "b"}, 0.8]
    replayed, difference = replay(out)
    assert difference == 0
    assert np.array_equal(replayed, np.asarray(Image.open(out)))


@pytest.mark.parametrize("layout", [None, Layout(4, 2)])
def test_few_colours_enlarged_on_a_sheet_are_replayed(where: Path, tmp_path: Path, layout: Layout | None) -> None:
    model, out = load(where), tmp_path / "out.png"
    with pytest.raises(UsageError, match="does not say which colours"):
        save_samples(model, where, out, 6, appearance=Appearance(palette=2))
    model.about["data"] = {"colours": {"#c81e1e": 0.5, "#1e1ec8": 0.3, "#101010": 0.2}}
    model.save(where)
    save_samples(load(where), where, out, 6, appearance=Appearance(palette=2, scale=3, nearest=True), layout=layout)
    pixels = np.asarray(Image.open(out))
    if layout:
        assert pixels.shape == (2 * 48, 4 * 48, 3)
        assert len({tuple(c) for c in pixels[:48].reshape(-1, 3)}) <= 2
        assert (tmp_path / "out.json").is_file()
    replayed, difference = replay(out)
    assert difference == 0
    assert np.array_equal(replayed, pixels)


def test_a_sheet_that_cannot_be_is_told(where: Path, tmp_path: Path) -> None:
    model = load(where)
    for out, n, told in (
        ("folder", 4, "is a .png or .webp"),
        ("out.jpg", 4, "is a .png"),
        ("out.png", 5, "has 4 frames"),
    ):
        with pytest.raises(UsageError, match=told):
            save_samples(model, where, tmp_path / out, n, layout=Layout(2, 2))


def test_a_folder_is_a_source_for_prepare_and_each_picture_is_replayed(where: Path, tmp_path: Path) -> None:
    out = tmp_path / "folder"
    save_samples(load(where), where, out, 150, seed=1)
    assert len(list(out.glob("*.png"))) == 150
    for name in ("sample-000000.png", "sample-000077.png", "sample-000149.png"):
        assert replay(out / name)[1] == 0
    dataset: Dataset = open_dataset(out, keep_duplicates=True)
    assert len(dataset) == 150
    assert set(dataset.schema.attribute("label").classes) == {"a", "b", "c"}


def test_replay_finds_a_model_that_has_moved_and_refuses_another(where: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    save_samples(load(where), where, out, 1)
    moved = where.rename(tmp_path / "elsewhere")
    assert replay(out, moved)[1] == 0
    model = load(moved)
    next(model.generator.parameters()).data.add_(1)
    model.save(tmp_path / "other")
    with pytest.raises(PictureError, match="made by another model"):
        replay(out, tmp_path / "other")


def test_an_altered_picture_differs_from_the_original(where: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    save_samples(load(where), where, out, 1)
    pixels = np.asarray(Image.open(out)).copy()
    pixels[3, 3] ^= 64
    save(pixels, tmp_path / "altered.png", read_provenance(out))
    assert replay(tmp_path / "altered.png")[1] == 64


def test_a_garden_picture_is_replayed(tmp_path: Path) -> None:
    garden.make(tmp_path / "garden", 3, size=32, seed=4)
    assert replay(tmp_path / "garden" / "flower-000002.png")[1] == 0


def test_pictures_without_provenance_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    with pytest.raises(PictureError):
        replay(tmp_path / "plain.png")


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_walk_is_a_film(where: Path, tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"walk{suffix}"
    save_model_walk(load(where), where, out)
    assert out.stat().st_size > 1000
    if suffix == ".gif":
        with Image.open(out) as film:
            assert film.n_frames > 100


def test_a_walk_shows_one_class_and_no_frame_is_far_from_the_next(tmp_path: Path) -> None:
    model, out = load("garden"), tmp_path / "walk.gif"
    labels = save_model_walk(model, Path("garden"), out)
    assert labels == {name: read_provenance(out)["condition"][name] for name in ("species", "season")}
    with Image.open(out) as film:
        frames = np.stack([np.asarray(frame.convert("RGB"), float) for frame in ImageSequence.Iterator(film)])
    steps = np.sqrt(np.square(frames - np.roll(frames, -1, 0)).mean((1, 2, 3)))
    assert steps.max() < 8  # of 255; from one species to another it is 30 to 60
    assert (
        save_model_walk(model, Path("garden"), tmp_path / "rose.mp4", condition={"species": "rose", "season": "spring"})
        == {}
    )


def test_wrong_paths_are_refused(where: Path, tmp_path: Path) -> None:
    model = load(where)
    with pytest.raises(UsageError, match="give a picture"):
        save_samples(model, where, tmp_path / "x.tiff", 1)
    with pytest.raises(UsageError, match=r"\.mp4 or \.gif"):
        save_model_walk(model, where, tmp_path / "x.avi")
    with pytest.raises(UsageError, match="exists"):
        save_samples(model, where, where, 1)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("sample", {"n": 65_536}),
        ("sample", {"n": 2**40}),
        ("sample", {"n": "1"}),
        ("sample", {"n": True}),
        ("sample", {"index": 7}),
        ("sample", {"seed": -1}),
        ("sample", {"condition": {"label": None}}),
        ("sample", {"condition": []}),
        ("sample", {"truncation": 1e308}),
        ("sample", {"model": "x"}),
        ("sample", {"model": {"path": "a" * 5000, "sha256": "x"}}),
        ("sample", {"model": {"path": 3, "sha256": None}}),
        ("grid", {"n": 65_536}),
        ("grid", {"columns": 0}),
        ("garden", {"seed": "x", "index": 0, "size": 32}),
        ("garden", {"seed": 0, "index": 0, "size": 2**40}),
        ([], {}),
        (None, {}),
    ],
)
def test_what_a_picture_says_of_itself_is_checked_before_it_is_made_again(
    kind: object, change: dict, where: Path, tmp_path: Path
) -> None:
    model = load(where)
    asked = {"n": 1, "seed": 3, "first": 0, "index": 0, "condition": {"label": "a"}, "truncation": 1.0}
    told = provenance_of(model, where, "sample", **asked) | {"kind": kind} | change
    save(model.sample(1)[0], tmp_path / "forged.png", told)
    began = time.perf_counter()
    with pytest.raises(LimnerError) as caught:
        replay(tmp_path / "forged.png")
    assert str(caught.value).isprintable()
    assert time.perf_counter() - began < 5
