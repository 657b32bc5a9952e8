"""Style transfer on pairs of photographs and paintings: how near it comes to the style, what stays of the content, how fast.

    python benchmarks/style.py PHOTOGRAPHS PAINTINGS --out FOLDER [--size 256] [--pairs N] [--rows ROW ...] [--weights FILE]

ROW is one of default, colour, squeezenet, weights (FILE, of another network of the embedded kind), random (features) and
instant. Style distance is SqueezeNet's (its weights must be found, see `limner weights`), as a share of the untouched
photograph's; structure is the similarity of luminance. Leaves a table and a sheet of the first pairs for each row.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from limner.features import load_extractor
from limner.features.embedded import Embedded, Network
from limner.metrics.intervals import bootstrap
from limner.pictures import grid, open_picture, save
from limner.progress import ProgressLine
from limner.style.content import similarity
from limner.style.effects import style_distance
from limner.style.factorial import choose
from limner.style.factors import Factors, Settings, Sources, Style
from limner.style.instant import load_model
from limner.style.objective import Observer
from limner.style.resizing import shrunk
from limner.style.transfer import TILE_SIDE, stylize

ApplyStyle = Callable[[np.ndarray, Path], np.ndarray]


def by(settings: Settings, factors: Factors) -> ApplyStyle:
    """Returns what stylises a content in the style of a file."""
    return lambda content, style: stylize(content, [Sources.all([Style(_read(style))])], factors, settings)


def rows(names: list[str], weights: Path | None) -> dict[str, ApplyStyle]:
    """Returns what is compared; `weights` are those of the row of this name."""
    makers: dict[str, Callable[[], ApplyStyle]] = {
        "default": lambda: by(Settings(quiet=True), Factors()),
        "colour": lambda: by(Settings(quiet=True), Factors(line=0, texture=0)),
        "squeezenet": lambda: by(Settings(quiet=True, extractor=load_extractor("squeezenet")), Factors()),
        "weights": lambda: by(Settings(quiet=True, extractor=_embedded(weights)), Factors()),
        "random": lambda: by(Settings(quiet=True, extractor=_random()), Factors()),
        "instant": _instant,
    }
    return {name: makers[name]() for name in names}


def _instant() -> ApplyStyle:
    model = load_model()
    return lambda content, style: model.stylize(content, style.stem, Factors())


def _embedded(weights: Path | None) -> Network:
    network = Embedded(weights) if weights else Embedded()
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def _random() -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = Network()
        for module in network.modules():
            if isinstance(module, torch.nn.Conv2d):
                torch.nn.init.kaiming_normal_(module.weight)
    return network.eval().requires_grad_(False)


def share_of_style(judge: Observer, content: np.ndarray, stylized: np.ndarray, style: np.ndarray) -> float:
    """Returns the style distance of what was stylized as a share of the content's."""
    return style_distance(judge, stylized, style) / style_distance(judge, content, style)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contents", type=Path)
    parser.add_argument("styles", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rows", nargs="+", default=["default", "colour"])
    parser.add_argument("--weights", type=Path, help="of another network of the embedded kind, for the row weights")
    request = parser.parse_args()
    request.out.mkdir(parents=True, exist_ok=True)
    judge = Observer(load_extractor("squeezenet"), TILE_SIDE)
    pairs = choose(request.contents, request.styles, request.pairs)
    print(f"{len(pairs)} pairs at {request.size} pixels, {torch.get_num_threads()} threads")
    for name, apply_style in rows(request.rows, request.weights).items():
        table, shown = measured(name, apply_style, pairs, request.size, judge)
        style, structure, seconds = (table[:, column] for column in range(3))
        means = [bootstrap(lambda some: float(some.mean()), torch.from_numpy(values)) for values in (style, structure)]
        both = float(np.mean((style <= 0.5) & (structure >= 0.45)))
        print(
            f"{name}: style distance {means[0]:.3f}, at most .5 in "
            f"{np.mean(style <= 0.5):.0%}; structure {means[1]:.3f}, at least "
            f".45 in {np.mean(structure >= 0.45):.0%}; both in {both:.0%}; {np.median(seconds):.2f} s a picture",
            flush=True,
        )
        np.save(request.out / f"{name}.npy", table)
        save(grid(_squared(shown), columns=6), request.out / f"{name}.png")


def measured(
    name: str, apply_style: ApplyStyle, pairs: list[tuple[Path, Path]], size: int, judge: Observer
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Returns style distance, structure and seconds of every pair, and the first 24 that were stylized."""
    table: list[tuple[float, ...]] = []
    shown: list[np.ndarray] = []
    with ProgressLine(name, len(pairs), "pairs") as bar:
        for content_path, style_path in pairs:
            content, style = shrunk(_read(content_path), size), shrunk(_read(style_path), size)
            began = time.perf_counter()
            stylized = apply_style(content, style_path)
            seconds = time.perf_counter() - began
            share = share_of_style(judge, content, stylized, style)
            table.append((share, similarity(stylized, content), seconds))
            shown += [stylized] if len(shown) < 24 else []
            bar.advance()
    return np.array(table), shown


def _squared(pictures: list[np.ndarray]) -> np.ndarray:
    side = max(max(picture.shape[:2]) for picture in pictures)
    sheet = np.full((len(pictures), side, side, 3), 255, np.uint8)
    for cell, picture in zip(sheet, pictures, strict=True):
        top, left = (side - picture.shape[0]) // 2, (side - picture.shape[1]) // 2
        cell[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return sheet


def _read(path: Path) -> np.ndarray:
    return np.asarray(open_picture(path).convert("RGB"))


if __name__ == "__main__":
    main()
