"""Generative adversarial networks: one class for every loss, regulariser and pair of networks.

One step generates one batch and uses it twice: detached for the discriminator, with its graph for the generator.
"""

from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.conditions.attribute import Attribute
from limner.config import Range, SearchSpace
from limner.configs.gan import GanConfig
from limner.configs.optimiser import OptimiserConfig
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods.adversary import augmented
from limner.methods.generator import Generator
from limner.methods.losses import GAN_LOSSES
from limner.methods.method import Method, Scalars
from limner.methods.optimisers import build_optimiser
from limner.methods.regularisers import interpolated_gradient, squared_gradient
from limner.methods.step_context import StepContext
from limner.networks import build_decoder
from limner.networks.conditioning import CONDITION_INIT_STD, Condition, ConditionEncoder, FiLM
from limner.networks.discriminator import build_discriminator, features_of_both


class GanGenerator(Generator):
    """z concatenated with the condition's vector, then a decoder."""

    condition_scale = 5.0
    """After transfer, the condition's input weights are z's times 5: with an initial std of 0.1 it moves the first layer half as
    much as z does; zero weights were slow to separate classes (docs/bases.md)."""

    def __init__(self, config: GanConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        self.condition_names = tuple(a.name for a in attributes)
        self.linear = config.output == "linear"
        self.condition_encoder = (
            ConditionEncoder(attributes, config.latent_dim, CONDITION_INIT_STD) if attributes else None
        )
        inputs = config.latent_dim * (2 if attributes else 1)
        self.decoder = build_decoder(config.generator, inputs, *schema.shape)
        maps = self.decoder.maps if config.film and len(attributes) > 1 else ()
        self.film = FiLM(attributes, maps) if maps else None

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        return self.raw_output(w, condition).clamp(-1, 1)

    def raw_output(self, z: Tensor, condition: Condition) -> Tensor:
        """z (B, latent_dim) -> images (B, C, H, W) as the discriminator gets them: tanh, or linear and not cut to [-1, 1]."""
        if self.condition_encoder is not None:
            z = torch.cat([z, self.condition_encoder(condition)], 1)
        images = (self.decoder(z) if self.film is None else self.decoder(z, self.film(condition))).float()
        return images if self.linear else images.tanh()


class Gan(Method):
    """A generator and a discriminator that learn from one another."""

    config_type, generator_type = GanConfig, GanGenerator
    search_space: ClassVar[SearchSpace] = {
        "method.discriminator_lr": Range(low=5e-5, high=2e-3, log=True),
        "method.loss": ("hinge", "non-saturating", "relativistic"),
        "method.latent_dim": (32, 64, 100, 128),
        "method.r1": (0.0, 0.1, 1.0),
    }
    generator: GanGenerator

    def __init__(
        self,
        config: GanConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        num_pictures: int,
    ) -> None:
        super().__init__(config, optimiser, schema, attributes, num_pictures)
        self.config = config
        self.augments = config.augment.active and num_pictures < config.augment_below
        several = len(attributes) > 1  # one alone is followed anyway, and lost variety by these losses (docs/bases.md)
        self.mismatch_weight = config.mismatch_weight if several else 0.0
        self.classifier_weight = config.classifier_weight if several else 0.0
        self.discriminator = build_discriminator(
            config.discriminator,
            schema,
            attributes,
            config.latent_dim if config.info_weight else 0,
            classifies=self.classifier_weight > 0,
        )
        self.optimisers = {
            "generator": build_optimiser(optimiser, self.generator.parameters()),
            "discriminator": build_optimiser(optimiser, self.discriminator.parameters(), config.discriminator_lr),
        }
        self.discriminator_loss, self.generator_loss = GAN_LOSSES[config.loss]

    def step(self, batch: Batch, context: StepContext) -> Scalars:
        real, condition = batch
        z = context.normal("z", len(real), self.config.latent_dim).to(real.device)
        fake = self.generator.raw_output(z, condition)
        augmented_real, augmented_fake = self._augment(real, context, "real"), self._augment(fake, context, "fake")
        scalars, real_logits = self._update_discriminator(
            augmented_real, augmented_fake.detach(), z, condition, context
        )
        scalars |= self._update_generator(augmented_fake, z, real_logits, condition)
        with torch.no_grad():
            scalars["std_ratio"] = _variation(fake) / _variation(real).clamp_min(1e-6)
        return scalars

    def compile_networks(self) -> None:
        """Compiles generator and discriminator, but for penalties, which differentiate twice, as compiled code cannot."""
        if not (self.config.r1 or self.config.r2 or self.config.gradient_penalty):
            self.generator.decoder.compile()
            self.discriminator.encoder.compile()

    def _update_discriminator(
        self, real: Tensor, fake: Tensor, z: Tensor, condition: Condition, context: StepContext
    ) -> tuple[Scalars, Tensor]:
        penalised = context.step % self.config.penalty_every == 0
        real = real.detach().requires_grad_(penalised and self.config.r1 > 0)
        fake = fake.requires_grad_(penalised and self.config.r2 > 0)
        real_features, fake_features = self._features(real, fake)
        real_logits, fake_logits = (
            self.discriminator.score(real_features, condition),
            self.discriminator.score(fake_features, condition),
        )
        loss = self.discriminator_loss(real_logits, fake_logits) + self._info_loss(fake_features, z)
        loss = loss + self._mismatch_loss(real_features, condition) + self._classifier_loss(real_features, condition)
        scalars = {
            "discriminator": loss.detach(),
            # how often a real picture scores above a fake one: 0.5 is a draw
            "pairwise_accuracy": (real_logits > fake_logits).float().mean(),
        }
        if penalised:
            penalty = self._penalty(real, fake, real_logits, fake_logits, condition, context)
            loss = loss + self.config.penalty_every * penalty
        self.optimise("discriminator", loss, self.discriminator)
        return scalars, real_logits.detach()

    def _features(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        if self.config.discriminator.normalisation == "batch":
            # real and fake pictures are normalised apart, or the statistics of each would depend on the other
            return self.discriminator.features(real), self.discriminator.features(fake)
        return features_of_both(self.discriminator, real, fake)

    def _info_loss(self, fake_features: Tensor, z: Tensor) -> Tensor:
        """Returns the weighted error with which z is read off fake pictures: a generator that ignores z cannot lessen it.

        The lower bound of the mutual information of z and the pictures, for z with a normal around what is read (Chen et
        al. 2016, arXiv 1606.03657, eq. 5).
        """
        if self.discriminator.latent_head is None:
            return fake_features.new_zeros(())
        return self.config.info_weight * (self.discriminator.latent_head(fake_features) - z).square().mean()

    def _mismatch_loss(self, real_features: Tensor, condition: Condition) -> Tensor:
        """Returns the weighted hinge loss of real pictures under conditions of which one attribute is another picture's.

        Easy attributes alone can satisfy the loss of the whole condition; here each has its own.
        """
        if not self.mismatch_weight:
            return real_features.new_zeros(())
        logits, differs = self.discriminator.mismatched(real_features, condition)
        return self.mismatch_weight * (F.relu(1 + logits) * differs).sum() / differs.sum().clamp_min(1)

    def _classifier_loss(self, features: Tensor, condition: Condition) -> Tensor:
        """Returns the weighted error with which attributes are read off pictures."""
        if self.discriminator.heads is None:
            return features.new_zeros(())
        return self.classifier_weight * self.discriminator.heads.losses(features, condition).mean()

    def _penalty(
        self,
        real: Tensor,
        fake: Tensor,
        real_logits: Tensor,
        fake_logits: Tensor,
        condition: Condition,
        context: StepContext,
    ) -> Tensor:
        config, penalty = self.config, real.new_zeros(())
        if config.r1:
            penalty = penalty + config.r1 / 2 * squared_gradient(real_logits, real)
        if config.r2:
            penalty = penalty + config.r2 / 2 * squared_gradient(fake_logits, fake)
        if config.gradient_penalty:
            mix = context.uniform("between", len(real), 1, 1, 1).to(real.device)
            score = lambda images: self.discriminator(images, condition)  # noqa: E731
            penalty = penalty + config.gradient_penalty * interpolated_gradient(
                score, real.detach(), fake.detach(), mix
            )
        return penalty

    def _update_generator(self, fake: Tensor, z: Tensor, real_logits: Tensor, condition: Condition) -> Scalars:
        # the real logits are those from before the discriminator's step: they are a reference, not worth another pass
        fake_features = self.discriminator.features(fake)
        loss = self.generator_loss(real_logits, self.discriminator.score(fake_features, condition))
        loss = loss + self._info_loss(fake_features, z) + self._classifier_loss(fake_features, condition)
        self.optimise("generator", loss, self.generator)
        return {"generator": loss.detach()}

    def _augment(self, images: Tensor, context: StepContext, purpose: str) -> Tensor:
        return augmented(images, self.config.augment, context, purpose) if self.augments else images


def _variation(images: Tensor) -> Tensor:
    # of every fourth pixel a side: as telling, at a sixteenth of the time
    return images[..., ::4, ::4].std(0).mean()
