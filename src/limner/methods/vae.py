"""Variational autoencoders (Kingma & Welling 2013, arXiv 1312.6114): one class for every likelihood and pair of networks."""

import math
from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from limner.config import Section
from limner.data.dataset import Batch
from limner.data.schema import Attribute, Schema
from limner.methods.adversary import Adversary, AdversaryConfig
from limner.methods.editing import EditingConfig, redrawn
from limner.methods.likelihoods import LIKELIHOODS
from limner.methods.method import Method, Scalars
from limner.methods.moment import Moment
from limner.methods.optimisers import OptimiserConfig, build_optimiser
from limner.methods.painter import Painter
from limner.networks import NetworkConfig, build_decoder, build_encoder
from limner.networks.conditioning import BESIDE_CODES, Condition, ConditionEncoder, Modulation, heeded
from limner.networks.flow import FlowConfig, LatentFlow
from limner.networks.predictor import Predictor

FLOW_DRAWS = 4
"""Times at which the flow learns from each latent of a batch."""


class VaeConfig(Section):
    """What a VAE minimises, and with which networks."""

    kind: Literal["vae"] = "vae"
    latent: int = Field(128, ge=1, le=8192)
    encoder: NetworkConfig
    decoder: NetworkConfig
    likelihood: Literal["bernoulli", "gaussian", "laplace", "discretised-logistic"]
    beta: float = Field(1.0, ge=0)
    """Weight of the divergence from the prior (beta-VAE: Higgins et al. 2017); 1 is the evidence bound."""
    beta_warmup: int = Field(0, ge=0)
    """Pictures over which beta rises from zero."""
    free_bits: float = Field(0.0, ge=0)
    """Nats a latent dimension that cost nothing (Kingma et al. 2016, arXiv 1606.04934, eq. 15)."""
    flow: FlowConfig | None = None
    """A learned prior: codes are carried to latents as the encoder makes them. Without it, codes are latents."""
    told: int | None = Field(None, ge=1, le=8192)
    """Width of a layer that carries the condition to the decoder, whose maps it changes, too; without it, it stands faintly
    beside the codes."""
    editing: EditingConfig | None = None
    """Judges whom pictures must satisfy under another picture's attributes, half of some batches."""
    adversary: AdversaryConfig | None = None
    """A discriminator that reconstructions must deceive, so that they are sharp."""

    @property
    def bounded(self) -> bool:
        """Whether the evidence bound is what is learned, of the very prior that is sampled."""
        return self.flow is None and self.adversary is None


class VaePainter(Painter):
    """Encoder, decoder and, if there is one, the flow from codes to latents; all see the condition, if there is one."""

    def __init__(self, config: VaeConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.latent = config.latent
        self.condition_names = tuple(a.name for a in attributes)
        self.likelihood = LIKELIHOODS[config.likelihood]
        shape = (schema.channels, schema.height, schema.width)
        self.encoder = build_encoder(config.encoder, *shape)
        features = self.encoder.features
        self.posterior = nn.Linear(features, 2 * config.latent)
        self.seen = ConditionEncoder(attributes, features) if attributes else None
        told = config.told or config.latent
        self.condition: nn.Module | None = None
        if attributes:
            self.condition = (
                heeded(attributes, told) if config.told else ConditionEncoder(attributes, told, BESIDE_CODES)
            )
        inputs = config.latent + (told if attributes else 0)
        self.decoder = build_decoder(config.decoder, inputs, schema.channels * self.likelihood.outputs, *shape[1:])
        maps = self.decoder.maps if attributes and config.told else ()
        self.modulation = Modulation(attributes, maps) if maps else None
        self.flow = LatentFlow(config.flow, config.latent, attributes) if config.flow else None

    def encode(self, pictures: Tensor, condition: Condition) -> tuple[Tensor, Tensor]:
        """(B, C, H, W) in [-1, 1] -> mean and log-variance of q(z | x), both (B, latent)."""
        features = self.encoder(pictures)
        if self.seen is not None:
            features = features + self.seen(condition)
        mean, log_variance = self.posterior(features).float().chunk(2, 1)
        return mean, log_variance.clamp(-12, 6)

    def decode(self, latents: Tensor, condition: Condition) -> Tensor:
        """(B, latent) -> the parameters of p(x | z), (B, outputs * C, H, W)."""
        if self.condition is not None:
            latents = torch.cat([latents, self.condition(condition)], 1)
        if self.modulation is None:
            return self.decoder(latents).float()
        return self.decoder(latents, self.modulation(condition)).float()

    def rebuild(self, latents: Tensor, condition: Condition) -> Tensor:
        """Latents (B, latent) -> pictures (B, C, H, W) in [-1, 1]."""
        return self.likelihood.picture(self.decode(latents, condition))

    def codes(self, pictures: Tensor, condition: Condition) -> Tensor:
        """Returns what `paint` makes pictures (B, C, H, W) of again, as far as codes (B, latent) can say them."""
        return self.codes_of(self.encode(pictures, condition)[0], condition)

    def codes_of(self, latents: Tensor, condition: Condition) -> Tensor:
        """Latents (B, latent) -> the codes that `paint` makes the same picture of."""
        return latents if self.flow is None else self.flow.inverse(latents, condition)

    def paint(self, codes: Tensor, condition: Condition) -> Tensor:
        latents = codes if self.flow is None else self.flow(codes, condition)
        return self.rebuild(latents, condition)

    def bound(self, pictures: Tensor, condition: Condition, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Negative log-likelihood (B,) and divergence (B, latent), nats, at one draw (B, latent) (arXiv 1312.6114, eq. 10)."""
        mean, log_variance = self.encode(pictures, condition)
        codes = mean + noise * torch.exp(0.5 * log_variance)
        return self.likelihood.nats(self.decode(codes, condition), pictures), divergence(mean, log_variance)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(q(z | x) || N(0, 1)) of each dimension, nats (B, latent) (arXiv 1312.6114, appendix B)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def _faster(optimiser: OptimiserConfig, config: AdversaryConfig, adversary: Adversary) -> torch.optim.Optimizer:
    own = optimiser.model_copy(update={"lr": config.discriminator_lr or optimiser.lr})
    return build_optimiser(own, adversary.parameters())


class Vae(Method):
    """Encoder and decoder trained together on the evidence lower bound; against an adversary and with a flow if so chosen."""

    painter: VaePainter

    def __init__(
        self,
        config: VaeConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        pictures: int,
    ) -> None:
        super().__init__()
        self.config = config
        self.dimensions = schema.channels * schema.height * schema.width
        self.painter = VaePainter(config, schema, attributes)
        self.optimisers = {"vae": build_optimiser(optimiser, self.painter.parameters())}
        self.adversary: Adversary | None = None
        if config.adversary:
            self.adversary = Adversary(config.adversary, schema, attributes, pictures)
            self.optimisers["adversary"] = _faster(optimiser, config.adversary, self.adversary)
        self.predictor: Predictor | None = None
        self.critic: Adversary | None = None
        if config.editing and attributes:
            self.predictor = Predictor(schema, attributes)
            own = optimiser.model_copy(update={"lr": config.editing.predictor_lr})
            self.optimisers["predictor"] = build_optimiser(own, self.predictor.parameters())
            if config.editing.adversary:
                self.critic = Adversary(config.editing.adversary, schema, attributes, pictures)
                self.optimisers["critic"] = _faster(optimiser, config.editing.adversary, self.critic)

    def step(self, batch: Batch, moment: Moment) -> Scalars:
        images, condition = batch
        mean, log_variance = self.painter.encode(images, condition)
        noise = moment.normal("posterior", len(images), self.config.latent).to(images.device)
        latents = mean + noise * torch.exp(0.5 * log_variance)
        output = self.painter.decode(latents, condition)
        reconstruction, by_dimension = self.painter.likelihood.nats(output, images), divergence(mean, log_variance)
        # per dimension, so that one learning rate serves every picture size
        loss = (reconstruction.mean() + self._charge(by_dimension, moment)) / self.dimensions
        scalars = self._scalars(reconstruction, by_dimension)
        if self.adversary:
            made = self.painter.likelihood.picture(output)
            suspicion, seen = self._deceive("adversary", self.adversary, images, made, condition, moment)
            loss, scalars = loss + suspicion, scalars | seen
        if self.config.editing and self.predictor:
            loss = loss + self._satisfy(batch, mean, moment, self.config.editing, self.predictor)
        if self.painter.flow:
            loss = loss + self._carry(latents, condition, moment, scalars)
        self.optimise("vae", loss, self.painter)
        return scalars

    def _charge(self, by_dimension: Tensor, moment: Moment) -> Tensor:
        warm = min(1.0, moment.pictures / self.config.beta_warmup) if self.config.beta_warmup else 1.0
        # free bits are granted to the mean over the batch, not to each picture (arXiv 1606.04934, eq. 15)
        charged = by_dimension.mean(0).clamp_min(self.config.free_bits).sum()
        return self.config.beta * warm * charged

    def _deceive(
        self, name: str, adversary: Adversary, real: Tensor, made: Tensor, condition: Condition, moment: Moment
    ) -> tuple[Tensor, Scalars]:
        real_seen, made_seen = (
            adversary.look(real, moment, f"real {name}"),
            adversary.look(made, moment, f"made {name}"),
        )
        loss, accuracy = adversary.loss(real_seen, made_seen.detach(), condition)
        self.optimise(name, loss, adversary)
        return adversary.suspicion(made_seen, condition), {"discriminator": loss.detach(), "accuracy": accuracy}

    def _satisfy(
        self, batch: Batch, latents: Tensor, moment: Moment, editing: EditingConfig, predictor: Predictor
    ) -> Tensor:
        if moment.pictures < editing.after or moment.step % editing.every:
            return latents.new_zeros(())
        self.optimise("predictor", predictor.loss(*batch), predictor)
        own = {name: values[::2] for name, values in batch.condition.items()}
        asked = {name: values.roll(1, 0) for name, values in own.items()}
        codes = self.painter.codes_of(latents[::2], own)
        shown = redrawn(self.painter, batch.images[::2], codes, own, asked)
        predictor.eval()  # what it knows of a batch of edited pictures is no part of what it has learned
        missed = editing.weight * predictor.loss(shown, asked)
        predictor.train()
        if self.critic:
            showing = batch.images[::2].roll(1, 0)  # the pictures whose attributes were asked for
            missed = missed + self._deceive("critic", self.critic, showing, shown, asked, moment)[0]
        return editing.every * missed

    def _carry(self, latents: Tensor, condition: Condition, moment: Moment, scalars: Scalars) -> Tensor:
        # several times each latent: the flow is small beside encoder and decoder, and learns from noise
        assert self.painter.flow
        ends = latents.detach().repeat(FLOW_DRAWS, 1)
        starts = moment.normal("flow", len(ends), self.config.latent).to(ends.device)
        times = moment.uniform("flow times", len(ends)).to(ends.device)
        repeated = {name: values.repeat(FLOW_DRAWS) for name, values in condition.items()}
        loss = self.painter.flow.loss(ends, repeated, starts, times)
        scalars["flow"] = loss.detach()
        return loss

    def _scalars(self, reconstruction: Tensor, by_dimension: Tensor) -> Scalars:
        nats, divergence_nats = reconstruction.detach().mean(), by_dimension.detach().sum(1).mean()
        scalars = {"bound": nats + divergence_nats, "reconstruction": nats, "divergence": divergence_nats}
        if self.painter.likelihood.discrete:
            scalars["bits_per_dimension"] = (nats + divergence_nats) / (self.dimensions * math.log(2))
        return scalars
