"""A folder of pictures made into another, picture by picture, whole or not at all."""

from collections.abc import Callable
from pathlib import Path

from limner.errors import UsageError
from limner.files import atomic_folder
from limner.pictures.read import UnusablePicture
from limner.progress import ProgressLine


def each_picture(source: Path, out: Path, label: str, make: Callable[[Path, Path], object]) -> list[str]:
    """Calls `make(picture, file)` for every picture of a folder and a PNG in a new one; returns a line for all that is left out.

    What `make` raises leaves nothing behind, but UnusablePicture, by which it says that a file is no picture. UsageError where
    `out` exists or the folder holds no picture.
    """
    if out.exists():
        raise UsageError(f"{out} exists; give a new folder.")
    inside = [path for path in sorted(source.iterdir()) if not path.name.startswith(".")]
    left_out = [f"left out: a folder ({path})" for path in inside if path.is_dir()]
    names: set[str] = set()
    with atomic_folder(out) as folder, ProgressLine(label, len(inside) - len(left_out), "pictures") as bar:
        for path in (path for path in inside if not path.is_dir()):
            name = f"{path.stem}.png" if f"{path.stem}.png" not in names else f"{path.name}.png"
            try:
                make(path, folder / name)
            except UnusablePicture as error:
                left_out.append(f"left out: {error}")
            else:
                names.add(name)
            bar.advance()
        if not names:
            raise UsageError(f"{source} holds no picture that can be used.")
    return left_out
