"""Every architecture takes any size, and the articles' networks have the shapes that the articles give."""

import pytest
import torch
from torch import nn

from limner.configs.network import NetworkConfig
from limner.networks import DECODERS, ENCODERS, build_decoder, build_encoder
from limner.networks.blocks import Pyramid, num_downsamples
from limner.networks.residual import ResidualBlock
from limner.recipes import RECIPES

SIZES = [(8, 8), (28, 28), (32, 32), (64, 96), (37, 50)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("architecture", DECODERS)
def test_decoders_generate_any_size(architecture: str, size: tuple[int, int]) -> None:
    decoder = build_decoder(NetworkConfig(architecture=architecture, widths=(16, 12, 8, 8)), 5, 3, *size)
    assert decoder(torch.randn(2, 5)).shape == (2, 3, *size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("architecture", ENCODERS)
def test_encoders_read_any_size(architecture: str, size: tuple[int, int]) -> None:
    encoder = build_encoder(NetworkConfig(architecture=architecture, widths=(8, 8, 12, 16)), 1, *size)
    assert encoder(torch.randn(2, 1, *size)).shape == (2, encoder.features)


@pytest.mark.parametrize("architecture", ["convolutional", "residual"])
def test_every_map_of_a_decoder_can_be_modulated(architecture: str) -> None:
    torch.manual_seed(0)
    decoder = build_decoder(NetworkConfig(architecture=architecture, widths=(16, 12, 8)), 5, 1, 32, 32)
    latent, nothing = torch.randn(2, 5), [torch.zeros(2, 2 * channels) for channels in decoder.maps]
    plain = decoder(latent)
    torch.testing.assert_close(decoder(latent, nothing), plain)
    for index, channels in enumerate(decoder.maps):
        changed = [*nothing[:index], torch.ones(2, 2 * channels), *nothing[index + 1 :]]
        assert not torch.allclose(decoder(latent, changed), plain, atol=1e-3), f"map {index} is left alone"


def _outputs(network: nn.Module, kind: type) -> list[int]:
    return [getattr(m, "out_channels", None) or m.out_features for m in network.modules() if isinstance(m, kind)]


def test_dcgan_at_64_is_the_article_s() -> None:
    method = RECIPES["dcgan"]().method
    generator = build_decoder(method.generator, 100, 3, 64, 64)
    assert _outputs(generator, nn.Linear) == [4 * 4 * 512]
    assert _outputs(generator, nn.ConvTranspose2d) == [256, 128, 64, 3]
    assert _outputs(build_encoder(method.discriminator, 3, 64, 64), nn.Conv2d) == [64, 128, 256, 512]


def test_dense_conv_gan_at_32_is_the_article_s() -> None:
    generator = build_decoder(RECIPES["dense-conv-gan"]().method.generator, 100, 3, 32, 32)
    assert _outputs(generator, nn.Linear) == [256, 512, 1024]
    assert generator.base == (16, 8, 8)
    assert _outputs(generator, nn.Conv2d) == [128, 128, 3]


@pytest.mark.parametrize(("name", "widths"), [("mlp-vae", [512, 256, 128]), ("dense-vae", [4096, 4096])])
def test_dense_decoders_are_the_articles(name: str, widths: list[int]) -> None:
    decoder = build_decoder(RECIPES[name]().method.decoder, 8, 1, 28, 28)
    assert _outputs(decoder, nn.Linear) == [*widths, 28 * 28]


def test_a_stage_below_four_pixels_is_left_out() -> None:
    assert [num_downsamples(side, 64, 4) for side in (8, 16, 28, 32, 64, 256)] == [1, 2, 3, 3, 4, 4]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_cropping_undoes_padding(height: int, width: int) -> None:
    pyramid, pictures = Pyramid(height, width, 3), torch.randn(1, 2, height, width)
    padded = pyramid.pad(pictures)
    assert padded.shape[2] % 8 == padded.shape[3] % 8 == 0
    assert torch.equal(pyramid.crop(padded), pictures)


def test_spectral_norm_bounds_every_layer() -> None:
    config = NetworkConfig(architecture="convolutional", widths=(8, 16), spectral_norm=True)
    encoder = build_encoder(config, 3, 16, 16)
    for _ in range(30):
        encoder(torch.randn(2, 3, 16, 16))
    convolutions = [m for m in encoder.modules() if isinstance(m, nn.Conv2d)]
    assert convolutions
    for layer in convolutions:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item() == pytest.approx(1, abs=0.05)


def test_residual_blocks_begin_as_the_identity() -> None:
    config = NetworkConfig(architecture="residual", widths=(8, 8))
    block = ResidualBlock(config, 8, blocks=2)
    maps = torch.randn(2, 8, 8, 8)
    assert torch.equal(block(maps), maps)
