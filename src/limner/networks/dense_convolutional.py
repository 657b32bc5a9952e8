"""A decoder of dense layers followed by 3x3 convolutions: 256-512-1024, reshaped to 8x8x16, then 128-128-C."""

from torch import Tensor, nn

from limner.configs.network import NetworkConfig
from limner.networks.blocks import Decoder, Pyramid, norm_act

NUM_UPSAMPLES = 2
"""Doublings of the first map's sides, and convolutional widths."""
MAP_CHANNELS = 16
"""Channels of the first map."""


class DenseConvolutionalDecoder(Decoder):
    """(B, inputs) -> (B, C, H, W): all widths but the last two are dense, the last two are convolutions at doubled sizes.

    A further dense layer fills a quarter-size map of 16 channels: 1024 units for pictures of 32 pixels.
    """

    def __init__(self, config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.pyramid = Pyramid(height, width, NUM_UPSAMPLES)
        self.base = (MAP_CHANNELS, *self.pyramid.base)
        units = [*config.widths[:-NUM_UPSAMPLES], self.base[0] * self.base[1] * self.base[2]]
        dense: list[nn.Module] = []
        for outputs in units:
            dense += [nn.Linear(inputs, outputs), *norm_act(config, outputs, flat=True)]
            inputs = outputs
        self.dense = nn.Sequential(*dense)
        layers: list[nn.Module] = []
        before = MAP_CHANNELS
        for outputs in config.widths[-NUM_UPSAMPLES:]:
            layers.append(nn.Upsample(scale_factor=2, mode="nearest"))
            for _ in range(config.depth):
                layers += [nn.Conv2d(before, outputs, 3, padding=1), *norm_act(config, outputs)]
                before = outputs
        self.layers = nn.Sequential(*layers, nn.Conv2d(before, channels, 3, padding=1))

    def forward(self, latent: Tensor) -> Tensor:
        return self.pyramid.crop(self.layers(self.dense(latent).unflatten(1, self.base)))
