"""Ridge regression in closed form (Hoerl and Kennard 1970, equation 2.1)."""

import torch
from torch import Tensor


def ridge(inputs: Tensor, targets: Tensor, penalty: float) -> Tensor:
    """Returns the weights (D, K), float64, that map inputs (N, D) to targets (N, K).

    `penalty` is the weight of their squared norm relative to the mean squared error.
    """
    inputs, targets = inputs.double(), targets.double()
    square = inputs.T @ inputs / len(inputs) + penalty * torch.eye(inputs.shape[1], dtype=torch.float64)
    return torch.linalg.solve(square, inputs.T @ targets / len(inputs))
