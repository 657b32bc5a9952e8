"""Trains the embedded network: `python -m limner.features.embedded.train --data DATA --teacher FILE --out FOLDER`.

The network learns to see what SqueezeNet sees at three depths (Hinton et al. 2015, arXiv 1503.02531; Romero et al. 2015,
arXiv 1412.6550) in crops of pictures, at five sizes, and at the same time to tell the classes of labelled pictures.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from limner import seeds
from limner.features.embedded.crops import GRID, Crops, Labelled, cut, sources
from limner.features.embedded.network import PARTS, TEXTURES, WIDTH, Network
from limner.features.squeezenet import SqueezeNet
from limner.progress import ProgressLine
from limner.tensors import save_tensors

SIZES = {28: 0.35, 48: 0.2, 64: 0.3, 96: 0.1, 112: 0.05}
"""Side of the pictures of a step, and how often it is drawn."""
CROPS = {28: 64, 48: 64, 64: 64, 96: 32, 112: 32}
WHOLE = {28: 96, 48: 24, 64: 24, 96: 16, 112: 16}
"""Crops, and small labelled pictures, of a step by side; the latter are seen in their own size above all."""
DISTILLED = {"textures": (TEXTURES, 256), "parts": (PARTS, 512), "pooled": (WIDTH, 512)}
"""Channels of the student and of the teacher, by depth."""
LABEL_WEIGHT = 0.5
RATE, WEIGHT_DECAY, WARMUP = 2e-3, 0.02, 0.05


class Student(nn.Module):
    """The network with what it needs only to learn: a translation to the teacher's channels, and a head a label."""

    def __init__(self, classes: dict[str, int]) -> None:
        super().__init__()
        self.network = Network(folded=False)
        self.translations = nn.ModuleDict({depth: nn.Conv2d(*shape, 1) for depth, shape in DISTILLED.items()})
        self.heads = nn.ModuleDict({name: nn.Linear(WIDTH, count) for name, count in classes.items()})

    def loss(self, images: Tensor, seen: dict[str, Tensor], labels: dict[str, Tensor]) -> dict[str, Tensor]:
        """Images (B, 3, S, S); the teacher saw the first of them; labels (B,), -1 where a picture has none."""
        activations = self.network(images)
        losses = {}
        for depth, target in seen.items():
            view = activations[depth][: len(target)]
            view = F.adaptive_avg_pool2d(view, GRID) if view.ndim == 4 else view[..., None, None]
            losses[depth] = F.smooth_l1_loss(
                self.translations[depth](view), target.view(len(target), -1, *view.shape[2:])
            )
        for name, truth in labels.items():
            known = truth >= 0
            if known.any():
                guess = self.heads[name](activations["pooled"][known])
                losses[name] = LABEL_WEIGHT * F.cross_entropy(guess, truth[known], label_smoothing=0.05)
        return losses


class Feed:
    """Draws the pictures of a step: crops that the teacher saw, then labelled ones, all brought to one size."""

    def __init__(self, crops: Crops, whole: list[Labelled], seed: int) -> None:
        self.crops, self.whole = crops, whole
        self.draw = np.random.default_rng(seeds.derive("feed", seed))
        self.scale = {depth: _scale(views) for depth, views in crops.seen.items()}

    def step(self) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor]]:
        """Returns images, the teacher's standardised views of the first of them, and labels."""
        size = int(self.draw.choice(list(SIZES), p=list(SIZES.values())))
        rows = torch.from_numpy(self.draw.integers(len(self.crops.pictures), size=CROPS[size]))
        images = [_sized(self.crops.pictures[rows].float() / 127.5 - 1, size)]
        labels = {name: [values[rows]] for name, values in self.crops.labels.items()}
        for one in self.whole:
            share = len(one.pictures) / sum(len(other.pictures) for other in self.whole)
            part = self.draw.integers(len(one.pictures), size=round(share * WHOLE[size]))
            pictures = torch.from_numpy(one.pictures[part]).permute(0, 3, 1, 2).float() / 127.5 - 1
            images.append(_sized(_jittered(pictures, self.draw), size).expand(-1, 3, -1, -1))
            for name in labels.keys() | one.labels.keys():
                known = (
                    torch.from_numpy(one.labels[name][0][part]) if name in one.labels else torch.full((len(part),), -1)
                )
                before = sum(map(len, images)) - len(part)
                labels.setdefault(name, [torch.full((before,), -1)]).append(known)
        views = {
            depth: (views[rows].float() - self.scale[depth][0]) / self.scale[depth][1]
            for depth, views in self.crops.seen.items()
        }
        batch = torch.cat(images).contiguous(memory_format=torch.channels_last)
        return batch, views, {name: torch.cat(parts) for name, parts in labels.items()}


def train(crops: Crops, some: list[Labelled], seconds: float, seed: int) -> tuple[Network, list[dict[str, float]]]:
    """Trains for so many seconds on one CPU and returns the network, normalisation folded in, and the mean losses on the way."""
    torch.manual_seed(seeds.derive("embedded", seed))
    classes = {name: count for one in some for name, (_, count) in one.labels.items()}
    student = Student(classes)
    student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    feed = Feed(crops, [one for one in some if not one.crops], seed)
    optimiser = torch.optim.AdamW(student.parameters(), lr=RATE, weight_decay=WEIGHT_DECAY, fused=True)
    began, step, history, recent = time.monotonic(), 0, [], []
    with ProgressLine("training", seconds, "seconds") as bar:
        while (spent := time.monotonic() - began) < seconds:
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(spent / seconds / WARMUP, 0.5 * (1 + np.cos(np.pi * spent / seconds)))
            losses = student.loss(*feed.step())
            optimiser.zero_grad()
            sum(losses.values(), torch.zeros(())).backward()
            nn.utils.clip_grad_norm_(student.parameters(), 5.0)
            optimiser.step()
            recent.append({name: float(loss.detach()) for name, loss in losses.items()})
            step += 1
            if step % 100 == 0:
                history.append(
                    {
                        name: round(float(np.mean([row[name] for row in recent if name in row])), 4)
                        for name in recent[-1]
                    }
                )
                recent = []
                bar.update(
                    spent, f"step {step}: " + ", ".join(f"{name} {value:.3f}" for name, value in history[-1].items())
                )
    return folded(student.network), history


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


def _scale(views: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread of each channel, so that all count alike."""
    over = (0, 2, 3) if views.ndim == 4 else (0,)
    some = views[:: max(1, len(views) // 4000)].float()
    return some.mean(over, keepdim=True)[0], some.std(over, keepdim=True)[0] + 1e-3


def _sized(images: Tensor, size: int) -> Tensor:
    mode = "area" if size <= images.shape[-1] else "bilinear"
    return F.interpolate(images, size=(size, size), mode=mode)


def _jittered(images: Tensor, draw: np.random.Generator) -> Tensor:
    """Shifts a batch by up to two pixels and mirrors nothing, because digits have a side."""
    shift = draw.integers(-2, 3, size=2)
    return torch.roll(images, tuple(int(s) for s in shift), (2, 3))


def main() -> None:
    """Reads the pictures, asks the teacher, trains and writes `limner.safetensors` and `card.json`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    teacher = SqueezeNet()
    teacher.load_state_dict({name: tensor.float() for name, tensor in load_file(arguments.teacher).items()})
    teacher.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    some = list(sources(arguments.data))
    crops = cut(some, teacher, arguments.seed)
    network, history = train(crops, some, arguments.minutes * 60, arguments.seed)
    weights = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    save_tensors(arguments.out / "limner.safetensors", weights)
    (arguments.out / "history.json").write_text(json.dumps(history))


if __name__ == "__main__":
    main()
