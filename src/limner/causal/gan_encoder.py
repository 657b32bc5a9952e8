"""An encoder for a trained GAN: from pictures to the z they would be generated from, which abduction needs.

It learns from generated pictures, of which z is known, and from real pictures, which the generator must reconstruct from what
it finds: without the latter its z lies outside of what real pictures need (in-domain inversion: Zhu et al. 2020,
arXiv 2004.00049, section 3.1). The generator stays as it is.

encoder.safetensors       its weights
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from limner import seeds
from limner.configs.network import NetworkConfig
from limner.data.dataset import Dataset
from limner.errors import LimnerError, ModelError
from limner.methods import Generator, Posterior
from limner.model import Model
from limner.networks import build_encoder
from limner.networks.conditioning import Condition, ConditionEncoder
from limner.networks.fit import fit_module
from limner.tensors import load_tensors, save_tensors
from limner.weights import load_weights

NETWORK = NetworkConfig(architecture="convolutional", widths=(32, 64, 128), normalisation="batch")
"""The encoder: small, as it is trained for a few minutes."""
TRAINING_STEPS, BATCH_SIZE, LEARNING_RATE = 2000, 32, 2e-3
"""Steps of training, pictures a step, and the rate of the optimiser."""
RECONSTRUCTION_WEIGHT = 10.0
"""Weight of the squared error of a reconstructed pixel, relative to that of z."""
POINT_LOG_VARIANCE = -30.0
"""Log-variance of a posterior that is a point: its standard deviation, 3e-7, changes no pixel."""
FILE = "encoder.safetensors"
"""Its name in the folder of a causal model."""


class GanEncoder(nn.Module):
    """Pictures (B, C, H, W) in [-1, 1] and their condition -> the z (B, latent_dim) that they would be generated from."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        schema, self.model_digest = model.schema, model.digest
        self.encoder = build_encoder(NETWORK, *schema.shape)
        self.condition_encoder = ConditionEncoder(model.attributes, self.encoder.features)
        self.z = nn.Linear(self.encoder.features, model.generator.latent_dim)

    def forward(self, images: Tensor, condition: Condition) -> Tensor:
        z: Tensor = self.z(self.encoder(images) + self.condition_encoder(condition))
        return z

    def save(self, folder: Path) -> None:
        """Writes the file, whole or not at all."""
        save_tensors(folder / FILE, self.state_dict(), {"model": self.model_digest or ""})

    @classmethod
    def load(cls, folder: Path, model: Model) -> GanEncoder:
        """Reads what `save` wrote for this model; ModelError when missing, damaged or another model's."""
        encoder = cls(model)
        try:
            tensors, metadata = load_tensors(folder / FILE)
            load_weights(encoder, tensors)
        except LimnerError as error:
            raise ModelError(f"{folder / FILE}: missing or damaged ({str(error).splitlines()[0]}).") from None
        if metadata.get("model") != encoder.model_digest:
            raise ModelError(f"{folder / FILE}: it encodes for another model; go on with limner causal fit --resume.")
        return encoder.eval()


class EncodedGenerator(Generator):
    """A generator and the encoder that was trained for it, as one that encodes."""

    encodes = True

    def __init__(self, generator: Generator, encoder: GanEncoder) -> None:
        super().__init__()
        self.latent_dim, self.condition_names = generator.latent_dim, generator.condition_names
        self.generator, self.encoder = generator, encoder

    def decode(self, w: Tensor, condition: Condition) -> Tensor:
        return self.generator(w, condition)

    def encode(self, images: Tensor, condition: Condition) -> Posterior:
        z = self.encoder(images, condition)
        return Posterior(z, torch.full_like(z, POINT_LOG_VARIANCE))


def with_encoder(model: Model, encoder: GanEncoder) -> Model:
    """Returns a model that encodes by this encoder; its digest stays that of the generator's weights."""
    encoded = Model(
        model.recipe, model.schema, EncodedGenerator(model.generator, encoder), model.condition_table, model.about
    )
    encoded.digest = model.digest
    return encoded


def train_gan_encoder(model: Model, dataset: Dataset, seed: int = 0) -> GanEncoder:
    """Returns an encoder of a trained generator, which has learned from it and from the training split."""
    torch.manual_seed(seeds.derive("gan encoder", seed))
    rows, names = dataset.split("train"), model.generator.condition_names
    encoder = GanEncoder(model)
    random = seeds.generator("gan encoder order", seed)

    def loss() -> Tensor:
        batch = dataset.batch(rows[torch.randint(len(rows), (BATCH_SIZE,), generator=random).numpy()], names)
        z = torch.randn(BATCH_SIZE, model.generator.latent_dim, generator=random)
        return _loss(model.generator, encoder, batch.images, batch.condition, z)

    fit_module(encoder, loss, TRAINING_STEPS, lr=LEARNING_RATE, title="encoder of the generator")
    return encoder


def _loss(generator: Generator, encoder: GanEncoder, images: Tensor, condition: Condition, z: Tensor) -> Tensor:
    with torch.no_grad():
        fake = generator(z, condition)
    reconstructed = generator(encoder(images, condition), condition)
    return (encoder(fake, condition) - z).square().mean() + RECONSTRUCTION_WEIGHT * (
        reconstructed - images
    ).square().mean()
