"""The keys of the recipes that come with Limner, known without PyTorch, so that a wrong one is reported at once."""

from collections.abc import Sequence

from limner.errors import RecipeError, closest, quoted

_NETWORK = ("architecture", "widths", "depth", "activation", "normalisation", "dropout", "spectral_norm")
_AUGMENT = ("rotation", "flip", "scale", "translation", "colour", "cutout")


def _section(name: str, *keys: str) -> tuple[str, ...]:
    return name, *(f"{name}.{key}" for key in keys)


_ADVERSARY = (
    *_section("network", *_NETWORK),
    "weight",
    "discriminator_lr",
    *_section("augment", *_AUGMENT),
    "augment_below",
)
_GAN = _section(
    "method",
    *("kind", "latent_dim", "output"),
    *_section("generator", *_NETWORK),
    *_section("discriminator", *_NETWORK),
    *("loss", "r1", "r2", "gradient_penalty", "penalty_every", "info_weight"),
    *("film", "mismatch_weight", "classifier_weight", "discriminator_lr"),
    *_section("augment", *_AUGMENT),
    "augment_below",
)


def _vae(
    flow: Sequence[str] = (),
    counterfactual: Sequence[str] = (),
    adversary: Sequence[str] = (),
    spatial: Sequence[str] = (),
) -> tuple[str, ...]:
    return _section(
        "method",
        *("kind", "latent_dim"),
        *_section("encoder", *_NETWORK),
        *_section("decoder", *_NETWORK),
        *("likelihood", "beta", "beta_warmup", "free_bits"),
        *_section("flow", *flow),
        "condition_dim",
        *_section("counterfactual_loss", *counterfactual),
        *_section("adversary", *adversary),
        *_section("spatial", *spatial),
    )


_OWN = {
    **dict.fromkeys(("gan", "r3gan", "dcgan", "dcgan-compact", "dense-conv-gan", "mlp-gan"), _GAN),
    "vae": _vae(flow=("width", "depth", "steps"), adversary=_ADVERSARY, spatial=("channels", "fraction", "beta")),
    **dict.fromkeys(("elbo-vae", "conv-vae", "dense-vae", "mlp-vae"), _vae()),
    "causal-vae": _vae(
        counterfactual=("weight", *_section("adversary", *_ADVERSARY), "after", "every", "predictor_lr"),
    ),
    "noise": _section("method", "kind"),
}
KEYS = {
    name: (
        *("name", "summary", *own, "condition", "condition_dropout", "batch", "pictures"),
        *_section("optimiser", "kind", "lr", "betas", "momentum", "weight_decay"),
        *_section("schedule", "kind", "warmup", "pictures", "gamma", "floor"),
        *_section("ema", "half_life", "ramp"),
        *_section("augment", *_AUGMENT),
        *_section("stopping", "every", "patience", "measure"),
    )
    for name, own in _OWN.items()
}
"""Recipe -> its keys, as dotted paths, in the order in which it is printed."""


def check_settings(recipe: str, settings: Sequence[str]) -> None:
    """Raises RecipeError for a setting that is none, or whose key the recipe of this name does not have."""
    for setting in settings:
        key, _ = split_setting(setting)
        if recipe in KEYS:
            find_key(key, KEYS[recipe])


def split_setting(setting: str) -> tuple[str, str]:
    """Returns the key and the text of the value of `key=value`; RecipeError for another text."""
    key, equals, text = setting.partition("=")
    if not equals:
        raise RecipeError(f"--set {quoted(setting)}: write it as key=value.")
    return key.strip(), text


def find_key(key: str, paths: Sequence[str]) -> str:
    """Returns the one of `paths` that a key, perhaps shortened to its last parts, stands for; RecipeError for none or several."""
    fitting = [path for path in paths if path == key] or [path for path in paths if path.endswith(f".{key}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise RecipeError(f"--set {quoted(key)}: could be {' or '.join(fitting)}; write one of them.")
    last = {path.rsplit(".", 1)[-1]: path for path in reversed(paths)}
    close = closest(key, [*paths, *last])
    hint = f"did you mean '{quoted(close)}'?" if close is not None else "see `limner recipes NAME`."
    raise RecipeError(f"--set {quoted(key)}: this recipe has no such key; {hint}")
