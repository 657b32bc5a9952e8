"""What a file of tensors says of itself: read without PyTorch, so that a name that is not in it is reported at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import safe_open

from limner.errors import DamagedFileError, reason
from limner.memory import out_of_memory

DIGEST = "sha256"
"""The text of a file that has the digest of all else in it."""


def written_digest(path: Path) -> str | None:
    """Returns the digest that a file says it has, without reading its tensors; DamagedFileError."""
    return texts_of(path).get(DIGEST)


def texts_of(path: Path) -> dict[str, str]:
    """Returns the texts of a file, which are not checked against its digest; DamagedFileError."""
    with opened(path, "np") as file:
        return dict(file.metadata() or {})


def names_of(path: Path) -> list[str]:
    """Returns the names of a file's tensors; DamagedFileError."""
    with opened(path, "np") as file:
        return sorted(file.keys())


@contextmanager
def opened(path: Path, framework: str) -> Iterator[safe_open]:
    """Opens a file, whose tensors are those of a library: "pt" or "np"; DamagedFileError for whatever is wrong with it."""
    try:
        with safe_open(path, framework=framework) as file:
            yield file
    except FileNotFoundError:
        raise DamagedFileError(f"{path}: missing.") from None
    except Exception as error:  # safetensors and torch raise many kinds on foreign headers, types and sizes
        if out_of_memory(error):
            raise
        raise DamagedFileError(f"{path}: damaged or truncated ({reason(error)}).") from None
