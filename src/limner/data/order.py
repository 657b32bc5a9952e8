"""The order in which training sees pictures: a pure function of the seed and the step."""

from collections.abc import Sequence

import numpy as np

from limner import seeds
from limner.errors import DataError


class PictureOrder:
    """Every epoch is a new permutation of `indices`; batches run on across the end of an epoch, so none is short.

    DataError when there are fewer pictures than a batch needs.
    """

    def __init__(self, indices: Sequence[int] | np.ndarray, batch: int, seed: int) -> None:
        self.indices, self.batch, self.seed = np.asarray(indices), batch, seed
        if len(self.indices) < batch:
            raise DataError(
                f"{len(self.indices)} training pictures are fewer than one batch of {batch}: "
                f"add pictures, or use --set batch={max(2, len(self.indices) // 2)}."
            )
        self._epoch, self._permutation = -1, self.indices

    def at(self, step: int) -> np.ndarray:
        """Returns the indices (batch,) of the pictures of a step."""
        first = step * self.batch
        parts, left = [], self.batch
        while left:
            epoch, offset = divmod(first, len(self.indices))
            part = self._permuted(epoch)[offset : offset + left]
            parts.append(part)
            first, left = first + len(part), left - len(part)
        return np.concatenate(parts)

    def _permuted(self, epoch: int) -> np.ndarray:
        if epoch != self._epoch:
            random = np.random.default_rng(seeds.derive("order", self.seed, epoch))
            self._epoch, self._permutation = epoch, random.permutation(self.indices)
        return self._permutation
