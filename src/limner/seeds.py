"""Randomness that is derived, never stored: a generator is a pure function of a seed and of what it is for."""

import hashlib

import torch

LARGEST_SEED = 2**63 - 1
GENERATOR_BYTES = 6000
"""What one generator takes in memory, nearly all of it the state of its Mersenne Twister."""


def derive(*parts: int | str) -> int:
    """Returns a 63-bit seed that depends on every part, in order; equal parts give equal seeds on every machine."""
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def generator(*parts: int | str) -> torch.Generator:
    """Returns a CPU generator seeded by `derive(*parts)`."""
    return torch.Generator().manual_seed(derive(*parts))


def for_pictures(seed: int, n: int, first: int = 0) -> list[torch.Generator]:
    """Returns one generator per picture `first..first + n - 1`, so that a picture does not depend on its batch."""
    return [generator("picture", seed, index) for index in range(first, first + n)]
