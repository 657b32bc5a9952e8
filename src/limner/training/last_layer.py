"""The last layer of a decoder of RGBA pictures, fitted so that it makes the same ones on an opaque background."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.data.dataset import Dataset
from limner.images import composite
from limner.methods import Method
from limner.methods.hooks import captured_inputs
from limner.networks.conditioning import CONDITION_INIT_STD
from limner.networks.residual import ResidualDecoder
from limner.training.ridge import ridge

BORDER_SAMPLE = 200
"""Training pictures whose borders say which background is usual."""
NUM_GENERATED, NUM_PIXELS = 128, 60_000
"""Pictures that the layer is fitted to, and how many of their pixels."""
PENALTY = 1e-3
"""Weight of the squared norm in the ridge regression."""
MAX_TANH = 0.95
"""Values beyond which a tanh would have to be saturated: a background that is made so could not change any more."""


def usual_background(dataset: Dataset) -> Tensor:
    """Returns the usual colour at the border of a dataset's pictures, in [-1, 1], (1, C, 1, 1)."""
    some = np.asarray(dataset.pictures[dataset.split("train")[:BORDER_SAMPLE]])
    border = np.concatenate([side.reshape(-1, some.shape[3]) for side in (some[:, [0, -1]], some[:, :, [0, -1]])])
    return torch.from_numpy(np.median(border, 0) / 127.5 - 1).float().reshape(1, -1, 1, 1)


@torch.no_grad()
def fit_on_background(method: Method, weight: Tensor | None, bias: Tensor | None, background: Tensor) -> bool:
    """Fits the last layer of a method's decoder so that it makes what another last layer would, on a background.

    The other one, a 3x3 convolution (4, inputs, 3, 3) and its bias (4,) before a tanh, made premultiplied colours and alpha of the
    same maps. By ridge regression on what the decoder generates, which is nearly right, and free to change, where a layer
    that kept its opacity was saturated. Returns whether it could be done: with a residual decoder that ends in a tanh.
    """
    generator: Any = method.generator
    decoder = generator.decoder_network
    if weight is None or not isinstance(decoder, ResidualDecoder) or not _ends_in_tanh(method):
        return False
    last = decoder.to_rgb
    if last.weight.shape[1:] != weight.shape[1:] or float(background.max()) < -MAX_TANH:
        return False  # other maps; or a black background, over which premultiplied colours are composited anyway
    maps = _maps_before(last, method, decoder)
    pictures = composite(F.conv2d(maps, weight, bias, padding=1).tanh(), background)
    targets = pictures.clamp(-MAX_TANH, MAX_TANH).atanh().movedim(1, 3).flatten(0, 2)
    inputs = F.unfold(maps, 3, padding=1).movedim(1, 2).flatten(0, 1)
    rows = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))[:NUM_PIXELS]
    fitted = ridge(torch.cat([inputs[rows], torch.ones(len(rows), 1)], 1), targets[rows], PENALTY).float()
    last.weight.copy_(fitted[:-1].T.reshape(last.weight.shape))
    if last.bias is not None:
        last.bias.copy_(fitted[-1])
    return True


def _maps_before(layer: nn.Module, method: Method, decoder: ResidualDecoder) -> Tensor:
    """Returns the maps (B, C, H, W) that a layer of a decoder gets for latents of the prior."""
    inputs = torch.randn(NUM_GENERATED, decoder.project.in_features, generator=torch.Generator().manual_seed(0))
    inputs[:, method.generator.latent_dim :] *= CONDITION_INIT_STD
    training = method.training
    method.eval()
    with captured_inputs(layer) as captured:
        decoder(inputs.to(method.generator.device))
    method.train(training)
    return captured[0].float().cpu()


def _ends_in_tanh(method: Method) -> bool:
    config = getattr(method, "config", None)
    return getattr(config, "output", None) == "tanh" or getattr(config, "likelihood", None) == "laplace"
