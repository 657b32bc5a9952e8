"""Variational autoencoders (Kingma & Welling 2013, arXiv 1312.6114): one class for every likelihood and pair of networks."""

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.config import Range, SearchSpace
from limner.configs.adversary import CounterfactualConfig
from limner.configs.optimiser import OptimiserConfig
from limner.configs.vae import VaeConfig
from limner.data.dataset import Batch
from limner.data.schema import Schema
from limner.methods.adversary import Adversary
from limner.methods.counterfactual import counterfactual_image
from limner.methods.generator import Generator, Normal, Posterior, kl_divergence, reparameterised
from limner.methods.latent import Latent
from limner.methods.likelihoods import LIKELIHOODS
from limner.methods.method import Method, Scalars
from limner.methods.optimisers import build_optimiser
from limner.methods.step_context import StepContext
from limner.networks import build_decoder, build_encoder
from limner.networks.conditioning import CONDITION_INIT_STD, Condition, ConditionEncoder, FiLM, condition_mlp
from limner.networks.flow import LatentFlow
from limner.networks.predictor import Predictor

MIN_LOG_VARIANCE, MAX_LOG_VARIANCE = -12, 6
"""Between which the encoder's log-variances are kept, so that none overflows."""
FLOW_DRAWS = 4
"""Times at which the flow learns from each w of a batch."""


class VaeGenerator(Generator):
    """Encoder, decoder and, if there is one, the flow from z to w; all get the condition, if there is one."""

    encodes = True

    def __init__(self, config: VaeConfig, schema: Schema, attributes: tuple[Attribute, ...]) -> None:
        super().__init__()
        self.latent_dim = config.latent_dim
        self.condition_names = tuple(a.name for a in attributes)
        self.likelihood = LIKELIHOODS[config.likelihood]
        self.discrete = self.likelihood.discrete
        self.has_map = config.flow is not None
        self.has_elbo = config.flow is None and config.spatial is None
        self.spatial: SpatialLatent | None = None
        self.encoder = build_encoder(config.encoder, *schema.shape)
        features = self.encoder.features
        self.posterior_head = nn.Linear(features, 2 * config.latent_dim)
        self.posterior_condition_encoder = ConditionEncoder(attributes, features) if attributes else None
        width = config.condition_dim or config.latent_dim
        self.condition_encoder: nn.Module | None = None
        if attributes:
            self.condition_encoder = (
                condition_mlp(attributes, width)
                if config.condition_dim
                else ConditionEncoder(attributes, width, CONDITION_INIT_STD)
            )
        inputs = config.latent_dim + (width if attributes else 0)
        self.decoder = build_decoder(
            config.decoder, inputs, schema.channels * self.likelihood.params_per_channel, *schema.shape[1:]
        )
        maps = self.decoder.maps if attributes and config.condition_dim else ()
        self.film = FiLM(attributes, maps) if maps else None
        self.flow = LatentFlow(config.flow, config.latent_dim, attributes) if config.flow else None
        if config.spatial and self.encoder.map_channels and self.decoder.offset_shape:
            self.spatial = SpatialLatent(
                config.spatial.channels, self.encoder.map_channels, self.decoder.offset_shape[0]
            )

    def map(self, z: Tensor, condition: Condition) -> Tensor:
        return z if self.flow is None else self.flow(z, condition)

    def inverse_map(self, w: Tensor, condition: Condition) -> Tensor:
        return w if self.flow is None else self.flow.inverse(w, condition)

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        return self.likelihood.mean_picture(self.decoder_outputs(w, condition))

    def decode_latent(self, latent: Latent) -> Tensor:
        w = self.to_w(latent)
        return self.likelihood.mean_picture(self.decoder_outputs(w.values, w.condition, w.spatial))

    def encode(self, images: Tensor, condition: Condition) -> Posterior:
        features, spatial = self.encoder(images), None
        if self.spatial is not None:
            features, maps = self.encoder.features_and_maps(images)
            spatial = self.spatial.posterior(maps)
        if self.posterior_condition_encoder is not None:
            features = features + self.posterior_condition_encoder(condition)
        mean, log_variance = self.posterior_head(features).float().chunk(2, 1)
        return Posterior(mean, log_variance.clamp(MIN_LOG_VARIANCE, MAX_LOG_VARIANCE), spatial)

    def nll(self, images: Tensor, w: Tensor, condition: Condition) -> Tensor:
        return self.likelihood.nll(self.decoder_outputs(w, condition), images)

    def decoder_outputs(self, w: Tensor, condition: Condition, spatial: Tensor | None = None) -> Tensor:
        """w (B, latent_dim) and, if there is one, the spatial latent (B, channels, h, w) -> the parameters of p(picture | w).

        (B, params_per_channel * C, H, W).
        """
        if self.condition_encoder is not None:
            w = torch.cat([w, self.condition_encoder(condition)], 1)
        options: dict[str, Any] = {} if self.film is None else {"film_params": self.film(condition)}
        if self.spatial is not None and spatial is not None:
            options["offset"] = self.spatial.offset(spatial)
        return self.decoder(w, **options).float()

    def w_statistics(self) -> tuple[Tensor, Tensor]:
        return super().w_statistics() if self.flow is None else (self.flow.mean, self.flow.variance.sqrt())


class SpatialLatent(nn.Module):
    """From the maps of an encoder to the spatial latent, and from that to an offset of the maps of a decoder's second stage."""

    def __init__(self, channels: int, map_channels: int, offset_channels: int) -> None:
        super().__init__()
        self.head = nn.Conv2d(map_channels, 2 * channels, 3, padding=1)
        self.to_offset = nn.Conv2d(channels, offset_channels, 3, padding=1)

    def posterior(self, maps: Tensor) -> Normal:
        """Maps of the encoder -> q(spatial latent | picture), (B, channels, h, w)."""
        mean, log_variance = self.head(maps).float().chunk(2, 1)
        return Normal(mean, log_variance.clamp(MIN_LOG_VARIANCE, MAX_LOG_VARIANCE))

    def offset(self, spatial: Tensor) -> Tensor:
        """(B, channels, h, w) -> (B, C, h, w)."""
        return self.to_offset(spatial)


class Vae(Method):
    """Encoder and decoder trained together on the evidence lower bound; against an adversary and with a flow if so chosen."""

    config_type, generator_type = VaeConfig, VaeGenerator
    search_space: ClassVar[SearchSpace] = {
        "method.latent_dim": (16, 32, 64, 128, 256),
        "method.free_bits": Range(low=0.0, high=0.5),
        "method.beta_warmup": (0, 5_000, 20_000),
        "optimiser.weight_decay": (0.0, 1e-4, 1e-2),
    }
    generator: VaeGenerator

    def __init__(
        self,
        config: VaeConfig,
        optimiser: OptimiserConfig,
        schema: Schema,
        attributes: tuple[Attribute, ...],
        num_pictures: int,
    ) -> None:
        super().__init__(config, optimiser, schema, attributes, num_pictures)
        self.config = config
        self.dimensions = schema.channels * schema.height * schema.width
        self.optimisers = {"vae": build_optimiser(optimiser, self.generator.parameters())}
        self.adversary: Adversary | None = None
        if config.adversary:
            self.adversary = Adversary(config.adversary, schema, attributes, num_pictures)
            self.optimisers["adversary"] = build_optimiser(
                optimiser, self.adversary.parameters(), config.adversary.discriminator_lr
            )
        self.predictor: Predictor | None = None
        self.counterfactual_adversary: Adversary | None = None
        if config.counterfactual_loss and (predictable := [a for a in attributes if not a.shape]):
            self.predictor = Predictor(schema, predictable)
            self.optimisers["predictor"] = build_optimiser(
                optimiser, self.predictor.parameters(), config.counterfactual_loss.predictor_lr
            )
            if adversary := config.counterfactual_loss.adversary:
                self.counterfactual_adversary = Adversary(adversary, schema, attributes, num_pictures)
                self.optimisers["counterfactual_adversary"] = build_optimiser(
                    optimiser, self.counterfactual_adversary.parameters(), adversary.discriminator_lr
                )

    def step(self, batch: Batch, context: StepContext) -> Scalars:
        images, condition = batch
        posterior = self.generator.encode(images, condition)
        w = reparameterised(
            posterior, context.normal("posterior", len(images), self.config.latent_dim).to(images.device)
        )
        spatial, spatial_loss = self._spatial(posterior.spatial, context)
        outputs = self.generator.decoder_outputs(w, condition, spatial)
        nll, kl = self.generator.likelihood.nll(outputs, images), kl_divergence(posterior)
        # per dimension, so that one learning rate serves every picture size
        loss = (nll.mean() + self._kl_loss(kl, context) + spatial_loss) / self.dimensions
        scalars = self._scalars(nll, kl)
        if posterior.spatial:
            scalars["spatial_kl"] = kl_divergence(posterior.spatial).detach().flatten(1).sum(1).mean()
        if self.adversary:
            fake = self.generator.likelihood.mean_picture(outputs)
            adversarial, found = self._adversarial_loss("adversary", self.adversary, images, fake, condition, context)
            loss, scalars = loss + adversarial, scalars | found
        if self.config.counterfactual_loss and self.predictor:
            loss = loss + self._counterfactual_loss(
                batch, posterior.mean, context, self.config.counterfactual_loss, self.predictor
            )
        if self.generator.flow:
            loss = loss + self._flow_matching_loss(w, condition, context, scalars)
        self.optimise("vae", loss, self.generator)
        return scalars

    def _kl_loss(self, kl: Tensor, context: StepContext) -> Tensor:
        warm = min(1.0, context.pictures_seen / self.config.beta_warmup) if self.config.beta_warmup else 1.0
        # free bits are granted to the mean over the batch, not to each picture (arXiv 1606.04934, eq. 15)
        return self.config.beta * warm * kl.mean(0).clamp_min(self.config.free_bits).sum()

    def _spatial(self, posterior: Normal | None, context: StepContext) -> tuple[Tensor | None, Tensor | float]:
        """Returns the spatial latent (B, channels, h, w), zero for a share of the pictures, and the loss of its KL divergence."""
        config = self.config.spatial
        if posterior is None or config is None:
            return None, 0.0
        n, *shape = posterior.mean.shape
        noise = context.normal("spatial", n, *shape).to(posterior.mean.device)
        kept = (context.uniform("with spatial latent", n) < config.fraction).to(posterior.mean.device).float()
        kl = kl_divergence(posterior).flatten(1).sum(1)
        return reparameterised(posterior, noise) * kept[:, None, None, None], config.beta * (kept * kl).mean()

    def _adversarial_loss(
        self, name: str, adversary: Adversary, real: Tensor, fake: Tensor, condition: Condition, context: StepContext
    ) -> tuple[Tensor, Scalars]:
        """Takes a step of a discriminator, and returns the loss of what generated the fake pictures."""
        augmented_real = adversary.augment(real, context, f"real {name}")
        augmented_fake = adversary.augment(fake, context, f"fake {name}")
        loss, accuracy = adversary.loss(augmented_real, augmented_fake.detach(), condition)
        self.optimise(name, loss, adversary)
        found = {"discriminator": loss.detach(), "pairwise_accuracy": accuracy}
        return adversary.generator_loss(augmented_fake, condition), found

    def _counterfactual_loss(
        self, batch: Batch, w: Tensor, context: StepContext, config: CounterfactualConfig, predictor: Predictor
    ) -> Tensor:
        """Returns how far pictures under another picture's attributes are from showing these (arXiv 2306.15764, section 3.3)."""
        if context.pictures_seen < config.after or context.step % config.every:
            return w.new_zeros(())
        self.optimise("predictor", predictor.loss(*batch), predictor)
        own = {name: values[::2] for name, values in batch.condition.items()}
        other = {name: values.roll(1, 0) for name, values in own.items()}
        z = self.generator.inverse_map(w[::2], own)
        images = counterfactual_image(self.generator, batch.images[::2], z, own, other)
        predictor.eval()  # statistics of counterfactual batches are no part of what it learns
        loss = config.weight * predictor.loss(images, other)
        predictor.train()
        if self.counterfactual_adversary:
            real = batch.images[::2].roll(1, 0)  # the pictures whose attributes were asked for
            loss = (
                loss
                + self._adversarial_loss(
                    "counterfactual_adversary", self.counterfactual_adversary, real, images, other, context
                )[0]
            )
        return config.every * loss

    def _flow_matching_loss(self, w: Tensor, condition: Condition, context: StepContext, scalars: Scalars) -> Tensor:
        # several times for each w: the flow is small relative to encoder and decoder, and learns from noise
        assert self.generator.flow
        ends = w.detach().repeat(FLOW_DRAWS, 1)
        starts = context.normal("flow", len(ends), self.config.latent_dim).to(ends.device)
        times = context.uniform("flow times", len(ends)).to(ends.device)
        repeated = {name: torch.cat([values] * FLOW_DRAWS) for name, values in condition.items()}
        loss = self.generator.flow.loss(ends, repeated, starts, times)
        scalars["flow"] = loss.detach()
        return loss

    def _scalars(self, nll: Tensor, kl: Tensor) -> Scalars:
        """Returns means a picture, in nats: `negative_elbo` is reconstruction + kl."""
        reconstruction, divergence = nll.detach().mean(), kl.detach().sum(1).mean()
        scalars = {"negative_elbo": reconstruction + divergence, "reconstruction": reconstruction, "kl": divergence}
        if self.generator.discrete:
            scalars["bits_per_dimension"] = scalars["negative_elbo"] / (self.dimensions * math.log(2))
        return scalars
