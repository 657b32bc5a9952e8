"""Directions: which ways in a model's space change something that can be named, found without and with a name for it.

A direction is a step (latent,) in the space of the decoder's points, one standard deviation of points long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from limner.editing.code import Code, Decoding
from limner.editing.looks import Look
from limner.errors import ModelError, UsageError, nearest, shown
from limner.metrics.intervals import Interval, mean_interval
from limner.tensors import DamagedFileError, load_tensors
from limner.weights import check_tensor

FILE = "directions.safetensors"
FOUND = 5
"""Directions that are told of, of each kind."""
MOST = 50
DRAWN = 512
"""Codes that components are found in."""
RIDGE = np.logspace(0, 5, 11)
LEAST = 40
"""Codes below which halves say nothing."""
NOTHING = 1e-3
"""Length below which nothing is left of a direction of length 1."""
ALIKE = 1e-6
"""Standard deviation below which a look is the same for all pictures, and tells nothing."""
BATCH = 64


class Effect(NamedTuple):
    """What a standard deviation along a direction changes, in standard deviations of each thing that is looked at."""

    name: str
    changes: dict[str, Interval]
    """What changes most comes first, as pictures say that the intervals are not of."""

    @property
    def most(self) -> str:
        return next(iter(self.changes))


def factorised(decoding: Decoding, count: int = FOUND) -> dict[str, Tensor]:
    """Returns sefa-1 and so on: the steps that change the first layer's output most.

    The eigenvectors of A^T A, where A are the layer's weights of the code (Shen & Zhou 2021, arXiv 2007.06600, section 3).
    """
    weights = decoding.entrance.weight.detach()[:, : len(decoding.mean)] * decoding.spread
    ways = torch.linalg.eigh((weights.T @ weights).double())[1].flip(1).T.float()  # the greatest first
    return _named("sefa", decoding, ways[:count])


def principal(decoding: Decoding, count: int = FOUND) -> dict[str, Tensor]:
    """Returns pca-1 and so on: the steps that go with the principal components of what a layer in the middle reads.

    Components of maps, carried to codes by least squares (Harkonen et al. 2020, arXiv 2004.02546).
    """
    code = decoding.sampled(DRAWN)
    maps = decoding.middle(code).flatten(1).double()
    maps = maps - maps.mean(0)
    # of fewer pictures than units: the components' scores are the eigenvectors of the products of pictures
    scores = torch.linalg.eigh(maps @ maps.T)[1].flip(1)[:, :count]
    points = decoding.standard(code.points).double()
    return _named("pca", decoding, F.normalize(scores.T @ (points - points.mean(0)), dim=1).float())


def regression(codes: Tensor, seen: Tensor) -> Tensor:
    """Returns the direction (latent,), of length 1, in which a linear regression on standard codes (n, latent) rises most.

    Ridge regression of what is seen, (n,), as codes can be longer than there are of them; its penalty is chosen by generalised
    cross-validation.
    """
    from sklearn.linear_model import RidgeCV

    slope = torch.from_numpy(RidgeCV(alphas=RIDGE).fit(codes.numpy(), seen.numpy()).coef_).float()
    return F.normalize(slope, dim=0)


def supervised(
    decoding: Decoding,
    looks: Mapping[str, Look],
    names: Sequence[str],
    keep: Sequence[str] = (),
    n: int = 256,
    seed: int = 0,
) -> dict[str, Tensor]:
    """Returns a step for each named look: its regression, orthogonal to those that are to be kept.

    UsageError for a name that is none, one that is both, or a direction of which nothing is left.
    """
    for name in (*names, *keep):
        if name not in looks:
            raise UsageError(f"nothing is called '{shown(name)}' here; {nearest(name, list(looks))}")
    code, _ = halves(decoding, n, seed)
    codes = decoding.standard(code.points).cpu()
    values_of = looked(decoding, code, {name: looks[name] for name in (*names, *keep)})
    rising = {name: regression(codes, values) for name, values in values_of.items()}
    found = {}
    for name in names:
        way = orthogonal(rising[name], [rising[other] for other in keep])
        if name in keep or way.norm() < NOTHING:
            raise UsageError(f"{name}: nothing is left of it that keeps {', '.join(keep)}.")
        found[name] = F.normalize(way, dim=0).to(decoding.spread.device) * decoding.spread
    return found


def orthogonal(way: Tensor, others: Sequence[Tensor]) -> Tensor:
    """Returns what is left of a direction (latent,) without what lies in the span of others."""
    if not others:
        return way
    basis = torch.linalg.qr(torch.stack(list(others), 1).double())[0]
    return (way.double() - basis @ (basis.T @ way.double())).float()


def effects(
    decoding: Decoding, steps: Mapping[str, Tensor], looks: Mapping[str, Look], n: int = 256, seed: int = 0
) -> list[Effect]:
    """Returns what each step changes, with 95 % intervals over pictures by which no direction was found.

    Half of these say what changes most, the others how much: the greatest of many is lucky where it was chosen.
    """
    _, code = halves(decoding, n, seed)
    before = looked(decoding, code, looks)
    spread = {name: float(values.std()) for name, values in before.items() if float(values.std()) > ALIKE}
    found = []
    for name, step in steps.items():
        back, forth = (looked(decoding, moved(code, sign * step), looks) for sign in (-1, 1))
        changes = {each: (forth[each] - back[each]) / 2 / spread[each] for each in spread}
        order = sorted(changes, key=lambda each: -abs(float(changes[each][::2].mean())))
        found.append(Effect(name, {each: _mean(changes[each][1::2]) for each in order}))
    return found


def moved(code: Code, step: Tensor) -> Code:
    """Returns the code with its points moved by a step (latent,)."""
    return replace(code, points=code.points + step)


def looked(decoding: Decoding, code: Code, looks: Mapping[str, Look]) -> dict[str, Tensor]:
    """Returns what looks see in what is painted of codes, float64 (n,) each."""
    seen: dict[str, list[Tensor]] = {name: [] for name in looks}
    with torch.no_grad():
        for rows in torch.arange(len(code.points)).split(BATCH):
            pictures = decoding.paint(code.of(rows)).cpu()
            for name, look in looks.items():
                seen[name].append(look(pictures).double())
    return {name: torch.cat(parts) for name, parts in seen.items()}


def halves(decoding: Decoding, n: int, seed: int) -> tuple[Code, Code]:
    """Returns the codes of n / 2 pictures of a seed, by which directions are found, and of as many that judge them."""
    if n < LEAST:
        raise UsageError(f"--n {n}: at least {LEAST} pictures are needed.")
    code = decoding.sampled(2 * (n // 2), seed)
    return code.of(torch.arange(n // 2)), code.of(torch.arange(n // 2, 2 * (n // 2)))


def step_of(decoding: Decoding, name: str, folder: Path | None = None) -> Tensor:
    """Returns the step (latent,) of a name: of those in a folder, or else of the model's own.

    UsageError for a name that is none, ModelError for a folder that is missing, damaged or of another model.
    """
    steps = read_steps(folder, decoding) if folder else own_steps(decoding, name.partition("-")[0])
    if name not in steps:
        known = list(steps) or [f"{kind}-1" for kind in KINDS]
        where = f"{folder} has" if folder else f"'{decoding.model.recipe.name}' has"
        more = "" if folder else " Directions of attributes are in a folder of `limner directions`: directions=FOLDER."
        raise UsageError(f"{where} no direction '{shown(name)}'; {nearest(name, known)}{more}")
    return steps[name]


def read_steps(folder: Path, decoding: Decoding) -> dict[str, Tensor]:
    """Returns the steps that were written for this model; ModelError where they are missing, damaged or of another."""
    try:
        steps, metadata = load_tensors(folder / FILE)
    except DamagedFileError as error:
        raise ModelError(f"{error} Write it with: limner directions MODEL --out {folder}") from None
    if metadata.get("model") != decoding.model.digest:
        raise ModelError(f"{folder} has the directions of another model; write them anew with limner directions.")
    try:
        for name, step in steps.items():
            check_tensor(name, step, torch.float32, tuple(decoding.mean.shape))
    except ModelError as error:
        raise ModelError(f"{folder / FILE}: {error}; write it with: limner directions MODEL --out {folder}") from None
    return {name: step.to(decoding.mean.device) for name, step in steps.items()}


KINDS = {"pca": principal, "sefa": factorised}
"""How directions are found that need no name."""


@lru_cache(maxsize=4)
def own_steps(decoding: Decoding, kind: str) -> dict[str, Tensor]:
    """Returns the steps that a model has without a name, of one of `KINDS`, the greatest first; none of another kind."""
    return KINDS[kind](decoding, MOST) if kind in KINDS else {}


def _named(kind: str, decoding: Decoding, ways: Tensor) -> dict[str, Tensor]:
    # eigenvectors point either way: here to where their greatest number is positive
    greatest = ways.gather(1, ways.abs().argmax(1, keepdim=True))
    ways = ways * greatest.sign() * decoding.spread
    return {f"{kind}-{place}": way for place, way in enumerate(ways, 1)}


def _mean(values: Tensor) -> Interval:
    """Returns the mean of values (n,) and its 95 % interval, of no width where they are all equal."""
    return Interval(*[float(values[0])] * 3) if bool((values == values[0]).all()) else mean_interval(values)
