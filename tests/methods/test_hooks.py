"""Hooks into decoders: of one dense layer, of many, and of none."""

import pytest
import torch
from torch import Tensor, nn

from limner.errors import ModelError
from limner.methods import DecoderHooks, Generator, Latent
from limner.networks.blocks import Decoder
from limner.networks.conditioning import Condition
from small_models import small_model


class _Decoder(Decoder):
    """The layers it is given, then (B, 3, 2, 2)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, latent: Tensor) -> Tensor:
        return self.layers(latent).unflatten(1, (3, 2, 2))


class _Generator(Generator):
    latent_dim = 4

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        if layers:
            self.decoder = _Decoder(*layers)

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        return self.decoder(w)


def _latent(n: int = 5) -> Latent:
    return Latent(torch.randn(n, 4, generator=torch.Generator().manual_seed(0)), {})


def test_a_generator_without_decoder_or_dense_layer_is_one_line() -> None:
    with pytest.raises(ModelError, match="without a decoder network"):
        DecoderHooks(_Generator(), _latent(), 2)
    with pytest.raises(ModelError, match="without a dense layer"):
        DecoderHooks(_Generator(nn.Unflatten(1, (4, 1, 1)), nn.ConvTranspose2d(4, 3, 2), nn.Flatten()), _latent(), 2)


def test_the_middle_of_a_single_layer_is_its_output() -> None:
    layer = nn.Linear(4, 12)
    hooks, latent = DecoderHooks(_Generator(layer), _latent(), 2), _latent(70)
    assert hooks.offset_layers == {}
    torch.testing.assert_close(hooks.middle_features(latent), layer(latent.values))
    assert torch.equal(hooks.first_output(latent), layer(latent.values))


@pytest.mark.parametrize("name", ["gan", "mlp-gan", "vae"])
def test_offsets_change_one_picture_s_maps_and_none_change_nothing(name: str) -> None:
    model = small_model(name)
    latent = model.sample_latents(2, seed=1)
    offsets = model.hooks.offsets_of(latent)
    assert len(offsets) == 1 + len(model.hooks.offset_layers) == len(model.hooks.stds)
    with torch.no_grad():
        plain = model.hooks.decode(latent)
        same = Latent(latent.values, latent.condition, "z", offsets)
        torch.testing.assert_close(model.hooks.decode(same), plain)
        for level in range(len(offsets)):
            changed = [one.clone() for one in offsets]
            changed[level][0] += model.hooks.stds[level]
            images = model.hooks.decode(Latent(latent.values, latent.condition, "z", tuple(changed)))
            assert not torch.allclose(images[0], plain[0], atol=1e-3), f"offset {level} is not added"
            torch.testing.assert_close(images[1], plain[1])
        torch.testing.assert_close(model.hooks.decode(latent), plain)
