"""How a decoder's output is read as a distribution over pictures."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

GAUSSIAN_SCALE = 0.2
"""Standard deviation of a pixel under the Gaussian likelihood, where the range of a pixel is [-1, 1]."""
LAPLACE_SCALE = 0.2
"""Mean distance of a pixel from its mean under the Laplace likelihood, where the range of a pixel is [-1, 1]."""
FIRST_LOG_SCALE = -2.0
"""Where the log scale of a logistic begins: from 0, which is wider than pictures, the means are slow to begin."""
HALF_LEVEL = 1 / 255
"""Half the distance between two of 256 levels in [-1, 1]."""


def bernoulli(output: Tensor, images: Tensor) -> Tensor:
    """Cross-entropy of pixels read as probabilities, nats a picture (Kingma & Welling 2013, arXiv 1312.6114, appendix C.1)."""
    return F.binary_cross_entropy_with_logits(output, (images + 1) / 2, reduction="none").sum((1, 2, 3))


def gaussian(output: Tensor, images: Tensor) -> Tensor:
    """Negative log density of a normal around the mean, nats a picture (arXiv 1312.6114, appendix C.2)."""
    constant = math.log(GAUSSIAN_SCALE * math.sqrt(2 * math.pi))
    squares = ((output - images) / GAUSSIAN_SCALE).square()
    return (0.5 * squares + constant).sum((1, 2, 3))


def laplace(output: Tensor, images: Tensor) -> Tensor:
    """Negative log density of a Laplace distribution around tanh(output), nats a picture.

    Absolute errors: compared with the Gaussian, small ones count more and large ones less, so that edges come out sharper.

    Premultiplied images (B, 4, H, W) are compared as they look on black and on white. Errors of colours and of alpha counted one
    by one gave contours a dark rim: where both are uncertain, the likeliest colour is darker than the likeliest alpha says.
    """
    error = output.tanh() - images
    if images.shape[1] == 4:
        return _on_black_and_white(error).sum((1, 2))
    constant = math.log(2 * LAPLACE_SCALE)
    return (error.abs() / LAPLACE_SCALE + constant).sum((1, 2, 3))


def _on_black_and_white(error: Tensor) -> Tensor:
    """Returns the negative log density, nats (B, H, W), of errors (B, 4, H, W) of premultiplied colours and alpha.

    On black a colour is off by its own error, on white by its error less that of alpha. The density of the six together, each
    weighted by 2/3 so that they count as four channels, integrates to 52/27 / k^4 with k = 2/3 / scale.
    """
    colours, alpha = error[:, :3], error[:, 3:]
    k = 2 / 3 / LAPLACE_SCALE
    constant = math.log(52 / 27) - 4 * math.log(k)
    return k * (colours.abs() + (colours - alpha).abs()).sum(1) + constant


def discretised_logistic(output: Tensor, images: Tensor) -> Tensor:
    """Negative log probability of each pixel's 8-bit level, nats a picture (Salimans et al. 2017, arXiv 1701.05517, eq. 2).

    `output` (B, 2C, H, W) is mean and log scale above `FIRST_LOG_SCALE`; one logistic a channel instead of the paper's
    mixture.
    """
    mean, log_scale = output.chunk(2, 1)
    log_scale = (log_scale + FIRST_LOG_SCALE).clamp(-7, 2)
    precise = torch.exp(-log_scale)
    above = (images - mean + HALF_LEVEL) * precise
    below = (images - mean - HALF_LEVEL) * precise
    # log(sigmoid(a) - sigmoid(b)) = log sigmoid(a) + log sigmoid(-b) + log(1 - exp(b - a)), exact for tiny intervals too
    width = 2 * HALF_LEVEL * precise
    middle = F.logsigmoid(above) + F.logsigmoid(-below) + torch.log(-torch.expm1(-width))
    darkest, brightest = F.logsigmoid(above), F.logsigmoid(-below)
    inner = torch.where(images > 1 - HALF_LEVEL, brightest, middle)
    return -torch.where(images < -1 + HALF_LEVEL, darkest, inner).sum((1, 2, 3))


@dataclass(frozen=True)
class Likelihood:
    """Negative log-likelihood of images, nats (B,), the mean picture of an output, and its parameters for each channel."""

    nll: Callable[[Tensor, Tensor], Tensor]
    mean_picture: Callable[[Tensor], Tensor]
    params_per_channel: int = 1
    discrete: bool = False
    """Whether it is a probability of 8-bit pictures, so that bits per dimension can be stated."""


LIKELIHOODS: dict[str, Likelihood] = {
    "bernoulli": Likelihood(bernoulli, lambda output: output.sigmoid() * 2 - 1),
    "gaussian": Likelihood(gaussian, lambda output: output.clamp(-1, 1)),
    "laplace": Likelihood(laplace, lambda output: output.tanh()),
    "discretised-logistic": Likelihood(
        discretised_logistic, lambda output: output.chunk(2, 1)[0].clamp(-1, 1), params_per_channel=2, discrete=True
    ),
}
