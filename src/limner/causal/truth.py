"""The true counterfactuals of a garden's flowers."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from limner.causal.soundness import Truth
from limner.causal.variables import Table, Variable
from limner.data import garden
from limner.errors import UsageError, quoted
from limner.parsing import ParseError, read_json

FILE_NAME = re.compile(r"flower-([0-9]{1,18})\.png")
"""The name of a flower's file, with its number."""


class About(BaseModel):
    """The fields of garden.json that the truth needs."""

    seed: int = Field(ge=0, strict=True)
    n: int = Field(ge=0, strict=True)


def garden_truth(folder: Path, names: Sequence[str], variables: Mapping[str, Variable], size: int) -> Truth:
    """Returns the truth about flowers by their file names, at `size` pixels a side, of the garden that `limner garden` wrote.

    UsageError for a folder without garden.json, a graph with other attributes, or a picture that is no flower of it.
    """
    try:
        about = About.model_validate(read_json(folder / "garden.json"))
    except (ParseError, ValidationError):
        raise UsageError(
            f"{folder}: no garden.json that can be read; give the folder that limner garden wrote."
        ) from None
    unknown = set(variables) - set(garden.GRAPH)
    if unknown:
        raise UsageError(
            f"{folder}: a garden has no {', '.join(sorted(unknown))}, so the truth under this graph is not known."
        )
    flowers = []
    for name in names:
        match = FILE_NAME.fullmatch(Path(name).name)
        if not match or int(match[1]) >= about.n:
            raise UsageError(f"{folder} has no flower '{quoted(name)}'.")
        flowers.append(garden.flower(about.seed, int(match[1])))

    def truth(name: str, values: np.ndarray) -> tuple[Table, np.ndarray]:
        classes = variables[name].classes
        set_to = [classes[int(value)] if classes else float(value) for value in values]
        others = [garden.counterfactual(one, {name: value}) for one, value in zip(flowers, set_to, strict=True)]
        table = {
            each: np.array([variable.parse(getattr(one, each)) for one in others])
            for each, variable in variables.items()
        }
        return table, np.stack([garden.draw(one, size) for one in others])

    return truth
