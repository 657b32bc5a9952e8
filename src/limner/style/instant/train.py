"""Teaches the instant network: each step stylises a few crops, and the objective of slow style transfer says what is to be better.

What comes with Limner was made by `limner style train` of public-domain paintings with `--contents` of public-domain photographs.
"""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from limner import files, seeds
from limner.data import garden
from limner.errors import RunError, UsageError
from limner.features import load_extractor
from limner.images import from_uint8
from limner.methods.optimisers import load_optimiser
from limner.parsing import ParseError, read_json
from limner.pictures import UnusablePicture, grid, open_picture, save
from limner.progress import ProgressLine
from limner.recipes.recipe import EmaConfig
from limner.style import colour
from limner.style.abstraction import abstracted, smooth_skin
from limner.style.arrays import resized
from limner.style.factors import Factors
from limner.style.instant.model import InstantModel, Palette, names, save_model
from limner.style.instant.names import FILE
from limner.style.instant.network import InstantNetwork, Noise
from limner.style.objective import GRID, Objective, Observer, blend
from limner.training.checkpoint import Checkpoints
from limner.training.ema import Ema
from limner.training.run import locked_run
from limner.weights import load_weights

CROP_SIDE, BATCH_SIZE = 160, 2
"""Pixels a side of the crops, and how many are stylized a step."""
STATISTICS_SIDE = 256
"""Longest side at which styles and contents are looked at: strokes come out as long as at this size."""
LEARNING_RATE, WARMUP_STEPS = 2e-3, 50
"""Of Adam, and steps over which it rises to that."""
EMA = EmaConfig(half_life=700, ramp=0.07)
"""The average of the weights that is kept, with a half-life of 700 pictures."""
CONTENT_STRENGTH = 0.2
"""How strongly the content is kept: less than by slow style transfer, which no network comes near."""
SAVE_EVERY_SECONDS = 60.0
"""Between two checkpoints."""
NUM_FLOWERS = 64
"""Flowers of the garden that are contents where no others are given."""


@dataclass(frozen=True)
class TrainingSample:
    """What a step asks for: crops in the colours of one of them, the style in the same, and the strengths of line and texture."""

    crops: list[np.ndarray]
    style: int
    shown: np.ndarray
    line: float
    texture: float


class Teacher:
    """Draws training samples and judges what the network makes of them."""

    def __init__(self, styles: Sequence[np.ndarray], contents: Sequence[np.ndarray], seed: int) -> None:
        self.styles = [_scaled(style, STATISTICS_SIDE) for style in styles]
        self.palettes = [colour.colours(style) for style in self.styles]
        plain = [_scaled(content, STATISTICS_SIDE) for content in contents]
        self.contents = [(one, abstracted(one, 1.0, smooth_skin(one))) for one in plain]
        self.observer = Observer(load_extractor(), STATISTICS_SIDE)
        self.seed = seed

    def sample(self, step: int) -> TrainingSample:
        """Returns the sample of a step, the same whenever it is asked for."""
        draw = np.random.default_rng(seeds.derive("training sample", self.seed, step))
        style = step % len(self.styles)
        # each slider is often at an end, where people leave it
        line, texture, colouring = (float(np.clip(draw.uniform(-0.2, 2.4), 0, 1)) for _ in range(3))
        crops = [self._crop(draw, texture) for _ in range(BATCH_SIZE)]
        first = colour.transported(crops[0], colour.colours(crops[0]), self.palettes[style], colouring)
        palette = colour.colours(first)
        rest = [colour.transported(crop, colour.colours(crop), palette) for crop in crops[1:]]
        shown = colour.transported(self.styles[style], self.palettes[style], palette)
        return TrainingSample([first, *rest], style, shown, line, texture)

    def _crop(self, draw: np.random.Generator, texture: float) -> np.ndarray:
        """Returns a crop of a content, as far as strokes as texture is taken over."""
        plain, strokes = self.contents[draw.integers(len(self.contents))]
        top, left = (int(draw.integers(side - CROP_SIDE + 1)) for side in plain.shape[:2])
        where = np.s_[top : top + CROP_SIDE, left : left + CROP_SIDE]
        crop = cv2.addWeighted(strokes[where], texture, plain[where], 1 - texture, 0)
        return np.ascontiguousarray(crop[:, ::-1] if draw.random() < 0.5 else crop)

    def gradient(self, sample: TrainingSample, originals: Tensor, stylized: Tensor, step: int) -> tuple[Tensor, float]:
        """Returns the gradient of the objective by what was stylized, (B, 3, H, W), and its mean."""
        target = self.observer.style_statistics(from_uint8(sample.shown[None]))[0]
        judged = stylized.detach().clone().requires_grad_()
        value = 0.0
        for index in range(len(judged)):
            original = originals[index : index + 1]
            whole = sample.line == sample.texture == 1  # and then the content's own statistics are not needed
            own = target if whole else self.observer.style_statistics(original)[0]
            mixes = [[(1 - strength, own), (strength, target)] for strength in (sample.texture, sample.line)]
            objective = Objective(self.observer, original, [blend(*mixes)], None, CONTENT_STRENGTH)
            value += objective.backward(judged[index : index + 1], (step % GRID, (step // GRID) % GRID))
        assert judged.grad is not None
        return judged.grad / BATCH_SIZE, value / BATCH_SIZE


class Training:
    """The network, its average, its optimiser, and how far it is: what is saved and taken up again."""

    def __init__(self, styles: int, seed: int) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seeds.derive("instant network", seed))
            self.network = InstantNetwork(styles)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = Ema(self.network, EMA)
        self.optimiser = torch.optim.Adam(self.network.parameters(), LEARNING_RATE, fused=True)
        self.step, self.seconds = 0, 0.0

    def learn(self, teacher: Teacher, progress: float) -> float:
        """Takes one step, at a fraction of the time in all, and returns the mean objective."""
        sample = teacher.sample(self.step)
        originals = torch.cat([from_uint8(crop[None]) for crop in sample.crops]).contiguous(
            memory_format=torch.channels_last
        )
        one_hot = torch.eye(len(teacher.styles))[sample.style].expand(BATCH_SIZE, -1)
        line, texture = (torch.full((BATCH_SIZE,), strength) for strength in (sample.line, sample.texture))
        stylized = self.network(originals, one_hot, line, texture, Noise(seeds.generator("instant", self.step)))
        gradient, value = teacher.gradient(sample, originals, stylized, self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (self.step + 1) / WARMUP_STEPS) * (1 - progress) ** 0.5
        self.optimiser.zero_grad()
        stylized.backward(gradient)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        self.average.update(self.step * BATCH_SIZE, BATCH_SIZE)
        return value

    def state(self) -> dict[str, Any]:
        """Returns all that a checkpoint must hold."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "network": dict(self.network.state_dict()),
            "average": dict(self.average.network.state_dict()),
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continues from a checkpoint."""
        load_weights(self.network, state["network"])
        load_weights(self.average.network, state["average"])
        load_optimiser(self.optimiser, state["optimiser"])
        self.step, self.seconds = state["step"], state["seconds"]


def train(
    styles: Sequence[Path], out: Path, minutes: float, contents: Path | None = None, seed: int = 0
) -> InstantModel:
    """Trains a model of styles into a run, or goes on with it where it was stopped, and returns it.

    UsageError or PictureError for styles or contents that cannot be used; RunError where `out` is another run, or one that another
    process trains.
    """
    if not 0 < minutes < math.inf:
        raise UsageError(f"--minutes {minutes}: give a number above 0.")
    pictures = [np.asarray(open_picture(path, minimum=CROP_SIDE).convert("RGB")) for path in styles]
    palettes = dict(zip(names(styles), map(Palette.of, pictures), strict=True))
    about = {"styles": [files.digest(path) for path in styles], "seed": seed}
    teacher = Teacher(pictures, [*_contents(contents), *([] if contents else pictures)], seed)
    _check_run(out, about)
    training, lock = Training(len(styles), seed), locked_run(out)
    try:
        _train(training, teacher, Checkpoints(out / "checkpoints"), minutes * 60)
        model = InstantModel(training.average.network, palettes)
        save_model(model, out / FILE)
        save(_sheet(model, teacher), out / "sheet.png")
    finally:
        lock.release()
    return model


def _train(training: Training, teacher: Teacher, checkpoints: Checkpoints, seconds: float) -> None:
    """Goes on from the last checkpoint until the time is spent, and leaves a checkpoint, however it ends."""
    _, warnings = checkpoints.load(training.restore)
    try:
        _learn(training, teacher, checkpoints, seconds, warnings)
    finally:
        checkpoints.save(training.step, training.state())


def _learn(
    training: Training, teacher: Teacher, checkpoints: Checkpoints, seconds: float, warnings: Sequence[str]
) -> None:
    saved = time.monotonic()
    with ProgressLine("learning styles", seconds, "seconds", rate=False) as bar:
        bar.start_at(training.seconds)
        for warning in warnings:
            bar.say(warning)
        if training.seconds >= seconds:
            bar.say(f"{training.seconds / 60:.3g} minutes are done already; with more --minutes it goes on")
        while training.seconds < seconds:
            began = time.monotonic()
            value = training.learn(teacher, training.seconds / seconds)
            training.seconds += time.monotonic() - began
            bar.update(min(training.seconds, seconds), f"step {training.step:,}, objective {value:.3f}")
            if time.monotonic() - saved > SAVE_EVERY_SECONDS:
                checkpoints.save(training.step, training.state())
                saved = time.monotonic()


def _check_run(out: Path, about: dict[str, Any]) -> None:
    """Makes a new run; RunError where there is something that is no run of these styles."""
    record = out / "run.json"
    if not out.exists():
        (out / "checkpoints").mkdir(parents=True)
        files.write_text(record, json.dumps(about) + "\n")
    elif not record.is_file() or not _is_of(record, about):
        raise RunError(f"{out} is there and is no run of these styles; give a new folder.")


def _is_of(record: Path, about: dict[str, Any]) -> bool:
    try:
        return bool(read_json(record) == about)
    except ParseError:
        return False


def _contents(folder: Path | None) -> list[np.ndarray]:
    """Returns the pictures of a folder, or flowers of the garden."""
    if folder is None:
        return [garden.draw(flower, STATISTICS_SIDE) for flower in garden.sample(NUM_FLOWERS, seed=0)]
    if not folder.is_dir():
        raise UsageError(f"{folder}: no folder of pictures.")
    found = []
    for path in sorted(folder.iterdir()):
        try:
            found.append(np.asarray(open_picture(path, minimum=CROP_SIDE).convert("RGB")))
        except UnusablePicture:
            continue
    if not found:
        raise UsageError(f"{folder} holds no picture of at least {CROP_SIDE} pixels a side.")
    return found


def _scaled(picture: np.ndarray, side: int) -> np.ndarray:
    height, width = picture.shape[:2]
    scale = max(side / max(height, width), CROP_SIDE / min(height, width))
    return resized(picture, (max(CROP_SIDE, round(height * scale)), max(CROP_SIDE, round(width * scale))))


def _sheet(model: InstantModel, teacher: Teacher) -> np.ndarray:
    """Returns a few crops, each beside it in every style."""
    crops = [teacher.sample(step).crops[0] for step in range(3)]
    rows = [[crop, *(model.stylize(crop, name, Factors()) for name in model.styles)] for crop in crops]
    return grid(np.stack([picture for row in rows for picture in row]), columns=len(model.styles) + 1)
