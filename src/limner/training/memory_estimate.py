"""What training takes in memory at least, known before anything is taken: the system would grant it, and end the process later."""

from contextlib import suppress

import torch
from torch import Tensor, nn

from limner.conditions.kinds import condition_kind_of
from limner.data.schema import Schema
from limner.memory import require
from limner.methods import Generator, build_method
from limner.recipes import Recipe

COPIES_OF_WEIGHTS = 6
"""Of each weight: itself, its gradient, two moments, the average, and what a checkpoint is written from."""
SMALLER_HINT = "lower batch (--set batch=...), the networks' widths (--model-size small) or the pictures' size (--size)"


def check_memory(recipe: Recipe, schema: Schema, batch: int) -> None:
    """Raises OutOfMemoryError when training needs more than is left."""
    require(estimated_bytes(recipe, schema, batch), f"training with a batch of {batch}", SMALLER_HINT)


def estimated_bytes(recipe: Recipe, schema: Schema, batch: int) -> int:
    """Returns the bytes that the weights, and what the generator keeps of a batch for its gradients, take in float32."""
    attributes = recipe.attributes(schema)
    with torch.device("meta"):  # shapes alone
        method = build_method(recipe.method, recipe.optimiser, schema, attributes, 1)
        condition = {a.name: torch.zeros(2, *a.shape, dtype=condition_kind_of(a).dtype) for a in attributes}
        values = _values(method.generator, condition) / 2
    weights = sum(weight.numel() for weight in method.parameters())
    pictures = schema.channels * schema.height * schema.width
    return int(4 * (COPIES_OF_WEIGHTS * weights + batch * (values + pictures)))


def _values(generator: Generator, condition: dict[str, Tensor]) -> int:
    """Returns how many values all layers together return for two pictures."""
    count = 0

    def add(layer: nn.Module, inputs: object, output: object) -> None:
        nonlocal count
        count += output.numel() if isinstance(output, Tensor) else 0

    layers = [layer for layer in generator.modules() if not list(layer.children())]
    handles = [layer.register_forward_hook(add) for layer in layers]
    with suppress(NotImplementedError), torch.no_grad():  # for operations that cannot tell shapes alone
        generator(torch.empty(2, generator.latent_dim), condition)
    for handle in handles:
        handle.remove()
    return count
