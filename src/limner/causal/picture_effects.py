"""Effects on a picture: how a statistic of pictures changes when they are generated with other attributes."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from limner.causal.contrasts import Contrast, constant, contrasts
from limner.causal.effects import Effects, described_effect
from limner.causal.outcome import PREFIX, statistic_of
from limner.causal.structural import StructuralModel
from limner.causal.variables import Table
from limner.errors import GraphError
from limner.explain.scorers import SCORERS, Scorer
from limner.images import from_uint8
from limner.metrics.intervals import Interval, bootstrap
from limner.pictures import composed

BACKGROUND = "#808080"
"""What transparent pictures are laid on before they are measured: middle grey, as far from black as from white."""
Statistic = Callable[[np.ndarray], np.ndarray]
"""Pictures uint8 (n, H, W, C) -> a figure of each, float64 (n,)."""
Edit = Callable[[np.ndarray, Table, Table], np.ndarray]
"""Pictures uint8 (n, H, W, C) of units, their attributes, and other ones -> their counterfactuals with those."""


def saturation(pictures: np.ndarray) -> np.ndarray:
    """Returns the mean over pixels of (greatest - least channel) / greatest, 0 to 1, (n,); 0 for black. GraphError for grey."""
    if pictures.shape[-1] == 1:
        raise GraphError(f"{PREFIX}saturation: grey pictures have none.")
    pictures = composed(pictures, BACKGROUND)
    most, least = pictures.max(-1).astype(float), pictures.min(-1)
    return ((most - least) / np.maximum(most, 1)).mean((1, 2))


def _by(scorer: Scorer) -> Statistic:
    """Returns what a scorer measures of pictures uint8 (n, H, W, C), float64 (n,); of transparent ones, on the background."""
    return lambda pictures: scorer(from_uint8(composed(pictures, BACKGROUND)).double()).numpy()


STATISTICS: Mapping[str, Statistic] = {
    "brightness": _by(SCORERS["brightness"]),
    "contrast": _by(SCORERS["contrast"]),
    "saturation": saturation,
}
"""What can be asked about a picture, by name."""


def picture_effects(
    structure: StructuralModel, edit: Edit, units: tuple[Table, np.ndarray], train: Table, on: str, seed: int = 0
) -> Effects:
    """Returns the effects on a statistic of pictures uint8 (n, H, W, C) of units that the models were not trained on.

    In the total effect, everything that follows from the cause changes; in the direct one, this attribute alone changes in
    the picture at the contrast's control value. The contrasts are those of the training units. GraphError for no such statistic.
    """
    table, pictures = units
    measure = STATISTICS[statistic_of(on)]
    measure(pictures[:1])
    of_picture = set(structure.graph.picture)
    causes = [name for name in structure.graph.order if name in structure.graph.ancestors(*of_picture)]
    controls: dict[str, tuple[Table, np.ndarray]] = {}
    effects = []
    for contrast in contrasts(structure.variables, train, causes):
        if contrast.cause not in controls:
            control = _under_value(structure, table, contrast, contrast.control_value, seed)
            controls[contrast.cause] = (control, measure(edit(pictures, table, control)))
        control, before = controls[contrast.cause]
        treatment = _under_value(structure, table, contrast, contrast.treatment_value, seed)
        total = _mean(measure(edit(pictures, table, treatment)) - before, seed)
        direct = None
        if contrast.cause in of_picture:
            alone = control | {contrast.cause: treatment[contrast.cause]}
            direct = _mean(measure(edit(pictures, table, alone)) - before, seed)
        effects.append(described_effect(structure, contrast, total, direct, of_picture))
    protocol = f"95 % intervals: {len(pictures):,} pictures of the test split, resampled; they do not cover the model's own error."
    return Effects(on, effects, protocol)


def _under_value(structure: StructuralModel, table: Table, contrast: Contrast, value: float, seed: int) -> Table:
    n = len(table[contrast.cause])
    return structure.counterfactual(
        table, {contrast.cause: constant(structure.variables[contrast.cause], value, n)}, seed
    )


def _mean(differences: np.ndarray, seed: int) -> Interval:
    return bootstrap(lambda sample: float(sample.mean()), torch.from_numpy(differences), seed=seed)
