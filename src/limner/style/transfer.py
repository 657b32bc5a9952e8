"""Style transfer: a picture in the style of others, with separate controls for colour, line, texture and content.

Every factor is an intervention: its statistics are set to the style's, by the fraction that is asked for, while those of the
others are the content's. In the style of crowsonkb's style-transfer-pytorch: optimised from coarse to fine, with
the optimiser's moments carried from one size to the next, and the average of the iterates as the result.
"""

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner import seeds
from limner.colours import alpha_of, from_lab, recoloured, to_lab, visible
from limner.errors import UsageError
from limner.features.extractor import MIN_SIDE
from limner.images import from_uint8, to_uint8
from limner.progress import ProgressLine
from limner.style import colour
from limner.style.abstraction import abstracted, smooth_skin
from limner.style.arrays import enlarged, fitted, resized
from limner.style.factors import MAX_SIDE, Factors, Settings, Sources, Style, weighted
from limner.style.objective import GRID, Objective, Observer, Shift, StyleStatistics, blend

COARSEST_SIDE, TILE_SIDE = 64, 768
"""Longest side at which work begins, and up to which a picture is seen whole rather than tile by tile."""
LEARNING_RATE, ADAM_BETAS, AVERAGE_DECAY = 0.03, (0.9, 0.99), 0.9
"""Of Adam, its two decays, and the decay of the average of the iterates."""
NUM_SHIFTS = 4
"""Places at which the network's grid comes to lie, in turn, so that it leaves no trace."""


def stylize(
    content: np.ndarray,
    sources: Sequence[Sources],
    factors: Factors,
    settings: Settings | None = None,
    regions: np.ndarray | None = None,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Returns a picture uint8 (H, W, 3 or 4) stylized in the style of `sources`, one a region; regions (R, H, W) add up to 1.

    With every factor off it is the content itself; opacity stays. `start`, a picture nearly as it is to become, saves the way from
    coarse to fine. UsageError for pictures or settings that cannot be used.
    """
    settings = settings or Settings()
    _check(content, sources, settings)
    if factors.none:
        return content
    coloured, alpha = np.ascontiguousarray(visible(content)), alpha_of(content)
    if alpha is not None:  # what is hidden is a region of its own, which keeps its style and is not looked at
        regions = np.stack([1 - alpha, *(alpha * region for region in ([1.0] if regions is None else regions))])
        sources = [Sources.all([Style(coloured, alpha=1 - alpha)]), *sources]
    skin = smooth_skin(coloured)
    if factors.colour:
        aims = [(colour.colours(coloured, region), _palette(source)) for source, region in _each(sources, regions)]
        coloured = colour.spared(
            coloured, _with_colours(coloured, aims, regions, factors.colour, settings.colours), skin
        )
    if not (factors.line or factors.texture):
        return recoloured(content, coloured)
    start = None if start is None else np.ascontiguousarray(visible(start))
    strokes = abstracted(coloured, painted_fraction(factors), skin)
    stylized = _held(_stylized(coloured, strokes, sources, factors, settings, regions, start), coloured, regions)
    return recoloured(content, _tinted(stylized, coloured, factors.colour))


def sides(longest: int) -> list[int]:
    """Returns the longest sides at which a picture is stylized, doubling up to its own."""
    octaves = max(0, math.ceil(math.log2(longest / COARSEST_SIDE)))
    return [round(longest / 2**octave) for octave in range(octaves, -1, -1)]


def painted_fraction(factors: Factors) -> float:
    """Returns how far the content is held to strokes rather than to its own detail: as far as its texture is not to stay."""
    return factors.texture * min(1.0, 2 * (1 - factors.content))


def iterations(side: int, multiple: float) -> int:
    """Returns how often a picture of a longest side is improved: less where it is dear and begins close to its end."""
    return max(1, round(multiple * (40 if side <= 256 else 40 * (256 / side) ** 0.75)))


def _check(content: np.ndarray, sources: Sequence[Sources], settings: Settings) -> None:
    for name, picture in [("the content", content)] + [
        ("a style", style.picture) for source in sources for part in vars(source).values() for style in part
    ]:
        if min(picture.shape[:2]) < MIN_SIDE:
            raise UsageError(f"{name} is {picture.shape[1]}x{picture.shape[0]}: {MIN_SIDE} pixels a side are needed.")
    if max(content.shape[:2]) > MAX_SIDE:
        raise UsageError(f"the content is {max(content.shape[:2])} pixels a side; {MAX_SIDE} is the most.")
    if not 0.1 <= settings.scale <= 10:
        raise UsageError(f"scale is {settings.scale:g}: give 0.1 to 10.")


def _each(sources: Sequence[Sources], regions: np.ndarray | None) -> list[tuple[Sources, np.ndarray | None]]:
    if regions is None:
        return [(sources[0], None)]
    return list(zip(sources, regions, strict=True))


def _palette(source: Sources) -> colour.Colours:
    return colour.blended(
        [(weight, colour.colours(style.picture, style.alpha)) for weight, style in weighted(source.colour)]
    )


def _with_colours(
    content: np.ndarray,
    aims: Sequence[tuple[colour.Colours, colour.Colours]],
    regions: np.ndarray | None,
    fraction: float,
    kind: colour.Map,
) -> np.ndarray:
    each = [colour.transported(content, own, to, fraction, kind) for own, to in aims]
    return _joined(each, regions)


def _held(stylized: np.ndarray, coloured: np.ndarray, regions: np.ndarray | None) -> np.ndarray:
    """Returns what was stylized with the mean and covariance of the colours that it was given, region by region."""
    parts = [None] if regions is None else list(regions)
    pairs = [(colour.colours(stylized, region), colour.colours(coloured, region)) for region in parts]
    return _with_colours(stylized, pairs, regions, 1.0, "linear")


def _tinted(stylized: np.ndarray, coloured: np.ndarray, fraction: float) -> np.ndarray:
    """Returns what was stylized with hues of its own only as far as colour is taken over: else they are those of the content.

    At 0 only luminance is stylized, as in Gatys et al. 2016, "Preserving color in neural artistic style transfer".
    """
    if fraction == 1:
        return stylized
    lab, plain = to_lab(stylized), to_lab(coloured)
    lab[..., 1:] = plain[..., 1:] + np.float32(fraction) * (lab[..., 1:] - plain[..., 1:])
    return from_lab(lab)


def _joined(each: Sequence[np.ndarray], regions: np.ndarray | None) -> np.ndarray:
    if regions is None:
        return each[0]
    mixed = sum(region[..., None] * picture for region, picture in zip(regions, each, strict=True))
    return np.rint(mixed).astype(np.uint8)


def _stylized(
    coloured: np.ndarray,
    strokes: np.ndarray,
    sources: Sequence[Sources],
    factors: Factors,
    settings: Settings,
    regions: np.ndarray | None,
    start: np.ndarray | None,
) -> np.ndarray:
    longest = max(coloured.shape[:2])
    plan = sides(longest) if start is None else [longest]
    counts = [iterations(side, settings.steps) for side in plan]
    observer = Observer(settings.extractor, TILE_SIDE)
    change, state = None if start is None else from_uint8(start[None]) - from_uint8(strokes[None]), None
    with ProgressLine("stylising", sum(counts), "steps", quiet=settings.quiet or start is not None) as bar:
        for side, count in zip(plan, counts, strict=True):
            size = fitted(coloured, side)
            original = from_uint8(resized(strokes, size)[None])
            areas = None if regions is None else np.stack([_reduced(one, size) for one in regions])
            style_statistics = _manners(observer, resized(coloured, size), areas, sources, factors, settings)
            weights = None if areas is None else torch.from_numpy(areas)
            objective = Objective(observer, original, style_statistics, weights, (2 * factors.content) ** 3)
            # what is carried on is the change, so that fine detail of the content is there from the start
            begun = original.clone() if change is None else (original + enlarged(change, size)).clamp_(-1, 1)
            picture, state = _improved(objective, begun, state, _shifts(settings.seed, count), bar.advance)
            change = picture - original
    return to_uint8(picture)[0]


def _improved(
    objective: Objective,
    picture: Tensor,
    state: tuple[Tensor, Tensor] | None,
    shifts: Sequence[Shift],
    done: Callable[[], object],
) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Returns the average of a picture's iterates, and the optimiser's moments; `state` are those at the size before."""
    picture = picture.contiguous(memory_format=torch.channels_last).requires_grad_()
    optimiser = torch.optim.Adam([picture], LEARNING_RATE, ADAM_BETAS)
    if state is not None:
        optimiser.state[picture] = _carried(state, picture)
    average, total_weight = torch.zeros_like(picture), 0.0
    for step, shift in enumerate(shifts):
        # ever smaller steps: at a constant rate a picture that is as it should be would still be moved about
        optimiser.param_groups[0]["lr"] = LEARNING_RATE * (1 - step / len(shifts))
        optimiser.zero_grad(set_to_none=False)
        objective.backward(picture, shift)
        optimiser.step()
        with torch.no_grad():
            picture.clamp_(-1, 1)
            average.mul_(AVERAGE_DECAY).add_(picture, alpha=1 - AVERAGE_DECAY)
        total_weight = AVERAGE_DECAY * total_weight + 1 - AVERAGE_DECAY
        done()
    moments = optimiser.state[picture]
    return (average / total_weight).detach(), (moments["exp_avg"], moments["exp_avg_sq"])


def _carried(state: tuple[Tensor, Tensor], picture: Tensor) -> dict[str, Tensor]:
    """Returns the optimiser's moments for a larger picture; the gradient of a pixel falls as the number of pixels grows."""
    exp_avg, exp_avg_sq = state
    ratio = exp_avg[0, 0].numel() / picture[0, 0].numel()
    # linear, which cannot fall below zero as a cubic does beside a peak
    exp_avg_sq = F.interpolate(exp_avg_sq, picture.shape[2:], mode="bilinear").contiguous(
        memory_format=torch.channels_last
    )
    # so far on that the moments are believed as they are
    return {
        "step": torch.tensor(100.0),
        "exp_avg": ratio * enlarged(exp_avg, picture.shape[2:]),
        "exp_avg_sq": ratio**2 * exp_avg_sq,
    }


def _shifts(seed: int, count: int) -> list[Shift]:
    generator = seeds.generator("shifts", seed)
    places = torch.randint(GRID, (NUM_SHIFTS, 2), generator=generator).tolist()
    return [(down, right) for down, right in (places[index % NUM_SHIFTS] for index in range(count))]


def _manners(
    observer: Observer,
    content: np.ndarray,
    regions: np.ndarray | None,
    sources: Sequence[Sources],
    factors: Factors,
    settings: Settings,
) -> list[StyleStatistics]:
    """Returns the statistics that each region is to have: between the content's own and its styles'."""
    own = observer.style_statistics(from_uint8(content[None]), None if regions is None else torch.from_numpy(regions))
    side = max(MIN_SIDE, round(settings.scale * max(content.shape[:2])))
    request = []
    for stats, (source, region) in zip(own, _each(sources, regions), strict=True):
        textures = weighted(source.texture) if factors.texture else []
        lines = weighted(source.line) if factors.line else []
        palette = colour.colours(content, region)
        # most often both are of the same style, which is then looked at once
        styles = {id(style): style for _, style in (*textures, *lines)}
        target = {key: _train(observer, style, palette, side) for key, style in styles.items()}
        request.append(
            blend(
                *(
                    [
                        (1 - fraction, stats),
                        *((fraction * weight, target[id(style)]) for weight, style in weighted_styles),
                    ]
                    for fraction, weighted_styles in ((factors.texture, textures), (factors.line, lines))
                )
            )
        )
    return request


def _train(observer: Observer, style: Style, palette: colour.Colours, side: int) -> StyleStatistics:
    """Returns the statistics of a style of `side` pixels in the colours of the content: colour is not what is learned of it."""
    shown = resized(style.picture, fitted(style.picture, min(side, max(style.picture.shape[:2]))))
    alpha = None if style.alpha is None else _reduced(style.alpha, shown.shape[:2])
    coloured = colour.transported(shown, colour.colours(shown, alpha), palette)
    return observer.style_statistics(
        from_uint8(coloured[None]), None if alpha is None else torch.from_numpy(alpha[None])
    )[0]


def _reduced(region: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return np.asarray(cv2.resize(region.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA))
