"""How fast `prepare` is, against a plain one-process Pillow loop that does the same work, and how much memory it takes.

    python benchmarks/prepare.py [--data ../shared/data] [--repeats 3] [--pictures 20000]

Both sides read the same bytes, decode, apply EXIF orientation, compose over white, crop and resize with the same filter
(and the same reduced JPEG decoding), digest the pixels, hash a grey miniature, tell blank and noise-like pictures and
write one .npy. `prepare` does more in its time: it starts its workers, checks every file for damage, finds near copies,
splits, and writes and syncs the table and the reports. The two alternate; the table gives medians. Memory is the peak
resident set of the process and its workers together, sampled, for N and 4N pictures.
"""

import contextlib
import hashlib
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import command
import numpy as np
import pyarrow.parquet as pq
from PIL import Image, ImageOps

from limner.data import prepare
from limner.data.workers import cores


def plain(contents: Iterator[bytes], size: tuple[int, int], channels: int, out: Path) -> int:
    """The loop that one would write by hand; returns the number of pictures."""
    pictures, digests, hashes, flags = [], set(), [], []
    with out.open("wb") as file:
        file.write(bytes(128))
        for content in contents:
            image: Image.Image = Image.open(io.BytesIO(content))
            image.draft(None, (2 * max(size), 2 * max(size)))
            image = ImageOps.exif_transpose(image)
            if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
                image = image.convert("RGBA")
                image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
            image = image.convert("L" if channels == 1 else "RGB")
            image = ImageOps.fit(image, (size[1], size[0]), Image.Resampling.LANCZOS)
            pixels = np.asarray(image).tobytes()
            digests.add(hashlib.blake2b(pixels, digest_size=16).digest())
            grey = image.convert("L")
            cells = np.asarray(grey.resize((9, 9), Image.Resampling.BOX), dtype=np.int16)
            across, down = cells[:8, 1:] > cells[:8, :-1] + 1, cells[1:, :8] > cells[:-1, :8] + 1
            hashes.append(np.packbits(np.concatenate([across.ravel(), down.ravel()])))
            values = np.asarray(grey, dtype=np.float32)
            values = values - values.mean()
            power = (values * values).mean()
            across, down = (values[:, 1:] * values[:, :-1]).mean(), (values[1:] * values[:-1]).mean()
            flags.append((power < 4, power > 25 and abs((across + down) / 2 / power) < 0.15))
            file.write(pixels)
            pictures.append(len(pixels))
        file.seek(0)
        shape = (len(pictures), *size, channels)
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return len(pictures)


def of_parquet(path: Path) -> Iterator[bytes]:
    for batch in pq.ParquetFile(path).iter_batches(1024, columns=["image"]):
        yield from batch["image"].field("bytes").to_pylist()


def of_zip(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".png"):
                yield archive.read(name)


def of_folder(path: Path) -> Iterator[bytes]:
    for file in sorted(path.iterdir()):
        yield file.read_bytes()


def make_parquet(data: Path, folder: Path, count: int, name: str = "whole") -> Path:
    """Writes the first pictures of Fashion-MNIST."""
    table = pq.read_table(data / "fashion-mnist" / "train-00000-of-00001.parquet").slice(0, count)
    path = folder / f"{name}.parquet"
    pq.write_table(table, path, row_group_size=1000)
    return path


def make_jpegs(data: Path, folder: Path, count: int, side: int = 1024) -> Path:
    """Writes JPEG photographs, each another part of a Kodak picture or a painting, enlarged."""
    with zipfile.ZipFile(data / "kodak.zip") as archive:
        originals = [Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist() if name.endswith(".png")]
    originals += [Image.open(path) for path in sorted((data / "styles").glob("*.jpg"))]
    path = folder / f"jpegs-{count}"
    path.mkdir()
    random = np.random.default_rng(0)
    for index in range(count):
        image = originals[index % len(originals)].convert("RGB")
        left, top = random.uniform(0, 0.3, 2) * image.size
        box = (left, top, left + 0.7 * image.width, top + 0.7 * image.height)
        scale = side / max(image.size)
        size = (round(image.width * scale), round(image.height * scale))
        image.resize(size, Image.Resampling.BILINEAR, box=box).save(path / f"{index:05d}.jpg", quality=88)
    return path


def compare(
    name: str,
    source: Path,
    contents: Callable[[Path], Iterator[bytes]],
    size: tuple[int, int],
    channels: int,
    repeats: int,
) -> str:
    """Returns a row of the table: both rates and their ratio, from alternating runs."""
    ours, theirs, count = [], [], 0
    with tempfile.TemporaryDirectory() as folder:
        for repeat in range(repeats):
            started = time.perf_counter()
            count = plain(contents(source), size, channels, Path(folder, "plain.npy"))
            theirs.append(time.perf_counter() - started)
            out = Path(folder, f"out{repeat}")
            started = time.perf_counter()
            prepare(source, out, size=size, missing="keep")
            ours.append(time.perf_counter() - started)
            shutil.rmtree(out)
    one, two = statistics.median(theirs), statistics.median(ours)
    ratios = [a / b for a, b in zip(theirs, ours, strict=True)]
    shown = f"{min(ratios):.2f}-{max(ratios):.2f}"
    return f"| {name} | {count:,} | {count / one:,.0f} | {count / two:,.0f} | {one / two:.2f} | {shown} |"


def peak_memory(source: Path, size: int) -> float:
    """Returns the largest sum of resident sets, in MiB, of `limner prepare` and its workers, sampled every 10 ms."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "limner", "prepare", str(source), f"{folder}/out", "--size", str(size)]
        started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while started.poll() is None:
            peak = max(peak, sum(map(_resident, [started.pid, *_children(started.pid)])))
            time.sleep(0.01)
        if started.returncode:
            raise SystemExit(f"{' '.join(command)} failed")
    return peak / 2**20


def _children(process: int) -> list[int]:
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            found |= set(map(int, (task / "children").read_text().split()))
    return sorted(found)


def _resident(process: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("--data", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--pictures", type=int, default=40_000, help="of Fashion-MNIST")
    parser.add_argument("--jpegs", type=int, default=1200)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, count, jpegs = Path(name), options.pictures, options.jpegs
        parquet, photographs = make_parquet(options.data, folder, count), make_jpegs(options.data, folder, jpegs)
        emoji = options.data / "noto-emoji-128.zip"
        rows = [
            compare("Fashion-MNIST, Parquet, 28x28", parquet, of_parquet, (28, 28), 1, options.repeats),
            compare("emoji, zip, 128 to 64", emoji, of_zip, (64, 64), 3, options.repeats),
            compare("photographs, JPEG, 1024 to 128", photographs, of_folder, (128, 128), 3, options.repeats),
        ]
        print(f"{cores()} cores, median of {options.repeats} alternating runs, pictures per second\n")
        print("| source | pictures | plain loop | prepare | ratio of medians | ratios |\n|---|---|---|---|---|---|")
        print("\n".join(rows))
        quarter = make_parquet(options.data, folder, count // 4, "quarter")
        few = make_jpegs(options.data, folder, jpegs // 4)
        print("\n| peak memory, MiB | N | at N | at 4N |\n|---|---|---|---|")
        small, large = peak_memory(quarter, 28), peak_memory(parquet, 28)
        print(f"| Fashion-MNIST, Parquet | {count // 4:,} | {small:.0f} | {large:.0f} |")
        small, large = peak_memory(few, 128), peak_memory(photographs, 128)
        print(f"| photographs, JPEG | {jpegs // 4:,} | {small:.0f} | {large:.0f} |")


if __name__ == "__main__":
    command.call(main)
