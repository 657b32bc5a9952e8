"""A folder of work that takes long: begun once, continued by the same command, gone when it could not begin."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from limner import files
from limner.errors import LimnerError, RunError
from limner.parsing import ParseError, read_json
from limner.training import Interrupted


@contextmanager
def resumable(folder: Path, name: str, asked: dict[str, Any]) -> Iterator[None]:
    """Holds a folder in which `name`, a JSON file, says what was asked for, while the work goes on inside.

    RunError when the folder holds something else, or the same work with other arguments. An Interrupted training leaves with
    the word that the same command continues; any other failure before the first training leaves nothing.
    """
    file, new = folder / name, not folder.exists()
    if file.is_file():
        if _begun(file) != json.loads(json.dumps(asked)):
            raise RunError(
                f"{folder} was begun with other arguments; give the same ones to continue it, or another --out."
            )
    elif not new and (not folder.is_dir() or any(folder.iterdir())):
        raise RunError(f"{folder} exists: give another --out.")
    else:
        files.write_text(file, json.dumps(asked, indent=1) + "\n")
    try:
        yield
    except Interrupted:
        raise Interrupted("stopped and saved. The same command continues.") from None
    except LimnerError:
        if new and not any(folder.rglob("recipe.yaml")):
            shutil.rmtree(folder)
        raise


def _begun(file: Path) -> Any:
    """Returns what was asked for when the work began; RunError when the file is damaged."""
    try:
        return read_json(file)
    except ParseError as error:
        raise RunError(error.advised("it is damaged: give another --out.")) from None
