"""Folders and archives of pictures to open as sources, and what is read of them."""

import tarfile
import zipfile
from pathlib import Path

import hostile
from limner.data.sources.source import Source


def write(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(hostile.encoded("PNG", hostile.picture(seed=seed)))
    return folder


def packed(folder: Path, kind: str) -> Path:
    """Packs a folder into an archive beside it and returns its path."""
    path = folder.with_name(f"{folder.name}.{kind}")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for file in files:
                archive.write(file, file.relative_to(folder))
    else:
        with tarfile.open(path, f"w:{kind.removeprefix('tar').removeprefix('.')}") as archive:
            for file in files:
                archive.add(file, f"./{file.relative_to(folder)}")
    return path


def attributes(source: Source) -> dict[str, dict[str, object]]:
    return {item.name: item.attributes for item in source.items()}
