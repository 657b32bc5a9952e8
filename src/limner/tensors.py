"""Tensors in one safetensors file that vouches for itself: atomic to write, verified when read, never executed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from limner import files
from limner.errors import DamagedFileError
from limner.tensor_header import DIGEST, opened

_FORMAT = {"format": "pt"}
"""What other programs expect to find in a file of PyTorch's; Limner does not read it."""


def content_digest(tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> str:
    """Returns the SHA-256 of all names, types, shapes and values, and of all metadata, texts by name."""
    sha = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        sha.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        sha.update(tensor.flatten().view(torch.uint8).numpy().data)
    if metadata:
        sha.update(json.dumps(metadata, sort_keys=True).encode())
    return sha.hexdigest()


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> str:
    """Writes tensors and metadata atomically and returns their digest; OSError when the disk is full."""
    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    digest = content_digest(own, metadata)
    with files.atomic_file(path) as temporary:
        try:
            save_file(own, temporary, metadata={**_FORMAT, **(metadata or {}), DIGEST: digest})
        except SafetensorError as error:
            raise OSError(f"{path}: cannot be written: {error}") from None
    return digest


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Returns the tensors of a file, and its metadata with the digest as `sha256`.

    DamagedFileError when anything in it is not what was written.
    """
    with opened(path, "pt") as file:
        metadata = dict(file.metadata() or {})
        # copied: what is read stays mapped to the file otherwise, and changes, or ends the process, when that is overwritten
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    own = {name: text for name, text in metadata.items() if name not in (DIGEST, *_FORMAT)}
    if metadata.get(DIGEST) != content_digest(tensors, own):
        raise DamagedFileError(f"{path}: damaged: its content does not match its checksum.")
    return tensors, metadata
