"""What generated pictures are worth: to train a classifier on, to be recognised by one, and beside real ones."""

import numpy as np
import torch
from torch import Tensor

from limner.evaluation.classifier import train_classifier
from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Pictures, Reference, rightly_named
from limner.evaluation.subject import Subject
from limner.metrics import bootstrap, inception_score, macro_intervals, mean_interval, scores

REAL_SIZES = (100, 500, 2000)
"""Real pictures that somebody may have, for whom generated ones could be a supplement."""


def utility(reference: Reference, subject: Subject) -> Group:
    """Trains on generated and tests on real pictures, and the reverse (Ravuri and Vinyals 2019, arXiv 1905.10887)."""
    generated, held_out = subject.generated, reference.held_out
    if held_out.labels is None:
        return Group(
            notes=["utility (TSTR, TRTS) and the Inception-style score need labels, and this dataset has none."]
        )
    recognised = reference.classifier.probabilities(generated.pictures)
    group = Group([_inception_style(recognised, reference)])
    if generated.labels is None:
        group.notes.append(
            f"utility (TSTR, TRTS) is not measured: the model has no condition '{reference.label}', so its samples have no class."
        )
        return group
    trained = train_classifier(generated.pictures, generated.labels, len(reference.classes), seed=reference.seed)
    on_real = trained.probabilities(held_out.pictures).argmax(1)
    there = f"classifier trained on {len(generated):,} generated, tested on {len(held_out):,} held-out pictures"
    back = f"classifier trained on {len(reference.train):,} training pictures, tested on {len(generated):,} generated"
    _add_scores(group, "TSTR", held_out.labels, on_real, reference, there)
    if subject.model is None:  # the classifier has learned from these very pictures
        return group
    _add_scores(group, "TRTS", generated.labels, recognised.argmax(1), reference, back)
    _supplement(group, reference, generated)
    return group


def _inception_style(probabilities: Tensor, reference: Reference) -> Measure:
    classes = len(reference.classes)
    interval = bootstrap(inception_score, probabilities, seed=reference.seed)
    protocol = (
        f"from 1 to {classes}; classes as a classifier trained on {len(reference.train):,} training pictures names them"
    )
    return Measure.of("Inception-style score", interval, "higher", protocol)


def _add_scores(group: Group, name: str, truth: Tensor, named: Tensor, reference: Reference, protocol: str) -> None:
    found = scores(truth, named, len(reference.classes))
    group.measures.append(Measure.of(f"{name} accuracy", mean_interval((truth == named).double()), "higher", protocol))
    for which, interval in macro_intervals(found.confusion, seed=reference.seed).items():
        group.measures.append(Measure.of(f"{name} macro {which}", interval, "higher", protocol))
    group.details[name] = {"classes": list(reference.classes), "confusion": found.confusion.tolist()}


def _supplement(group: Group, reference: Reference, generated: Pictures) -> None:
    """Whether real and generated pictures together teach more than the real ones alone, at several numbers of real ones."""
    held_out, rows = reference.held_out, []
    assert held_out.labels is not None
    assert generated.labels is not None
    for size in [size for size in REAL_SIZES if size <= len(reference.train)]:
        real, alone = reference.real_subset(size)
        assert real.labels is not None
        times = max(1, len(generated) // len(real))  # as many of both, so that the real ones are not drowned
        pictures = np.concatenate([np.tile(real.pictures, (times, 1, 1, 1)), generated.pictures])
        both = rightly_named(pictures, torch.cat([real.labels.repeat(times), generated.labels]), reference)
        gain = mean_interval(both - alone)  # of the same test pictures, so that their difficulty cancels
        against = f"{size:,} real and {len(generated):,} generated pictures, half and half, against the real ones alone"
        protocol = f"accuracy on {len(held_out):,} held-out pictures of a classifier trained on {against}"
        group.measures.append(Measure.of(f"gain beside {size:,} real", gain, "higher", protocol))
        rows.append({"real": size, "alone": float(alone.mean()), "together": float(both.mean())})
    group.details["supplement"] = rows
