"""Networks by name: encoders turn pictures into features, decoders turn latents into pictures."""

from collections.abc import Callable

from limner.configs.network import NetworkConfig
from limner.errors import RecipeError
from limner.networks.blocks import Decoder, Encoder, spectrally_normalise
from limner.networks.convolutional import ConvolutionalDecoder, ConvolutionalEncoder
from limner.networks.dense_convolutional import DenseConvolutionalDecoder
from limner.networks.mlp import MlpDecoder, MlpEncoder
from limner.networks.residual import ResidualDecoder, ResidualEncoder

ENCODERS: dict[str, Callable[..., Encoder]] = {
    "mlp": MlpEncoder,
    "convolutional": ConvolutionalEncoder,
    "residual": ResidualEncoder,
}
DECODERS: dict[str, Callable[..., Decoder]] = {
    "mlp": MlpDecoder,
    "convolutional": ConvolutionalDecoder,
    "dense-convolutional": DenseConvolutionalDecoder,
    "residual": ResidualDecoder,
}


def build_encoder(config: NetworkConfig, channels: int, height: int, width: int) -> Encoder:
    """Returns a network (B, channels, height, width) -> (B, features) whose `features` attribute tells its width."""
    if config.architecture not in ENCODERS:
        raise RecipeError(
            f"no encoder has the architecture '{config.architecture}': choose from {', '.join(ENCODERS)}."
        )
    network = ENCODERS[config.architecture](config, channels, height, width)
    if config.spectral_norm:
        spectrally_normalise(network)
    return network


def build_decoder(config: NetworkConfig, inputs: int, channels: int, height: int, width: int) -> Decoder:
    """Returns a network (B, inputs) -> (B, channels, height, width), unbounded values."""
    network = DECODERS[config.architecture](config, inputs, channels, height, width)
    if config.spectral_norm:
        spectrally_normalise(network)
    return network
