"""Small pieces that every architecture shares: activations, normalisation, the geometry of halving and doubling."""

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from limner.configs.network import NetworkConfig

MIN_MAP_SIDE = 4
"""Shorter side of the smallest feature map."""

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(0.2),
    "prelu": nn.PReLU,
    "silu": nn.SiLU,
}


class Encoder(nn.Module):
    """(B, C, H, W) -> (B, features); one that has `map_channels` also returns the maps before its last downsampling."""

    features: int
    map_channels: int | None = None
    """Channels of the maps that `features_and_maps` returns; None where there are none."""

    def features_and_maps(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) -> features (B, features) and maps (B, map_channels, h, w), twice as high and wide as the last ones."""
        raise NotImplementedError


class Decoder(nn.Module):
    """(B, inputs) -> (B, C, H, W); one that has `maps` also takes a gain and a shift for each, (B, 2 channels) (see `film`)."""

    maps: tuple[int, ...] = ()
    """Channels of the maps that FiLM can modulate, from the coarsest on."""
    offset_shape: tuple[int, int, int] | None = None
    """(C, h, w) of an offset that it takes for the maps of its second stage; None where it takes none."""


def film(maps: Tensor, params: Tensor) -> Tensor:
    """Returns maps (B, C, H, W) with a gain and a shift a channel, side by side in `params` (B, 2C); 0 changes nothing.

    Feature-wise modulation (FiLM: Perez et al. 2017, arXiv 1709.07871, eq. 2).
    """
    gain, shift = params[:, :, None, None].chunk(2, 1)
    return maps * (1 + gain) + shift


def norm_act(config: NetworkConfig, channels: int, *, flat: bool = False, dropout: bool = True) -> list[nn.Module]:
    """Returns what follows a layer of `channels`: normalisation, activation and dropout, as the recipe chose them."""
    layers: list[nn.Module] = []
    if config.normalisation == "batch":
        layers.append(nn.BatchNorm1d(channels) if flat else nn.BatchNorm2d(channels))
    layers.append(ACTIVATIONS[config.activation]())
    if config.dropout and dropout:
        layers.append(nn.Dropout(config.dropout))
    return layers


def spectrally_normalise(network: nn.Module) -> None:
    """Divides every weight of `network` by its largest singular value (Miyato et al. 2018, arXiv 1802.05957, eq. 8)."""
    for module in list(network.modules()):
        if isinstance(module, nn.Linear | nn.Conv2d):
            spectral_norm(module)
        elif isinstance(module, nn.ConvTranspose2d):
            spectral_norm(module, dim=1)


@dataclass(frozen=True)
class Pyramid:
    """Sides of the feature maps when `height x width` is halved `num_downsamples` times; any size works, padded or cropped."""

    height: int
    width: int
    num_downsamples: int

    @property
    def base(self) -> tuple[int, int]:
        """(height, width) of the smallest map, rounded up."""
        scale = 2**self.num_downsamples
        return -(-self.height // scale), -(-self.width // scale)

    def pad(self, images: Tensor) -> Tensor:
        """(B, C, height, width) -> (B, C, base * 2^num_downsamples), the border repeated evenly on all sides."""
        rows, columns = (side * 2**self.num_downsamples for side in self.base)
        above, left = (rows - self.height) // 2, (columns - self.width) // 2
        below, right = rows - self.height - above, columns - self.width - left
        if not (above or left or below or right):
            return images
        return F.pad(images, (left, right, above, below), mode="replicate")

    def crop(self, images: Tensor) -> Tensor:
        """(B, C, base * 2^num_downsamples) -> (B, C, height, width), cut evenly from all sides."""
        above, left = (images.shape[2] - self.height) // 2, (images.shape[3] - self.width) // 2
        return images[:, :, above : above + self.height, left : left + self.width]


def num_downsamples(height: int, width: int, max_count: int) -> int:
    """Returns how often a picture can be halved, at most `max_count` times, before its short side falls below 4."""
    short, count = min(height, width), 0
    while count < max_count and -(-short // 2 ** (count + 1)) >= MIN_MAP_SIDE:
        count += 1
    return count
