"""How fast pictures are stylised, how far tiles are from the whole, and how much a film flickers.

python benchmarks/speed_of_style.py PHOTOGRAPH PAINTING --out FOLDER [--frames 60] [--large 2048] [--rounds 5]
"""

import argparse
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from limner.cli.stylize import PREVIEW_SIDE, PREVIEW_STEPS
from limner.pictures import open_picture, save, save_walk
from limner.style import transfer, video
from limner.style.arrays import resized
from limner.style.factors import Factors, Settings, Sources, Style
from limner.style.instant import load_model
from limner.style.resizing import shrunk


def seconds(work: Callable[[], object], rounds: int) -> str:
    """Returns the median and the longest of several times, after one that does not count."""
    work()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return f"{statistics.median(times):.3f} s, at most {max(times):.3f}"


def walk(picture: np.ndarray, count: int, side: int) -> list[np.ndarray]:
    """Returns a camera that pans over a picture, as frames with side `side`."""
    whole = shrunk(picture, int(side * 1.6))
    right, down = whole.shape[1] - side, whole.shape[0] - min(side, whole.shape[0])
    places = [(round(down * share), round(right * share)) for share in np.linspace(0, 1, count)]
    return [np.ascontiguousarray(whole[top : top + side, left : left + side]) for top, left in places]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photograph", type=Path)
    parser.add_argument("painting", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--large", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=5)
    request = parser.parse_args()
    request.out.mkdir(parents=True, exist_ok=True)
    photograph, painting = (
        np.asarray(open_picture(path).convert("RGB")) for path in (request.photograph, request.painting)
    )
    styles = [Sources.all([Style(painting)])]

    def slow(picture: np.ndarray, steps: float = 1.0, start: np.ndarray | None = None) -> np.ndarray:
        return transfer.stylize(picture, styles, Factors(), Settings(steps=steps, quiet=True), start=start)

    half, quarter = shrunk(photograph, 512), shrunk(photograph, PREVIEW_SIDE)
    square = resized(photograph, (256, 256)), resized(photograph, (512, 512))
    colours = Factors(line=0, texture=0)
    instant = load_model()
    name = next(iter(instant.styles))
    print(f"{torch.get_num_threads()} threads")
    print("512 pixels:", seconds(lambda: slow(half), 1))
    print("preview:", seconds(lambda: slow(quarter, PREVIEW_STEPS), 2))
    print("colour alone, 512 pixels:", seconds(lambda: transfer.stylize(half, styles, colours), request.rounds))
    for picture in square:
        side = len(picture)
        print(f"instant, {side}x{side}:", seconds(lambda: instant.stylize(picture, name, Factors()), request.rounds))  # noqa: B023
    if request.large:
        tiles(slow, resized(photograph, (request.large * 2 // 3, request.large)), request.out)
    if request.frames:
        film(instant, name, slow, walk(photograph, request.frames, 256), request.out)


def tiles(slow: Callable[..., np.ndarray], picture: np.ndarray, out: Path) -> None:
    """Stylises a picture whole and in tiles, from a start near the end, and compares."""
    found = {}
    start = resized(slow(shrunk(picture, 256)), picture.shape[:2])
    for name, tile in (("tiles", transfer.TILE_SIDE), ("whole", 100_000)):
        before, transfer.TILE_SIDE = transfer.TILE_SIDE, tile
        began = time.perf_counter()
        found[name] = slow(picture, start=start)
        transfer.TILE_SIDE = before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(
            f"{picture.shape[1]}x{picture.shape[0]}, {name}: {time.perf_counter() - began:.1f} s, peak memory so far {peak:.2f} GiB"
        )
        save(found[name], out / f"{name}.png")
    apart = np.abs(found["tiles"].astype(int) - found["whole"])
    print(
        f"tiles and whole differ by {apart.mean():.3f} grey levels on average, seams by {seams(apart, transfer.TILE_SIDE):.3f}"
    )


def seams(apart: np.ndarray, tile: int) -> float:
    """Returns the mean difference within four pixels of where tiles meet."""
    near = [np.arange(side) % tile for side in apart.shape[:2]]
    rows, columns = (((place < 4) | (place >= tile - 4)) & (np.arange(len(place)) > 8) for place in near)
    return float(apart[rows[:, None] | columns[None]].mean())


def film(instant: Any, name: str, slow: Callable[..., np.ndarray], frames: list[np.ndarray], out: Path) -> None:
    """Stylises a film with and without what was before, by the instant model and slowly."""
    ways: dict[str, Callable[[np.ndarray, np.ndarray | None], np.ndarray]] = {
        "instant": lambda frame, _: instant.stylize(frame, name, Factors()),
        "slow": lambda frame, start: slow(frame, start=start),
    }
    for way, apply_style in ways.items():
        some = frames if way == "instant" else frames[:6]
        alone = [apply_style(frame, None) for frame in some]
        together = list(video.stylized(some, apply_style))
        flickers = [video.flicker(some, results) for results in (alone, together)]
        print(f"{way}, {len(some)} frames: flicker {flickers[1]:.2f} grey levels, frame by frame {flickers[0]:.2f}")
        save_walk(together, out / f"{way}.mp4")


if __name__ == "__main__":
    main()
