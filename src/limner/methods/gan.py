"""Generative adversarial networks: one class for every loss, regulariser and pair of networks.

One step makes one batch of pictures and uses it twice: detached for the discriminator, with its graph for the generator.
"""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor

from limner.config import Section
from limner.data.augment import AugmentConfig
from limner.data.dataset import Batch
from limner.data.schema import Attribute, Schema
from limner.methods.adversary import shown
from limner.methods.losses import GAN_LOSSES
from limner.methods.method import Method, Scalars
from limner.methods.moment import Moment
from limner.methods.optimisers import OptimiserConfig, build_optimiser
from limner.methods.painter import Painter
from limner.methods.regularisers import interpolated_gradient, squared_gradient
from limner.networks import NetworkConfig, build_decoder
from limner.networks.conditioning import BESIDE_CODES, Condition, ConditionEncoder
from limner.networks.discriminator import build_discriminator, look_at_both


class GanConfig(Section):
    """What a GAN minimises, and with which networks."""

    kind: Literal["gan"] = "gan"
    latent: int = Field(128, ge=1, le=8192)
    output: Literal["tanh", "linear"] = "tanh"
    """What follows the generator's last layer; linear pictures are cut to [-1, 1] when sampled."""
    generator: NetworkConfig
    discriminator: NetworkConfig
    loss: Literal["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]
    r1: float = Field(0.0, ge=0)
    """Weight of half the squared gradient on real pictures."""
    r2: float = Field(0.0, ge=0)
    """Weight of half the squared gradient on generated pictures."""
    gradient_penalty: float = Field(0.0, ge=0)
    """Weight of the penalty that holds gradients between real and generated pictures at norm 1."""
    penalty_every: int = Field(1, ge=1)
    """Steps between penalties, whose weight is multiplied by it (arXiv 1912.04958, section 3.1)."""
    recall: float = Field(0.0, ge=0)
    """Weight of the squared error with which the discriminator reads codes off made pictures, which both networks lessen."""
    discriminator_lr: float | None = Field(None, gt=0)
    """Learning rate of the discriminator where it differs from the optimiser's."""
    augment: AugmentConfig = AugmentConfig()
    """Differentiable augmentation in front of the discriminator."""
    augment_below: int = Field(0, ge=0)
    """Augment when the training set has fewer pictures than this."""


class GanPainter(Painter):
    """The generator: codes and the condition's vector side by side, then a decoder."""

    def __init__(self, config: GanConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.latent = config.latent
        self.condition_names = tuple(a.name for a in attributes)
        self.linear = config.output == "linear"
        self.condition = ConditionEncoder(attributes, config.latent, BESIDE_CODES) if attributes else None
        inputs = config.latent * (2 if attributes else 1)
        self.generator = build_decoder(config.generator, inputs, schema.channels, schema.height, schema.width)

    def forward(self, codes: Tensor, condition: Condition) -> Tensor:
        if self.condition is not None:
            codes = torch.cat([codes, self.condition(condition)], 1)
        pictures = self.generator(codes).float()
        return pictures if self.linear else pictures.tanh()

    def paint(self, codes: Tensor, condition: Condition) -> Tensor:
        return self(codes, condition).clamp(-1, 1)


class Gan(Method):
    """A generator and a discriminator that learn from one another."""

    painter: GanPainter

    def __init__(
        self,
        config: GanConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        pictures: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.augments = config.augment.active and pictures < config.augment_below
        self.painter = GanPainter(config, schema, attributes)
        self.discriminator = build_discriminator(
            config.discriminator, schema, attributes, config.latent if config.recall else 0
        )
        slower = optimiser.model_copy(update={"lr": config.discriminator_lr or optimiser.lr})
        self.optimisers = {
            "generator": build_optimiser(optimiser, self.painter.parameters()),
            "discriminator": build_optimiser(slower, self.discriminator.parameters()),
        }
        self.discriminator_loss, self.generator_loss = GAN_LOSSES[config.loss]

    def step(self, batch: Batch, moment: Moment) -> Scalars:
        real, condition = batch
        codes = moment.normal("codes", len(real), self.config.latent).to(real.device)
        made = self.painter(codes, condition)
        real_seen, made_seen = self._augment(real, moment, "real"), self._augment(made, moment, "made")
        scalars, on_real = self._update_discriminator(real_seen, made_seen.detach(), codes, condition, moment)
        scalars |= self._update_generator(made_seen, codes, on_real, condition)
        with torch.no_grad():
            scalars["diversity"] = _variation(made) / _variation(real).clamp_min(1e-6)
        return scalars

    def compile_networks(self) -> None:
        """Compiles generator and discriminator, but for penalties, which differentiate twice, as compiled code cannot."""
        if not (self.config.r1 or self.config.r2 or self.config.gradient_penalty):
            self.painter.generator.compile()
            self.discriminator.encoder.compile()

    def _update_discriminator(
        self, real: Tensor, made: Tensor, codes: Tensor, condition: Condition, moment: Moment
    ) -> tuple[Scalars, Tensor]:
        penalised = moment.step % self.config.penalty_every == 0
        real = real.detach().requires_grad_(penalised and self.config.r1 > 0)
        made = made.requires_grad_(penalised and self.config.r2 > 0)
        of_real, of_made = self._look(real, made)
        on_real, on_made = self.discriminator.score(of_real, condition), self.discriminator.score(of_made, condition)
        loss = self.discriminator_loss(on_real, on_made) + self._forgotten(of_made, codes)
        scalars = {
            "discriminator": loss.detach(),
            # how often a real picture scores above a made one: 0.5 is a draw
            "accuracy": (on_real > on_made).float().mean(),
        }
        if penalised:
            penalty = self._penalty(real, made, on_real, on_made, condition, moment)
            loss = loss + self.config.penalty_every * penalty
        self.optimise("discriminator", loss, self.discriminator)
        return scalars, on_real.detach()

    def _look(self, real: Tensor, made: Tensor) -> tuple[Tensor, Tensor]:
        if self.config.discriminator.normalisation == "batch":
            # real and made pictures are normalised apart, or each would show the other how it differs
            return self.discriminator.look(real), self.discriminator.look(made)
        return look_at_both(self.discriminator, real, made)

    def _forgotten(self, of_made: Tensor, codes: Tensor) -> Tensor:
        """How badly codes are read off what was made of them: a generator that ignores codes cannot lessen it.

        The lower bound of their mutual information with the pictures, for codes with a normal around what is read (Chen et
        al. 2016, arXiv 1606.03657, eq. 5).
        """
        if self.discriminator.read is None:
            return of_made.new_zeros(())
        return self.config.recall * (self.discriminator.read(of_made) - codes).square().mean()

    def _penalty(
        self, real: Tensor, made: Tensor, on_real: Tensor, on_made: Tensor, condition: Condition, moment: Moment
    ) -> Tensor:
        config, penalty = self.config, real.new_zeros(())
        if config.r1:
            penalty = penalty + config.r1 / 2 * squared_gradient(on_real, real)
        if config.r2:
            penalty = penalty + config.r2 / 2 * squared_gradient(on_made, made)
        if config.gradient_penalty:
            mix = moment.uniform("between", len(real), 1, 1, 1).to(real.device)
            score = lambda pictures: self.discriminator(pictures, condition)  # noqa: E731
            penalty = penalty + config.gradient_penalty * interpolated_gradient(
                score, real.detach(), made.detach(), mix
            )
        return penalty

    def _update_generator(self, made: Tensor, codes: Tensor, on_real: Tensor, condition: Condition) -> Scalars:
        # the real logits are those from before the discriminator's step: they are a reference, not worth another pass
        of_made = self.discriminator.look(made)
        loss = self.generator_loss(on_real, self.discriminator.score(of_made, condition))
        loss = loss + self._forgotten(of_made, codes)
        self.optimise("generator", loss, self.painter)
        return {"generator": loss.detach()}

    def _augment(self, pictures: Tensor, moment: Moment, whose: str) -> Tensor:
        return shown(pictures, self.config.augment, moment, whose) if self.augments else pictures


def _variation(pictures: Tensor) -> Tensor:
    # of every fourth pixel a side: as telling, at a sixteenth of the time
    return pictures[..., ::4, ::4].std(0).mean()
