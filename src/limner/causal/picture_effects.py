"""Effects on a picture: how a statistic of pictures changes when they are generated with other attributes."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from limner.causal.effects import Effects, described_effect
from limner.causal.outcome import PREFIX, statistic_of
from limner.causal.steps import Step, constant, steps
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table
from limner.errors import GraphError
from limner.images import LUMA
from limner.metrics.intervals import Interval, bootstrap
from limner.pictures import composed

GROUND = "#808080"
"""What transparent pictures are laid on before they are measured."""
Edit = Callable[[np.ndarray, Table, Table], np.ndarray]
"""Pictures uint8 (n, H, W, C) of units, their attributes, and other ones -> their counterfactuals with those."""


def grey(pictures: np.ndarray) -> np.ndarray:
    """Returns how bright each pixel is, 0 to 1, (n, H, W): of colours, their luminance; of transparent ones, over grey."""
    shares = (1.0,) if pictures.shape[-1] == 1 else LUMA
    return composed(pictures, GROUND) @ np.array(shares) / 255


def brightness(pictures: np.ndarray) -> np.ndarray:
    """Returns the mean grey of each picture, 0 to 1, (n,)."""
    return grey(pictures).mean((1, 2))


def contrast(pictures: np.ndarray) -> np.ndarray:
    """Returns the standard deviation of grey in each picture, 0 to 0.5, (n,)."""
    return grey(pictures).std((1, 2))


def saturation(pictures: np.ndarray) -> np.ndarray:
    """Returns the mean over pixels of (greatest - least channel) / greatest, 0 to 1, (n,); 0 for black. GraphError for grey."""
    if pictures.shape[-1] == 1:
        raise GraphError(f"{PREFIX}saturation: grey pictures have none.")
    pictures = composed(pictures, GROUND)
    most, least = pictures.max(-1).astype(float), pictures.min(-1)
    return ((most - least) / np.maximum(most, 1)).mean((1, 2))


STATISTICS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "brightness": brightness,
    "contrast": contrast,
    "saturation": saturation,
}


def picture_effects(
    structure: StructuralModel, edit: Edit, units: tuple[Table, np.ndarray], train: Table, on: str, seed: int = 0
) -> Effects:
    """Returns the effects on a statistic of pictures uint8 (n, H, W, C) of units that the models were not trained on.

    In the total effect, everything that follows from the cause changes; in the direct one, this attribute alone changes in
    the picture at the step's start. The steps are those of the training units. GraphError for no such statistic.
    """
    table, pictures = units
    measure = STATISTICS[statistic_of(on)]
    measure(pictures[:1])
    of_picture = set(structure.graph.picture)
    causes = [name for name in structure.graph.order if name in structure.graph.ancestors(*of_picture)]
    starts: dict[str, tuple[Table, np.ndarray]] = {}
    effects = []
    for step in steps(structure.variables, train, causes):
        if step.cause not in starts:
            low = _under_step(structure, table, step, step.low, seed)
            starts[step.cause] = (low, measure(edit(pictures, table, low)))
        low, before = starts[step.cause]
        high = _under_step(structure, table, step, step.high, seed)
        total = _mean(measure(edit(pictures, table, high)) - before, seed)
        direct = None
        if step.cause in of_picture:
            alone = low | {step.cause: high[step.cause]}
            direct = _mean(measure(edit(pictures, table, alone)) - before, seed)
        effects.append(described_effect(structure, step, total, direct, of_picture))
    protocol = f"95 % intervals: {len(pictures):,} pictures of the test split, resampled; they do not cover the model's own error."
    return Effects(on, effects, protocol)


def _under_step(structure: StructuralModel, table: Table, step: Step, value: float, seed: int) -> Table:
    n = len(table[step.cause])
    return structure.counterfactual(table, {step.cause: constant(structure.variables[step.cause], value, n)}, seed)


def _mean(differences: np.ndarray, seed: int) -> Interval:
    return bootstrap(lambda sample: float(sample.mean()), torch.from_numpy(differences), seed=seed)
