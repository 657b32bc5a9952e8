"""Samples on disk: a picture, a grid, a folder or a walk, each carrying how it was made, and making them again."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from limner import memory, seeds
from limner.conditions.kinds import kind_of
from limner.conditions.resolve import Values
from limner.data import garden
from limner.errors import PictureError, UsageError, shown
from limner.files import atomic_folder
from limner.methods import walk
from limner.model import Model, load
from limner.pictures import WALKS, WRITTEN, colour, composed, grid, header, open_picture, save, save_walk
from limner.pictures.recorded import MadeBy, made_of, present
from limner.progress import ProgressLine
from limner.seeds import LARGEST_SEED

BATCH = 64
MOST_IN_A_GRID = 65_536
WALK_STOPS, WALK_FRAMES, WALK_RATE = 8, 24, 24
WALK_SIDE = 256
"""Small pictures are enlarged by a whole number towards this side, because players blur small films."""


def save_samples(
    model: Model,
    path: Path,
    out: Path,
    n: int,
    *,
    seed: int = 0,
    condition: Values | None = None,
    truncation: float = 1.0,
    background: str | None = None,
) -> None:
    """Writes n samples of the model at `path`: one picture or a grid when `out` is a picture file, else a folder.

    A folder gets one PNG a picture and `metadata.csv` in the layout that `prepare` reads. See-through pictures stay so without a
    `background` colour. UsageError when `out` exists as a folder with files, or its suffix is not a picture's.
    """
    made = _asked(model, seed, condition, truncation, background)
    if not out.suffix:
        _save_folder(model, path, out, n, made)
        return
    if out.suffix.lower() not in WRITTEN:
        raise UsageError(f"--out {out}: give a picture ({', '.join(WRITTEN)}) or a folder (no suffix).")
    with memory.explained(what := f"a grid of --n {n:,} pictures", advice := "lower --n, or give a folder as --out"):
        memory.require(n * _bytes_each(model), what, advice)
        pictures = model.sample(n, seed=seed, condition=condition, truncation=truncation, batch=BATCH)
        pictures = composed(pictures, background) if background else pictures
        provenance = provenance_of(model, path, "sample" if n == 1 else "grid", first=0, n=n, index=0, **made)
        save(pictures[0] if n == 1 else grid(pictures), out, provenance)


def _asked(
    model: Model, seed: int, condition: Values | None, truncation: float, background: str | None
) -> dict[str, Any]:
    """Returns what provenance says of how a model was asked."""
    asked = {"seed": seed, "condition": dict(condition or {}), "truncation": truncation}
    if background is None:
        return asked
    colour(background)
    if model.schema.channels != 4:
        raise UsageError(
            f"--background {background}: this model generates opaque pictures, which cover it; leave it out."
        )
    return asked | {"background": background}


def save_model_walk(
    model: Model,
    path: Path,
    out: Path,
    *,
    seed: int = 0,
    condition: Values | None = None,
    truncation: float = 1.0,
    background: str | None = None,
) -> None:
    """Writes a closed spherical walk through the latent space, .mp4 or .gif, of 8 seconds; what is see-through, over white."""
    if out.suffix.lower() not in WALKS:
        raise UsageError(f"--walk {out}: give a file that ends in .mp4 or .gif.")
    with memory.explained("this model", "sample one of fewer widths or a smaller size"):
        _save_walk(model, path, out, _asked(model, seed, condition, truncation, background))


def _save_walk(model: Model, path: Path, out: Path, asked: dict[str, Any]) -> None:
    how, background = (
        {name: asked[name] for name in ("seed", "condition", "truncation")},
        asked.get("background", "white"),
    )
    times = max(1, WALK_SIDE // max(model.schema.height, model.schema.width))
    latent = model.latent(WALK_STOPS, **how)
    pictures = (composed(model.generate(part), background) for part in walk(list(latent.batches(1)), WALK_FRAMES))
    frames = (frame.repeat(times, 0).repeat(times, 1) for part in pictures for frame in part)
    provenance = provenance_of(model, path, "walk", stops=WALK_STOPS, frames=WALK_FRAMES, **asked)
    save_walk(frames, out, fps=WALK_RATE, provenance=provenance)


def provenance_of(model: Model, path: Path, kind: str, **made: Any) -> dict[str, Any]:
    """Returns what a picture carries: that it is AI-generated, the program, the model and how it was asked."""
    about = {"path": str(path), "sha256": model.digest, "recipe": model.recipe.name, "runtime": model.runtime}
    return header(kind, model=about, **made)


def regenerate(picture: Path, made: dict[str, Any]) -> np.ndarray:
    """Returns a picture of samples or of the garden again, uint8 (H, W, C) (see `limner.replay`).

    PictureError when its provenance lacks something, or it was made by another model.
    """
    return REGENERATED[str(made["kind"])](picture, made)


class MadeSample(BaseModel):
    """What provenance says of samples."""

    model: MadeBy
    n: int = Field(ge=1, le=MOST_IN_A_GRID, strict=True)
    seed: int = Field(ge=0, strict=True)
    first: int = Field(ge=0, le=LARGEST_SEED, strict=True)
    index: int = Field(ge=0, le=LARGEST_SEED, strict=True)
    condition: dict[str, Any]
    truncation: float
    columns: int | None = Field(None, ge=1, le=MOST_IN_A_GRID, strict=True)
    background: str | None = None


class MadeFlower(BaseModel):
    """What provenance says of a flower of the garden."""

    seed: int = Field(ge=0, strict=True)
    index: int = Field(ge=0, strict=True)
    size: int = Field(strict=True)


def load_recorded(picture: Path, recorded: MadeBy) -> Model:
    """Returns the model that made a picture; PictureError where it is gone or another, ModelError where it is damaged."""
    model = load(present(picture, recorded.path), runtime=recorded.runtime)
    if model.digest != recorded.sha256:
        raise PictureError(
            f"{picture}: made by another model ({shown(recorded.sha256, 12)}) than {recorded.path} ({str(model.digest)[:12]})."
        )
    return model


def _generate_again(picture: Path, made: dict[str, Any]) -> np.ndarray:
    about = made_of(MadeSample, picture, made)
    model = load_recorded(picture, about.model)
    if made["kind"] == "sample" and about.n > BATCH:
        raise PictureError(
            f"{picture}: its provenance says that it is one of {about.n:,}, but at most {BATCH} are made at once."
        )
    if made["kind"] == "grid":
        check_shows(picture, about.n, model)
    # generated in the batch of the original, because the last bit of a sum may depend on the size of the batch
    asked = {name: getattr(about, name) for name in ("n", "seed", "first", "condition", "truncation")}
    pictures = model.sample(batch=BATCH, **asked)
    pictures = composed(pictures, about.background) if about.background else pictures
    if made["kind"] != "sample":
        return grid(pictures, about.columns)
    if not 0 <= (row := about.index - about.first) < about.n:
        raise PictureError(
            f"{picture}: its provenance says that it is picture {about.index}, which was not among them."
        )
    return pictures[row]


def _draw_again(picture: Path, made: dict[str, Any]) -> np.ndarray:
    about = made_of(MadeFlower, picture, made)
    return garden.draw(garden.flower(about.seed, about.index), about.size)


def check_shows(picture: Path, n: int, model: Model) -> None:
    """Raises PictureError for a grid with fewer pixels than n pictures of the model have, before these are made."""
    width, height = open_picture(picture).size
    if n * model.schema.height * model.schema.width > width * height:
        raise PictureError(f"{picture}: its provenance says that it shows {n:,} pictures, which it is too small for.")


REGENERATED = {"sample": _generate_again, "grid": _generate_again, "garden": _draw_again}


def _save_folder(model: Model, path: Path, out: Path, n: int, made: dict[str, Any]) -> None:
    if out.exists():
        if not out.is_dir() or any(out.iterdir()):
            raise UsageError(f"--out {out} exists; give a new folder.")
        out.rmdir()
    if n < 1:
        raise UsageError(f"--n {n}: ask for at least one picture.")
    digits = max(6, len(str(n - 1)))
    with (
        memory.explained("this model", "sample one of fewer widths or a smaller size"),
        atomic_folder(out) as folder,
        (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file,
        ProgressLine("sampling", n, "pictures") as bar,
    ):
        table = csv.writer(file)
        table.writerow(["file_name", *(a.name for a in model.attributes)])
        for first in range(0, n, BATCH):
            batch = {"first": first, "n": min(BATCH, n - first), **made}
            table.writerows(_save_batch(model, path, folder, batch, digits))
            bar.advance(batch["n"])


def _bytes_each(model: Model) -> int:
    """Returns what one picture of a grid takes: in a list, an array, the grid and the file, with its latent and generator."""
    schema = model.schema
    return 4 * schema.height * schema.width * schema.channels + 8 * model.generator.latent + seeds.GENERATOR_BYTES


def _save_batch(model: Model, path: Path, folder: Path, batch: dict[str, Any], digits: int) -> Sequence[list[str]]:
    indices = range(batch["first"], batch["first"] + batch["n"])
    latent = model.latent(**{name: value for name, value in batch.items() if name != "background"})
    pictures = model.generate(latent, batch=BATCH)
    pictures = composed(pictures, batch["background"]) if "background" in batch else pictures
    rows = []
    for position, index in enumerate(indices):
        name = f"sample-{index:0{digits}d}.png"
        save(pictures[position], folder / name, provenance_of(model, path, "sample", index=index, **batch))
        rows.append([name, *(kind_of(a).text(a, latent.condition[a.name][position]) for a in model.attributes)])
    return rows
