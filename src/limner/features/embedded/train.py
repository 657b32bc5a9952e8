"""Trains the embedded network: `python -m limner.features.embedded.train --data DATA --teacher FILE --out FOLDER`.

The network learns to see what SqueezeNet sees at three depths (Hinton et al. 2015, arXiv 1503.02531; Romero et al. 2015,
arXiv 1412.6550) in crops of pictures, at five sizes, and at the same time to tell the classes of labelled pictures.
"""

import argparse
import math
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from limner import seeds
from limner.features import load_extractor
from limner.features.embedded.crops import GRID, Crops, Labelled, cut, sources
from limner.features.embedded.feed import FINISH, FIRST, Feed, Mix
from limner.features.embedded.network import PARTS, TEXTURES, WIDTH, Network
from limner.progress import ProgressLine
from limner.tensors import load_tensors, save_tensors

DISTILLED = {"textures": (TEXTURES, 256), "parts": (PARTS, 512), "pooled": (WIDTH, 512)}
"""Channels of the student and of the teacher, by depth."""
WEIGHT_DECAY, WARMUP, LARGEST_GRADIENT = 0.02, 0.05, 5.0
HEAD_RATE = 2e-3


class Phase(NamedTuple):
    """The learning rate of the network, the weight of labels beside the teacher, and the pictures."""

    rate: float
    label_weight: float
    mixes: dict[int, Mix]


LEARN, POLISH = Phase(2e-3, 0.5, FIRST), Phase(5e-4, 1.0, FINISH)


class Student(nn.Module):
    """The network with what it needs only to learn: a translation to the teacher's channels, and a head a label."""

    def __init__(self, network: Network, classes: dict[str, int]) -> None:
        super().__init__()
        self.network = network
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
                losses[name] = F.cross_entropy(guess, truth[known], label_smoothing=0.05)
        return losses


def train(start: Network | None, crops: Crops, some: list[Labelled], seconds: float, seed: int) -> Network:
    """Trains for so many seconds and returns the network, its normalisation folded in.

    A network to start from is polished: it has no normalisation any more, learns slowly, and sees more small pictures.
    """
    phase = POLISH if start else LEARN
    torch.manual_seed(seeds.derive("embedded", seed))
    student = Student(
        start or Network(folded=False), {name: count for one in some for name, (_, count) in one.labels.items()}
    )
    student.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    feed = Feed(crops, [one for one in some if not one.crops], phase.mixes, seed)
    heads = [*student.translations.parameters(), *student.heads.parameters()]
    groups = [{"params": list(student.network.parameters()), "full": phase.rate}, {"params": heads, "full": HEAD_RATE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=WEIGHT_DECAY, fused=True)
    began, steps, recent = time.monotonic(), 0, []
    with ProgressLine("training", seconds, "seconds") as bar:
        while (spent := time.monotonic() - began) < seconds:
            done = spent / seconds
            for group in optimiser.param_groups:
                group["lr"] = group["full"] * min(done / WARMUP, 0.5 * (1 + math.cos(math.pi * done)))
            losses = student.loss(*feed.step())
            optimiser.zero_grad()
            weighted = [loss if name in DISTILLED else phase.label_weight * loss for name, loss in losses.items()]
            torch.stack(weighted).sum().backward()
            nn.utils.clip_grad_norm_(student.parameters(), LARGEST_GRADIENT)
            optimiser.step()
            steps += 1
            recent.append({name: loss.item() for name, loss in losses.items()})
            if steps % 100 == 0:
                bar.update(spent, f"step {steps}: {_means(recent)}")
                recent = []
    return student.network.eval() if start else folded(student.network)


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
    parser.add_argument("--teacher", type=Path, required=True, help="SqueezeNet's weights")
    parser.add_argument("--out", type=Path, default=Path(), help="the folder of the new weights")
    parser.add_argument("--start", type=Path, help="weights to polish; without them it learns from nothing")
    parser.add_argument("--minutes", type=float, default=65)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    some = list(sources(arguments.data))
    crops = cut(some, load_extractor(f"squeezenet={arguments.teacher}"), arguments.seed)
    start = None
    if arguments.start:
        start = Network()
        start.load_state_dict({name: tensor.float() for name, tensor in load_tensors(arguments.start)[0].items()})
    network = train(start, crops, some, 60 * arguments.minutes, arguments.seed)
    weights = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    save_tensors(arguments.out / "limner.safetensors", weights)


if __name__ == "__main__":
    main()
