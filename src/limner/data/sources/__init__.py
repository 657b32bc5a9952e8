"""Which kind of source a path is: the one place that knows them all."""

import hashlib
import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from limner.data.sources.arrays import ArraySource
from limner.data.sources.folder import FolderSource
from limner.data.sources.parquet import ParquetSource, shards
from limner.data.sources.source import Source
from limner.data.sources.tars import TarSource
from limner.data.sources.zips import ZipSource
from limner.errors import DataError
from limner.model_folder import PARTS

WEIGHTS = "model.safetensors"
FILES: dict[tuple[str, ...], Callable[[Path], Source]] = {
    (".zip",): ZipSource,
    (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"): TarSource,
    (".parquet",): ParquetSource,
    (".npy", ".npz"): ArraySource,
}


def open_source(path: Path | str) -> Source:
    """Returns the source at `path`, chosen by its kind; DataError when there is none, or it cannot be used.

    A folder of pictures (class sub-folders or metadata.csv / metadata.jsonl), a .zip or .tar(.gz|.bz2|.xz) of one,
    a .parquet file or a folder of shards in Hugging Face image layout, or a .npy / .npz array.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")
    check_no_model(path)
    if path.is_dir():
        found = shards(path)
        return ParquetSource(path, found) if found else FolderSource(path)
    for suffixes, opener in FILES.items():
        if path.name.lower().endswith(suffixes):
            return opener(path)
    known = " ".join(suffix for suffixes in FILES for suffix in suffixes)
    raise DataError(f"{path} is not a source of pictures: give a folder, or a file ending in {known}")


def check_no_model(path: Path) -> None:
    """Raises DataError for the folder of a run or a model, whose pictures are samples and curves."""
    run = (path / "recipe.yaml").is_file() and (path / "run.json").is_file()
    if not run and not any((path / part / WEIGHTS).is_file() for part in PARTS):
        return
    what = "a training run" if run else "a model"
    raise DataError(
        f"{path} is {what}, not a folder of pictures: give the pictures themselves; to start from what it has learned: "
        f"limner train PICTURES --from {shlex.quote(str(path))}"
    )


def identity(path: Path | str) -> str:
    """Returns a cheap key (hexadecimal) of the names, sizes and times of a source: equal until something changes."""
    path = Path(path).resolve()
    if not path.exists():
        raise DataError(f"no such file or folder: {path}")
    key = hashlib.sha256(os.fsencode(path))
    for file, status in _statuses(path):
        key.update(os.fsencode(file) + f"\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return key.hexdigest()


def _statuses(path: Path) -> Iterator[tuple[str, os.stat_result]]:
    if path.is_file():
        yield path.name, path.stat()
        return
    for folder, folders, files in os.walk(path):
        folders.sort()
        for name in sorted(files):
            full = os.path.join(folder, name)  # noqa: PTH118 (Path costs seconds on 100,000 files)
            yield os.path.relpath(full, path), os.lstat(full)
