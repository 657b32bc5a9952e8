"""What is known about each network's weights, where they are looked for, and how they come there.

A file is used when its layout is that of the network and its digest is the one published, if that is known, or else the
one recorded next to it when it was added. Nothing is ever downloaded unless `get` is called.
"""

import json
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from limner import files
from limner.errors import ModelError, UsageError, quoted, suggestion
from limner.features import download, layout
from limner.features.dinov2 import DINOv2
from limner.features.extractor import Extractor
from limner.features.inception import InceptionV3
from limner.features.squeezenet import SqueezeNet
from limner.features.vgg import VGG19
from limner.parsing import ParseError, read_json

PICKLES = (".pth", ".pt")


@dataclass(frozen=True)
class KnownWeights:
    """A network and what can be said of its weights without having them."""

    network: type[Extractor]
    about: str
    licence: str
    page: str
    """Where people read about them and find them."""
    url: str | None
    """What `get` downloads; None where no ready file is published."""
    digests: dict[str, str]
    """SHA-256 of published files by name; torch.hub's file names contain the first eight digits."""


KNOWN: dict[str, KnownWeights] = {
    "squeezenet": KnownWeights(
        SqueezeNet,
        "SqueezeNet 1.0, trained on ImageNet",
        "BSD-2-Clause",
        "https://github.com/songhan/SqueezeNet-Deep-Compression",
        None,
        {
            "squeezenet1_0-imagenet.fp16.safetensors": (
                "d6bd8147f6d9a86e6985107bb124e4ef836eb8260e09af88a00a03fada7cd07b"
            )
        },
    ),
    "vgg19": KnownWeights(
        VGG19,
        "VGG19, trained on ImageNet",
        "BSD-3-Clause",
        "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
        {"vgg19-dcbb9e9d.pth": "dcbb9e9d"},
    ),
    "inception-v3": KnownWeights(
        InceptionV3,
        "Inception-v3 of 2015-12-05, trained on ImageNet: the one that FID means",
        "Apache-2.0",
        "https://github.com/mseitzer/pytorch-fid/releases",
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth",
        {"pt_inception-2015-12-05-6726825d.pth": "6726825d"},
    ),
    "dinov2": KnownWeights(
        DINOv2,
        "DINOv2 ViT-S/14, trained on LVD-142M",
        "Apache-2.0",
        "https://github.com/facebookresearch/dinov2",
        "https://dl.fbaipublicfiles.com/dinov2/dinov2_vits14/dinov2_vits14_pretrain.pth",
        {},
    ),
}


def folder() -> Path:
    """Returns where `add` and `get` put weights: in the folder where this system keeps a user's data."""
    import platformdirs

    return platformdirs.user_data_path("limner") / "weights"


def find(name: str) -> Path | None:
    """Returns the first `<name>*.safetensors` in the folders of `LIMNER_WEIGHTS`, then in `folder()`; None without one."""
    _known(name)
    places = [Path(place) for place in os.environ.get("LIMNER_WEIGHTS", "").split(os.pathsep) if place]
    for place in [*places, folder()]:
        if found := sorted(place.glob(f"{name}*.safetensors")):
            return found[0]
    return None


def load(name: str, path: Path) -> Extractor:
    """Returns the network with the weights of a safetensors file; ModelError when they are damaged or another's."""
    known = _known(name)
    if path.suffix in PICKLES:
        raise ModelError(
            f"{path}: pickled files are not loaded; convert it with: limner weights add {path} --as {name}"
        )
    if not path.is_file():
        raise ModelError(f"{path}: missing.")
    _verify(path, name)
    return layout.load(path, known.network)


def add(path: Path, name: str | None = None) -> Path:
    """Checks a file, copies it to `folder()` with its digest and returns the copy; ModelError when it is not what it should be.

    A .pth or .pt file is read with torch's `weights_only=True`, which runs no code, and converted; only what the network
    uses is kept. Without a name, the network is the one whose layout the file has.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"{path}: missing.")
    pickled = _unpickled(path) if path.suffix in PICKLES else None
    found = layout.header(path) if pickled is None else {key: tuple(value.shape) for key, value in pickled.items()}
    name = name or _recognised(path, found)
    network = _known(name).network
    _verify(path, name)
    layout.refuse_other(path, found, network)
    if pickled is None:
        layout.read(path, network)
        return _stored(name, path.name, lambda temporary: shutil.copyfile(path, temporary))
    kept = {key: pickled[key] for key in layout.shapes(network)}
    layout.sound(path, kept)
    own = {key: tensor.detach().clone(memory_format=torch.contiguous_format) for key, tensor in kept.items()}
    return _stored(name, path.name, lambda temporary: _save(own, temporary))


def get(name: str, timeout: float = 30.0) -> Path:
    """Downloads weights to `folder()` and returns the file; ModelError, in one line, when they cannot be had."""
    known = _known(name)
    by_hand = f"limner weights add FILE --as {name}"
    if known.url is None:
        raise ModelError(
            f"{name}: no ready file is published; convert what {known.page} has and add it with: {by_hand}"
        )
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / known.url.rsplit("/", 1)[-1]
        try:
            download.fetch(known.url, target, name, timeout)
        except download.FetchError as error:
            raise ModelError(
                f"{name}: not downloaded ({error}); get it by hand from {known.url} and add it with: {by_hand}"
            ) from None
        return add(target, name)


def parameters(name: str) -> int:
    """Returns how many weights the network has."""
    with torch.device("meta"):
        return sum(weight.numel() for weight in _known(name).network().parameters())


def _known(name: str) -> KnownWeights:
    if name == "limner":
        raise UsageError("'limner' is embedded: its weights are always here.")
    if name not in KNOWN:
        raise UsageError(f"no weights are known by the name '{quoted(name)}'; {suggestion(name, list(KNOWN))}")
    return KNOWN[name]


def _record(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _verify(path: Path, name: str) -> None:
    """Raises ModelError when a digest of the file is known and it has another."""
    expected = KNOWN[name].digests.get(path.name)
    try:
        if _record(path).is_file():
            expected = bytes.fromhex(read_json(_record(path))["sha256"]).hex().zfill(64)
    except (ParseError, ValueError, KeyError, TypeError):
        raise ModelError(
            f"{_record(path)}: damaged; add the weights again: limner weights add FILE --as {name}"
        ) from None
    if expected and not files.digest(path).startswith(expected):
        raise ModelError(f"{path}: damaged: its SHA-256 does not begin with {expected[:8]}; get or add {name} again.")


def _unpickled(path: Path) -> dict[str, Tensor]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # torch's own words advise to load it unsafely
        raise ModelError(
            f"{path}: not a file of plain tensors: it asks for code to be run, or it is damaged."
        ) from None
    except Exception as error:  # a damaged file can fail in any way, and all of them mean the same
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{path}: not a file of plain tensors, or damaged ({reason}).") from None
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise ModelError(f"{path}: not a plain dictionary of tensors.")
    return content


def _recognised(path: Path, found: layout.Shapes) -> str:
    for name, known in KNOWN.items():
        if layout.difference(found, known.network) is None:
            return name
    raise ModelError(f"{path}: none of {', '.join(KNOWN)}; --as NAME says in which tensor it differs from that one.")


def _stored(name: str, source: str, write: Callable[[Path], object]) -> Path:
    target = folder() / f"{name}.safetensors"
    with files.atomic_file(target) as temporary:
        write(temporary)
        # The record goes first: were this to end in between, the old file would be refused, not silently be another.
        record = {"name": name, "source": source, "sha256": files.digest(temporary)}
        files.write_text(_record(target), json.dumps(record, indent=2) + "\n")
    return target


def _save(tensors: dict[str, Tensor], path: Path) -> None:
    try:
        save_file(tensors, path)
    except SafetensorError as error:
        raise OSError(f"{path.parent}: the weights cannot be written: {error}") from None
