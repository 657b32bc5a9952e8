"""Tensors in one safetensors file that vouches for itself: atomic to write, verified when read, never executed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from limner import files
from limner.errors import LimnerError


class DamagedFileError(LimnerError):
    """A tensor file that is truncated, altered, or no tensor file at all."""


def content_digest(tensors: Mapping[str, Tensor]) -> str:
    """Returns the SHA-256 of all names, types, shapes and values."""
    sha = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        sha.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        sha.update(tensor.flatten().view(torch.uint8).numpy().data)
    return sha.hexdigest()


def save_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> str:
    """Writes tensors and texts atomically and returns the tensors' digest; OSError when the disk is full."""
    own = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    digest = content_digest(own)
    with files.atomic_file(path) as temporary:
        try:
            save_file(own, temporary, metadata={"format": "pt", **(metadata or {}), "sha256": digest})
        except SafetensorError as error:
            raise OSError(f"{path}: cannot be written: {error}") from None
    return digest


def written_digest(path: Path) -> str | None:
    """Returns the digest that a file says it has, without reading its tensors; DamagedFileError."""
    try:
        with safe_open(path, framework="pt") as file:
            return (file.metadata() or {}).get("sha256")
    except (SafetensorError, OSError, ValueError) as error:
        raise DamagedFileError(f"{path}: damaged or missing ({str(error).splitlines()[0]}).") from None


def load_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Returns tensors and texts of a file; DamagedFileError when its content is not what was written."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = dict(file.metadata() or {})
            # copied: what is read stays mapped to the file otherwise, and changes, or ends the process, when that is overwritten
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise DamagedFileError(f"{path}: missing.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise DamagedFileError(f"{path}: damaged or truncated ({str(error).splitlines()[0]}).") from None
    if metadata.get("sha256") != content_digest(tensors):
        raise DamagedFileError(f"{path}: damaged: its content does not match its checksum.")
    return tensors, metadata
