"""Every reader of the product as a target: what is right to give it, how that is mutated, and what it may raise."""

import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import fuzz_of_folders as of_folders
import fuzz_of_sources as of_sources
import fuzz_of_texts as of_texts
from fuzz_makers import Make
from limner.errors import LimnerError


@dataclass(frozen=True)
class Reader:
    """A reader; `prepare` makes what is right in a folder and returns the maker of inputs."""

    prepare: Callable[[Path], Make]
    share: int = 1
    """How many inputs it gets beside the others."""
    typed: tuple[type[Exception], ...] = (LimnerError,)


SHARES = (
    {"pictures": 4}
    | dict.fromkeys(("provenance", "model weights", "edits done"), 1)
    | dict.fromkeys(of_texts.READERS, 3)
)
TYPED = {"latents": (LimnerError, ValidationError)}
"""The server makes an answer of a request's ValidationError; readers of files make it their own error."""
READERS: dict[str, Reader] = {
    name: Reader(prepare, SHARES.get(name, 2), TYPED.get(name, (LimnerError,)))
    for name, prepare in (of_texts.READERS | of_sources.READERS | of_folders.READERS).items()
}


def inputs(name: str, folder: Path, seed: int) -> Iterator[Callable[[], object]]:
    """Yields inputs of a reader without end, the same ones for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(f"{name} {seed}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make = READERS[name].prepare(folder)
    while True:
        yield make(draw)
