"""From what is right to mutated inputs: of bytes, of values, and of files of tensors."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fuzz_mutation import as_text, mutated, mutated_tensors, mutated_value
from limner import tensors as tensor_files

Make = Callable[[random.Random], Callable[[], object]]
"""From chance to one input that is given to the reader when it is called."""


def of_bytes(seeds: list[bytes], act: Callable[[bytes], object]) -> Make:
    """Every input is one of the seeds with its bytes mutated."""

    def make(draw: random.Random) -> Callable[[], object]:
        content = mutated(draw.choice(seeds), draw, seeds)
        return lambda: act(content)

    return make


def of_values(seeds: list[Any], act: Callable[[bytes], object], texts: list[bytes] | None = None) -> Make:
    """Half of the inputs are mutated values, half are mutated texts."""
    texts = texts or [json.dumps(seed, indent=1).encode() for seed in seeds]

    def make(draw: random.Random) -> Callable[[], object]:
        if draw.random() < 0.5:
            content = as_text(mutated_value(draw.choice(seeds), draw), draw)
        else:
            content = mutated(draw.choice(texts), draw, texts)
        return lambda: act(content)

    return make


def at(path: Path, act: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Returns what writes an input to a file and lets `act` read it."""

    def write(content: bytes) -> object:
        path.write_bytes(content)
        return act(path)

    return write


def text_of(content: bytes) -> str:
    """Returns bytes as a command line has them: what is no UTF-8 becomes halves of characters."""
    return content.decode("utf-8", "surrogateescape")


def of_tensor_file(file: Path, act: Callable[[], object], texts: tuple[str, ...] = ()) -> Make:
    """Inputs are the file's bytes mutated; its tensors mutated; or its texts, which are JSON, mutated."""
    whole = file.read_bytes()
    tensors, metadata = tensor_files.load_tensors(file)
    metadata = {
        name: text for name, text in metadata.items() if name not in ("format", "sha256")
    }  # written again each time

    def make(draw: random.Random) -> Callable[[], object]:
        kind = draw.choice(("bytes", "tensors", "tensors", "texts" if texts else "tensors"))
        if kind == "bytes":
            file.write_bytes(mutated(whole, draw, [whole]))
        elif kind == "tensors":
            tensor_files.save_tensors(file, mutated_tensors(tensors, draw), metadata)
        else:
            name = draw.choice(texts)
            said = as_text(mutated_value(json.loads(metadata[name]), draw), draw).decode("utf-8", "replace")
            tensor_files.save_tensors(file, tensors, metadata | {name: said})
        return act

    return make
