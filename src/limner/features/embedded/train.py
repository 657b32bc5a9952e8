"""Trains the embedded network: `python -m limner.features.embedded.train --data DATA --teacher FILE --out FOLDER`.

The network learns to find alike what SqueezeNet finds alike (`distillation.py`), place by place and picture by picture, and at
the same time to tell the classes of labelled pictures. Ctrl-C stops it, and the same command goes on.
"""

import argparse
import math
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from limner import seeds
from limner.features import load_extractor
from limner.features.embedded.crops import cut, sources
from limner.features.embedded.distillation import losses, pooled_loss
from limner.features.embedded.feed import Feed, Step
from limner.features.embedded.network import WIDTH, Network
from limner.features.embedded.stylised import Stylised
from limner.features.embedded.teachers import Teachers, Views
from limner.progress import ProgressLine
from limner.tensors import load_tensors, save_tensors

WEIGHTS = {"kernel": 1.0, "distance": 2.0, "style": 1.0, "pooled": 3.0, "teacher": 1.0, "start": 4.0}
"""What each loss weighs; every label weighs `LABEL`."""
LABEL = 0.6
WEIGHT_DECAY, WARMUP, LARGEST_GRADIENT = 0.02, 0.03, 5.0
RATES = {"from nothing": 2e-3, "from weights": 5e-4}
HEAD_RATE = 2e-3
SAVE_EVERY = 120
"""Seconds between checkpoints."""


class Student(nn.Module):
    """The network with what it needs only to learn: a head a label, and translations of its pooled vectors to its teachers'."""

    def __init__(self, network: Network, classes: dict[str, int], stds: dict[str, Tensor]) -> None:
        super().__init__()
        self.network = network
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, count) for name, count in classes.items()})
        self.stds = stds
        self.translations = nn.ModuleDict({name: nn.Linear(WIDTH, len(std)) for name, std in stds.items()})
        if "start" in self.translations:
            identity = {"weight": torch.eye(WIDTH), "bias": torch.zeros(WIDTH)}
            self.translations["start"].load_state_dict(identity)

    def losses(self, step: Step, views: Views, generator: torch.Generator) -> dict[str, Tensor]:
        """Returns each loss of a step by name."""
        count = len(step.partners)
        with torch.autocast("cpu", torch.bfloat16):
            own = self.network(step.images)
        pooled, whole = own["pooled"].float(), views.pooled["teacher"]
        found = losses({name: maps[:count] for name, maps in own.items()}, views.maps, step.partners, generator)
        found["pooled"] = pooled_loss(pooled[: len(whole)], whole)
        for name, target in views.pooled.items():
            translated = self.translations[name](pooled[: len(target)])
            found[name] = F.smooth_l1_loss(translated / self.stds[name], target / self.stds[name])
        for name, truth in step.labels.items():
            known = truth >= 0
            if known.any():
                guess = self.heads[name](pooled[known])
                found[name] = F.cross_entropy(guess, truth[known], label_smoothing=0.05)
        return found


class Training:
    """A training that can be taken up again: the student, its optimiser, and how many seconds and steps it has had."""

    def __init__(self, student: Student, rate: float, checkpoint: Path) -> None:
        self.student, self.checkpoint = student.to(memory_format=torch.channels_last), checkpoint  # type: ignore[call-overload]
        groups = [
            {"params": list(student.network.parameters()), "full": rate},
            {"params": [*student.heads.parameters(), *student.translations.parameters()], "full": HEAD_RATE},
        ]
        self.optimiser = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
        self.seconds, self.steps = 0.0, 0
        if checkpoint.exists():
            self._restore()

    def run(self, feed: Feed, teachers: Teachers, seconds: float) -> Network:
        """Trains until there have been so many seconds, and returns the network, any normalisation folded in."""
        stylised = Stylised(feed.squares, feed.seed)
        began, recent, saved = time.monotonic() - self.seconds, [], self.seconds
        try:
            with ProgressLine("training", seconds, "seconds") as bar:
                while self.seconds < seconds:
                    step = stylised.added_to(feed.step(self.steps), self.student.network)
                    generator = seeds.generator("places", feed.seed, self.steps)
                    recent.append(self._step(self.student.losses(step, teachers.views(step), generator), seconds))
                    self.seconds = time.monotonic() - began
                    if self.steps % 50 == 0:
                        bar.update(self.seconds, f"step {self.steps}: {_means(recent)}")
                        recent = []
                    if self.seconds - saved > SAVE_EVERY:
                        self.save()
                        saved = self.seconds
        finally:
            self.save()
        network = self.student.network
        return (
            folded(network) if any(isinstance(layer, nn.BatchNorm2d) for layer in network.modules()) else network.eval()
        )

    def _step(self, found: dict[str, Tensor], seconds: float) -> dict[str, float]:
        done = self.seconds / seconds
        for group in self.optimiser.param_groups:
            group["lr"] = group["full"] * min(done / WARMUP + 0.01, 0.5 * (1 + math.cos(math.pi * done)))
        self.optimiser.zero_grad()
        torch.stack([WEIGHTS.get(name, LABEL) * loss for name, loss in found.items()]).sum().backward()
        nn.utils.clip_grad_norm_(self.student.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.steps += 1
        return {name: loss.item() for name, loss in found.items()}

    def save(self) -> None:
        """Writes the checkpoint."""
        tensors = {f"student {name}": tensor.contiguous() for name, tensor in self.student.state_dict().items()}
        for name, parameter in self.student.named_parameters():
            for key, value in self.optimiser.state.get(parameter, {}).items():
                tensors[f"optimiser {key} {name}"] = value.contiguous()
        save_tensors(self.checkpoint, tensors, {"seconds": str(self.seconds), "steps": str(self.steps)})

    def _restore(self) -> None:
        tensors, texts = load_tensors(self.checkpoint)
        self.seconds, self.steps = float(texts["seconds"]), int(texts["steps"])
        self.student.load_state_dict({name: tensors[f"student {name}"] for name in self.student.state_dict()})
        for name, parameter in self.student.named_parameters():
            keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"optimiser {key} {name}" in tensors]
            self.optimiser.state[parameter] = {
                key: tensors[f"optimiser {key} {name}"].clone(memory_format=torch.preserve_format) for key in keys
            }


def _means(rows: list[dict[str, float]]) -> str:
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: [row[name] for row in rows if name in row] for name in names}
    return ", ".join(f"{name} {sum(found) / len(found):.3f}" for name, found in values.items())


def folded(network: Network) -> Network:
    """Returns the network with each normalisation folded into the convolution before it."""
    network.eval()
    plain = Network(folded=True)
    for stage, target in zip(network.children(), plain.children(), strict=True):
        convolutions = [layer for layer in target.children() if isinstance(layer, nn.Conv2d)]
        layers: list[Any] = list(stage.children())
        for index, into in enumerate(convolutions):
            convolution, norm = layers[3 * index], layers[3 * index + 1]
            into.weight, into.bias = fuse_conv_bn_weights(
                convolution.weight, None, norm.running_mean, norm.running_var, norm.eps, norm.weight, norm.bias
            )
    return plain


def main() -> None:
    """Reads the pictures, asks the teacher, trains and writes `limner.safetensors`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the source pictures")
    parser.add_argument("--collected", type=Path, help="the dataset that limner.bases.photographs wrote")
    parser.add_argument("--teacher", type=Path, required=True, help="SqueezeNet's weights")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder of the new weights, and of what is kept")
    parser.add_argument("--start", type=Path, help="weights to start from; without them it learns from nothing")
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    teacher = load_extractor(f"squeezenet={arguments.teacher}")
    some = list(sources(arguments.data, arguments.collected))
    squares = cut(some, arguments.seed)
    torch.manual_seed(seeds.derive("embedded", arguments.seed))
    network, rate = Network(folded=False), RATES["from nothing"]
    if arguments.start:
        network, rate = Network(), RATES["from weights"]
        network.load_state_dict({name: tensor.float() for name, tensor in load_tensors(arguments.start)[0].items()})
    classes = {name: count for one in some for name, (_, count) in one.labels.items()}
    teachers = Teachers(teacher, network if arguments.start else None, squares)
    training = Training(Student(network, classes, teachers.stds), rate, arguments.out / "checkpoint.safetensors")
    feed = Feed(squares, [one for one in some if not one.crops], arguments.seed)
    trained = training.run(feed, teachers, 60 * arguments.minutes)
    weights = {name: tensor.half().contiguous() for name, tensor in trained.state_dict().items()}
    save_tensors(arguments.out / "limner.safetensors", weights)


if __name__ == "__main__":
    main()
