"""The trained artefact: a folder that can be loaded without trusting it, and generates.

config.json         format, recipe, schema, where the weights came from
model.safetensors   the generator's weights, and the training set's combinations of conditions
README.md           the model card, with samples.png and curves.svg
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

from limner import files, seeds
from limner.conditions.attribute import Attribute
from limner.conditions.kinds import condition_kind_of
from limner.conditions.resolve import resolve
from limner.conditions.values import ConditionRequest
from limner.config import fault_of
from limner.data.dataset import Dataset
from limner.data.schema import Schema
from limner.devices import check_device_name
from limner.errors import ConditionError, DamagedFileError, LimnerError, ModelError, UsageError, quoted
from limner.images import from_uint8, to_uint8, with_clean_alpha
from limner.methods import DecoderHooks, Generator, Latent, build_generator
from limner.methods.counterfactual import counterfactual_image
from limner.methods.hooks import NUM_EXAMPLES
from limner.model_config import FILE, FORMAT, check_sampling, not_of_limner, read_config
from limner.model_folder import find_folder
from limner.pictures import grid, notebook_html
from limner.pictures.palette import read_colours
from limner.recipes import Recipe
from limner.runtimes import RUNTIMES, Runner, choose_runtime, export_int8, export_onnx, exported_file
from limner.tensors import load_tensors, save_tensors
from limner.version import __version__
from limner.weights import check_tensor, load_weights

WEIGHTS = "model.safetensors"
CONDITION_PREFIX = "conditions."
NOTEBOOK_SAMPLES, NOTEBOOK_COLUMNS = 16, 8
"""Pictures that a notebook shows, and how many in a row."""


class Model:
    """A generator with what it needs to be asked: its recipe, schema and the conditions it was trained for."""

    def __init__(
        self,
        recipe: Recipe,
        schema: Schema,
        generator: Generator,
        condition_table: dict[str, Tensor],
        about: dict[str, Any],
    ) -> None:
        self.recipe, self.schema, self.condition_table, self.about = recipe, schema, condition_table, about
        self.generator = generator.eval()
        self.attributes = tuple(schema.attribute(name) for name in generator.condition_names)
        self.runtime = "torch"
        self.runner: Runner = generator
        self.digest: str | None = None
        """SHA-256 of the weights; None until the model has been saved or loaded."""

    @property
    def colours(self) -> dict[str, float] | None:
        """The usual colours of the training pictures, "#rrggbb", and their frequencies; None of a model that does not say."""
        data = self.about.get("data")
        return read_colours(data.get("colours")) if isinstance(data, dict) else None

    def __repr__(self) -> str:
        conditions = ", ".join(attribute.name for attribute in self.attributes) or "nothing"
        schema = self.schema
        return f"Model('{self.recipe.name}': {schema.width}x{schema.height}, {schema.colours}; conditional on {conditions})"

    def _repr_html_(self) -> str:
        """Returns what a notebook shows: what it can be asked for, and pictures."""
        lines = [f"{one.name}: {condition_kind_of(one).describe(one)}" for one in self.attributes]
        return notebook_html(repr(self), lines, grid(self.sample(NOTEBOOK_SAMPLES), NOTEBOOK_COLUMNS))

    def sample(
        self,
        n: int = 1,
        *,
        seed: int = 0,
        first: int = 0,
        condition: ConditionRequest | None = None,
        truncation: float = 1.0,
        batch: int = 64,
    ) -> np.ndarray:
        """Returns pictures `first..first + n - 1` of a seed, uint8 (n, H, W, C).

        Picture i of a seed does not depend on n. Bit-exact for the same build, device and batch; otherwise equal to
        the eye. `truncation` in (0, 1] trades variety for typicality. ConditionError, UsageError.
        """
        latent = self.sample_latents(n, seed=seed, first=first, condition=condition, truncation=truncation)
        return self.generate(latent, batch=batch)

    def sample_latents(
        self,
        n: int = 1,
        *,
        seed: int = 0,
        first: int = 0,
        condition: ConditionRequest | None = None,
        truncation: float = 1.0,
    ) -> Latent:
        """Returns the latents of pictures `first..first + n - 1` of a seed, in z; ConditionError, UsageError."""
        check_sampling(n, seed, truncation)
        resolved = self.resolve(condition, seed, range(first, first + n))
        return Latent(seeds.noise(seed, n, self.generator.latent_dim, first) * truncation, resolved)

    def resolve(
        self, condition: ConditionRequest | None = None, seed: int = 0, indices: Sequence[int] = (0,)
    ) -> dict[str, Tensor]:
        """Returns the condition of pictures `indices` of a seed, {name: (n, *shape)}; what is not given is drawn.

        None leaves an attribute out, of a model whose recipe has `condition_dropout`. ConditionError.
        """
        optional = self.recipe.condition_dropout > 0
        return resolve(condition or {}, self.attributes, self.condition_table, seed, indices, optional)

    @torch.inference_mode()
    def generate(self, latent: Latent, *, batch: int = 64) -> np.ndarray:
        """Returns the pictures of latents, uint8 (n, H, W, C); UsageError for latents of another length."""
        if latent.values.ndim != 2 or latent.values.shape[1] != self.generator.latent_dim:
            raise UsageError(
                f"latents are {tuple(latent.values.shape)}: this model has (n, {self.generator.latent_dim})."
            )
        pictures = np.concatenate([to_uint8(self._generated(part)) for part in latent.batches(batch)])
        return with_clean_alpha(pictures)

    def encode(self, pictures: np.ndarray, condition: ConditionRequest | None = None) -> Latent:
        """Returns the latents of pictures uint8 (n, H, W, C), in w; ModelError without an encoder, ConditionError."""
        self._check_encoder("encode")
        images, own = self.to_model_input(pictures, condition)
        with torch.inference_mode():
            return self.generator.encode(images, own).latent(own)

    def reconstruct(self, pictures: np.ndarray, condition: ConditionRequest | None = None) -> np.ndarray:
        """Returns pictures uint8 (n, H, W, C) encoded and generated again."""
        return self.generate(self.encode(pictures, condition))

    @torch.inference_mode()
    def counterfactual_pictures(
        self, pictures: np.ndarray, condition: ConditionRequest, other: ConditionRequest, *, batch: int = 64
    ) -> np.ndarray:
        """Returns pictures as they would look under another condition than their own, all uint8 (n, H, W, C).

        Both conditions are whole: every attribute, one value for all or one a picture. Where they are equal, the picture
        stays as it is. ModelError without an encoder, ConditionError, UsageError.
        """
        self._check_encoder("edit")
        images, before = self.to_model_input(pictures, condition)
        after = self._whole(other, len(images))
        edited = []
        for start in range(0, len(images), batch):
            part = slice(start, start + batch)
            own, asked = ({name: values[part] for name, values in each.items()} for each in (before, after))
            z = self.generator.inverse_map(self.generator.encode(images[part], own).mean, own)
            edited.append(to_uint8(counterfactual_image(self.generator, images[part], z, own, asked)))
        return np.concatenate(edited)

    @cached_property
    def hooks(self) -> DecoderHooks:
        """The feature maps of the decoder; ModelError for a model without a decoder."""
        if self.generator.decoder_network is None:
            raise ModelError(f"the recipe '{self.recipe.name}' has no decoder: its pictures cannot be edited.")
        side = min(self.schema.height, self.schema.width)
        return DecoderHooks(self.generator, self.sample_latents(NUM_EXAMPLES).to(self.generator.device), side)

    def to(self, device: str | torch.device) -> "Model":
        """Moves the weights to a device; a model that runs in ONNX Runtime stays on the CPU (UsageError)."""
        choose_runtime(self.runtime, str(device))
        self.generator.to(device)
        return self

    def set_runtime(self, runtime: str) -> "Model":
        """Generates with a runtime from now on: `torch`, `compiled`, `onnx`, or `auto`, which is soonest ready with one picture.

        UsageError for one that there is not, or not on the model's device; ModelError when it does not work here.
        """
        chosen = choose_runtime(runtime, str(self.generator.device))
        self.runner = RUNTIMES[chosen](self.generator, self.condition_table, self._description)
        self.runtime = chosen
        return self

    @property
    def is_exported(self) -> bool:
        """Whether ONNX Runtime starts at once, as the generator was exported before; otherwise that takes seconds."""
        return exported_file(self.generator, self._description).is_file()

    @property
    def _description(self) -> str:
        return self.recipe.model_dump_json() + self.schema.model_dump_json()

    def export(self, out: str | Path, *, int8: bool = False) -> str:
        """Writes the model as one ONNX file, in place of one that is there, and says in words how near its pictures are.

        `int8` rounds convolutions to whole numbers. ModelError when its pictures differ, UsageError for a path that does not
        end in .onnx or without the ONNX packages, OSError when it cannot be written.
        """
        inputs = {a.name: a.model_dump(mode="json", exclude={"name"}) for a in self.attributes}
        about = {
            "latent_dim": self.generator.latent_dim,
            "condition": inputs,
            "sha256": self.digest,
            "ai_generated": True,
        }
        about |= {"limner": __version__, "recipe": self.recipe.name, **self.about}
        if int8:
            return f"{export_int8(self.generator, self.condition_table, Path(out), about):.1f} dB from the pictures before rounding"
        difference = export_onnx(self.generator, self.condition_table, Path(out), about)
        return f"within {difference:.1g} of what PyTorch generates, in values from -1 to 1"

    def save(self, folder: str | Path) -> None:
        """Writes config.json and model.safetensors, each of them whole or not at all; OSError when the disk is full."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = self.generator.state_dict() | {
            CONDITION_PREFIX + name: tensor for name, tensor in self.condition_table.items()
        }
        self.digest = save_tensors(folder / WEIGHTS, tensors)
        config = {"format": FORMAT, "limner": __version__, "about": self.about}
        config |= {"recipe": self.recipe.model_dump(mode="json"), "schema": self.schema.model_dump(mode="json")}
        files.write_text(folder / FILE, json.dumps(config, indent=2, ensure_ascii=False) + "\n")

    def to_model_input(
        self, pictures: np.ndarray, condition: ConditionRequest | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Returns pictures uint8 (n, H, W, C) as (n, C, H, W) in [-1, 1], and their condition, which must be whole."""
        expected = (self.schema.height, self.schema.width, self.schema.channels)
        if pictures.dtype != np.uint8 or pictures.shape[1:] != expected:
            raise UsageError(f"pictures are {pictures.dtype} {pictures.shape}: this model reads uint8 (n, {expected}).")
        images = from_uint8(pictures)
        return images.to(self.generator.device), self._whole(condition, len(images))

    def _generated(self, latent: Latent) -> Tensor:
        """Returns pictures (B, C, H, W): by the runtime, which knows z alone, or by PyTorch."""
        latent = latent.to(self.generator.device)
        if latent.offsets:
            return self.hooks.decode(latent)
        if latent.space == "z" and latent.spatial is None:
            return self.runner(latent.values, latent.condition)
        return self.generator.decode_latent(latent)

    def _check_encoder(self, verb: str) -> None:
        if not self.generator.encodes:
            raise ModelError(f"the recipe '{self.recipe.name}' has no encoder: train one of the VAE recipes to {verb}.")

    def _whole(self, condition: ConditionRequest | None, n: int) -> dict[str, Tensor]:
        missing = [name for name in self.generator.condition_names if name not in (condition or {})]
        if missing:
            raise ConditionError(f"this model reads pictures with their condition: give {', '.join(missing)}.")
        resolved = self.resolve(condition, 0, range(n))
        return {name: values.to(self.generator.device) for name, values in resolved.items()}


def load(path: str | Path, device: str | torch.device = "cpu", runtime: str = "torch") -> Model:
    """Loads a model folder, or the model of a run; nothing in it is executed.

    `runtime` says what generates: `torch` as it is, `compiled`, `onnx`, or `auto`, which is soonest ready with one picture
    on the device. ModelError or UsageError, one line, when it cannot be used.
    """
    check_device(str(device))
    chosen = choose_runtime(runtime, str(device))
    folder = find_folder(Path(path))
    model = load_without_weights(folder)
    generator, attributes = model.generator, model.attributes
    try:
        tensors, metadata = load_tensors(folder / WEIGHTS)
    except DamagedFileError as error:
        raise ModelError(f"{error} Copy the whole model folder again.") from None
    condition_table = {
        name.removeprefix(CONDITION_PREFIX): tensors.pop(name)
        for name in list(tensors)
        if name.startswith(CONDITION_PREFIX)
    }
    try:
        load_weights(generator, tensors, assign=True)
        _check_table(condition_table, attributes)
    except ModelError as error:
        raise ModelError(f"{folder}: its weights cannot be used: {error}; copy the whole model folder again.") from None
    model = Model(model.recipe, model.schema, generator, condition_table, model.about)
    model.digest = metadata["sha256"]
    return model.to(device).set_runtime(chosen)


def load_without_weights(path: str | Path) -> Model:
    """Returns a model without its weights, which can be described in an instant and cannot generate; ModelError."""
    folder = find_folder(Path(path))
    config = read_config(folder)
    try:
        with torch.device("meta"):
            generator = build_generator(config.recipe.method, config.schema, config.attributes)
        return Model(config.recipe, config.schema, generator, {}, config.about)
    except (KeyError, ValidationError, LimnerError) as error:
        raise not_of_limner(folder / FILE, fault_of(error)) from None


def _check_table(condition_table: Mapping[str, Tensor], attributes: Sequence[Attribute]) -> None:
    """Raises ModelError unless conditions are columns of one length, of values that there are."""
    if set(condition_table) != {a.name for a in attributes}:
        raise ModelError(f"it has conditions for {quoted(', '.join(sorted(condition_table)) or 'nothing')}")
    rows = max(1, *(len(column) if column.ndim else 0 for column in condition_table.values())) if condition_table else 0
    for attribute in attributes:
        name, column, kind = (
            CONDITION_PREFIX + attribute.name,
            condition_table[attribute.name],
            condition_kind_of(attribute),
        )
        check_tensor(name, column, kind.dtype, (rows, *attribute.shape))
        if fault := kind.fault(attribute, column):
            raise ModelError(f"'{quoted(name)}' {fault}")


def check_shape(name: str, model: Model, dataset: Dataset) -> None:
    """Raises UsageError when a model generates pictures of another size or other channels than those of a dataset."""
    ours, theirs = model.schema, dataset.schema
    if ours.shape != theirs.shape:
        raise UsageError(
            f"{name} generates {ours.width}x{ours.height} {ours.colours} pictures, but those of "
            f"{dataset.path} are {theirs.width}x{theirs.height} {theirs.colours}: prepare them alike."
        )


def check_device(device: str) -> None:
    """Raises UsageError for a device that is unknown or not available here."""
    kind = check_device_name(device)
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError("--device cuda: no CUDA device is available here; use --device cpu.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("--device mps: no Apple GPU is available here; use --device cpu.")
