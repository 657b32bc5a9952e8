"""Features: what networks see in pictures, at several depths; one is embedded, others are used when their files are given."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from limner.errors import ModelError, UsageError, quoted, suggestion
from limner.features import weights
from limner.features.cache import pool_once
from limner.features.embedded import Embedded
from limner.features.extractor import Activations, Extractor
from limner.features.pool import pool

__all__ = ["EXTRACTORS", "Activations", "Extractor", "load_extractor", "pool", "pool_once"]


def load_extractor(name: str = "limner") -> Extractor:
    """Returns an extractor, frozen and channels last: "limner", another name, or "name=FILE" for a weight file of your own.

    UsageError for an unknown name; ModelError, which says what to use instead, when its weights are missing or damaged.
    """
    name, _, file = name.partition("=")
    if name not in EXTRACTORS:
        raise UsageError(f"there is no extractor '{quoted(name)}'; {suggestion(name, list(EXTRACTORS))}")
    extractor = EXTRACTORS[name](Path(file) if file else None)
    return extractor.to(memory_format=torch.channels_last).eval().requires_grad_(False)  # type: ignore[call-overload]


def _embedded(file: Path | None) -> Extractor:
    if file:
        raise UsageError(f"the extractor 'limner' is embedded and takes no file; give {file} with another name.")
    return Embedded()


def _from_file(name: str, file: Path | None) -> Extractor:
    path = file or weights.find(name)
    if path is None:
        known = weights.KNOWN[name]
        get = f"limner weights get {name}, or " if known.url else ""
        raise ModelError(
            f"{name}: its weights are not here. To add them: {get}limner weights add FILE --as {name}. Without them there is "
            f"'limner', which is embedded, but its distance is called FD-limner and does not compare with "
            f"{known.network.distance}."
        )
    return weights.load(name, path)


EXTRACTORS: dict[str, Callable[[Path | None], Extractor]] = {
    "limner": _embedded,
    **{name: partial(_from_file, name) for name in weights.KNOWN},
}
