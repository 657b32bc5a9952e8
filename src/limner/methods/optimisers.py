"""Optimisers and learning-rate schedules by name."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from limner.configs.optimiser import OptimiserConfig, ScheduleConfig


def build_optimiser(
    config: OptimiserConfig, parameters: Iterable[nn.Parameter], lr: float | None = None
) -> torch.optim.Optimizer:
    """Returns the optimiser over the parameters, in its fused form where torch has one; `lr` replaces the config's if given."""
    config = config if lr is None else config.model_copy(update={"lr": lr})
    chosen = list(parameters)
    # MPS and CPU have fused kernels for sgd, adam and adamw, as CUDA does; rmsprop has none anywhere.
    if config.kind == "sgd":
        return torch.optim.SGD(chosen, config.lr, config.momentum, weight_decay=config.weight_decay, fused=True)
    if config.kind == "rmsprop":
        return torch.optim.RMSprop(chosen, config.lr, momentum=config.momentum, weight_decay=config.weight_decay)
    family = torch.optim.AdamW if config.kind == "adamw" else torch.optim.Adam
    return family(chosen, config.lr, config.betas, weight_decay=config.weight_decay, fused=True)


def load_optimiser(optimiser: torch.optim.Optimizer, state: dict[str, Any]) -> None:
    """Loads a state, its tensors with the strides of the weights."""
    optimiser.load_state_dict(state)
    for weight, values in optimiser.state.items():
        for name, value in values.items():
            if isinstance(value, torch.Tensor) and value.shape == weight.shape:
                values[name] = with_strides_of(weight, value)


def with_strides_of(weight: Tensor, value: Tensor) -> Tensor:
    """Returns a weight's gradient or running mean with the weight's strides.

    Fused optimisers pair them by place in memory, not by index: a channels-last weight with a contiguous gradient, as second
    derivatives and compiled networks leave it, would silently learn something else.
    """
    return value if value.stride() == weight.stride() else torch.empty_like(weight).copy_(value)


def _cosine(config: ScheduleConfig, pictures_seen: int) -> float:
    progress = min(1.0, pictures_seen / config.pictures)
    return config.floor + (1 - config.floor) * 0.5 * (1 + math.cos(math.pi * progress))


def _inverse_root(config: ScheduleConfig, pictures_seen: int) -> float:
    """Falls with the square root of pictures seen (Karras et al. 2023, arXiv 2312.02696, appendix B)."""
    return 1 / math.sqrt(max(1.0, pictures_seen / config.pictures))


SCHEDULES: dict[str, Callable[[ScheduleConfig, int], float]] = {
    "constant": lambda config, pictures_seen: 1.0,
    "cosine": _cosine,
    "step": lambda config, pictures_seen: config.gamma ** (pictures_seen // config.pictures),
    "exponential": lambda config, pictures_seen: config.gamma ** (pictures_seen / config.pictures),
    "inverse-root": _inverse_root,
}


def learning_rate_factor(config: ScheduleConfig, pictures_seen: int) -> float:
    """Returns what the learning rate is multiplied by after `pictures_seen` real pictures, in [0, 1]."""
    rising = min(1.0, (pictures_seen + 1) / config.warmup) if config.warmup else 1.0
    return rising * SCHEDULES[config.kind](config, pictures_seen)
