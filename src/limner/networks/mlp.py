"""Fully connected encoder and decoder."""

from torch import Tensor, nn

from limner.configs.network import NetworkConfig
from limner.networks.blocks import Decoder, Encoder, norm_act


def _layers(inputs: int, config: NetworkConfig) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (width for width in config.widths for _ in range(config.depth)):
        layers += [nn.Linear(inputs, width), *norm_act(config, width, flat=True)]
        inputs = width
    return nn.Sequential(*layers)


class MlpEncoder(Encoder):
    """(B, C, H, W) -> (B, features): one dense layer a width."""

    def __init__(self, config: NetworkConfig, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.features = config.widths[-1]
        self.layers = _layers(channels * height * width, config)

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images.flatten(1))


class MlpDecoder(Decoder):
    """(B, inputs) -> (B, C, H, W): one dense layer a width, then one to all pixels."""

    def __init__(self, config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.shape = (channels, height, width)
        self.layers = _layers(inputs, config)
        self.pixels = nn.Linear(config.widths[-1], channels * height * width)

    def forward(self, latent: Tensor) -> Tensor:
        return self.pixels(self.layers(latent)).unflatten(1, self.shape)
