"""Morpho-MNIST: pictures with known counterfactuals, the renderer that draws them, and predictors that judge them.

    python benchmarks/morpho.py pictures digits [--n 8000] [--first 0] [--rendered 60000]
    limner prepare digits morpho
    limner causal check morpho --graph digits.yaml
    python benchmarks/morpho.py check [--n 500]

Strokes have a thickness t = 0.5 + Gamma(10, rate 5), which moves the intensity i = 64 + 191 sigmoid(2 (t - 2.5) + e / 2) with
e ~ N(0, 1); the digit stands alone, and all three draw the picture (Castro et al. 2019, arXiv 1809.10780; Pawlowski et al. 2020,
arXiv 2006.06485). The MNIST picture that each was drawn from is known, and so is what it would have been with another thickness
or intensity. What it would have been with another digit is not.

pictures  A folder of test pictures at 32x32, two black pixels around the 28, with metadata.csv as `limner prepare` reads it, and
          beside it the true graph. With --rendered, training pictures, drawn here: only their thickness and intensity are given.
check     How far the renderer is from the given test pictures, what is measured of these, and what the predictors say.
"""

import csv
import gzip
import io
import os
import time
from collections.abc import Iterator, Mapping
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path

import command
import numpy as np
import pyarrow.parquet as pq
import torch
from PIL import Image
from safetensors.torch import load_file
from scipy import ndimage
from scipy.signal import fftconvolve
from torch import Tensor, nn

from limner import files
from limner.data.workers import cores
from limner.errors import UsageError
from limner.pictures import save
from limner.progress import ProgressLine

SHARED = Path(os.environ.get("LIMNER_SHARED", "../shared"))
MARGIN = 2
SCALE = 16
"""How often a picture is magnified before its strokes are measured or changed."""
BLUR = SCALE / 3
RANGES = {"thickness": (0.87598526, 6.255515), "intensity": (66.601204, 254.90317)}
"""What -1 and 1 are to the predictors."""
CONVOLUTIONS = ((1, 8, 7, 1), (8, 16, 3, 2), (16, 16, 3, 1), (16, 32, 3, 2), (32, 32, 3, 1), (32, 64, 3, 2))
"""Theirs: channels in and out, side, stride."""
GRAPH = """nodes:
  digit: {kind: category}
  thickness: {kind: number, low: 0.5}
  intensity: {kind: number, low: 64, high: 255}
edges:
- thickness -> intensity
"""


def render(digit: np.ndarray, thickness: float, intensity: float) -> np.ndarray:
    """An MNIST picture, uint8 (28, 28), with strokes of that thickness and intensity; black where nothing is left of them.

    As in the given pictures, strokes change by whole sixteenths of a pixel, and what lies between grey levels is cut off.
    """
    strokes = _magnified(digit)
    change = thickness - _thickness(strokes)
    drawn = _reduced(_changed(strokes, int(SCALE * abs(change) / 2), change >= 0), len(digit))
    return np.clip(drawn * (intensity / max(_intensity(drawn), 1)), 0, 255).astype(np.uint8)


def measure(picture: np.ndarray) -> tuple[float, float]:
    """Thickness and intensity of a picture, uint8 (H, H); the thickness is 0 where all is one grey."""
    blank = picture.min() == picture.max()
    return 0.0 if blank else _thickness(_magnified(picture)), _intensity(picture)


def _intensity(picture: np.ndarray) -> float:
    low, high = float(picture.min()), float(picture.max())
    return float(np.median(picture[picture >= (low + high) / 2]))


def _magnified(picture: np.ndarray) -> np.ndarray:
    """Which pixels are stroke at 16 times the size, bool."""
    cubic, grey = _cubic(len(picture), len(picture) * SCALE), picture / 255
    smooth = np.clip(cubic @ grey @ cubic.T, grey.min(), grey.max())
    levels = np.floor(255 * ndimage.gaussian_filter(smooth, BLUR, mode="mirror"))
    return np.asarray(levels >= (levels.min() + levels.max()) / 2)


def _reduced(strokes: np.ndarray, side: int) -> np.ndarray:
    """Strokes as grey levels at their first size, whole numbers (side, side)."""
    rows, columns = _around(strokes, 2 * SCALE)
    smooth = ndimage.gaussian_filter(strokes[rows, columns].astype(float), BLUR, mode="mirror")
    cubic = _cubic(len(strokes), side)
    # an interpolated value is never beyond those it lies between, or 254 would become 255
    return np.asarray(np.floor(255 * np.clip(cubic[:, rows] @ smooth @ cubic[:, columns].T, 0, smooth.max())))


@cache
def _cubic(size: int, to: int) -> np.ndarray:
    """Catmull-Rom interpolation of one axis as a matrix (to, size), mirrored at both ends."""
    place = (np.arange(to) + 0.5) * size / to - 0.5
    whole = np.floor(place)
    x = (place - whole)[:, None]
    weights = x ** np.arange(4) @ np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2
    columns = np.abs(whole[:, None].astype(int) + np.arange(-1, 3))
    matrix = np.zeros((to, size))
    np.add.at(matrix, (np.arange(to)[:, None], np.where(columns < size, columns, 2 * size - 2 - columns)), weights)
    return matrix


def _around(strokes: np.ndarray, margin: int) -> tuple[slice, slice]:
    """The smallest window with all strokes and a margin, within the picture."""
    seen = [np.flatnonzero(strokes.any(axis)) for axis in (1, 0)]
    ends = [(max(one[0] - margin, 0), one[-1] + 1 + margin) if len(one) else (0, 1) for one in seen]
    return slice(*ends[0]), slice(*ends[1])


def _changed(strokes: np.ndarray, radius: int, thicker: bool) -> np.ndarray:
    """Strokes dilated or eroded by a brush.

    The brush is a disc drawn 16 times larger and reduced to 2 radius + 1, of which all counts that is not zero: it reaches a third
    of a pixel further than its radius, but not along the axes.
    """
    reach = np.abs(np.arange(-radius, radius + 1)) * (2 * SCALE * radius + 1) / (2 * radius + 1)
    left = np.maximum(np.ceil(reach - 1e-9) - 1 - int(4 * SCALE / 3), 0)  # four standard deviations of the blur
    brush = (np.hypot(left[:, None], left) <= SCALE * radius).astype(np.float32)
    rows, columns = _around(strokes, radius)
    part = strokes[rows, columns]
    touched = fftconvolve((part if thicker else ~part).astype(np.float32), brush, mode="same") > 0.5
    changed = np.zeros_like(strokes)
    changed[rows, columns] = touched if thicker else part & ~touched
    return changed


def _thickness(strokes: np.ndarray) -> float:
    """Twice the mean distance from the skeleton to the background, in pixels of the picture.

    The skeleton is what is left when pixels go one by one, the nearest to the background first and among these such with most
    neighbours, as long as none is an end and no stroke falls apart.
    """
    part = strokes[_around(strokes, 1)]
    room, distances = np.pad(part, 1), ndimage.distance_transform_edt(part)[part]
    neighbours = np.rint(9 * ndimage.uniform_filter(room.astype(float), 3)[1:-1, 1:-1][part])
    chance = np.random.RandomState(0).permutation(len(distances))  # as the given pictures had it
    places = np.flatnonzero(room)
    # each pixel is a number from 0 to 7: itself 2, its left neighbour 1, its right one 4
    triple = bytearray(ndimage.correlate1d(room.astype(np.uint8), [1, 2, 4], mode="constant").tobytes())
    width, stays = room.shape[1], _stays()
    for place in places[np.lexsort((chance, -neighbours, distances))].tolist():
        if not stays[triple[place + width]][triple[place]][triple[place - width]]:
            triple[place - 1] -= 4
            triple[place] -= 2
            triple[place + 1] -= 1
    skeleton = np.frombuffer(triple, np.uint8)[places] & 2 > 0
    return float(2 * distances[skeleton].mean() / SCALE)


@cache
def _stays() -> list[list[list[bool]]]:
    """Whether a pixel stays in the skeleton, by the triples below, beside and above it."""
    ring = (np.arange(512)[:, None] >> np.array([3, 0, 1, 2, 5, 8, 7, 6]) & 1).astype(bool)
    beside, corner, next_one = ~ring[:, ::2], ~ring[:, 1::2], ~np.roll(ring, -2, 1)[:, ::2]
    parts = (beside & ~(corner & next_one)).sum(
        1
    )  # into which its neighbours would fall; 0 where there are none, or all
    stays: list[list[list[bool]]] = ((ring.sum(1) < 2) | (parts > 1)).reshape(8, 8, 8).tolist()
    return stays


def counterfactual(
    thickness: np.ndarray | float, intensity: np.ndarray | float, do: Mapping[str, np.ndarray | float]
) -> tuple[np.ndarray, np.ndarray]:
    """What thickness and intensity would have been, arrays of one shape; UsageError where that is not known or cannot be."""
    unknown = next((name for name in do if name not in RANGES), None)
    if unknown:
        raise UsageError(f"do({unknown}): no true counterfactual is known; set thickness or intensity.")
    if any(np.any(np.asarray(value) <= 0) for value in do.values()):
        raise UsageError("thickness and intensity are above 0.")
    thickness, intensity = np.asarray(thickness, float), np.asarray(intensity, float)
    noise = np.log((intensity - 64) / (255 - intensity)) - 2 * (thickness - 2.5)
    becomes = np.broadcast_to(do.get("thickness", thickness), thickness.shape)
    follows = 64 + 191 / (1 + np.exp(-2 * (becomes - 2.5) - noise)) if "thickness" in do else intensity
    return becomes, np.broadcast_to(do.get("intensity", follows), intensity.shape)


def truth(index: int, do: Mapping[str, float]) -> tuple[np.ndarray, dict[str, float]]:
    """What a test picture would have been, uint8 (28, 28), and its thickness and intensity."""
    seen = table("test")[index]
    would = dict(zip(RANGES, map(float, counterfactual(seen[0], seen[1], do)), strict=True))
    return render(mnist("test")[0][index], **would), would


class Predictor(nn.Module):
    """Six convolutions, and two dense layers on their mean, beside which further inputs can stand."""

    def __init__(self, outputs: int, further: int = 0) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for channels, to, side, stride in CONVOLUTIONS:
            layers.append(nn.Conv2d(channels, to, side, stride, side // 2, bias=False))
            layers += [nn.BatchNorm2d(to), nn.LeakyReLU()]
        self.cnn = nn.Sequential(*layers[:3], nn.Identity(), *layers[3:])
        dense = nn.Linear(64 + further, 64, bias=False)
        self.fc = nn.Sequential(dense, nn.BatchNorm1d(64), nn.LeakyReLU(), nn.Linear(64, outputs))

    def forward(self, pictures: Tensor, *further: Tensor) -> Tensor:
        """Pictures (n, 1, 32, 32) in [-1, 1], and (n, 1) of each further input -> (n, outputs)."""
        found: Tensor = self.fc(torch.cat([self.cnn(pictures).mean((2, 3)), *further], 1))
        return found


def predictors(folder: Path = SHARED / "weights") -> dict[str, nn.Module]:
    """The three published networks, for `predict`."""
    networks: dict[str, nn.Module] = {"digit": Predictor(10), "thickness": Predictor(1, 1), "intensity": Predictor(1)}
    for name, network in networks.items():
        network.load_state_dict(load_file(folder / f"morphomnist-{name}.safetensors"))
        network.eval()
    return networks


@torch.inference_mode()
def predict(
    pictures: np.ndarray, networks: Mapping[str, nn.Module] | None = None, intensity: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """What the networks see in pictures, uint8 (n, 32, 32): digit int64 (n,), thickness and intensity float64 (n,).

    Thickness is judged beside an intensity: the one that is given (n,), or the one that is seen.
    """
    networks, parts = networks or predictors(), []
    (thinnest, thickest), (darkest, lightest) = RANGES.values()
    known = (
        None if intensity is None else 2 * (torch.from_numpy(intensity).float() - darkest) / (lightest - darkest) - 1
    )
    for rows in (slice(first, first + 500) for first in range(0, len(pictures), 500)):
        values = torch.from_numpy(pictures[rows])[:, None].float() / 127.5 - 1
        light = networks["intensity"](values)
        thick = networks["thickness"](values, light if known is None else known[rows, None])
        parts.append(torch.cat([networks["digit"](values).argmax(1, keepdim=True), thick, light], 1).double())
    digit, thick, light = torch.cat(parts).numpy().T
    found = thinnest + (thickest - thinnest) * (thick + 1) / 2, darkest + (lightest - darkest) * (light + 1) / 2
    return {"digit": digit.astype(int), **dict(zip(RANGES, found, strict=True))}


@cache
def table(split: str) -> np.ndarray:
    """Thickness and intensity of every picture of `test` or `train`, float64 (N, 2)."""
    name = {"test": "t10k", "train": "train"}[split]
    return np.loadtxt(SHARED / "data" / "morpho-mnist" / f"{name}-morpho.csv", delimiter=",", skiprows=1)[:, 1:]


@cache
def given() -> np.ndarray:
    """The test pictures, uint8 (10000, 28, 28)."""
    with gzip.open(SHARED / "data" / "morpho-mnist" / "t10k-images-idx3-ubyte.gz") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)


@cache
def mnist(split: str) -> tuple[np.ndarray, np.ndarray]:
    """The MNIST pictures that those of Morpho-MNIST are drawn from, uint8 (N, 28, 28), and the digit of each, int64 (N,)."""
    columns = pq.read_table(SHARED / "data" / "mnist" / f"{split}-00000-of-00001.parquet").to_pydict()
    pictures = [np.asarray(Image.open(io.BytesIO(one["bytes"]))) for one in columns["image"]]
    return np.stack(pictures), np.array(columns["label"])


def padded(pictures: np.ndarray) -> np.ndarray:
    """Pictures (..., 28, 28) at 32x32."""
    return np.pad(pictures, [(0, 0)] * (pictures.ndim - 2) + [(MARGIN, MARGIN)] * 2)


def drawn(split: str, index: int) -> np.ndarray:
    """A picture as it is drawn here from its original and what is given of it."""
    return render(mnist(split)[0][index], *table(split)[index])


def _all_drawn(split: str, which: range, workers: int) -> Iterator[np.ndarray]:
    mnist(split), table(split)  # before there are processes, which then have them, too
    with Pool(workers) as pool:
        yield from pool.imap(partial(drawn, split), which, chunksize=16)


def write(out: Path, split: str, first: int, n: int, workers: int) -> None:
    """Writes a folder of test pictures, or of training pictures drawn here, and the graph beside it; UsageError for one in use."""
    if out.exists():
        raise UsageError(f"{out} exists; give a new folder.")
    if first < 0 or n < 1 or first + n > len(table(split)):
        raise UsageError(f"{n} pictures from {first} on: there are 0 to {len(table(split)) - 1}.")
    rows: list[list[object]] = [["file_name", "digit", *RANGES]]
    which = range(first, first + n)
    pictures = _all_drawn(split, which, workers) if split == "train" else given()[which]
    with files.atomic_folder(out) as folder, ProgressLine("Morpho-MNIST", n, "pictures") as bar:
        for index, picture in zip(which, pictures, strict=True):
            name = f"{split}-{index:05d}.png"
            rows.append([name, mnist(split)[1][index], *table(split)[index]])
            save(padded(picture), folder / name)
            bar.advance()
        with (folder / "metadata.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    files.write_text(out.with_name(f"{out.name}.yaml"), GRAPH)


def check(n: int) -> None:
    """Prints how renderer, measures and predictors fare."""
    numbers, began = table("test"), time.perf_counter()
    pictures = np.stack([drawn("test", index) for index in range(n)])
    rate = n / (time.perf_counter() - began)
    away = np.abs(pictures.astype(int) - given()[:n]).mean((1, 2))
    print(f"rendered: {away.mean():.4f} grey levels away, at most {away.max():.3f}; {(away == 0).mean():.1%} the same")
    print(f"rendered: {rate:.0f} pictures/s in one process")
    seen = predict(padded(given()), intensity=numbers[:, 1])
    measured = np.array([measure(one) for one in given()[:n]])
    for name, values in (("measured", measured), ("predicted", np.stack([seen[one] for one in RANGES], 1))):
        thickness, intensity = np.abs(values - numbers[: len(values)]).mean(0)
        print(f"{name}: thickness off by {thickness:.3f}, intensity by {intensity:.3f}")
    print(f"predicted: {(seen['digit'] == mnist('test')[1]).mean():.2%} of digits")


def main() -> None:
    parser = command.parser(__doc__)
    tasks = parser.add_subparsers(dest="task", required=True)
    pictures = tasks.add_parser("pictures", help="write a folder of pictures", formatter_class=parser.formatter_class)
    pictures.add_argument("out", type=Path, help="a new folder")
    pictures.add_argument("--n", type=int, default=8000, help="test pictures")
    pictures.add_argument("--first", type=int, default=0, help="the first of them")
    pictures.add_argument("--rendered", type=int, metavar="N", help="N training pictures instead, drawn here")
    pictures.add_argument("--workers", type=int, default=cores(), help="processes that draw")
    checks = tasks.add_parser("check", help="measure all this", formatter_class=parser.formatter_class)
    checks.add_argument("--n", type=int, default=500, help="pictures to draw")
    options = parser.parse_args()
    if options.task == "check":
        check(options.n)
    elif options.rendered is not None:
        write(options.out, "train", options.first, options.rendered, options.workers)
    else:
        write(options.out, "test", options.first, options.n, options.workers)


if __name__ == "__main__":
    command.call(main)
