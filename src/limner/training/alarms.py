"""Alarms: what goes wrong in training, named with what to change."""

from collections.abc import Callable, Sequence

from limner.errors import quoted
from limner.training.history import Row

WINDOW = 25
"""Rows of history that an alarm looks back on: a short disturbance is no alarm."""
ADHERENCE = "adherence_"
"""Before the name of an attribute: adherence, a probe's agreement on generated pictures divided by that on real ones."""
IGNORED_BELOW = 0.25
"""Adherence below which a condition counts as ignored."""


def _mean(rows: Sequence[Row], name: str) -> float | None:
    values = [row[name] for row in rows if name in row][-WINDOW:]
    return sum(values) / WINDOW if len(values) == WINDOW else None


def saturated_discriminator(rows: Sequence[Row]) -> str | None:
    """The discriminator tells real from fake every time, so that the generator has little to learn from."""
    accuracy = _mean(rows, "pairwise_accuracy")
    if accuracy is None or accuracy < 0.995:
        return None
    return (
        f"the discriminator is saturated: it has told real from fake {accuracy:.1%} of the time. Raise r1 and r2, lower "
        "discriminator_lr, or augment (augment_below, augment.translation)."
    )


def mode_collapse(rows: Sequence[Row]) -> str | None:
    """Pictures of one batch differ far less than real ones do."""
    std_ratio = _mean(rows, "std_ratio")
    if std_ratio is None or std_ratio > 0.25:
        return None
    return (
        f"mode collapse: generated pictures vary {std_ratio:.0%} as much as real ones. Lower lr, raise r1 and r2, "
        "use a larger batch, or the relativistic loss."
    )


def posterior_collapse(rows: Sequence[Row]) -> str | None:
    """The posterior of a VAE equals its prior: the decoder ignores the latent."""
    kl = _mean(rows, "kl")
    if kl is None or kl > 0.1:
        return None
    return (
        f"posterior collapse: the latent encodes {kl:.3f} nats and the decoder ignores it. Lower beta, raise free_bits, or "
        "lengthen beta_warmup."
    )


def ignored_condition(rows: Sequence[Row]) -> str | None:
    """Generated pictures hardly show an attribute that was asked for, although real ones show it."""
    latest: dict[str, float] = {}
    for row in rows:
        latest |= {name.removeprefix(ADHERENCE): value for name, value in row.items() if name.startswith(ADHERENCE)}
    ignored = [f"{max(value, 0):.0%} of '{quoted(name)}'" for name, value in latest.items() if value < IGNORED_BELOW]
    if not ignored:
        return None
    return (
        f"ignored condition: of what real pictures show of it, generated ones show {', '.join(ignored)}. Train longer; if it "
        "stays, give fewer attributes or classes as conditions, or more pictures of each."
    )


ALARMS: dict[str, Callable[[Sequence[Row]], str | None]] = {
    "saturated discriminator": saturated_discriminator,
    "mode collapse": mode_collapse,
    "posterior collapse": posterior_collapse,
    "ignored condition": ignored_condition,
}


def raised(rows: Sequence[Row]) -> dict[str, str]:
    """Returns {alarm: what to do} of those that the last rows raise; none before the history is long enough."""
    found = {name: alarm(rows[-2 * WINDOW :]) for name, alarm in ALARMS.items()}
    return {name: text for name, text in found.items() if text}
