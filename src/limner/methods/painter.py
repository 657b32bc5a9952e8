"""What a model keeps of a method: the networks that make pictures, and how a code becomes a picture."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from limner.networks.conditioning import Condition


class Painter(nn.Module):
    """Turns codes (B, latent), standard normal, and a condition into pictures (B, C, H, W) in [-1, 1].

    Conditional painters are trained for the attributes in `condition_names`, and every one of them must be given.
    """

    latent: int
    condition_names: tuple[str, ...] = ()

    def paint(self, codes: Tensor, condition: Condition) -> Tensor:
        """Returns pictures (B, C, H, W) in [-1, 1] for codes (B, latent)."""
        raise NotImplementedError

    def sample(self, generators: Sequence[torch.Generator], condition: Condition, truncation: float = 1.0) -> Tensor:
        """Returns one picture a generator; codes are shrunk by `truncation` in (0, 1]: more typical, less varied."""
        codes = torch.stack([torch.randn(self.latent, generator=g) for g in generators])
        return self.paint(codes.to(self.device) * truncation, condition)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next((p.device for p in self.parameters()), torch.device("cpu"))
