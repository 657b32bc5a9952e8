"""Randomness that is derived, never stored: a generator is a pure function of a seed and of what it is for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

MAX_SEED = 2**63 - 1
GENERATOR_BYTES = 6000
"""What one generator takes in memory, nearly all of it the state of its Mersenne Twister."""


def derive(*parts: int | str) -> int:
    """Returns a 63-bit seed that depends on every part, in order; equal parts give equal seeds on every machine."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def generator(*parts: int | str) -> torch.Generator:
    """Returns a CPU generator seeded by `derive(*parts)`."""
    import torch  # only now: seeds are derived by much that needs no tensors

    return torch.Generator().manual_seed(derive(*parts))


def noise(seed: int, n: int, latent: int, first: int = 0) -> torch.Tensor:
    """Returns the noise z of pictures `first..first + n - 1` of a seed, standard normal float32 (n, latent_dim).

    Each picture has a generator of its own, so that it does not depend on its batch.
    """
    import torch

    generators = (generator("picture", seed, index) for index in range(first, first + n))
    return torch.stack([torch.randn(latent, generator=own) for own in generators])
