"""Samples on disk: a picture, a grid, a folder or a walk, each with its provenance, and replaying them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from limner import memory, seeds
from limner.conditions.kinds import condition_kind_of
from limner.conditions.resolve import drawn_labels
from limner.conditions.values import ConditionRequest
from limner.data import garden
from limner.errors import PictureError, UsageError, quoted
from limner.files import atomic_folder
from limner.methods import walk
from limner.model import Model, load
from limner.pictures import WALKS, WRITTEN, composed, grid, open_picture, provenance_record, save, save_walk
from limner.pictures.appearance import Appearance
from limner.pictures.recorded import ModelReference, parse_provenance, require_exists
from limner.pictures.sheet import Layout, save_frames, sheet
from limner.progress import ProgressLine
from limner.seeds import MAX_SEED

SAMPLE_BATCH = 64
"""Pictures that are generated at a time; replaying one generates it in a batch of the same size."""
PLAIN_APPEARANCE = Appearance()
"""Pictures as they are generated."""
MAX_GRID_PICTURES = 65_536
"""Pictures of a grid, or frames of a sheet."""
WALK_STOPS, WALK_FRAMES, WALK_RATE = 8, 24, 24
"""Latents that a walk passes, frames from each to the next, and frames a second."""
WALK_SIDE = 256
"""Small pictures are enlarged by a whole number towards this side, because players blur small films."""


def save_samples(
    model: Model,
    path: Path,
    out: Path,
    n: int,
    *,
    seed: int = 0,
    condition: ConditionRequest | None = None,
    truncation: float = 1.0,
    appearance: Appearance = PLAIN_APPEARANCE,
    layout: Layout | None = None,
) -> None:
    """Writes n samples of the model at `path`: one picture, a grid or a sheet when `out` is a picture file, else a folder.

    A folder gets one PNG a picture and `metadata.csv` in the layout that `prepare` reads; a sheet of sprites gets a JSON of its
    frames next to it. UsageError when `out` exists as a folder with files, or its suffix is not a picture's.
    """
    request = _request_record(model, seed, condition, truncation, appearance)
    if layout:
        _check_sheet(out, n, layout)
    if not out.suffix:
        _save_folder(model, path, out, n, request)
        return
    if out.suffix.lower() not in WRITTEN:
        raise UsageError(f"--out {out}: give a picture ({', '.join(WRITTEN)}) or a folder (no suffix).")
    _save_file(model, path, out, n, request, appearance, layout)


def _save_file(
    model: Model,
    path: Path,
    out: Path,
    n: int,
    request: dict[str, Any],
    appearance: Appearance,
    layout: Layout | None,
) -> None:
    """Writes one picture, a grid or a sheet."""
    asked = {name: request[name] for name in ("seed", "condition", "truncation")}
    with memory.explained(what := f"a grid of --n {n:,} pictures", advice := "lower --n, or give a folder as --out"):
        memory.require(n * _bytes_each(model) * appearance.scale**2, what, advice)
        pictures = model.sample(n, batch=SAMPLE_BATCH, **asked)
        pictures = appearance.applied(pictures, model.colours)
        if layout:
            provenance = provenance_of(model, path, "sheet", first=0, n=n, index=0, **request, **layout._asdict())
            save(sheet(pictures, layout), out, provenance)
            height, width = pictures.shape[1:3]
            save_frames(out, layout, n, width, height)
            return
        provenance = provenance_of(model, path, "sample" if n == 1 else "grid", first=0, n=n, index=0, **request)
        save(pictures[0] if n == 1 else grid(pictures), out, provenance)


def _request_record(
    model: Model, seed: int, condition: ConditionRequest | None, truncation: float, appearance: Appearance
) -> dict[str, Any]:
    """Returns what provenance says of how a model was asked."""
    appearance.check(model.schema.channels, model.colours)
    return {"seed": seed, "condition": dict(condition or {}), "truncation": truncation, **appearance.record()}


def _check_sheet(out: Path, n: int, layout: Layout) -> None:
    if out.suffix.lower() not in (".png", ".webp"):
        raise UsageError(f"--out {out}: a sheet is a .png or .webp.")
    if n > layout.frames:
        raise UsageError(f"--n {n}: a sheet of {layout.columns}x{layout.rows} has {layout.frames} frames.")
    if layout.frames > MAX_GRID_PICTURES:
        raise UsageError(f"--sheet {layout.columns}x{layout.rows}: at most {MAX_GRID_PICTURES:,} frames.")


def save_model_walk(
    model: Model,
    path: Path,
    out: Path,
    *,
    seed: int = 0,
    condition: ConditionRequest | None = None,
    truncation: float = 1.0,
    background: str | None = None,
) -> dict[str, str]:
    """Writes a closed spherical walk through the latent space, .mp4 or .gif, of 8 seconds; what is transparent, over white.

    A walk through several classes would jump: labels that `condition` does not give are those of picture 0 of the seed, and
    are returned.
    """
    if out.suffix.lower() not in WALKS:
        raise UsageError(f"--walk {out}: give a file that ends in .mp4 or .gif.")
    condition = condition or {}
    labels = drawn_labels(model.resolve(condition, seed), model.attributes, condition)
    asked = _request_record(model, seed, {**condition, **labels}, truncation, Appearance(background=background))
    with memory.explained("this model", "sample one of fewer widths or a smaller size"):
        _save_walk(model, path, out, asked)
    return labels


def _save_walk(model: Model, path: Path, out: Path, asked: dict[str, Any]) -> None:
    how = {name: asked[name] for name in ("seed", "condition", "truncation")}
    background = asked.get("background", "white")
    times = max(1, WALK_SIDE // max(model.schema.height, model.schema.width))
    latent = model.sample_latents(WALK_STOPS, **how)
    pictures = (composed(model.generate(part), background) for part in walk(list(latent.batches(1)), WALK_FRAMES))
    frames = (frame.repeat(times, 0).repeat(times, 1) for part in pictures for frame in part)
    provenance = provenance_of(model, path, "walk", stops=WALK_STOPS, frames=WALK_FRAMES, **asked)
    save_walk(frames, out, fps=WALK_RATE, provenance=provenance)


def provenance_of(model: Model, path: Path, kind: str, **details: Any) -> dict[str, Any]:
    """Returns the provenance of a picture: that it is AI-generated, the program, the model and how it was asked."""
    about = {"path": str(path), "sha256": model.digest, "recipe": model.recipe.name, "runtime": model.runtime}
    return provenance_record(kind, model=about, **details)


def replay_picture(picture: Path, provenance: dict[str, Any]) -> np.ndarray:
    """Returns a picture of samples or of the garden again, uint8 (H, W, C) (see `limner.replay`).

    PictureError when its provenance lacks something, or it was made by another model.
    """
    return REPLAYERS[str(provenance["kind"])](picture, provenance)


class SampleProvenance(Appearance):
    """What provenance says of samples."""

    model: ModelReference
    n: int = Field(ge=1, le=MAX_GRID_PICTURES, strict=True)
    seed: int = Field(ge=0, strict=True)
    first: int = Field(ge=0, le=MAX_SEED, strict=True)
    index: int = Field(ge=0, le=MAX_SEED, strict=True)
    condition: dict[str, Any]
    truncation: float
    columns: int | None = Field(None, ge=1, le=MAX_GRID_PICTURES, strict=True)
    rows: int | None = Field(None, ge=1, le=MAX_GRID_PICTURES, strict=True)


class FlowerProvenance(BaseModel):
    """What provenance says of a flower of the garden."""

    seed: int = Field(ge=0, strict=True)
    index: int = Field(ge=0, strict=True)
    size: int = Field(strict=True)


def load_recorded(picture: Path, recorded: ModelReference) -> Model:
    """Returns the model that made a picture; PictureError where it is gone or another, ModelError where it is damaged."""
    model = load(require_exists(picture, recorded.path), runtime=recorded.runtime)
    if model.digest != recorded.sha256:
        raise PictureError(
            f"{picture}: made by another model ({quoted(recorded.sha256, 12)}) than {recorded.path} ({str(model.digest)[:12]})."
        )
    return model


def _replay_sample(picture: Path, provenance: dict[str, Any]) -> np.ndarray:
    about = parse_provenance(SampleProvenance, picture, provenance)
    model = load_recorded(picture, about.model)
    if provenance["kind"] == "sample" and about.n > SAMPLE_BATCH:
        raise PictureError(
            f"{picture}: its provenance says that it is one of {about.n:,}, but at most {SAMPLE_BATCH} are made at once."
        )
    if provenance["kind"] != "sample":
        check_shows(picture, about.n, model)
    # generated in the batch of the original, because the last bit of a sum may depend on the size of the batch
    asked = {name: getattr(about, name) for name in ("n", "seed", "first", "condition", "truncation")}
    pictures = model.sample(batch=SAMPLE_BATCH, **asked)
    return _arranged(picture, about, provenance["kind"], about.applied(pictures, model.colours))


def _arranged(picture: Path, about: SampleProvenance, kind: str, pictures: np.ndarray) -> np.ndarray:
    """Returns the sheet, the grid or the one picture that provenance says, uint8 (H, W, C); PictureError where it cannot be."""
    if kind == "sheet":
        layout = Layout(about.columns or about.n, about.rows or 1)
        if not about.n <= layout.frames <= MAX_GRID_PICTURES:
            raise PictureError(
                f"{picture}: its provenance says that {about.n:,} pictures are on {layout.frames:,} places."
            )
        return sheet(pictures, layout)
    if kind != "sample":
        return grid(pictures, about.columns)
    if not 0 <= (row := about.index - about.first) < about.n:
        raise PictureError(
            f"{picture}: its provenance says that it is picture {about.index}, which was not among them."
        )
    return pictures[row]


def _replay_flower(picture: Path, provenance: dict[str, Any]) -> np.ndarray:
    about = parse_provenance(FlowerProvenance, picture, provenance)
    return garden.draw(garden.flower(about.seed, about.index), about.size)


def check_shows(picture: Path, n: int, model: Model) -> None:
    """Raises PictureError for a grid with fewer pixels than n pictures of the model have, before these are made."""
    width, height = open_picture(picture).size
    if n * model.schema.height * model.schema.width > width * height:
        raise PictureError(f"{picture}: its provenance says that it shows {n:,} pictures, which it is too small for.")


REPLAYERS = {"sample": _replay_sample, "grid": _replay_sample, "sheet": _replay_sample, "garden": _replay_flower}
"""What generates each kind of picture again."""


def _save_folder(model: Model, path: Path, out: Path, n: int, request: dict[str, Any]) -> None:
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
        for first in range(0, n, SAMPLE_BATCH):
            batch = {"first": first, "n": min(SAMPLE_BATCH, n - first), **request}
            table.writerows(_save_batch(model, path, folder, batch, digits))
            bar.advance(batch["n"])


def _bytes_each(model: Model) -> int:
    """Returns what one picture of a grid takes: in a list, an array, the grid and the file, with its latent and generator."""
    schema = model.schema
    return 4 * schema.height * schema.width * schema.channels + 8 * model.generator.latent_dim + seeds.GENERATOR_BYTES


def _save_batch(model: Model, path: Path, folder: Path, batch: dict[str, Any], digits: int) -> Sequence[list[str]]:
    indices = range(batch["first"], batch["first"] + batch["n"])
    fields = set(Appearance.model_fields)
    latent = model.sample_latents(**{name: value for name, value in batch.items() if name not in fields})
    appearance = Appearance(**{name: value for name, value in batch.items() if name in fields})
    pictures = appearance.applied(model.generate(latent, batch=SAMPLE_BATCH), model.colours)
    rows = []
    for position, index in enumerate(indices):
        name = f"sample-{index:0{digits}d}.png"
        save(pictures[position], folder / name, provenance_of(model, path, "sample", index=index, **batch))
        rows.append(
            [name, *(condition_kind_of(a).text(a, latent.condition[a.name][position]) for a in model.attributes)]
        )
    return rows
