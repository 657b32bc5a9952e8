"""The trained artefact: a folder that can be loaded without trusting it, and paints.

config.json         format, recipe, schema, where the weights came from
model.safetensors   the painter's weights, and the training set's combinations of conditions
README.md           the model card, with samples.png and curves.svg
"""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import ValidationError
from torch import Tensor

import limner
from limner import files, seeds
from limner.conditions import Wish, resolve
from limner.config import fault_of
from limner.data.schema import Attribute, Schema
from limner.errors import ConditionError, LimnerError, ModelError, UsageError, shown
from limner.methods import Painter, build_painter
from limner.methods.editing import redrawn
from limner.methods.vae import VaePainter
from limner.networks.conditioning import Condition
from limner.parsing import MOST_JSON_OF_DATA, ParseError, read_json
from limner.recipes import Recipe, parse
from limner.runtimes import RUNTIMES, Paint, choose_runtime, export_int8, export_onnx
from limner.tensors import DamagedFileError, load_tensors, save_tensors
from limner.values import from_uint8, to_uint8
from limner.weights import check_tensor, load_weights

FORMAT = 1
WEIGHTS = "model.safetensors"
TABLE = "conditions."
DEVICES = ("cpu", "cuda", "mps")
Encoder = Callable[[Tensor, Condition], Tensor]
PICKLES = (".pt", ".pth", ".bin", ".pkl", ".pickle", ".ckpt")


class Model:
    """A painter with what it needs to be asked: its recipe, schema and the conditions it was trained for."""

    def __init__(
        self, recipe: Recipe, schema: Schema, painter: Painter, table: dict[str, Tensor], about: dict[str, Any]
    ) -> None:
        self.recipe, self.schema, self.table, self.about = recipe, schema, table, about
        self.painter = painter.eval()
        self.attributes = tuple(schema.attribute(name) for name in painter.condition_names)
        self.runtime = "torch"
        self.paint: Paint = painter.paint
        self.encoder: Encoder | None = painter.codes if isinstance(painter, VaePainter) else None
        """What reads codes (B, latent) off pictures (B, C, H, W) and their condition. A GAN has none of its own."""
        self.digest: str | None = None
        """SHA-256 of the weights; None until the model has been saved or loaded."""

    def sample(
        self,
        n: int = 1,
        *,
        seed: int = 0,
        first: int = 0,
        condition: Wish | None = None,
        truncation: float = 1.0,
        batch: int = 64,
    ) -> np.ndarray:
        """Returns pictures `first..first + n - 1` of a seed, uint8 (n, H, W, C).

        Picture i of a seed does not depend on n. Bit-exact for the same build, device and batch; otherwise equal to
        the eye. `truncation` in (0, 1] trades variety for typicality. ConditionError, UsageError.
        """
        if n < 1:
            raise UsageError(f"n is {n}: ask for at least one picture.")
        indices = range(first, first + n)
        condition = resolve(condition or {}, self.attributes, self.table, seed, indices)
        return self.decode(self.codes(n, seed=seed, first=first, truncation=truncation), condition, batch=batch)

    def codes(self, n: int, *, seed: int = 0, first: int = 0, truncation: float = 1.0) -> Tensor:
        """Returns the codes that `sample` paints, float32 (n, latent)."""
        if seed < 0:
            raise UsageError(f"seed is {seed}: give a whole number of at least 0.")
        if not 0 < truncation <= 1:
            raise UsageError(f"truncation is {truncation}: it must be above 0 and at most 1.")
        generators = seeds.for_pictures(seed, n, first)
        return torch.stack([torch.randn(self.painter.latent, generator=g) for g in generators]) * truncation

    @torch.inference_mode()
    def decode(self, codes: Tensor, condition: Wish | None = None, *, batch: int = 64) -> np.ndarray:
        """Returns the pictures of codes (n, latent), uint8 (n, H, W, C); UsageError for codes of another length."""
        if codes.ndim != 2 or codes.shape[1] != self.painter.latent:
            raise UsageError(f"codes are {tuple(codes.shape)}: this model paints (n, {self.painter.latent}).")
        tensors = self._condition(condition, len(codes))
        painted = []
        for start in range(0, len(codes), batch):
            part = slice(start, start + batch)
            asked = {name: values[part].to(self.painter.device) for name, values in tensors.items()}
            painted.append(to_uint8(self.paint(codes[part].to(self.painter.device), asked)))
        return np.concatenate(painted)

    @torch.inference_mode()
    def encode(self, pictures: np.ndarray, condition: Wish | None = None) -> Tensor:
        """Returns the code of each picture, float32 (n, latent); `pictures` uint8 (n, H, W, C). ModelError without an encoder."""
        encoder = self._encoder("encode")
        return encoder(*self._seen(pictures, condition)).cpu()

    @torch.inference_mode()
    def edit(self, pictures: np.ndarray, condition: Wish, other: Wish, *, batch: int = 64) -> np.ndarray:
        """Returns pictures as they would look under another condition than their own, all uint8 (n, H, W, C).

        Both conditions are whole: every attribute, one value for all or one a picture. Where they are equal, the picture
        stays as it is. ModelError without an encoder, ConditionError, UsageError.
        """
        encoder = self._encoder("edit")
        images, before = self._seen(pictures, condition)
        after = self._whole(other, len(images))
        edited = []
        for start in range(0, len(images), batch):
            part = slice(start, start + batch)
            own, wished = ({name: values[part] for name, values in each.items()} for each in (before, after))
            codes = encoder(images[part], own)
            edited.append(to_uint8(redrawn(self.painter, images[part], codes, own, wished)))
        return np.concatenate(edited)

    def reconstruct(self, pictures: np.ndarray, condition: Wish | None = None) -> np.ndarray:
        """Returns pictures uint8 (n, H, W, C) encoded and decoded again."""
        return self.decode(self.encode(pictures, condition), condition)

    def walk(
        self, stops: int, frames: int, *, seed: int = 0, condition: Wish | None = None, truncation: float = 1.0
    ) -> Iterator[np.ndarray]:
        """Yields uint8 (H, W, C): a closed walk on great circles through `stops` codes, `frames` from each to the next."""
        codes = self.codes(stops, seed=seed, truncation=truncation)
        tensors = resolve(condition or {}, self.attributes, self.table, seed, range(stops))
        for stop in range(stops):
            share = torch.arange(frames)[:, None] / frames
            between = slerp(codes[stop], codes[(stop + 1) % stops], share)
            held = {name: values[stop].expand(frames) for name, values in tensors.items()}
            yield from self.decode(between, held)

    def to(self, device: str | torch.device) -> "Model":
        """Moves the weights to a device; a model that paints with ONNX Runtime stays on the CPU (UsageError)."""
        choose_runtime(self.runtime, str(device))
        self.painter.to(device)
        return self

    def use(self, runtime: str) -> "Model":
        """Paints with a runtime from now on: `torch`, `compiled`, `onnx`, or `auto`, which paints one picture soonest.

        UsageError for one that there is not, or not on the model's device; ModelError when it does not work here.
        """
        chosen = choose_runtime(runtime, str(self.painter.device))
        description = self.recipe.model_dump_json() + self.schema.model_dump_json()
        self.paint = RUNTIMES[chosen](self.painter, self.table, description)
        self.runtime = chosen
        return self

    def export(self, out: str | Path, *, int8: bool = False) -> str:
        """Writes the model as one ONNX file, in place of one that is there, and says in words how near its pictures are.

        `int8` rounds convolutions to whole numbers. ModelError when it paints otherwise, UsageError for a path that does not
        end in .onnx or without the ONNX packages, OSError when it cannot be written.
        """
        inputs = {a.name: a.model_dump(mode="json", exclude={"name"}) for a in self.attributes}
        about = {"latent": self.painter.latent, "condition": inputs, "sha256": self.digest, "ai_generated": True}
        about |= {"limner": limner.__version__, "recipe": self.recipe.name, **self.about}
        if int8:
            return f"{export_int8(self.painter, self.table, Path(out), about):.1f} dB from the pictures before rounding"
        difference = export_onnx(self.painter, self.table, Path(out), about)
        return f"within {difference:.1g} of what PyTorch paints, in values from -1 to 1"

    def save(self, folder: str | Path) -> None:
        """Writes config.json and model.safetensors, each of them whole or not at all; OSError when the disk is full."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = self.painter.state_dict() | {TABLE + name: tensor for name, tensor in self.table.items()}
        self.digest = save_tensors(folder / WEIGHTS, tensors)
        config = {"format": FORMAT, "limner": limner.__version__, "about": self.about}
        config |= {"recipe": self.recipe.model_dump(mode="json"), "schema": self.schema.model_dump(mode="json")}
        files.write_text(folder / "config.json", json.dumps(config, indent=2, ensure_ascii=False) + "\n")

    def _encoder(self, verb: str) -> Encoder:
        if self.encoder is None:
            raise ModelError(f"the recipe '{self.recipe.name}' has no encoder: train one of the VAE recipes to {verb}.")
        return self.encoder

    def _seen(self, pictures: np.ndarray, condition: Wish | None) -> tuple[Tensor, dict[str, Tensor]]:
        """Returns pictures (n, C, H, W) in [-1, 1] and their condition, which must be whole."""
        expected = (self.schema.height, self.schema.width, self.schema.channels)
        if pictures.dtype != np.uint8 or pictures.shape[1:] != expected:
            raise UsageError(f"pictures are {pictures.dtype} {pictures.shape}: this model reads uint8 (n, {expected}).")
        images = from_uint8(pictures)
        return images.to(self.painter.device), self._whole(condition, len(images))

    def _whole(self, condition: Wish | None, n: int) -> dict[str, Tensor]:
        missing = [name for name in self.painter.condition_names if name not in (condition or {})]
        if missing:
            raise ConditionError(f"this model reads pictures with their condition: give {', '.join(missing)}.")
        return {name: values.to(self.painter.device) for name, values in self._condition(condition, n).items()}

    def _condition(self, condition: Wish | None, n: int) -> dict[str, Tensor]:
        return resolve(condition or {}, self.attributes, self.table, 0, range(n))


def load(path: str | Path, device: str | torch.device = "cpu", runtime: str = "torch") -> Model:
    """Loads a model folder, or the model of a run; nothing in it is executed.

    `runtime` says what paints: `torch` as it is, `compiled`, `onnx`, or `auto`, which paints one picture soonest on
    the device. ModelError or UsageError, one line, when it cannot be used.
    """
    check_device(str(device))
    chosen = choose_runtime(runtime, str(device))
    folder = find_folder(Path(path))
    model = outline(folder)
    painter, attributes = model.painter, model.attributes
    try:
        tensors, metadata = load_tensors(folder / WEIGHTS)
    except DamagedFileError as error:
        raise ModelError(f"{error} Copy the whole model folder again.") from None
    table = {name.removeprefix(TABLE): tensors.pop(name) for name in list(tensors) if name.startswith(TABLE)}
    try:
        load_weights(painter, tensors, assign=True)
        _check_table(table, attributes)
    except ModelError as error:
        raise ModelError(f"{folder}: its weights cannot be used: {error}; copy the whole model folder again.") from None
    model = Model(model.recipe, model.schema, painter, table, model.about)
    model.digest = metadata["sha256"]
    return model.to(device).use(chosen)


def outline(path: str | Path) -> Model:
    """Returns a model without its weights, which can tell of itself in an instant and cannot paint; ModelError."""
    folder = find_folder(Path(path))
    config = _read_config(folder)
    try:
        recipe = parse(config["recipe"], f"{folder / 'config.json'}: recipe")
        schema = Schema.model_validate(config["schema"])
        with torch.device("meta"):
            painter = build_painter(recipe.method, schema, recipe.attributes(schema))
        return Model(recipe, schema, painter, {}, config["about"])
    except (KeyError, ValidationError, LimnerError) as error:
        raise ModelError(f"{folder / 'config.json'}: not a model that limner wrote ({fault_of(error)}).") from None


def _check_table(table: Mapping[str, Tensor], attributes: Sequence[Attribute]) -> None:
    """Raises ModelError unless conditions are columns of one length: classes that there are, and finite numbers."""
    if set(table) != {a.name for a in attributes}:
        raise ModelError(f"it has conditions for {shown(', '.join(sorted(table)) or 'nothing')}")
    rows = max(1, *(column.numel() for column in table.values())) if table else 0
    for attribute in attributes:
        name, column, label = TABLE + attribute.name, table[attribute.name], attribute.kind == "label"
        check_tensor(name, column, torch.int64 if label else torch.float32, (rows,))
        if label and not bool(((column >= 0) & (column < len(attribute.classes))).all()):
            raise ModelError(f"'{shown(name)}' holds classes that there are not")


def check_device(device: str) -> None:
    """Raises UsageError for a device that is unknown or not available here."""
    kind = device.partition(":")[0]
    if kind not in DEVICES:
        raise UsageError(f"--device {shown(device)}: choose from {', '.join(DEVICES)}.")
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError("--device cuda: no CUDA device is available here; use --device cpu.")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise UsageError("--device mps: no Apple GPU is available here; use --device cpu.")


def slerp(start: Tensor, end: Tensor, share: Tensor) -> Tensor:
    """Returns points between two codes (latent,) on their great circle, (n, latent), for shares (n, 1) in [0, 1].

    Lengths are interpolated too; straight lines would pass through short codes that a Gaussian never draws.
    """
    lengths = start.norm(), end.norm()
    cosine = torch.dot(start, end) / (lengths[0] * lengths[1])
    angle = torch.arccos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
    direction = (
        torch.sin((1 - share) * angle) * start / lengths[0] + torch.sin(share * angle) * end / lengths[1]
    ) / torch.sin(angle)
    return direction * torch.lerp(lengths[0], lengths[1], share)


def find_folder(path: Path) -> Path:
    if path.suffix.lower() in PICKLES:
        raise ModelError(
            f"{path}: pickled weights can run code and are never loaded; limner models are folders with config.json."
        )
    try:
        for folder in (path, path / "model"):
            if (folder / "config.json").is_file():
                return folder
        exists = path.exists()
    except OSError as error:  # a name that is too long for any file, or a folder that may not be entered
        raise ModelError(f"{shown(str(path), 200)}: cannot be read: {error.strerror}.") from None
    if not exists:
        raise ModelError(f"{shown(str(path), 200)}: no such model.")
    if (path / "recipe.yaml").is_file():
        raise ModelError(
            f"{path}: this run has not written a model yet; finish it with: limner train --resume --out {shlex.quote(str(path))}"
        )
    raise ModelError(f"{path}: not a model folder (no config.json).")


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config = read_json(folder / "config.json", MOST_JSON_OF_DATA, finite=False)
    except ParseError as error:
        raise ModelError(error.advised("damaged or unreadable; copy the whole model folder again.")) from None
    if not isinstance(config, dict) or not isinstance(config.get("format"), int):
        raise ModelError(f"{folder / 'config.json'}: not a model that limner wrote.")
    config.setdefault("about", {})
    if not all(isinstance(config.get(key), dict) for key in ("recipe", "schema", "about")):
        raise ModelError(f"{folder / 'config.json'}: not a model that limner wrote.")
    if config["format"] > FORMAT:
        raise ModelError(f"{folder}: written by a newer limner (format {config['format']}); upgrade limner to read it.")
    return config
