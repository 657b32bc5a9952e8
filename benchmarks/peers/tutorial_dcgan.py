"""The DCGAN that tutorials teach, in plain PyTorch and in its own loop: what a race is run against.

Networks of Radford et al. 2015 (arXiv 1511.06434) with 64 maps at the finest stage, a batch of 128, Adam at 2e-4 with a first
decay of 0.5, binary cross-entropy, the default memory layout, no average of weights. A side of 32 takes one stage fewer than
64. Pictures are in memory, which is kinder than the tutorials' image files.
"""

import time
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

LATENT, WIDTH, BATCH, RATE = 100, 64, 128, 2e-4


class TutorialDcgan:
    """Trains on pictures uint8 (N, S, S, C), S a power of two from 16 to 256."""

    def __init__(self, pictures: np.ndarray, seed: int) -> None:
        side, channels = pictures.shape[1], pictures.shape[3]
        if pictures.shape[1] != pictures.shape[2] or side not in (16, 32, 64, 128, 256):
            raise SystemExit(f"the tutorial's networks generate squares of 16, 32, 64, 128 or 256 pixels, not {side}.")
        torch.manual_seed(seed)
        self.draw = np.random.default_rng(seed)
        stages = side.bit_length() - 3  # from 4 x 4
        self.pictures, self.seconds = pictures, 0.0
        self.generator = _generator(stages, channels).apply(_initialise)
        self.discriminator = _discriminator(stages, channels).apply(_initialise)
        self.optimisers = {
            network: torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.5, 0.999))
            for network in (self.generator, self.discriminator)
        }
        self.criterion = nn.BCELoss()
        self.batches = self._shuffled()

    def train_until(self, seconds: float) -> None:
        """Trains until so many seconds have gone into training in all."""
        self.generator.train()
        while self.seconds < seconds:
            began = time.perf_counter()
            self._iteration(next(self.batches))
            self.seconds += time.perf_counter() - began

    @torch.no_grad()
    def sample(self, n: int) -> np.ndarray:
        """Returns pictures uint8 (n, S, S, C), generated as the tutorial does after training."""
        self.generator.eval()
        noise = torch.randn(n, LATENT, 1, 1, generator=torch.Generator().manual_seed(0))
        generated = torch.cat([self.generator(part) for part in noise.split(256)])
        return generated.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()

    def _iteration(self, real: Tensor) -> None:
        self.discriminator.zero_grad()
        loss_real = self.criterion(self.discriminator(real).view(-1), torch.ones(len(real)))
        loss_real.backward()
        fake = self.generator(torch.randn(len(real), LATENT, 1, 1))
        loss_fake = self.criterion(self.discriminator(fake.detach()).view(-1), torch.zeros(len(real)))
        loss_fake.backward()
        self.optimisers[self.discriminator].step()
        self.generator.zero_grad()
        loss = self.criterion(self.discriminator(fake).view(-1), torch.ones(len(real)))
        loss.backward()
        self.optimisers[self.generator].step()

    def _shuffled(self) -> Iterator[Tensor]:
        while True:
            order = self.draw.permutation(len(self.pictures))
            for rows in np.array_split(order, max(1, len(order) // BATCH)):
                images = torch.from_numpy(self.pictures[np.sort(rows)]).permute(0, 3, 1, 2).contiguous()
                yield images.float().div(127.5).sub(1)


def _generator(stages: int, channels: int) -> nn.Sequential:
    widths = [WIDTH * 2**stage for stage in reversed(range(stages))]
    layers: list[nn.Module] = [nn.ConvTranspose2d(LATENT, widths[0], 4, 1, 0, bias=False)]
    for before, after in pairwise(widths):
        layers += [nn.BatchNorm2d(before), nn.ReLU(True), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
    last = nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1, bias=False)
    return nn.Sequential(*layers, nn.BatchNorm2d(widths[-1]), nn.ReLU(True), last, nn.Tanh())


def _discriminator(stages: int, channels: int) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Conv2d(channels, WIDTH, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for stage in range(1, stages):
        before, after = WIDTH * 2 ** (stage - 1), WIDTH * 2**stage
        layers += [nn.Conv2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.LeakyReLU(0.2, True)]
    return nn.Sequential(*layers, nn.Conv2d(WIDTH * 2 ** (stages - 1), 1, 4, 1, 0, bias=False), nn.Sigmoid())


def _initialise(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(layer.weight, 0.0, 0.02)
    elif isinstance(layer, nn.BatchNorm2d):
        nn.init.normal_(layer.weight, 1.0, 0.02)
        nn.init.zeros_(layer.bias)
