"""The embedded network: as small as promised, the same everywhere, and it sees what it was trained to see."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from limner.data import garden
from limner.features import load_extractor, pool
from limner.features.embedded import Network
from limner.features.embedded.train import folded
from limner.metrics import frechet_distance

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "limner" / "features" / "embedded"


def test_it_is_small() -> None:
    assert (FOLDER / "limner.safetensors").stat().st_size <= 3_000_000
    network = load_extractor("limner")
    assert sum(weight.numel() for weight in network.parameters()) <= 1_500_000
    assert not any(weight.requires_grad for weight in network.parameters())


@pytest.mark.parametrize(("height", "width"), [(28, 28), (31, 64), (96, 64), (1024, 40)])
@pytest.mark.parametrize("channels", [1, 3])
def test_activations_have_the_promised_shapes(height: int, width: int, channels: int) -> None:
    seen = load_extractor("limner")(torch.rand(2, channels, height, width) * 2 - 1)
    for name, (count, smaller) in {"edges": (64, 2), "textures": (128, 4), "parts": (192, 8)}.items():
        assert seen[name].shape == (2, count, -(-height // smaller), -(-width // smaller))
    assert seen["pooled"].shape == (2, 448)
    assert all(bool(values.isfinite().all()) for values in seen.values())


def test_folding_the_normalisation_changes_nothing() -> None:
    torch.manual_seed(0)
    network, images = Network(folded=False), torch.rand(8, 3, 32, 32) * 2 - 1
    for _ in range(3):
        network(images)  # so that the running means are not those of the start
    plain = folded(network)
    for name, values in network.eval()(images).items():
        torch.testing.assert_close(plain(images)[name], values, rtol=1e-4, atol=1e-5)


def test_it_tells_species_apart_and_notices_blur() -> None:
    flowers = garden.sample(240, seed=3)
    pictures = np.stack([garden.draw(flower, 64) for flower in flowers])
    features = pool(load_extractor("limner"), pictures)
    species = np.array([flower.species for flower in flowers])
    centres = {name: features[:120][torch.from_numpy(species[:120] == name)].mean(0) for name in set(species)}
    named = [min(centres, key=lambda name: float((centres[name] - one).norm())) for one in features[120:]]
    assert np.mean(np.array(named) == species[120:]) > 0.6
    small = torch.from_numpy(pictures[120:]).permute(0, 3, 1, 2).float()
    blurred = torch.nn.functional.avg_pool2d(small, 5, 1, 2).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    clean, soft = (
        frechet_distance(features[:120], one) for one in (features[120:], pool(load_extractor("limner"), blurred))
    )
    assert soft > 2 * clean


@pytest.mark.slow
def test_probes_and_distances_are_as_published(shared: Path) -> None:
    command = [sys.executable, "benchmarks/perception.py", "--shared", str(shared)]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert finished.returncode == 0, finished.stdout + finished.stderr
