"""How fast the embedded network judges pictures: its share of this machine's convolution peak, and against SqueezeNet.

    python benchmarks/features.py [--seconds 2] [--rounds 10] [--squeezenet FILE] [--json FILE]

The embedded network reads batches of 64 pictures of 64 x 64; SqueezeNet, which would be the usual small choice, reads its
own 224 x 224 at the fastest of three batch sizes. Both are channels last, without gradients, on all cores. The peak, the
embedded network and SqueezeNet take turns, so that a busy moment of the machine hits all of them; each figure is the median
of the turns, and each ratio the median of the turns' ratios. Operations are counted by torch's FlopCounterMode:
convolutions only, a multiplication and an addition being two. Speed does not depend on what the weights are, so the
networks have random ones unless SqueezeNet's file is given or in `LIMNER_WEIGHTS`.
"""

import json
import statistics
from functools import partial
from pathlib import Path
from typing import Any

import command
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from limner.features import load_extractor, weights
from limner.features.embedded.network import Network
from limner.features.squeezenet import SqueezeNet
from training import convolution_peak, rate

BATCH, SIDE = 64, 64
PEER_BATCHES, PEER_SIDE = (8, 32, 64), 224


def squeezenet(file: Path | None) -> nn.Module:
    """SqueezeNet with its weights if they are here, otherwise with random ones."""
    found = file or weights.find("squeezenet")
    return load_extractor(f"squeezenet={found}") if found else SqueezeNet()


def judge(network: nn.Module, images: torch.Tensor) -> None:
    """Looks at a batch once."""
    with torch.inference_mode():
        network(images)


def pictures(batch: int, side: int) -> torch.Tensor:
    """Random pictures, channels last."""
    return torch.rand(batch, 3, side, side).mul(2).sub(1).contiguous(memory_format=torch.channels_last)


def operations(network: nn.Module, side: int) -> float:
    """GFLOP a picture."""
    with FlopCounterMode(display=False) as counter:
        judge(network, pictures(1, side))
    return counter.get_total_flops() / 1e9


def measure(peer: nn.Module, seconds: float, rounds: int) -> dict[str, Any]:
    """Peak, pictures per second of both, and the ratios, turn by turn and as medians."""
    network = Network(folded=True)
    for module in (network, peer):
        module.to(memory_format=torch.channels_last).eval().requires_grad_(False)
    cost = operations(network, SIDE)
    ours = partial(judge, network, pictures(BATCH, SIDE))
    theirs = {batch: partial(judge, peer, pictures(batch, PEER_SIDE)) for batch in PEER_BATCHES}
    for look in (ours, *theirs.values()):
        look()
    fastest = max(PEER_BATCHES, key=lambda batch: rate(theirs[batch], batch, seconds))
    turns = []
    for _ in range(rounds):
        peak = convolution_peak(seconds)
        speed = rate(ours, BATCH, seconds)
        peer_speed = rate(theirs[fastest], fastest, seconds)
        turns.append({"peak_gflops": peak, "embedded": speed, "squeezenet": peer_speed})
        turns[-1] |= {"share": speed * cost / peak, "ratio": speed / peer_speed}
    medians = {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
    about = {"gflop": cost, "squeezenet_gflop": operations(peer, PEER_SIDE), "squeezenet_batch": fastest}
    return about | {"medians": medians, "turns": turns}


def main() -> None:
    parser = command.parser(__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="a measurement")
    parser.add_argument("--rounds", type=int, default=10, help="turns")
    parser.add_argument("--squeezenet", type=Path, help="SqueezeNet's weight file")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    options = parser.parse_args()
    found: dict[str, Any] = {"torch": torch.__version__, "threads": torch.get_num_threads()}
    found |= measure(squeezenet(options.squeezenet), options.seconds, options.rounds)
    _print(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _print(found: dict[str, Any]) -> None:
    medians = found["medians"]
    print(f"{found['threads']} threads, torch {found['torch']}, medians of {len(found['turns'])} turns")
    print(f"3x3 convolution, channels last, at best: {medians['peak_gflops']:,.0f} GFLOP/s\n")
    print("| network | pictures | batch | GFLOP a picture | pictures/s |\n|---|---|---|---|---|")
    print(f"| limner, embedded | {SIDE}x{SIDE} | {BATCH} | {found['gflop']:.3f} | {medians['embedded']:,.0f} |")
    peer = f"{PEER_SIDE}x{PEER_SIDE} | {found['squeezenet_batch']} | {found['squeezenet_gflop']:.3f}"
    print(f"| SqueezeNet 1.0 | {peer} | {medians['squeezenet']:,.1f} |")
    for name, text in (("share", "of the peak"), ("ratio", "times as many pictures/s as SqueezeNet")):
        low, high = (pick(turn[name] for turn in found["turns"]) for pick in (min, max))
        figure = f"{medians[name]:.0%}" if name == "share" else f"{medians[name]:.1f}"
        print(f"\n{figure} {text} (single turns: {low:.2f} to {high:.2f})")


if __name__ == "__main__":
    command.call(main)
