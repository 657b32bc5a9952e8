"""What a VAE says of held-out pictures: its bound, a tighter one, its reconstructions, and what its codes know."""

import math

import torch
from torch import Tensor

from limner import seeds
from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject
from limner.methods.vae import VaePainter
from limner.metrics import DCI, active_units, bootstrap, dci, jackknife, mean_interval, mutual_information_gap, sap

IMPORTANCE_DRAWS, IMPORTANCE_PICTURES = 64, 256
MOST_PICTURES = 2000
FEWEST, RAREST = 40, 10
"""Held-out pictures for disentanglement, and of them those that differ from the most common value of a factor."""
CHUNK = 128


@torch.inference_mode()
def likelihood(reference: Reference, subject: Subject) -> Group:
    """Measures a VAE on held-out pictures; a model without encoder has none of these."""
    if subject.model is None or not isinstance(subject.model.painter, VaePainter):
        return Group()
    painter, dataset = subject.model.painter, reference.dataset
    rows = reference.yardstick.held_out_rows[:MOST_PICTURES]
    bounds, errors, means = [], [], []
    for start in range(0, len(rows), CHUNK):
        images, condition = dataset.batch(rows[start : start + CHUNK], painter.condition_names)
        mean, _ = painter.encode(images, condition)
        if painter.flow is None:  # with one, the prior of the bound is not the one that is sampled
            noise = torch.randn(mean.shape, generator=seeds.generator("bound", reference.seed, start))
            nats, divergence = painter.bound(images, condition, noise)
            bounds.append(nats + divergence.sum(1))
        errors.append((painter.rebuild(mean, condition) - images).div(2).square().mean((1, 2, 3)))
        means.append(mean)
    codes = torch.cat(means)
    some = f"{len(rows):,} held-out pictures ({reference.split})"
    measures = []
    if bounds:
        measures.append(_bound("bound", torch.cat(bounds), painter, reference, f"{some}, one draw each"))
        tighter = _importance_weighted(painter, reference, rows[:IMPORTANCE_PICTURES])
        protocol = f"{len(tighter)} held-out pictures, {IMPORTANCE_DRAWS} draws each (arXiv 1509.00519, eq. 8)"
        measures.append(_bound("importance-weighted bound", tighter, painter, reference, protocol))
    measures.append(
        Measure.of(
            "reconstruction error",
            mean_interval(torch.cat(errors)),
            "lower",
            f"mean square of pixels in [0, 1], {some}",
        )
    )
    active = bootstrap(active_units, codes, resamples=200, seed=reference.seed)
    protocol = f"of {codes.shape[1]}; variance of the mean code above 0.01, {some}"
    measures.append(Measure.of("active units", active, "higher", protocol))
    group = Group(measures)
    if painter.flow is not None:
        group.notes.append(f"'{subject.model.recipe.name}' samples a learned prior and states no bound; elbo-vae does.")
    _disentanglement(group, codes, reference, rows)
    return group


def _bound(name: str, nats: Tensor, painter: VaePainter, reference: Reference, protocol: str) -> Measure:
    schema = reference.dataset.schema
    if not painter.likelihood.discrete:
        return Measure.of(
            f"{name}, nats",
            mean_interval(nats),
            "lower",
            f"{protocol}; a density, comparable for this likelihood alone",
        )
    bits = nats / (schema.channels * schema.height * schema.width * math.log(2))
    return Measure.of(f"{name}, bits per dimension", mean_interval(bits), "lower", protocol)


def _importance_weighted(painter: VaePainter, reference: Reference, rows: object) -> Tensor:
    """-log mean_k p(x, z_k) / q(z_k | x) of each picture, nats (B,) (Burda et al. 2016, arXiv 1509.00519, eq. 8)."""
    images, condition = reference.dataset.batch(rows, painter.condition_names)  # type: ignore[arg-type]
    mean, log_variance = painter.encode(images, condition)
    generator = seeds.generator("importance", reference.seed)
    weights = []
    for _ in range(IMPORTANCE_DRAWS):
        noise = torch.randn(mean.shape, generator=generator)
        codes = mean + noise * (0.5 * log_variance).exp()
        nats = painter.likelihood.nats(painter.decode(codes, condition), images)
        # log p(z) - log q(z | x); the constants of the two normals cancel
        ratio = (0.5 * (noise.square() - codes.square() + log_variance)).sum(1)
        weights.append(ratio - nats)
    return math.log(IMPORTANCE_DRAWS) - torch.stack(weights).double().logsumexp(0)


def _disentanglement(group: Group, codes: Tensor, reference: Reference, rows: object) -> None:
    names = [a.name for a in reference.dataset.schema.attributes if a.kind != "caption"]
    known = reference.dataset.condition(rows, names)  # type: ignore[arg-type]
    factors = {name: values for name, values in known.items() if (values != values.mode().values).sum() >= RAREST}
    if len(factors) < 2 or len(codes) < FEWEST:
        group.notes.append(
            f"disentanglement needs {FEWEST} held-out pictures and two factors (labels or numbers) that vary among them, "
            "as the garden and Morpho-MNIST have."
        )
        return
    protocol = f"{len(codes):,} held-out pictures, factors {', '.join(factors)}"

    def scores(some: Tensor) -> list[float]:
        part = {name: values[some] for name, values in factors.items()}
        return [mutual_information_gap(codes[some], part), sap(codes[some], part), *dci(codes[some], part)]

    titles = ["MIG", "SAP", *(f"DCI {part}" for part in DCI._fields)]
    for name, interval in zip(titles, jackknife(scores, len(codes), reference.seed), strict=True):
        group.measures.append(Measure.of(name, interval, "higher", protocol))
