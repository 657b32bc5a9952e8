"""Abduction for generators that read no pictures: an encoder beside a trained GAN that says which code a picture was made of.

It learns from what the generator makes, of which the codes are known, and from real pictures, which the generator must be able
to make again of what it says: without the latter its codes lie outside of what real pictures need (in-domain inversion: Zhu et
al. 2020, arXiv 2004.00049, section 3.1). The generator stays as it is.

encoder.safetensors       its weights
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from limner import seeds
from limner.data.dataset import Dataset
from limner.errors import LimnerError, ModelError
from limner.model import Model
from limner.networks import NetworkConfig, build_encoder
from limner.networks.conditioning import Condition, ConditionEncoder
from limner.progress import ProgressLine
from limner.tensors import load_tensors, save_tensors
from limner.weights import load_weights

NETWORK = NetworkConfig(architecture="convolutional", widths=(32, 64, 128), normalisation="batch")
STEPS, BATCH, RATE = 2000, 32, 2e-3
PICTURES = 10.0
"""Weight of the squared error of a pixel made again, beside that of a code."""
FILE = "encoder.safetensors"


class Abduction(nn.Module):
    """Pictures (B, C, H, W) in [-1, 1] and their condition -> the codes (B, latent) that they would be made of."""

    def __init__(self, painter: Model) -> None:
        super().__init__()
        schema, self.model = painter.schema, painter.digest
        self.encoder = build_encoder(NETWORK, schema.channels, schema.height, schema.width)
        self.condition = ConditionEncoder(painter.attributes, self.encoder.features)
        self.codes = nn.Linear(self.encoder.features, painter.painter.latent)

    def forward(self, pictures: Tensor, condition: Condition) -> Tensor:
        codes: Tensor = self.codes(self.encoder(pictures) + self.condition(condition))
        return codes

    def save(self, folder: Path) -> None:
        """Writes the file, whole or not at all."""
        save_tensors(folder / FILE, self.state_dict(), {"model": self.model or ""})

    @classmethod
    def load(cls, folder: Path, painter: Model) -> Abduction:
        """Reads what `save` wrote beside this model; ModelError when missing, damaged or another model's."""
        abduction = cls(painter)
        try:
            tensors, metadata = load_tensors(folder / FILE)
            load_weights(abduction, tensors)
        except LimnerError as error:
            raise ModelError(f"{folder / FILE}: missing or damaged ({str(error).splitlines()[0]}).") from None
        if metadata.get("model") != abduction.model:
            raise ModelError(f"{folder / FILE}: it read another model's codes; go on with limner causal fit --resume.")
        return abduction.eval()


def train_abduction(painter: Model, dataset: Dataset, seed: int = 0) -> Abduction:
    """Returns an encoder of a trained generator's codes, which has learned from it and from the training split."""
    torch.manual_seed(seeds.derive("abduction", seed))
    rows, names = dataset.split("train"), painter.painter.condition_names
    abduction = Abduction(painter)
    optimiser = torch.optim.Adam(abduction.parameters(), RATE, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=STEPS)
    generator = seeds.generator("abduction order", seed)
    with ProgressLine("encoder of the generator", STEPS, "steps") as bar:
        for _ in range(STEPS):
            batch = dataset.batch(rows[torch.randint(len(rows), (BATCH,), generator=generator).numpy()], names)
            codes = torch.randn(BATCH, painter.painter.latent, generator=generator)
            loss = _missed(painter, abduction, batch.images, batch.condition, codes)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            bar.advance()
    return abduction.eval()


def _missed(painter: Model, abduction: Abduction, images: Tensor, condition: Condition, codes: Tensor) -> Tensor:
    with torch.no_grad():
        made = painter.painter.paint(codes, condition)
    read = abduction(made, condition)
    again = painter.painter.paint(abduction(images, condition), condition)
    return (read - codes).square().mean() + PICTURES * (again - images).square().mean()
