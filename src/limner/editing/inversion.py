"""Inversion: which code a model paints a picture of.

It begins with what an encoder says, or, without one, with the most alike of many codes drawn at random; then the code is moved
until the picture looks the same, by its pixels and by what a network sees in it; then details are added to the decoder's maps,
for what no code says (as a base code beside the latent one: Kang et al. 2021, arXiv 2108.08998): coarse ones first,
so that fine ones hold only what is left.

Of normal codes nearly all are about as long as one another, so that a decoder knows no others: a code keeps the length that it
began with, unless the picture needs another (Menon et al. 2020, arXiv 2003.03808).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, get_args

import torch
from torch import Tensor

from limner.conditions import Wish
from limner.editing.code import Code, Decoding, one_thread
from limner.features import Extractor, load_extractor
from limner.features.likeness import look, perceptual_distance
from limner.methods.vae import VaePainter
from limner.networks.conditioning import Condition

STEPS = 150
"""Of optimisation: a third of the code alone, a third with coarse details, a third with all."""
DRAWN = 256
"""Codes, or combinations of conditions, that are tried first where no encoder says a code, or no person a condition."""
MOST_TRIED = 64
"""Combinations of conditions under which an encoder is asked."""
BATCH = 64
RATE, DETAIL_RATE = 0.05, 0.03
"""Of Adam, in standard deviations of points and of maps."""
PIXELS = 10.0
"""Weight of the mean difference of a pixel, in values from -1 to 1, beside the perceptual distance."""
LENGTH = 1.0
"""Weight of the squared change of a code's length, as a share of it."""
SLIGHT = 0.01
"""Weight of the mean square of details, so that what the code can say is not left to them."""

Detail = Literal["none", "coarse", "all"]
DETAILS = get_args(Detail)
Missed = Callable[[Tensor], Tensor]
"""Pictures (B, C, H, W) in [-1, 1] -> how far each is from what is wanted, (B,)."""


@lru_cache(maxsize=1)
def eye() -> Extractor:
    """Returns the embedded perceptual network."""
    return load_extractor("limner")


def invert(
    decoding: Decoding, images: Tensor, condition: Wish | None = None, steps: int = STEPS, *, details: Detail = "all"
) -> Code:
    """Returns the code of pictures (B, C, H, W) in [-1, 1]; equal pictures have equal codes, on the same build and device.

    They share the condition that is given. What is not given is what fits each best, of the combinations that the model was
    trained for. ConditionError for a condition that it does not have.
    """
    found = []
    with one_thread():
        for part in images.to(decoding.painter.device).split(BATCH):
            code = first_guess(decoding, part, condition or {})
            found.append(descend(decoding, code, unlike(part), steps, details=details))
    return joined(found)


@torch.no_grad()
def first_guess(decoding: Decoding, images: Tensor, condition: Wish) -> Code:
    """Returns the code that an encoder says of pictures (B, C, H, W), or else the most alike of codes that are drawn."""
    seen, drawn = look(eye(), images), decoding.sampled(DRAWN, condition=condition)
    if decoding.model.encoder is None:
        return drawn.of(_distances(decoding, drawn, seen).argmin(1))
    tried = [_encoded(decoding, images, one) for one in _different(drawn.condition, len(images))]
    missed = torch.stack([perceptual_distance(look(eye(), decoding.paint(code)), seen) for code in tried])
    return joined([tried[int(best)].of(torch.tensor([row])) for row, best in enumerate(missed.argmin(0))])


def descend(
    decoding: Decoding, code: Code, missed: Missed, steps: int = STEPS, *, details: Detail = "all", held: float = 0.0
) -> Code:
    """Returns the code moved to where the pictures miss least, as `descent` does."""
    *_, last = descent(decoding, code, missed, steps, details=details, held=held)
    return last


def descent(
    decoding: Decoding, code: Code, missed: Missed, steps: int = STEPS, *, details: Detail = "all", held: float = 0.0
) -> Iterator[Code]:
    """Yields the code moved to where the pictures miss least: by points alone, then by coarse details too, then by all.

    The turns share the steps. `held` is the weight of the mean square by which points move, in standard deviations. Adam (Kingma
    & Ba 2014, arXiv 1412.6980), at a rate that falls to zero along a cosine in each turn.
    """
    start = decoding.standard(code.points)
    moved = torch.zeros_like(start)
    added = [detail.div(scale) for detail, scale in zip(decoding.details_of(code), decoding.scales, strict=True)]

    def at() -> Code:
        own = tuple(detail * scale for detail, scale in zip(added, decoding.scales, strict=True))
        return Code((start + moved) * decoding.spread + decoding.mean, code.condition, own if details != "none" else ())

    def loss() -> Tensor:
        wrong = missed(decoding.paint(at())) + _unusual(start, moved, added)
        return (wrong + held * moved.square().mean(1)).sum()

    turns = [[moved], [moved, *added[: decoding.coarse]], [moved, *added]][: 1 + DETAILS.index(details)]
    for free in turns:
        if steps:
            _turn(free, [RATE, *[DETAIL_RATE] * len(free[1:])], loss, max(1, steps // len(turns)))
        yield at()


@torch.enable_grad()
def _turn(free: Sequence[Tensor], rates: Sequence[float], loss: Callable[[], Tensor], steps: int) -> None:
    """Moves tensors, in place, to where a loss is less."""
    for tensor in free:
        tensor.requires_grad_()
    groups = [{"params": [tensor], "lr": rate} for tensor, rate in zip(free, rates, strict=True)]
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        for tensor, gradient in zip(free, torch.autograd.grad(loss(), free), strict=True):
            tensor.grad = gradient
        optimiser.step()
        schedule.step()
    for tensor in free:
        tensor.requires_grad_(False)


def joined(codes: Sequence[Code]) -> Code:
    """Returns the codes of some pictures after one another."""
    condition = {name: torch.cat([code.condition[name] for code in codes]) for name in codes[0].condition}
    details = zip(*(code.details for code in codes), strict=True)
    return Code(torch.cat([code.points for code in codes]), condition, tuple(torch.cat(one) for one in details))


def unlike(images: Tensor) -> Missed:
    """Returns how far others are from pictures (B, C, H, W), by their pixels and by what the embedded network sees."""
    with torch.no_grad():
        seen = look(eye(), images)

    def missed(painted: Tensor) -> Tensor:
        pixels = (painted - images).abs().mean((1, 2, 3))
        return PIXELS * pixels + perceptual_distance(look(eye(), painted), seen)

    return missed


def _unusual(start: Tensor, moved: Tensor, added: Sequence[Tensor]) -> Tensor:
    before, now = start.norm(dim=1), (start + moved).norm(dim=1)
    strong = torch.stack([detail.flatten(1).square().mean(1) for detail in added]).sum(0)
    return LENGTH * (now / before - 1).square() + SLIGHT * strong


def _encoded(decoding: Decoding, images: Tensor, condition: Condition) -> Code:
    if isinstance(decoding.painter, VaePainter):
        return Code(decoding.painter.encode(images, condition)[0], condition)
    assert decoding.model.encoder
    return Code(decoding.model.encoder(images, condition), condition)


def _different(condition: Condition, n: int) -> list[Condition]:
    """Returns each combination of values once, held for n pictures; one that is empty where the model has no condition."""
    if not condition:
        return [{}]
    rows = torch.stack([values.double() for values in condition.values()], 1)
    kinds = {name: values.dtype for name, values in condition.items()}
    return [
        {name: value.to(kinds[name]).expand(n) for name, value in zip(kinds, row, strict=True)}
        for row in rows.unique(dim=0)[:MOST_TRIED]
    ]


def _distances(decoding: Decoding, drawn: Code, seen: Tensor) -> Tensor:
    """Returns how unlike each picture (B, D) is to each that is painted, (B, drawn)."""
    parts = []
    for rows in torch.arange(len(drawn.points)).split(BATCH):
        painted = look(eye(), decoding.paint(drawn.of(rows)))
        parts.append(torch.cdist(seen, painted).square())
    return torch.cat(parts, 1)
