"""What a stylised picture is judged by: statistics of the whole, and its likeness to the content tile by tile.

The statistics add up over tiles, so a picture of any size is judged, and its exact gradient found, a tile at a time: once over
all tiles for the statistics, and once more to take the gradient of each through them.
"""

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.features import Activations, Extractor
from limner.style import content, line, texture
from limner.style.moments import Moments, Sums, gathered, mixed, target, wasserstein

BORDER, HALO, GRID = 16, 32, 8
"""Pixels by which edges are repeated outwards, that a tile sees of its neighbours, and that the deepest layer steps by."""
LAYERS = (*texture.LAYERS, *line.LAYERS)
"""All layers whose moments are matched."""
EDGES_WEIGHT = 2.0
"""Weight of the directions of edges relative to the moments."""
Shift = tuple[int, int]


class Statistics(NamedTuple):
    """What a network sees at each of `LAYERS` in each region, and how strong edges are: (R, 8) at each stride."""

    seen: dict[str, Sums]
    edges: list[Tensor]

    def leaves(self) -> list[Tensor]:
        """Returns all tensors in a fixed order."""
        return [tensor for layer in LAYERS for tensor in self.seen[layer]] + self.edges

    @classmethod
    def of(cls, leaves: Sequence[Tensor]) -> "Statistics":
        """Returns the statistics that have these leaves."""
        sums = [Sums(*leaves[start : start + 3]) for start in range(0, 3 * len(LAYERS), 3)]
        return cls(dict(zip(LAYERS, sums, strict=True)), list(leaves[3 * len(LAYERS) :]))


class StyleStatistics(NamedTuple):
    """How a picture is stylized, as far as statistics tell: moments by layer, and directions of edges, fractions (8,) by stride."""

    moments: dict[str, Moments]
    edges: list[Tensor]


class Span(NamedTuple):
    """A stretch of rows or columns: what is read, and what of it counts."""

    read: int
    start: int
    end: int
    until: int

    def cells(self, length: int) -> slice:
        """Returns the cells that count, of a map that has `length` of them for the stretch that is read."""
        stride = 2 ** round(math.log2((self.until - self.read) / length))
        return slice((self.start - self.read) // stride, (self.end - self.read) // stride)


Tile = tuple[Span, Span]
"""Rows and columns of a tile."""


def spans(length: int, tile: int) -> list[Span]:
    """Returns the stretches of a side of `length`, borders included, that is seen `tile` pixels at a time."""
    last = length - BORDER
    starts = range(BORDER, last, tile) if last - BORDER > tile else [BORDER]
    ends = [*[start + tile for start in starts][:-1], last]
    return [
        Span(max(0, start - HALO) // GRID * GRID, start, end, min(length, end + HALO))
        for start, end in zip(starts, ends, strict=True)
    ]


def bordered(images: Tensor, shift: Shift = (0, 0)) -> Tensor:
    """Returns pictures (1, C, H, W) with edges repeated outwards, and what the network's grid falls on moved by `shift`."""
    down, right = shift
    sides = (BORDER + right, BORDER + GRID - right, BORDER + down, BORDER + GRID - down)
    return F.pad(images, sides, mode="replicate")


class Observer:
    """Looks at pictures through a network, a tile at a time."""

    def __init__(self, extractor: Extractor, tile: int) -> None:
        self.extractor, self.tile = extractor, tile

    def style_statistics(self, picture: Tensor, regions: Tensor | None = None) -> list[StyleStatistics]:
        """Returns how each region, weights (R, H, W), of a picture (1, 3, H, W) in [-1, 1] is stylized; None: one of all."""
        padded = bordered(picture)
        borders = None if regions is None else bordered(regions[None])[0]
        with torch.no_grad():
            whole = added([self.statistics(padded, borders, tile)[0] for tile in self.tiles(padded)])
        return [statistics_of_region(whole, region) for region in range(len(whole.edges[0]))]

    def tiles(self, padded: Tensor) -> list[Tile]:
        """Returns the tiles of a picture with its border."""
        return list(product(spans(padded.shape[2], self.tile), spans(padded.shape[3], self.tile)))

    def statistics(self, padded: Tensor, regions: Tensor | None, tile: Tile) -> tuple[Statistics, Activations]:
        """Returns the statistics of a tile of a picture with its border, and what was seen in it."""
        return self.analyse(cut(padded, tile), regions, tile)

    def analyse(self, piece: Tensor, regions: Tensor | None, tile: Tile) -> tuple[Statistics, Activations]:
        """Returns the same of what is read of a tile; regions (R, H, W) are those of the whole picture with its border."""
        seen = self.extractor(piece)
        sums = {
            layer: gathered(inner(seen[layer], tile), _region_weights(regions, seen[layer], tile)) for layer in LAYERS
        }
        edges = []
        for stride in line.STRIDES:
            directed = line.directed(piece, stride)
            weights, strengths = _region_weights(regions, directed, tile), inner(directed, tile)[0]
            edges.append(
                strengths.sum((1, 2))[None] if weights is None else torch.einsum("rhw,dhw->rd", weights, strengths)
            )
        return Statistics(sums, edges), seen


def added(parts: Sequence[Statistics]) -> Statistics:
    """Returns the statistics of tiles together."""
    return Statistics.of([torch.stack(leaves).sum(0) for leaves in zip(*[one.leaves() for one in parts], strict=True)])


def statistics_of_region(statistics: Statistics, region: int) -> StyleStatistics:
    """Returns the statistics of a region."""
    edges = [strengths[region] / strengths[region].sum().clamp_min(1e-6) for strengths in statistics.edges]
    return StyleStatistics({layer: statistics.seen[layer].moments(region) for layer in LAYERS}, edges)


def blend(
    texture_of: Sequence[tuple[float, StyleStatistics]], line_of: Sequence[tuple[float, StyleStatistics]]
) -> StyleStatistics:
    """Returns statistics whose texture and line are weighted means of others'; the weights of each sum to 1."""
    moments = {}
    for layers, parts in ((texture.LAYERS, texture_of), (line.LAYERS, line_of)):
        for layer in layers:
            moments[layer] = mixed([(weight, one.moments[layer]) for weight, one in parts])
    strides = range(len(line.STRIDES))
    edges = [torch.stack([weight * one.edges[index] for weight, one in line_of]).sum(0) for index in strides]
    return StyleStatistics(moments, edges)


class Objective:
    """How far a picture is from style_statistics, one a region, and from the content, both (1, 3, H, W) in [-1, 1]."""

    def __init__(
        self,
        observer: Observer,
        original: Tensor,
        style_statistics: Sequence[StyleStatistics],
        regions: Tensor | None,
        keep: float,
    ) -> None:
        self.observer, self.original, self.regions, self.keep = observer, original, regions, keep
        self.aims = [{layer: target(one.moments[layer]) for layer in LAYERS} for one in style_statistics]
        self.edges = [one.edges for one in style_statistics]
        areas = torch.ones(1) if regions is None else regions.mean((1, 2))
        self.areas = (areas / areas.sum()).tolist()
        self.scales: list[float] = []
        self.remembered: dict[Shift, list[Tensor]] = {}

    def backward(self, picture: Tensor, shift: Shift) -> float:
        """Adds the objective's gradient to that of a picture, seen with the grid moved by `shift`, and returns its value."""
        padded, original = bordered(picture, shift), bordered(self.original, shift)
        regions = None if self.regions is None else bordered(self.regions[None], shift)[0]
        tiles = self.observer.tiles(padded)
        if len(tiles) > 1:
            self.scales = self.scales or _sums_of_squares([self._content_of(original, tile) for tile in tiles])
            return self._tiled(padded, original, regions, tiles)
        if shift not in self.remembered:
            self.remembered[shift] = self._content_of(original, tiles[0])
            self.scales = self.scales or _sums_of_squares([self.remembered[shift]])
        statistics, local = self._tile(padded, self.remembered[shift], regions, tiles[0])
        value = self._whole(statistics) + local
        value.backward()
        return float(value.detach())

    def _tiled(self, padded: Tensor, original: Tensor, regions: Tensor | None, tiles: list[Tile]) -> float:
        with torch.no_grad():
            leaves = added([self.observer.statistics(padded, regions, tile)[0] for tile in tiles]).leaves()
        for leaf in leaves:
            leaf.requires_grad_()
        value = self._whole(Statistics.of(leaves))
        slopes = torch.autograd.grad(value, leaves)
        gradient, total = torch.zeros_like(padded), float(value.detach())
        for tile in tiles:
            piece = cut(padded.detach(), tile).clone().requires_grad_()
            statistics, local = self._tile(piece, self._content_of(original, tile), regions, tile)
            # the derivative of the whole by a tile is that by the sums times that of the sums by the tile
            chained = [(sums * slope).sum() for sums, slope in zip(statistics.leaves(), slopes, strict=True)]
            cut(gradient, tile).add_(*torch.autograd.grad(torch.stack(chained).sum() + local, piece))
            total += float(local.detach())
        padded.backward(gradient)
        return total

    def _whole(self, statistics: Statistics) -> Tensor:
        """Returns how far statistics are from the style_statistics of the regions, weighted by their areas."""
        value = torch.zeros(())
        for region, area in enumerate(self.areas):
            stats = statistics_of_region(statistics, region)
            apart = [wasserstein(stats.moments[layer], self.aims[region][layer]) for layer in LAYERS]
            turned = [
                (here - there).square().sum() for here, there in zip(stats.edges, self.edges[region], strict=True)
            ]
            value = value + area * (sum(apart) + EDGES_WEIGHT * sum(turned))
        return value

    def _tile(
        self, piece: Tensor, original: list[Tensor], regions: Tensor | None, tile: Tile
    ) -> tuple[Statistics, Tensor]:
        """Returns the statistics of what is read of a tile, and its distance from the content."""
        statistics, seen = self.observer.analyse(piece, regions, tile)
        local = piece.new_zeros(())
        if self.keep:
            parts = zip(content.WEIGHTS, content.kept(piece, seen), original, self.scales, strict=True)
            for weight, here, there, scale in parts:
                local = local + self.keep * weight / scale * (inner(here, tile) - there).square().sum()
        return statistics, local

    def _content_of(self, original: Tensor, tile: Tile) -> list[Tensor]:
        with torch.no_grad():
            piece = cut(original, tile)
            return [inner(part, tile) for part in content.kept(piece, self.observer.extractor(piece))]


def cut(images: Tensor, tile: Tile) -> Tensor:
    """Returns what is read of a tile, of pictures (B, C, H, W) with their border."""
    rows, columns = tile
    return images[..., rows.read : rows.until, columns.read : columns.until]


def inner(maps: Tensor, tile: Tile) -> Tensor:
    """Returns what counts of maps (B, C, h, w) of what is read of a tile."""
    rows, columns = tile
    return maps[..., rows.cells(maps.shape[-2]), columns.cells(maps.shape[-1])]


def _region_weights(regions: Tensor | None, maps: Tensor, tile: Tile) -> Tensor | None:
    """Returns regions (R, H, W) of a picture with its border at the cells that count of a tile's maps."""
    if regions is None:
        return None
    pooled = F.interpolate(cut(regions[None], tile), maps.shape[-2:], mode="area")
    return inner(pooled, tile)[0]


def _sums_of_squares(tiles: Sequence[list[Tensor]]) -> list[float]:
    """Returns the sum of squares about the mean of each part of what is to be kept, over all tiles."""
    sums = []
    for parts in zip(*tiles, strict=True):
        count = sum(part.numel() for part in parts)
        mean = sum(float(part.sum()) for part in parts) / count
        sums.append(sum(float((part - mean).square().sum()) for part in parts) + 1e-3 * count)
    return sums
