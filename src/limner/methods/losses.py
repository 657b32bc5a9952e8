"""Adversarial losses: pure functions of the discriminator's logits on real and generated pictures.

Each pair is (discriminator loss, generator loss); both take real and fake logits (B,) and return a scalar to minimise.
Real logits matter to a generator only where real and generated pictures are compared with one another.
"""

from collections.abc import Callable

import torch.nn.functional as F
from torch import Tensor

LogitLoss = Callable[[Tensor, Tensor], Tensor]


def logistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(x) - log(1 - D(G(z))) with D = sigmoid(logit) (Goodfellow et al. 2014, arXiv 1406.2661, eq. 1)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def minimax_generator(real: Tensor, fake: Tensor) -> Tensor:
    """log(1 - D(G(z))) (Goodfellow et al. 2014, arXiv 1406.2661, eq. 1); its gradient vanishes when D is confident."""
    return -F.softplus(fake).mean()


def non_saturating_generator(real: Tensor, fake: Tensor) -> Tensor:
    """-log D(G(z)) (Goodfellow et al. 2014, arXiv 1406.2661, section 3)."""
    return F.softplus(-fake).mean()


def least_squares_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Squared distance of real logits to 1 and of fake logits to 0 (Mao et al. 2016, arXiv 1611.04076, eq. 9)."""
    return 0.5 * ((real - 1).square().mean() + fake.square().mean())


def least_squares_generator(real: Tensor, fake: Tensor) -> Tensor:
    """Squared distance of fake logits to 1 (Mao et al. 2016, arXiv 1611.04076, eq. 9)."""
    return 0.5 * (fake - 1).square().mean()


def hinge_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Margin of 1 on both sides (Lim & Ye 2017, arXiv 1705.02894; Miyato et al. 2018, arXiv 1802.05957, eq. 16)."""
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def wasserstein_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """Negative estimate of the earth mover's distance (Arjovsky et al. 2017, arXiv 1701.07875, eq. 2)."""
    return fake.mean() - real.mean()


def wasserstein_generator(real: Tensor, fake: Tensor) -> Tensor:
    """-D(G(z)) (Arjovsky et al. 2017, arXiv 1701.07875, section 3; the hinge loss's generator too)."""
    return -fake.mean()


def relativistic_discriminator(real: Tensor, fake: Tensor) -> Tensor:
    """A real picture shall score above the generated one it is paired with (arXiv 2501.05441, eq. 2)."""
    return F.softplus(fake - real).mean()


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """A generated picture shall score above the real one it is paired with (arXiv 2501.05441, eq. 2)."""
    return F.softplus(real - fake).mean()


GAN_LOSSES: dict[str, tuple[LogitLoss, LogitLoss]] = {
    "minimax": (logistic_discriminator, minimax_generator),
    "non-saturating": (logistic_discriminator, non_saturating_generator),
    "least-squares": (least_squares_discriminator, least_squares_generator),
    "hinge": (hinge_discriminator, wasserstein_generator),
    "wasserstein": (wasserstein_discriminator, wasserstein_generator),
    "relativistic": (relativistic_discriminator, relativistic_generator),
}
