"""What edits ask of a model that it has not seen."""

from collections.abc import Sequence
from pathlib import Path

from limner.editing.operation import KnownLatent, Operation


def beyond_seen_of(edits: Sequence[Operation], latent: KnownLatent | None = None) -> list[str]:
    """Returns a line for each number in a condition of an edit that is outside of what its model was trained on.

    `latent` is what the picture was generated from, by the model of edits that name none.
    """
    lines = []
    for one in edits:
        if not (condition := getattr(one, "condition", None)):
            continue
        from limner.conditions.resolve import beyond_seen  # which needs PyTorch, as these edits do
        from limner.editing.latent_space import editing_model

        named = getattr(one, "model", None)
        model = editing_model(Path(named)) if named else latent.model if latent else None
        lines += beyond_seen(condition, model.attributes) if model else []
    return lines
