"""Features of a set of pictures are computed once: later uses read what the first one kept."""

import hashlib
import json
import sys
from collections.abc import Callable

import numpy as np
from torch import Tensor

from limner.data.cache import cache_folder
from limner.errors import DamagedFileError
from limner.features.extractor import Extractor
from limner.features.pool import pool
from limner.tensors import content_digest, load_tensors, save_tensors

FORMAT = 1  # to be raised when `pool` makes other vectors of the same pictures
PIECE = 256  # pictures


def pool_once(
    extractor: Extractor,
    pictures: np.ndarray,
    *,
    identity: str | None = None,
    batch: int = 64,
    progress: Callable[[int], object] | None = None,
) -> Tensor:
    """Returns what `pool` does, float32 (N, D), kept in `$LIMNER_CACHE` or the user's cache folder.

    The key is the extractor's name, weights and sides and the pictures' content, or `identity` where something stands for it,
    such as a dataset's fingerprint and split. A kept file that is damaged is made again, which is said on stderr, as is that
    nothing could be kept.
    """
    name = _key(extractor, pictures, identity)
    path = cache_folder() / "features" / f"{name}.safetensors"
    if path.exists():
        try:
            return load_tensors(path)[0]["pooled"]
        except (DamagedFileError, KeyError):
            print(f"{path}: damaged; these features are computed again.", file=sys.stderr)
    vectors = pool(extractor, pictures, batch=batch, progress=progress)
    try:
        save_tensors(path, {"pooled": vectors}, {"extractor": extractor.name})
    except OSError as error:
        print(f"{path}: these features could not be kept ({error.strerror or error}).", file=sys.stderr)
    return vectors


def picture_digest(pictures: np.ndarray) -> str:
    """Returns the SHA-256 of pictures' shape, type and content, read piece by piece."""
    sha = hashlib.sha256(f"{pictures.dtype} {pictures.shape}".encode())
    for start in range(0, len(pictures), PIECE):
        sha.update(np.ascontiguousarray(pictures[start : start + PIECE]).data)
    return sha.hexdigest()


def _key(extractor: Extractor, pictures: np.ndarray, identity: str | None) -> str:
    seen = identity or picture_digest(pictures)
    sides = [extractor.smallest, extractor.largest, *pictures.shape]
    content = [FORMAT, extractor.name, content_digest(extractor.state_dict()), sides, seen]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
