"""Where training stands at one step, and the randomness of that step."""

from typing import NamedTuple

import torch
from torch import Tensor

from limner import seeds


class StepContext(NamedTuple):
    """One step of one process: randomness is derived from (seed, step, purpose), so nothing has to be saved to resume.

    Every process draws for the whole batch of all processes and keeps its shard: N processes compute what one would.
    """

    step: int
    pictures_seen: int
    """Real pictures seen before this step, by all processes."""
    seed: int
    rank: int = 0
    world: int = 1

    def normal(self, purpose: str, n: int, *shape: int) -> Tensor:
        """Returns this process's standard normal float32 (n, *shape) for a purpose."""
        return self._local_shard(torch.randn(n * self.world, *shape, generator=self._generator(purpose)), n)

    def uniform(self, purpose: str, n: int, *shape: int) -> Tensor:
        """Returns this process's uniform float32 in [0, 1), (n, *shape), for a purpose."""
        return self._local_shard(torch.rand(n * self.world, *shape, generator=self._generator(purpose)), n)

    def _generator(self, purpose: str) -> torch.Generator:
        return seeds.generator("step", self.seed, self.step, purpose)

    def _local_shard(self, drawn: Tensor, n: int) -> Tensor:
        """Returns the rows of this process."""
        return drawn[self.rank * n : (self.rank + 1) * n]
