"""A VAE on held-out pictures: its ELBO, a tighter bound, its reconstructions, and what its latent holds."""

import math

import torch
from torch import Tensor

from limner import seeds
from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject
from limner.methods import Generator
from limner.methods.generator import reparameterised
from limner.metrics import DCI, active_units, bootstrap, dci, jackknife, mean_interval, mutual_information_gap, sap

IMPORTANCE_DRAWS, IMPORTANCE_PICTURES = 64, 256
"""Draws of a picture's latent for the tighter bound, and held-out pictures that it is computed of: it is slow."""
MAX_PICTURES = 2000
"""Held-out pictures for everything else, at most."""
MIN_PICTURES, MIN_UNCOMMON_PICTURES = 40, 10
"""Held-out pictures for disentanglement, and of them those that differ from the most common value of a factor."""
BATCH_SIZE = 128
"""Pictures that are encoded at once, which bounds the memory."""


@torch.inference_mode()
def likelihood(reference: Reference, subject: Subject) -> Group:
    """Measures a VAE on held-out pictures; a model without encoder has none of these."""
    if subject.model is None or not subject.model.generator.encodes:
        return Group()
    generator, dataset = subject.model.generator, reference.dataset
    rows = reference.evaluation_split.held_out_rows[:MAX_PICTURES]
    elbos, errors, means = [], [], []
    for start in range(0, len(rows), BATCH_SIZE):
        images, condition = dataset.batch(rows[start : start + BATCH_SIZE], generator.condition_names)
        posterior = generator.encode(images, condition)
        mean = posterior.mean
        if generator.has_elbo:
            noise = torch.randn(mean.shape, generator=seeds.generator("elbo", reference.seed, start))
            nll, kl = generator.elbo_terms(images, condition, noise)
            elbos.append(nll + kl.sum(1))
        errors.append((generator.decode_latent(posterior.latent(condition)) - images).div(2).square().mean((1, 2, 3)))
        means.append(mean)
    latents = torch.cat(means)
    some = f"{len(rows):,} held-out pictures ({reference.split})"
    measures = []
    if elbos:
        measures.append(_elbo("negative ELBO", torch.cat(elbos), generator, reference, f"{some}, one draw each"))
        tighter = _importance_weighted(generator, reference, rows[:IMPORTANCE_PICTURES])
        protocol = f"{len(tighter)} held-out pictures, {IMPORTANCE_DRAWS} draws each (arXiv 1509.00519, eq. 8)"
        measures.append(_elbo("importance-weighted bound", tighter, generator, reference, protocol))
    measures.append(
        Measure.of(
            "reconstruction error",
            mean_interval(torch.cat(errors)),
            "lower",
            f"mean square of pixels in [0, 1], {some}",
        )
    )
    active = bootstrap(active_units, latents, resamples=200, seed=reference.seed)
    protocol = f"of {latents.shape[1]}; variance of the posterior mean above 0.01, {some}"
    measures.append(Measure.of("active units", active, "higher", protocol))
    group = Group(measures)
    if not generator.has_elbo:
        group.notes.append(
            f"'{subject.model.recipe.name}' draws its latents from a learned prior, so it has no ELBO; the recipe elbo-vae has one."
        )
    _disentanglement(group, latents, reference, rows)
    return group


def _elbo(name: str, nats: Tensor, generator: Generator, reference: Reference, protocol: str) -> Measure:
    schema = reference.dataset.schema
    if not generator.discrete:
        return Measure.of(
            f"{name}, nats",
            mean_interval(nats),
            "lower",
            f"{protocol}; a density, comparable for this likelihood alone",
        )
    bits = nats / (schema.channels * schema.height * schema.width * math.log(2))
    return Measure.of(f"{name}, bits per dimension", mean_interval(bits), "lower", protocol)


def _importance_weighted(generator: Generator, reference: Reference, rows: object) -> Tensor:
    """-log mean_k p(x, w_k) / q(w_k | x) of each picture, nats (B,) (Burda et al. 2016, arXiv 1509.00519, eq. 8)."""
    images, condition = reference.dataset.batch(rows, generator.condition_names)  # type: ignore[arg-type]
    posterior = generator.encode(images, condition)
    random = seeds.generator("importance", reference.seed)
    weights = []
    for _ in range(IMPORTANCE_DRAWS):
        noise = torch.randn(posterior.mean.shape, generator=random)
        w = reparameterised(posterior, noise)
        # log p(w) - log q(w | x); the constants of the two normals cancel
        ratio = (0.5 * (noise.square() - w.square() + posterior.log_variance)).sum(1)
        weights.append(ratio - generator.nll(images, w, condition))
    return math.log(IMPORTANCE_DRAWS) - torch.stack(weights).double().logsumexp(0)


def _disentanglement(group: Group, latents: Tensor, reference: Reference, rows: object) -> None:
    names = [a.name for a in reference.dataset.schema.attributes if a.kind in ("label", "number")]
    known = reference.dataset.condition(rows, names)  # type: ignore[arg-type]
    factors = {
        name: values
        for name, values in known.items()
        if (values != values.mode().values).sum() >= MIN_UNCOMMON_PICTURES
    }
    if len(factors) < 2 or len(latents) < MIN_PICTURES:
        group.notes.append(
            f"disentanglement needs {MIN_PICTURES} held-out pictures and two factors (labels or numbers) that vary among them, "
            "as the garden and Morpho-MNIST have."
        )
        return
    protocol = f"{len(latents):,} held-out pictures, factors {', '.join(factors)}"

    def scores(some: Tensor) -> list[float]:
        part = {name: values[some] for name, values in factors.items()}
        return [mutual_information_gap(latents[some], part), sap(latents[some], part), *dci(latents[some], part)]

    titles = ["MIG", "SAP", *(f"DCI {part}" for part in DCI._fields)]
    for name, interval in zip(titles, jackknife(scores, len(latents), reference.seed), strict=True):
        group.measures.append(Measure.of(name, interval, "higher", protocol))
