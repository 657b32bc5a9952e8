"""PatchMatch: for each patch with a part in a hole the most similar whole one, found by random search and propagation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import torch

PATCH = 7
"""Side of a patch in pixels."""
COMPONENTS = 24
"""Principal components by which patches are compared."""
SAMPLED = 5000
"""Whole patches that stand for all, at most."""
AT_ONCE = 1000
"""Pixels that are compared with all of those at a time, for memory's sake."""
LEVEL = 0.05
"""Squared difference of colour that weighs as much as to be a picture's height apart: what is level is more often alike."""
NEAR = 2.5
"""Cost of a match that is the picture's longer side away, relative to contrasts: what is near is more often alike."""
COHERENT = 0.03
"""Cost of one whose four neighbours all come from elsewhere, likewise: many small pieces, toned to fit, look like fog."""
FADE = 0.25
"""How much less patches count a pixel further in, as a logarithm: what is near to what is known is surer."""


def sources(hole: np.ndarray) -> np.ndarray:
    """Returns at which places (H - 6, W - 6) of a hole (H, W) a patch begins that is whole."""
    sums = cv2.integral(hole.astype(np.uint8))
    return sums[PATCH:, PATCH:] - sums[:-PATCH, PATCH:] - sums[PATCH:, :-PATCH] + sums[:-PATCH, :-PATCH] == 0


@dataclass
class Matches:
    """For each patch with a part in the hole, the likest whole one; a place is the index of where a patch begins."""

    picture: np.ndarray
    """float32 (H, W, C), whose hole is voted on."""
    hole: np.ndarray
    whole: np.ndarray
    """bool (places): where a patch is whole."""
    missing: np.ndarray
    """int (N): places of patches with a part in the hole."""
    number: np.ndarray
    """int (places): which of the missing it is, or -1."""
    likest: np.ndarray
    """int (N): places."""
    costs: np.ndarray
    """float32 (N): squared distances, and what else speaks against a match."""

    @classmethod
    def begun(cls, picture: np.ndarray, hole: np.ndarray, draw: np.random.Generator) -> Matches:
        """Returns matches by chance, of a picture float32 (H, W, C) whose hole is filled ring by ring."""
        matches = cls._of(picture, hole, draw)
        matches._peel()
        return matches

    @classmethod
    def _of(cls, picture: np.ndarray, hole: np.ndarray, draw: np.random.Generator) -> Matches:
        whole = sources(hole).ravel()
        missing = np.flatnonzero(~whole)
        number = np.full(whole.size, -1)
        number[missing] = np.arange(len(missing))
        likest = draw.choice(np.flatnonzero(whole), len(missing))
        return cls(picture.copy(), hole, whole, missing, number, likest, np.zeros(len(missing), np.float32))

    def finer(self, picture: np.ndarray, hole: np.ndarray, draw: np.random.Generator) -> Matches:
        """Returns these matches for a picture twice as large."""
        finer = self._of(picture, hole, draw)
        half = PATCH // 2
        rows, columns = np.divmod(finer.missing, finer.width)
        above = ((rows + half) // 2 - half).clip(0, len(self.whole) // self.width - 1) * self.width
        parents = self.number[above + ((columns + half) // 2 - half).clip(0, self.width - 1)]
        moved = np.stack(np.divmod(self.likest, self.width)) - np.divmod(self.missing, self.width)
        down, right = moved[:, parents]
        places = (finer.missing + 2 * (down * finer.width + right)) % len(finer.whole)
        finer.likest = np.where(finer.whole[places], places, finer.likest)
        finer.costs = self.costs[parents]
        finer.vote()
        return finer

    @property
    def width(self) -> int:
        """Places in a row."""
        return int(self.hole.shape[1]) - PATCH + 1

    def begins(self, places: np.ndarray) -> np.ndarray:
        """Returns the pixels that patches begin at."""
        return places + places // self.width * (PATCH - 1)

    @cached_property
    def offsets(self) -> np.ndarray:
        """Pixels (49) of a patch, counted from where it begins."""
        return (np.arange(PATCH)[:, None] * self.hole.shape[1] + np.arange(PATCH)).ravel()

    @cached_property
    def sampled(self) -> np.ndarray:
        """Some whole patches, float32 (n, 49 * C)."""
        return self._flat[self.begins(self._some)[:, None] + self.offsets].reshape(len(self._some), -1)

    @cached_property
    def _some(self) -> np.ndarray:
        places = np.flatnonzero(self.whole)
        return places[:: -(-len(places) // SAMPLED)]

    @cached_property
    def basis(self) -> torch.Tensor:
        import torch  # only now: most edits search no patches

        """Principal components of whole patches, float32 (K, C, 7, 7)."""
        channels = self.picture.shape[2]
        _, vectors = np.linalg.eigh(np.cov(self.sampled.T) if len(self.sampled) > 1 else np.eye(PATCH**2 * channels))
        basis = vectors[:, : -COMPONENTS - 1 : -1].T.reshape(-1, PATCH, PATCH, channels).transpose(0, 3, 1, 2)
        return torch.from_numpy(np.ascontiguousarray(basis, np.float32))

    @property
    def _flat(self) -> np.ndarray:
        return self.picture.reshape(self.hole.size, -1)

    def _peel(self) -> None:
        """Fills ring by ring: each pixel by the patch that is likest to what is known round it (Newson et al. 2014)."""
        known = ~self.hole
        while not known.all():
            rows, columns = np.nonzero(cv2.dilate(known.astype(np.uint8), np.ones((3, 3))) > known)
            parts = [slice(start, start + AT_ONCE) for start in range(0, len(rows), AT_ONCE)]
            guessed = [self._guess(rows[part], columns[part], known) for part in parts]
            self.picture[rows, columns], known[rows, columns] = np.concatenate(guessed), True

    def _guess(self, rows: np.ndarray, columns: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Returns colours (n, C) of pixels by those of the sampled patches that are likest to what is known."""
        given, channels = self.sampled, self.picture.shape[2]
        tops, lefts = (
            (at - PATCH // 2).clip(0, side - PATCH) for at, side in zip((rows, columns), known.shape, strict=True)
        )
        around = (tops * known.shape[1] + lefts)[:, None] + self.offsets
        seen = np.repeat(known.ravel()[around], channels, 1).astype(np.float32)
        apart = seen @ (given**2).T - 2 * (seen * self._flat[around].reshape(seen.shape)) @ given.T
        higher = (tops[:, None] - self._some // self.width).astype(np.float32) / known.shape[0]
        apart += LEVEL * seen.sum(1, keepdims=True) * higher**2
        return given.reshape(len(given), -1, channels)[apart.argmin(1), (rows - tops) * PATCH + columns - lefts]

    @property
    def residual(self) -> float:
        """The mean squared distance of the hole's patches from their matches, relative to the variance of whole patches."""
        described = self._described()
        apart = described[self.missing] - described[self.likest]
        return float(np.square(apart).sum(1).mean() / max(self.variance, 1e-6))

    def search(self, draw: np.random.Generator) -> None:
        """Improves matches by those of their neighbours (propagation), and by random search ever nearer to what is found."""
        described = self._described()
        own = described[self.missing]
        self._contrasts = self._own_contrasts()
        self.costs = np.full(len(self.missing), np.inf, np.float32)
        self._try(self.likest.copy(), described, own)
        for step in (4, 2, 1):
            for move in (step, step * self.width, -step, -step * self.width):
                # where it has no such neighbour it tries another's match, which is as good as one by chance
                neighbours = self.number[(self.missing - move) % len(self.number)]
                self._try(self.likest[neighbours] + move, described, own)
            radius = max(self.hole.shape) // 2
            while radius:
                down, right = draw.integers(-radius, radius + 1, (2, len(self.missing)))
                self._try(self.likest + down * self.width + right, described, own)
                radius //= 2 if step == 4 else 4

    def _described(self) -> np.ndarray:
        import torch

        with torch.inference_mode():
            channels = torch.from_numpy(self.picture).permute(2, 0, 1)[None]
            described = torch.nn.functional.conv2d(channels, self.basis)[0]
            return described.permute(1, 2, 0).reshape(len(self.whole), -1).contiguous().numpy()

    def _try(self, places: np.ndarray, described: np.ndarray, own: np.ndarray) -> None:
        places %= len(self.whole)
        tried = np.flatnonzero(self.whole[places])
        apart = own[tried] - described[places[tried]]
        costs = np.einsum("nk,nk->n", apart, apart)
        for more in (self._far, self._incoherent):
            maybe = costs < self.costs[tried]
            tried, costs = tried[maybe], costs[maybe]
            costs += more(tried, places[tried])
        better = costs < self.costs[tried]
        chosen = tried[better]
        self.likest[chosen], self.costs[chosen] = places[chosen], costs[better]

    def _far(self, numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns what speaks against matches far away, float32 (n); `numbers` are those of the missing."""
        (down, right), (here_down, here_right) = (np.divmod(at, self.width) for at in (places, self.missing[numbers]))
        away = np.hypot(down - here_down, right - here_right) / max(self.hole.shape)
        return (NEAR * away).astype(np.float32) * self._contrasts[numbers]

    def _incoherent(self, numbers: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Returns what speaks against matches that are not moved as those of their neighbours are, float32 (n)."""
        here = self.missing[numbers]
        moved, alone = places - here, np.zeros(len(numbers), np.float32)
        for step in (1, -1, self.width, -self.width):
            neighbours = self.number[(here + step) % len(self.number)]
            alone += (neighbours >= 0) & (self.likest[neighbours] - self.missing[neighbours] != moved)
        return np.float32(COHERENT / 4) * self.variance * alone

    def _own_contrasts(self) -> np.ndarray:
        """Returns the geometric mean of each missing patch's variance and that of all, float32 (N).

        Grain has matches everywhere: the nearest ones alone would repeat as a pattern.
        """
        squares = cv2.boxFilter(self.picture**2, -1, (PATCH, PATCH), normalize=False)
        sums = cv2.boxFilter(self.picture, -1, (PATCH, PATCH), normalize=False)
        middles = self.begins(self.missing) + PATCH // 2 * (self.hole.shape[1] + 1)
        variances = (squares - sums**2 / PATCH**2).sum(2).ravel()[middles]
        return np.sqrt(self.variance * np.clip(variances, 0, self.variance))

    @cached_property
    def variance(self) -> np.float32:
        """The mean squared distance of whole patches from their mean."""
        return np.float32(np.square(self.sampled - self.sampled.mean(0)).sum(1).mean())

    def vote(self) -> None:
        """Gives each pixel of the hole the mean of what its patches' matches have there, likelier ones counting more."""
        shares = np.exp(-self._doubts())[:, None]
        flat = self._flat
        weighted = np.zeros((len(flat), flat.shape[1] + 1), np.float32)
        to, source = self.begins(self.missing), self.begins(self.likest)
        for offset in self.offsets:
            weighted[to + offset, :-1] += shares * flat[source + offset]
            weighted[to + offset, -1:] += shares
        unknown = self.hole.ravel()
        flat[unknown] = weighted[unknown, :-1] / np.maximum(weighted[unknown, -1:], 1e-20)

    def copy(self) -> None:
        """Gives each pixel of the hole that of the match which is surest: votes alone would blur it from level to level."""
        self.picture = self._flat[self.origins()]

    def _doubts(self) -> np.ndarray:
        middles = self.begins(self.missing) + PATCH // 2 * (self.hole.shape[1] + 1)
        depths = cv2.distanceTransform(self.hole.astype(np.uint8), cv2.DIST_L2, 3).ravel()[middles]
        scale = max(float(np.quantile(self.costs, 0.5)), 1e-8)
        return (self.costs / scale).clip(0, 14) + FADE * depths.clip(0, 40)

    def origins(self) -> np.ndarray:
        """Returns for each pixel (H, W) the one that it is copied from, by the likest match that covers it."""
        origins = np.arange(self.hole.size)
        least, doubts = np.full(self.hole.size, np.inf, np.float32), self._doubts()
        to, source = self.begins(self.missing), self.begins(self.likest)
        for offset in self.offsets:
            better = doubts < least[to + offset]
            least[to[better] + offset] = doubts[better]
            origins[to[better] + offset] = source[better] + offset
        return origins.reshape(self.hole.shape)
