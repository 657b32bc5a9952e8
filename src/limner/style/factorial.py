"""The factorial carried out: every setting of the factors applied and measured for pairs of contents and styles, and its page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from limner import files, seeds
from limner.errors import RunError, UsageError
from limner.features.extractor import MIN_SIDE
from limner.parsing import MEGA, ParseError, parse_json, read_text
from limner.pictures import Page, UnusablePicture, open_picture, save
from limner.progress import ProgressLine
from limner.style import effects as account
from limner.style.effects import CELLS, COST, DOSES, FACTORS, OWN, ApplyStyle, Cell, Effects, Judge, Measures
from limner.style.resizing import shrunk

SHOWN_PAIRS, DOSED_PAIRS = 4, 4
"""Pairs that the page shows, and that the doses are tried on."""
Pair = tuple[Path, Path]


@dataclass(frozen=True)
class Plan:
    """What is stylized: pairs of files, at a longest side, by `apply_style`, which `about` describes."""

    pairs: list[Pair]
    size: int
    apply_style: ApplyStyle
    about: str


def run(plan: Plan, out: Path) -> Effects:
    """Writes `report.html`, and `cells.jsonl` with every measure, into `out`, and returns the effects.

    Taken up again where it was stopped; RunError where `out` holds something else.
    """
    judge = Judge()
    log = ResultLog(
        out, {"pairs": [list(map(str, pair)) for pair in plan.pairs], "size": plan.size, "apply_style": plan.about}
    )
    cells, curves, sheets = [], [], []
    with ProgressLine("stylising", len(plan.pairs) * len(CELLS), "cells") as bar:
        for number, pair in enumerate(plan.pairs):
            original, style = (_read(path, plan.size) for path in pair)
            found: dict[Cell, Measures] = {}
            for cell in CELLS:
                name = log.name(pair, cell)
                if name not in log.known:
                    stylized = plan.apply_style(original, style, account.settings(cell))
                    log.keep(name, stylized, judge.measure(stylized, original, style))
                found[cell] = log.known[name]
                bar.advance()
            cells.append(found)
            if number < DOSED_PAIRS:
                curves.append(_doses(log, plan.apply_style, judge, pair, original, style))
            if number < SHOWN_PAIRS:
                sheets.append([original, *(log.picture(pair, cell) for cell in CELLS[1:]), style])
    effects = account.effects(cells)
    page(effects, curves, sheets, plan.about).save(out / "report.html")
    return effects


def choose(contents: Path, styles: Path, count: int, seed: int = 0) -> list[Pair]:
    """Returns `count` pairs of a content and a style of two folders, or all that there are, each file about equally often.

    UsageError where a folder has no pictures.
    """
    here, there = _files(contents), _files(styles)
    draw = np.random.default_rng(seeds.derive("pairs", seed))
    shift = draw.permutation(len(there))
    order = draw.permutation(len(here))
    # along diagonals, so that no file is left out before another comes twice
    every = [
        (here[order[index]], there[shift[(index + step) % len(there)]])
        for step in range(len(there))
        for index in range(len(here))
    ]
    return every[:count]


MAX_LOG_BYTES = 64 * MEGA
"""Of the log of results, which has a line a cell."""
LINES: TypeAdapter[list[tuple[str, Any]]] = TypeAdapter(list[tuple[str, Any]])
"""Reads the lines of the log."""


class ResultLog:
    """What has been applied and measured so far, a line each, and the pictures beside it."""

    def __init__(self, folder: Path, key: dict) -> None:
        self.folder, self.path = folder, folder / "cells.jsonl"
        if not folder.exists():
            (folder / "pictures").mkdir(parents=True)
            files.write_text(self.path, json.dumps(key) + "\n")
        try:
            first, *rest = read_text(self.path, MAX_LOG_BYTES).splitlines() or [""]
            if parse_json(first, str(self.path)) != key:
                raise ParseError(f"{self.path} was begun with other arguments")
            # a line that was being written when the machine stopped is not whole
            entries = [parse_json(line, str(self.path), finite=False) for line in rest if line.endswith("]")]
            self.known: dict[str, Any] = dict(LINES.validate_python(entries))
        except (ParseError, ValidationError):
            raise RunError(f"{folder} is there and holds something else; give a new folder.") from None

    def keep(self, name: str, stylized: np.ndarray, measures: Measures) -> None:
        """Keeps what was stylized, and its measures, for good."""
        save(stylized, self.folder / "pictures" / f"{name}.png")
        self.write(name, measures)

    def write(self, name: str, value: Any) -> None:
        """Notes a value for good."""
        self.known[name] = value
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([name, value]) + "\n")

    def picture(self, pair: Pair, cell: Cell) -> np.ndarray:
        """Returns what was stylized."""
        return np.asarray(open_picture(self.folder / "pictures" / f"{self.name(pair, cell)}.png").convert("RGB"))

    @staticmethod
    def name(pair: Pair, cell: Cell) -> str:
        """Returns what a cell is called: content, style, and the factors that are on."""
        on = "-".join(factor for factor, is_on in zip(FACTORS, cell, strict=True) if is_on) or "off"
        return f"{pair[0].stem}+{pair[1].stem}-{on}"


def page(
    effects: Effects, curves: Sequence[dict[str, list[Measures]]], sheets: list[list[np.ndarray]], about: str
) -> Page:
    """Returns the page of the effects: pictures of every setting, the matrix, interactions and doses."""
    shown = Page("What each factor changes", f"{effects.pairs} pairs of content and style; {about}.")
    shown.paragraph(
        "Every setting of colour, line and texture, on or off, was applied to every pair. As the factors were set, not observed, "
        "the differences are their effects. An effect is by how many standard deviations of a measure it falls, mean over pairs "
        "and over the settings of the other factors, with its 95 % interval over pairs. No measure is the one that is optimised."
    )
    for sheet in sheets:
        names = ["content", *(_on(cell) for cell in CELLS[1:]), "style"]
        shown.gallery(zip(sheet, names, strict=True))
    shown.heading("Effects")
    header, *rows = matrix(effects)
    shown.table(header, rows)
    shown.paragraph(
        f"Selectivity: the effect on the factor's own measure as a share of those on the measures of all three. {COST}: "
        "1 less the structural similarity of luminance with the content; where it is negative, content is the price."
    )
    shown.heading("Interactions")
    shown.table(
        ["both on", *OWN.values(), COST],
        [
            [f"{one} and {other}", *(format(found[name], ".2f") for name in (*OWN.values(), COST))]
            for (one, other), found in effects.interactions.items()
        ],
    )
    shown.paragraph("By how much more the one lowers a measure where the other is on; below 0, less.")
    shown.heading("Doses")
    for factor in FACTORS if curves else ():
        shown.curves(_relative(curves, factor), f"{factor} alone: each measure as a share of what it was", "dose")
    return shown


def matrix(effects: Effects) -> list[list[str]]:
    """Returns header and rows of the effects by factor and measure, with the selectivity."""
    names = list(next(iter(effects.main.values())))
    rows = [
        [
            factor,
            *(format(effects.main[factor][name], ".2f") for name in names),
            format(effects.selectivity[factor], ".2f"),
        ]
        for factor in FACTORS
    ]
    return [["factor", *names, "selectivity"], *rows]


def _doses(
    log: ResultLog, apply_style: ApplyStyle, judge: Judge, pair: Pair, original: np.ndarray, style: np.ndarray
) -> dict[str, list[Measures]]:
    found = {}
    for factor in FACTORS:
        name = f"{log.name(pair, CELLS[0])}-{factor}"
        if name not in log.known:
            log.write(name, account.between(apply_style, judge, original, style, factor))
        none, full = (log.known[log.name(pair, cell)] for cell in (CELLS[0], account.alone(factor)))
        found[factor] = [none, *log.known[name], full]
    return found


def _relative(curves: Sequence[dict[str, list[Measures]]], factor: str) -> dict[str, list[tuple[float, float]]]:
    lines = {}
    for name in OWN.values():
        relative = [[dose[name] / max(pair[factor][0][name], 1e-9) for dose in pair[factor]] for pair in curves]
        lines[name] = list(zip(DOSES, np.mean(relative, 0).tolist(), strict=True))
    return lines


def _on(cell: Cell) -> str:
    return " + ".join(factor for factor, is_on in zip(FACTORS, cell, strict=True) if is_on)


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder}: no folder of pictures.")
    found = []
    for path in sorted(folder.iterdir()):
        try:
            open_picture(path, minimum=MIN_SIDE)
            found.append(path)
        except UnusablePicture:
            continue
    if not found:
        raise UsageError(f"{folder} holds no picture of at least {MIN_SIDE} pixels a side.")
    return found


def _read(path: Path, size: int) -> np.ndarray:
    return shrunk(np.asarray(open_picture(path).convert("RGB")), size)
