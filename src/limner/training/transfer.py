"""Transfer: starting from weights learned on other pictures. What fits is copied, the rest is initialised and named.

Networks may be of another size, with other channels and other conditions. Stages fit from the coarsest on; maps of another size are
scaled; channels are converted. Conditions begin neutral, unless the generator says otherwise
(`Generator.condition_scale`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.nn.utils import parametrize

from limner.data.dataset import Dataset
from limner.errors import DamagedFileError, ModelError, quoted
from limner.methods import Method
from limner.model import WEIGHTS
from limner.model_folder import find_folder
from limner.parsing import parse_json
from limner.recipes import Recipe, parse
from limner.tensors import load_tensors
from limner.training.checkpoint import Checkpoints
from limner.training.last_layer import fit_on_background, usual_background
from limner.weights import dequantised

BASES = Path(__file__).parent.parent / "bases"
"""The weights that come with Limner."""
ENCODER = re.compile(r"(.*encoder\.(?:layers|stages|downsample)\.)(\d+)(\..*)")
"""Layers of encoders, which are numbered from the finest on."""
FIRST_LAYER, LAST_LAYER = ("decoder.project.", "decoder.dense."), "decoder.to_rgb."
"""Layers of decoders: those that read the latent and the condition, and the one that makes channels."""
HEADS = ("logit.weight", "latent_head.weight", "posterior_head.weight")
"""Layers that read the flattened maps of an encoder."""
FILM = ".film."
"""Layers through which a condition modulates feature maps: zero at first, as the projection in a discriminator that is copied."""
DISCRIMINATOR = "discriminator."
"""Not copied from a base: one that starts from random weights was measured to be better on pictures that no base has seen
(docs/bases.md)."""
NOT_COPIED = "generator.flow."
"""A prior over latents belongs to the pictures that it was learned from."""
OPAQUE_LOGIT = 3.0
"""Bias of alpha, before a tanh, where opaque pictures become transparent ones: nearly opaque, and free to change."""
POWER_ITERATIONS = 16
"""Steps of the power method after which spectral norms are those of the copied weights."""


@dataclass(frozen=True)
class InitialWeights:
    """Weights to start from: their name in words, and their tensors by the names that a method has for them."""

    name: str
    tensors: dict[str, Tensor]
    channels: int
    is_base: bool = False
    """Whether it is a file of weights that `limner.bases` wrote."""


@dataclass(frozen=True)
class Transfer:
    """What became of a method's tensors: how many were copied, and which parts start from random weights, by name."""

    count: int
    new: tuple[str, ...]

    def in_words(self, weights: InitialWeights) -> str:
        """Returns one line."""
        rest = f"; new: {', '.join(self.new)}" if self.new else ""
        copied = f"training starts from {weights.name}: {self.count} tensors copied{rest}"
        return f"{copied} (--from none starts with random weights instead)"


def find_initial_weights(asked: str | None, recipe: Recipe) -> InitialWeights | None:
    """Returns what a training starts from: a run, a model or a file of weights; None for "none".

    Unless asked, the base whose generator is like the recipe's, if there is one. ModelError for what holds no weights.
    """
    if asked == "none":
        return None
    if asked is not None and asked != "auto":
        return _of_path(Path(asked))
    for file in sorted(BASES.glob("*.safetensors")):
        weights, base = _of_file(file)
        if _generator_of(base) == _generator_of(recipe):
            return weights
    return None


def transfer(method: Method, weights: InitialWeights, dataset: Dataset) -> Transfer:
    """Copies what fits of other weights into a new method for a dataset, in place; ModelError if nothing does."""
    own, channels = method.state_dict(), dataset.schema.channels
    count, new = _copy_fitting(method, _aligned(weights.tensors, own), own, channels)
    if not count:
        raise ModelError(f"{weights.name}: nothing of it fits this recipe; choose its recipe, or --from none.")
    if weights.channels == 4 and channels != 4:
        weight, bias = (_of_last_layer(weights.tensors, end) for end in ("weight", "bias"))
        fit_on_background(method, weight, bias, usual_background(dataset))
    _update_spectral_norms(method)
    return Transfer(count, _parts(new, own))


def _copy_fitting(
    method: Method, source: Mapping[str, Tensor], own: Mapping[str, Tensor], channels: int
) -> tuple[int, list[str]]:
    """Copies what fits of `source` into a method's `own` tensors; returns how many, and the names of the others."""
    count, new = 0, []
    has_discriminator = any(DISCRIMINATOR in name for name in source)
    with torch.no_grad():
        for name, tensor in own.items():
            if FILM in name or (has_discriminator and f"{DISCRIMINATOR}condition_encoder." in name):
                tensor.zero_()
                continue
            # the heads of a discriminator read the attributes of its own pictures
            found = None if f"{DISCRIMINATOR}heads." in name else source.get(name)
            fitted = None if found is None else _fitted(name, found.to(tensor.dtype), tensor, source, method, channels)
            if fitted is None:
                new.append(name)
            else:
                tensor.copy_(fitted)
                count += 1
    return count, new


def _of_last_layer(tensors: Mapping[str, Tensor], end: str) -> Tensor | None:
    """Returns the weight or the bias of the last layer of a decoder, in float32; None where there is none."""
    found = (tensor.float() for name, tensor in tensors.items() if LAST_LAYER in name and name.endswith(end))
    return next(found, None)


def _of_path(path: Path) -> InitialWeights:
    if path.is_file():
        return _of_file(path)[0]
    if (path / "recipe.yaml").is_file() and Checkpoints(path / "checkpoints").steps():
        state, _ = Checkpoints(path / "checkpoints").load()
        if state is not None:
            averaged = {f"generator.{name}": tensor for name, tensor in state["ema"].items()}
            return _initial_weights(f"the run {path}", state["method"] | averaged)
    folder = find_folder(path)
    return _initial_weights(
        f"the model {path}", {f"generator.{name}": tensor for name, tensor in _read(folder / WEIGHTS)[0].items()}
    )


def _of_file(file: Path) -> tuple[InitialWeights, Recipe]:
    tensors, texts = _read(file)
    if "base" not in texts or "recipe" not in texts or not texts.get("pictures", "").isdecimal():
        raise ModelError(f"{file}: no base; give a run, a model, or a file that limner.bases.weights wrote.")
    recipe = parse(parse_json(texts["recipe"], str(file)), str(file))
    own = {name: tensor for name, tensor in tensors.items() if DISCRIMINATOR not in name}
    weights = _initial_weights(
        f"the base '{quoted(texts['base'])}', which has seen {int(texts['pictures']):,} pictures", own
    )
    return replace(weights, is_base=True), recipe


def _read(file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        tensors, texts = load_tensors(file)
    except DamagedFileError as error:
        raise ModelError(str(error)) from None
    try:
        return dequantised(tensors), texts
    except ModelError as error:
        raise ModelError(f"{file}: {error}.") from None


def _initial_weights(name: str, tensors: Mapping[str, Tensor]) -> InitialWeights:
    own = {key: tensor.detach() for key, tensor in tensors.items() if not key.startswith(NOT_COPIED)}
    leave = next((tensor for key, tensor in own.items() if LAST_LAYER in key and key.endswith("weight")), None)
    return InitialWeights(name, own, 0 if leave is None else len(leave))


def _generator_of(recipe: Recipe) -> object:
    method = recipe.method
    return (
        method.kind,
        getattr(method, "latent_dim", None),
        getattr(method, "generator", None) or getattr(method, "decoder", None),
    )


def _aligned(source: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns tensors whose layers of encoders are numbered so that the coarsest ones are those of the method's own."""
    last: dict[str, list[int]] = {}
    for side, names in enumerate((source, own)):
        for match in map(ENCODER.fullmatch, names):
            if match:
                ends = last.setdefault(match[1], [-1, -1])
                ends[side] = max(ends[side], int(match[2]))
    aligned = {}
    for name, tensor in source.items():
        match = ENCODER.fullmatch(name)
        if match and min(last[match[1]]) >= 0:
            from_end, to_end = last[match[1]]
            name = f"{match[1]}{int(match[2]) - from_end + to_end}{match[3]}"
        aligned[name] = tensor
    return aligned


def _fitted(
    name: str, found: Tensor, own: Tensor, source: Mapping[str, Tensor], method: Method, channels: int
) -> Tensor | None:
    """Returns a tensor as the method's own is shaped, or None where it does not fit."""
    if LAST_LAYER in name and len(found) != len(own):
        return _last_layer(found, channels, name.endswith("bias"))
    if found.shape == own.shape:
        return _without_alpha(name, found, source, channels) if name.endswith("bias") else found
    if any(part in name for part in FIRST_LAYER):
        return _first_layer(found, own, method)
    if name.endswith(HEADS):
        return _head(found, own, name, method)
    if own.ndim == 4 and found.ndim == 4 and found.shape[0] == own.shape[0] and found.shape[2:] == own.shape[2:]:
        return _input_channels(found, own.shape[1])
    return None


def _last_layer(found: Tensor, channels: int, bias: bool) -> Tensor | None:
    """Returns the last layer of a decoder for other channels; without alpha, premultiplied colours are composited over black."""
    if len(found) not in (1, 3, 4) or channels not in (1, 3, 4):
        return None
    colours = found[:3] if len(found) >= 3 else found.expand(3, *found.shape[1:])
    if channels == 4:  # everything is opaque at first
        return torch.cat([colours, torch.full_like(found[:1], OPAQUE_LOGIT if bias else 0.0)])
    return colours if channels == 3 else colours.mean(0, keepdim=True)


def _input_channels(found: Tensor, inputs: int) -> Tensor | None:
    """Returns the first layer of an encoder for other channels; what alpha added where it is 1 goes into the bias."""
    if found.shape[1] not in (1, 3, 4) or inputs not in (1, 3, 4):
        return None
    colours = found[:, :3] if found.shape[1] >= 3 else found.expand(-1, 3, -1, -1) / 3
    if inputs == 1:
        return colours.sum(1, keepdim=True)
    return colours if inputs == 3 else torch.cat([colours, torch.zeros_like(colours[:, :1])], 1)


def _without_alpha(name: str, bias: Tensor, source: Mapping[str, Tensor], channels: int) -> Tensor:
    """Returns the bias of a first layer that reads opaque pictures without their alpha."""
    stem = name.removesuffix("bias")
    weight = source.get(f"{stem}weight", source.get(f"{stem}parametrizations.weight.original"))
    first = weight is not None and weight.ndim == 4 and weight.shape[1] == 4 and "encoder" in name and channels != 4
    return bias + weight[:, 3].to(bias.dtype).sum((1, 2)) if first and weight is not None else bias


def _first_layer(found: Tensor, own: Tensor, method: Method) -> Tensor | None:
    """Returns the first layer of a decoder for maps of another size.

    The columns of conditions are zero, or those of z times the generator's `condition_scale`.
    """
    decoder: Any = method.generator.decoder_network
    scaled = _scaled(found, decoder.base, 0)
    if scaled is None:
        return None
    if own.ndim == 1:
        return scaled
    fitted = torch.zeros_like(own)
    width = min(own.shape[1], scaled.shape[1])
    fitted[:, :width] = scaled[:, :width]
    if (scale := method.generator.condition_scale) and own.shape[1] == 2 * width:
        fitted[:, width:] = scale * scaled[:, :width]
    return fitted


def _head(found: Tensor, own: Tensor, name: str, method: Method) -> Tensor | None:
    """Returns what reads the features of an encoder for maps of another size."""
    if len(found) != len(own):
        return None
    owner: Any = method.get_submodule(name.rpartition(".")[0].rpartition(".")[0])
    pyramid = owner.encoder.pyramid
    maps = own.shape[1] // (pyramid.base[0] * pyramid.base[1])
    scaled = _scaled(found, (maps, *pyramid.base), 1)
    return None if scaled is None else scaled * (found.shape[1] / own.shape[1])


def _scaled(found: Tensor, shape: tuple[int, ...], dim: int) -> Tensor | None:
    """Returns a tensor whose dimension is (C, h, w) flattened, for maps of another height and width."""
    maps, *sides = shape
    side = round((found.shape[dim] / maps) ** 0.5)
    if found.shape[dim] == maps * sides[0] * sides[1]:
        return found
    if side * side * maps != found.shape[dim]:
        return None
    last = found.movedim(dim, -1).reshape(-1, maps, side, side)
    scaled = F.interpolate(last, sides, mode="bilinear", antialias=True).reshape(*found.movedim(dim, -1).shape[:-1], -1)
    return scaled.movedim(-1, dim)


def _update_spectral_norms(method: Method) -> None:
    """Lets spectral norms follow weights that have changed: whenever a weight is asked for, by one step of the power method."""
    with torch.no_grad():
        for module in method.modules():
            for _ in range(POWER_ITERATIONS if parametrize.is_parametrized(module, "weight") else 0):
                _ = module.weight


def _parts(new: list[str], own: Iterable[str]) -> tuple[str, ...]:
    """Returns the largest parts of a method of which nothing was copied, without what only counts or normalises."""
    kept = {name for name in own if name not in new}
    parts = []
    for name in new:
        if name.endswith(("num_batches_tracked", "._u", "._v")):
            continue
        path = re.sub(r"\.(parametrizations\.)?(weight|bias)(\.original)?$", "", name).split(".")
        prefixes = (".".join(path[:length]) for length in range(1, len(path) + 1))
        part = next((one for one in prefixes if not any(each.startswith(f"{one}.") for each in kept)), name)
        parts.append(part.removeprefix("generator."))
    return tuple(dict.fromkeys(parts))
