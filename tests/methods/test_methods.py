"""Every recipe, at small size, really learns: one step changes what it should, and sampling keeps its promises."""

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods import METHODS, Method, StepContext, build_method
from limner.recipes import RECIPES, apply_settings
from limner.seeds import noise

LABEL = Attribute(name="label", kind="label", classes=("a", "b", "c"))
NUMBER = Attribute(name="height", kind="number", mean=10.0, std=2.0)
SCHEMA = Schema(height=16, width=16, channels=3, attributes=(LABEL, NUMBER), label="label")
GANS = [name for name in RECIPES if RECIPES[name]().method.kind == "gan"]
SMALL = ("method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]", "method.latent_dim=8")
VAES = [name for name in RECIPES if RECIPES[name]().method.kind == "vae"]


def _batch(n: int = 8) -> Batch:
    random = torch.Generator().manual_seed(5)
    images = torch.rand(n, 3, 16, 16, generator=random) * 2 - 1
    return Batch(images, {"label": torch.arange(n) % 3, "height": torch.linspace(7, 13, n)})


def _method(name: str, *settings: str, attributes: tuple[Attribute, ...] = ()) -> Method:
    torch.manual_seed(0)
    recipe = apply_settings(RECIPES[name](), settings)
    return build_method(recipe.method, recipe.optimiser, SCHEMA, attributes, num_pictures=100)


def _snapshot(module: torch.nn.Module) -> list[torch.Tensor]:
    return [parameter.detach().clone() for parameter in module.parameters()]


@pytest.mark.parametrize("name", GANS)
def test_a_gan_step_moves_both_networks_and_reports_finite_losses(name: str) -> None:
    method = _method(name)
    before = _snapshot(method.generator), _snapshot(method.discriminator)
    scalars = method.step(_batch(), StepContext(0, 0, 0))
    assert all(value.isfinite() and not value.requires_grad for value in scalars.values())
    for old, network in zip(before, (method.generator, method.discriminator), strict=True):
        assert any(not torch.equal(a, b) for a, b in zip(old, network.parameters(), strict=True))


@pytest.mark.parametrize(
    "name",
    [name if name != "dense-vae" else pytest.param(name, marks=pytest.mark.slow) for name in VAES],
)
def test_a_vae_learns_to_reconstruct_one_batch(name: str) -> None:
    method, batch = _method(name), _batch()
    first = method.step(batch, StepContext(0, 0, 0))["reconstruction"]
    for step in range(1, 30):
        method.step(batch, StepContext(step, 8 * step, 0))
    assert method.step(batch, StepContext(30, 240, 0))["reconstruction"] < first


@pytest.mark.parametrize("name", [*GANS, *VAES])
def test_weights_and_gradients_lie_alike_in_memory_as_fused_optimisers_need_it(name: str) -> None:
    method = _method(name).to(memory_format=torch.channels_last)
    method.step(_batch(), StepContext(0, 0, 0))
    found = [(weight.stride(), weight.grad.stride()) for weight in method.parameters() if weight.grad is not None]
    assert found
    assert all(of_weight == of_gradient for of_weight, of_gradient in found)


@pytest.mark.parametrize("name", RECIPES)
def test_a_picture_depends_on_its_own_noise_alone(name: str) -> None:
    generator = _method(name).eval().generator
    many, one = (
        generator(noise(1, 5, generator.latent_dim), {}),
        generator(noise(1, 1, generator.latent_dim, first=3), {}),
    )
    assert many.shape == (5, 3, 16, 16)
    assert many.abs().max() <= 1
    torch.testing.assert_close(many[3:4], one, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["gan", "vae", "r3gan", "dcgan", "mlp-vae"])
def test_a_conditional_method_obeys_labels_and_numbers(name: str) -> None:
    method = _method(name, attributes=(LABEL, NUMBER))
    for step in range(2):
        method.step(_batch(), StepContext(step, 8 * step, 0))
    generator = method.eval().generator
    condition, z = (
        {"label": torch.tensor([0, 1]), "height": torch.tensor([8.0, 8.0])},
        noise(1, 1, generator.latent_dim),
    )
    twins = generator(z.expand(2, -1), condition)
    assert not torch.equal(twins[0], twins[1])
    taller = generator(z.expand(2, -1), condition | {"height": torch.tensor([8.0, 12.0])})
    assert torch.equal(taller[0], twins[0])
    assert not torch.equal(taller[1], twins[1])


@pytest.mark.parametrize(
    "settings",
    [
        ("loss=minimax",),
        ("loss=least-squares", "method.discriminator.spectral_norm=true"),
        ("loss=wasserstein", "gradient_penalty=10", "r1=0", "r2=0", "penalty_every=1"),
        ("loss=hinge", "method.generator.activation=prelu", "method.discriminator.dropout=0.2"),
        ("augment_below=0", "discriminator_lr=1e-4", "optimiser.kind=rmsprop"),
        ("method.generator.depth=2", "method.discriminator.depth=2", "optimiser.kind=sgd"),
    ],
)
def test_the_choices_of_a_gan_work_together(settings: tuple[str, ...]) -> None:
    method = _method("r3gan", *settings)
    for step in range(3):
        scalars = method.step(_batch(), StepContext(step, 8 * step, 0))
    assert all(value.isfinite() for value in scalars.values())


def test_the_generator_step_leaves_the_discriminator_alone() -> None:
    method = _method("gan")
    z = torch.randn(8, method.config.latent_dim)
    before = _snapshot(method.discriminator)
    method._update_generator(method.generator(z, {}), z, torch.zeros(8), {})
    assert all(torch.equal(a, b) for a, b in zip(before, method.discriminator.parameters(), strict=True))


def test_augmentation_switches_itself_on_for_small_datasets() -> None:
    recipe = RECIPES["gan"]()
    few, many = (build_method(recipe.method, recipe.optimiser, SCHEMA, (), n) for n in (500, 500_000))
    assert few.augments
    assert not many.augments


def test_warmup_weakens_the_kl_divergence_at_first() -> None:
    batch = _batch()
    cold, warm = _method("elbo-vae", "beta_warmup=1000"), _method("elbo-vae", "beta_warmup=1000")
    cold.step(batch, StepContext(0, 0, 0))
    warm.step(batch, StepContext(0, 1000, 0))
    differences = [not torch.equal(a, b) for a, b in zip(cold.parameters(), warm.parameters(), strict=True)]
    assert any(differences)


@pytest.mark.parametrize("name", ["vae", "elbo-vae"])
def test_what_a_vae_minimises_is_called_the_negative_elbo(name: str) -> None:
    scalars = _method(name).step(_batch(), StepContext(0, 0, 0))
    assert "elbo" not in scalars
    assert scalars["negative_elbo"] > 0
    torch.testing.assert_close(scalars["negative_elbo"], scalars["reconstruction"] + scalars["kl"])


def test_a_vae_s_adversary_and_flow_learn_beside_it() -> None:
    method = _method("vae", attributes=(LABEL,))
    before = [_snapshot(part) for part in (method.generator.encoder, method.generator.flow, method.adversary)]
    for step in range(3):
        scalars = method.step(_batch(), StepContext(step, 8 * step, 0))
    assert {"negative_elbo", "kl", "discriminator", "pairwise_accuracy", "flow"} <= scalars.keys()
    for old, part in zip(before, (method.generator.encoder, method.generator.flow, method.adversary), strict=True):
        assert any(not torch.equal(a, b) for a, b in zip(old, part.parameters(), strict=True))


def test_features_of_real_and_fake_pictures_are_the_same_in_one_pass_as_in_two() -> None:
    method, batch = _method("gan", attributes=(LABEL,)).eval(), _batch()
    together = method._features(batch.images, -batch.images)
    apart = [method.discriminator.features(pictures) for pictures in (batch.images, -batch.images)]
    for one, other in zip(together, apart, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("name", RECIPES)
def test_a_method_says_of_which_types_its_config_and_its_generator_are(name: str) -> None:
    config = RECIPES[name]().method
    method = _method(name)
    assert METHODS[config.kind] is type(method)
    assert type(config) is method.config_type
    assert type(method.generator) is method.generator_type


@pytest.mark.parametrize("name", RECIPES)
def test_a_generator_does_what_it_says_that_it_can(name: str) -> None:
    """Its flags tell the truth: z is w or is carried to it and back, pictures are encoded, and likelihoods are finite."""
    generator, images = _method(name).eval().generator, _batch(2).images
    z = noise(0, 2, generator.latent_dim)
    with torch.no_grad():
        w = generator.map(z, {})
        assert generator.has_map or torch.equal(w, z)
        torch.testing.assert_close(generator.inverse_map(w, {}), z, atol=0.02, rtol=0)
        torch.testing.assert_close(generator.decode(w, {}), generator(z, {}))
        if generator.encodes:
            assert all(part.shape == (2, generator.latent_dim) for part in generator.encode(images, {})[:2])
        if generator.has_elbo:
            nll, kl = generator.elbo_terms(images, {}, z)
            assert nll.shape == (2,)
            assert kl.shape == (2, generator.latent_dim)
            assert nll.isfinite().all()
            assert (kl >= 0).all()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of what torch's compiler itself does
def test_compiled_networks_learn_what_others_learn() -> None:
    plain, compiled = _method("gan", *SMALL), _method("gan", *SMALL)
    compiled.compile_networks()
    for step in range(2):
        scalars = [method.step(_batch(), StepContext(step, 8 * step, 0)) for method in (plain, compiled)]
    for name, value in scalars[0].items():
        torch.testing.assert_close(scalars[1][name], value, atol=1e-3, rtol=1e-3)
