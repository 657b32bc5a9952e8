"""What is evaluated: a model and the pictures that it generated."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from limner import memory, seeds
from limner.evaluation.reference import Pictures, Reference
from limner.features import pool
from limner.model import Model
from limner.progress import ProgressLine

BATCH_SIZE = 512
"""Pictures that are generated at once, which bounds the memory."""


@dataclass
class Subject:
    """A name and its pictures; without a model they are real ones, for comparison."""

    name: str
    generated: Pictures
    path: Path | None = None
    model: Model | None = None


def generate(name: str, path: Path | None, model: Model, reference: Reference, n: int) -> Subject:
    """Has a model generate n pictures, with conditions as often as the training set has them."""
    schema = model.schema
    # in a list and in an array, with a latent and a random generator each
    each = 2 * schema.height * schema.width * schema.channels + 8 * model.generator.latent_dim + seeds.GENERATOR_BYTES
    memory.require(n * each, f"evaluating {name} by --n {n:,} samples", "lower --n")
    latent, parts = model.sample_latents(n, seed=seeds.derive("evaluation", reference.seed) % 2**31), []
    with ProgressLine(f"{name}: generating", n, "pictures") as bar:
        for part in latent.batches(BATCH_SIZE):
            parts.append(model.generate(part))
            bar.advance(len(part))
    pictures = np.concatenate(parts)
    knows_class = any(a.name == reference.label and a.classes == reference.classes for a in model.attributes)
    labels = latent.condition[str(reference.label)] if knows_class else None
    return Subject(name, Pictures(pictures, pool(reference.extractor, pictures), labels), path, model)


def real(reference: Reference, n: int) -> Subject:
    """Returns training pictures as if a model had generated them: what perfect copying would reach."""
    return Subject("training pictures", reference.some_train(n))
