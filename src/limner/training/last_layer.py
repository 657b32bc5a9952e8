"""The last layer of a decoder that made see-through pictures, fitted anew so that it makes the same ones on a ground."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.data.dataset import Dataset
from limner.images import laid
from limner.methods import Method
from limner.networks.conditioning import CONDITION_INIT_STD

LOOKED_AT = 200
"""Pictures whose borders are looked at."""
GENERATED, PIXELS = 128, 60_000
"""Pictures that the layer is fitted to, and how many of their pixels."""
RIDGE = 1e-3
NEARLY_ONE = 0.95
"""Values beyond which a tanh would have to be saturated: a background that is made so could not change any more."""


def usual_ground(dataset: Dataset) -> Tensor:
    """Returns the usual colour at the border of a dataset's pictures, in [-1, 1], (1, C, 1, 1)."""
    some = np.asarray(dataset.pictures[dataset.split("train")[:LOOKED_AT]])
    border = np.concatenate([side.reshape(-1, some.shape[3]) for side in (some[:, [0, -1]], some[:, :, [0, -1]])])
    return torch.from_numpy(np.median(border, 0) / 127.5 - 1).float().reshape(1, -1, 1, 1)


@torch.no_grad()
def fit_on_ground(method: Method, weight: Tensor, bias: Tensor, ground: Tensor) -> bool:
    """Fits the last layer of a method's decoder so that it makes what another last layer would, laid on a ground.

    The other one, a 3x3 convolution (4, inputs, 3, 3) and its bias (4,) before a tanh, made premultiplied colours and alpha of the
    same maps. By ridge regression on what the decoder generates, which is nearly right, and free to change, where a layer
    that kept its opacity was saturated. Returns whether it could be done.
    """
    generator: Any = method.generator
    decoder = generator.decoder_network
    leave = getattr(decoder, "leave", None)
    if not isinstance(leave, nn.Conv2d) or not _ends_in_tanh(method) or leave.weight.shape[1:] != weight.shape[1:]:
        return False
    if float(ground.max()) < -NEARLY_ONE:  # premultiplied colours are what lies on black
        return False
    maps = _maps_before(leave, method, decoder)
    pictures = laid(F.conv2d(maps, weight, bias, padding=1).tanh(), ground)
    aims = pictures.clamp(-NEARLY_ONE, NEARLY_ONE).atanh().movedim(1, 3).flatten(0, 2)
    inputs = F.unfold(maps, 3, padding=1).movedim(1, 2).flatten(0, 1)
    rows = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))[:PIXELS]
    inputs = torch.cat([inputs[rows], torch.ones(len(rows), 1)], 1).double()
    square = inputs.T @ inputs / len(rows) + RIDGE * torch.eye(inputs.shape[1]).double()
    fitted = torch.linalg.solve(square, inputs.T @ aims[rows].double() / len(rows)).float()
    leave.weight.copy_(fitted[:-1].T.reshape(leave.weight.shape))
    if leave.bias is not None:
        leave.bias.copy_(fitted[-1])
    return True


def _maps_before(leave: nn.Module, method: Method, decoder: Any) -> Tensor:
    """Returns the maps (B, C, H, W) that the last layer of a decoder gets for latents of the prior."""
    seen: list[Tensor] = []
    hook = leave.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].float()))
    inputs = torch.randn(GENERATED, decoder.enter.in_features, generator=torch.Generator().manual_seed(0))
    inputs[:, method.generator.latent :] *= CONDITION_INIT_STD
    training = method.training
    method.eval()
    decoder(inputs.to(method.generator.device))
    method.train(training)
    hook.remove()
    return seen[0].cpu()


def _ends_in_tanh(method: Method) -> bool:
    config = getattr(method, "config", None)
    return getattr(config, "output", None) == "tanh" or getattr(config, "likelihood", None) == "laplace"
