"""Directions as files: directions.safetensors to move along, directions.json for programs, strips and a page for people."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from limner import files
from limner.editing.directions import shifted
from limner.editing.latent_space import sample_w
from limner.editing.latent_spec import DIRECTIONS
from limner.explain.directions import Effect
from limner.images import to_uint8
from limner.model import Model
from limner.pictures import Page, grid, save
from limner.samples import provenance_of
from limner.tensors import save_tensors

STOPS = (-3, -2, -1, 0, 1, 2, 3)
"""Standard deviations along a direction at which it is shown."""
SHOWN_PICTURES = 4
"""Pictures that each direction is shown on."""
LISTED_CHANGES = 3
"""Changes of a direction in the summary, the greatest."""
HOW = (
    "A step is one standard deviation of w, and a change is in standard deviations of each score over the model's own pictures; "
    "95 % intervals, over pictures by which no direction was found."
)
"""What the figures mean."""
LIMITS = "What a direction changes most says what it is. It may change other things, too: see the strips."
"""What they do not mean."""


def faults(found: Sequence[Effect]) -> list[str]:
    """Returns a line for each direction that does not do what it is called."""
    return [
        f"{line}: it may not be in the pictures, or go with something else." for one in found if (line := one.fault)
    ]


def summary(found: Sequence[Effect]) -> list[list[str]]:
    """Returns the greatest changes by each direction, as a table with its header."""
    body = [
        [one.name, *(f"{name} {one.changes[name]:+.2f}" for name in list(one.changes)[:LISTED_CHANGES])]
        for one in found
    ]
    return [["direction", "changes most", *["then"] * (len(body[0]) - 2)], *body]


def table(found: Sequence[Effect]) -> list[list[str]]:
    """Returns the changes of all scores by each direction, as a table with its header."""
    names = sorted(found[0].changes)
    return [
        ["direction", *names],
        *([one.name, *(format(one.changes[name], "+.2f") for name in names)] for one in found),
    ]


def write(
    model: Model, path: Path, steps: Mapping[str, Tensor], found: Sequence[Effect], out: Path, **options: Any
) -> None:
    """Writes directions.safetensors, directions.json, directions.png and report.html into `out`, each whole or not at all."""
    provenance = provenance_of(model, path, "directions", **options)
    save_tensors(out / DIRECTIONS, steps, {"model": model.digest or ""})
    changes = {one.name: {name: list(change) for name, change in one.changes.items()} for one in found}
    files.write_text(out / "directions.json", json.dumps(provenance | {"directions": changes}, indent=1) + "\n")
    strips = {name: strip(model, step) for name, step in steps.items()}
    save(grid(np.concatenate(list(strips.values())), columns=len(STOPS)), out / "directions.png", provenance)
    page(model, found, strips).save(out / "report.html")


def strip(model: Model, step: Tensor) -> np.ndarray:
    """Returns pictures along a direction, those of one latent after another, uint8 (SHOWN_PICTURES * stops, H, W, C)."""
    latent = sample_w(model, SHOWN_PICTURES)
    with torch.no_grad():
        stops = [to_uint8(model.hooks.decode(shifted(latent, stop * step))) for stop in STOPS]
    return np.stack(stops, 1).reshape(-1, *stops[0].shape[1:])


def page(model: Model, found: Sequence[Effect], strips: Mapping[str, np.ndarray]) -> Page:
    """Returns the page on what was found."""
    sheet = Page("Directions", f"Directions in the latents of {model.recipe.name}, from -3 to 3 standard deviations.")
    for header, *body in (summary(found), table(found)):
        sheet.table(header, body)
    sheet.paragraph(HOW)
    sheet.warning(LIMITS)
    for line in faults(found):
        sheet.warning(line)
    for one in found:
        sheet.heading(f"{one.name}: {one.most} {one.changes[one.most].value:+.2g}" if one.changes else one.name)
        sheet.figure(
            grid(strips[one.name], columns=len(STOPS)), ", ".join(f"{stop:+d}" if stop else "0" for stop in STOPS)
        )
    return sheet
