"""The convolutional pair of DCGAN (Radford et al. 2015, arXiv 1511.06434): stride 2 down, transposed stride 2 up.

A stage that would bring the short side below 4 is left out, beginning with the narrowest, so that the same recipe
serves pictures of 28 and of 256 pixels.
"""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from limner.configs.network import NetworkConfig
from limner.networks.blocks import Decoder, Encoder, Pyramid, film, norm_act, num_downsamples


def _refinements(config: NetworkConfig, channels: int) -> list[nn.Module]:
    # depth > 1: further 3x3 convolutions at the resolution that the stage has reached
    layers: list[nn.Module] = []
    for _ in range(config.depth - 1):
        layers += [nn.Conv2d(channels, channels, 3, padding=1), *norm_act(config, channels)]
    return layers


def _initialise(config: NetworkConfig, layers: nn.Module) -> None:
    # Under batch normalisation, as in the paper's section 4: larger first steps let the discriminator win at once.
    if config.normalisation == "batch":
        for layer in layers.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.normal_(layer.weight, std=0.02)


class ConvolutionalEncoder(Encoder):
    """(B, C, H, W) -> (B, features): one 4x4 stride-2 convolution a width, the last map flattened."""

    def __init__(self, config: NetworkConfig, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.pyramid = Pyramid(height, width, num_downsamples(height, width, len(config.widths)))
        widths = config.widths[len(config.widths) - self.pyramid.num_downsamples :]
        layers: list[nn.Module] = []
        for i, outputs in enumerate(widths):
            # The first layer sees pixels, whose statistics batch normalisation would erase (arXiv 1511.06434, section 3).
            chosen = config if i else config.model_copy(update={"normalisation": "none"})
            self.last_stage = len(layers)
            layers += [
                nn.Conv2d(channels, outputs, 4, 2, 1),
                *norm_act(chosen, outputs),
                *_refinements(config, outputs),
            ]
            channels = outputs
        self.layers = nn.Sequential(*layers, nn.Flatten())
        _initialise(config, self.layers)
        self.features = channels * self.pyramid.base[0] * self.pyramid.base[1]
        self.map_channels = widths[-2] if len(widths) > 1 else None

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(self.pyramid.pad(images))

    def features_and_maps(self, images: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.layers[: self.last_stage](self.pyramid.pad(images))
        return self.layers[self.last_stage :](maps), maps


class ConvolutionalDecoder(Decoder):
    """(B, inputs) -> (B, C, H, W): a dense layer to the smallest map, then one transposed convolution a doubling.

    FiLM modulates its maps right before each doubling.
    """

    def __init__(self, config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> None:
        super().__init__()
        self.pyramid = Pyramid(height, width, num_downsamples(height, width, len(config.widths)))
        self.maps = widths = config.widths[: self.pyramid.num_downsamples]
        self.base = (widths[0], *self.pyramid.base)
        self.dense = nn.Linear(inputs, self.base[0] * self.base[1] * self.base[2])
        layers = [*norm_act(config, widths[0]), *_refinements(config, widths[0])]
        for before, after in pairwise(widths):
            layers += [
                nn.ConvTranspose2d(before, after, 4, 2, 1),
                *norm_act(config, after),
                *_refinements(config, after),
            ]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))
        _initialise(config, self)

    def forward(self, latent: Tensor, film_params: Sequence[Tensor] = ()) -> Tensor:
        maps, remaining = self.dense(latent).unflatten(1, self.base), iter(film_params)
        for layer in self.layers:
            if film_params and isinstance(layer, nn.ConvTranspose2d):
                maps = film(maps, next(remaining))
            maps = layer(maps)
        return self.pyramid.crop(maps)
