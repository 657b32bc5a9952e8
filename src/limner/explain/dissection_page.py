"""What a dissection found, as files: channels.json for programs, channels.png and report.html for people."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from limner import files
from limner.explain.dissection import ChannelEffect, Dissection
from limner.model import Model
from limner.pictures import Page, grid, save
from limner.samples import provenance_of

LIMITS = (
    "Effects are on the prediction of a network, not on what people see, and pictures under interventions are unlike "
    "those that it was trained on. The channels are those of this network alone: after another training, it has others."
)
"""What the figures do not mean."""
HOW = (
    "off: the channel is 0 everywhere; on: everywhere at the value that it exceeds in 1 of 100 positions; back and forth: z is "
    "shifted by a standard deviation. Change of the mean, with 95 % intervals over pictures by which nothing was chosen; for "
    "`random`, the mean of the random draws and the bounds of 95 % of them."
)
"""What they mean."""


def tables(found: Dissection, top: int) -> list[list[list[str]]]:
    """Returns the strongest channels, and the strongest directions, as tables with a header each."""
    channels = [*found.channels[:top], found.together, found.random_together]
    axes = [found.direction, *found.axes[: max(1, top // 2)], found.random_directions]
    return [
        [["channel", "off", "on", "between"], *map(_row, channels)],
        [["direction", "back", "forth", "between"], *map(_row, axes)],
    ]


def summary(found: Dissection, attribute: str, error: float) -> list[str]:
    """Returns what was tested, in a few lines of text."""
    between = np.array([one.between.value for one in found.channels])
    low, middle, high = np.quantile(between, [0.025, 0.5, 0.975])
    size = f" of {found.shape[1]}x{found.shape[2]}" if len(found.shape) == 3 else ""
    tested = "" if len(found.channels) == found.shape[0] else f", {len(found.channels)} of them tested"
    kind = "share of wrong classes" if "=" in attribute else "mean error"
    return [
        f"{attribute}: {found.before} without interventions, as predicted ({kind} {error:.3g} on real pictures)",
        f"layer {found.layer}: {found.shape[0]} channels{size}{tested}; {found.half} latents chose, {found.half} others evaluate",
        f"any one channel, between off and on: median {middle:+.3g}, 95 % of them from {low:+.3g} to {high:+.3g}",
    ]


def write(model: Model, path: Path, found: Dissection, attribute: str, error: float, out: Path, **options: Any) -> None:
    """Writes channels.json, channels.png and report.html into `out`, each of them whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    provenance = provenance_of(model, path, "channels", attribute=attribute, layer=found.layer, **options)
    sheet = grid(np.concatenate([row.pictures for row in found.rows]), columns=len(found.rows[0].pictures))
    report = {key: value for key, value in asdict(found).items() if key != "rows"}
    about = provenance | {"error": error if np.isfinite(error) else None, "rows": [row.title for row in found.rows]}
    files.write_text(out / "channels.json", json.dumps(about | report, indent=1) + "\n")
    save(sheet, out / "channels.png", provenance | {"rows": about["rows"]})
    page(found, attribute, error, options["top"]).save(out / "report.html")


def page(found: Dissection, attribute: str, error: float, top: int) -> Page:
    """Returns the page on what was found."""
    sheet = Page(f"What generates {attribute}?", "Interventions on channels and latents of a trained network.")
    for line in summary(found, attribute, error):
        sheet.paragraph(line)
    sheet.warning(LIMITS)
    first, *others = found.rows
    sheet.heading("Pictures")
    for low, high in zip(others[::2], others[1::2], strict=True):
        pictures = np.concatenate([first.pictures, low.pictures, high.pictures])
        sheet.figure(grid(pictures, columns=len(first.pictures)), "; ".join((first.title, low.title, high.title)))
    for title, (header, *rows) in zip(("Channels", "Directions of z"), tables(found, top), strict=True):
        sheet.heading(title)
        sheet.table(header, rows)
    sheet.paragraph(HOW)
    return sheet


def _row(one: ChannelEffect) -> list[str]:
    return [one.name, format(one.low, "+.3g"), format(one.high, "+.3g"), format(one.between, "+.3g")]
