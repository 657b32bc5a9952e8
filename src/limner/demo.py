"""The demonstration: a garden is drawn, both modern recipes learn it, and a page shows what came of it."""

from pathlib import Path
from typing import Any

import numpy as np

from limner.data import Dataset, garden, open_dataset
from limner.errors import UsageError
from limner.model import Model, load
from limner.pictures import Page, grid
from limner.samples import save_model_walk, save_samples
from limner.training import train
from limner.training.history import curves, read_history

PICTURES, SIZE = 2000, 64
MINUTES = {"gan": 4.5, "vae": 2.0}
SHOWN = {"gan": ("discriminator", "generator", "pairwise_accuracy", "std_ratio"), "vae": ("reconstruction", "kl")}
COLUMNS = 8


def demo(out: Path, minutes: float | None = None) -> Path:
    """Runs the whole demonstration in a folder and returns the page; what an earlier call has finished is not done again.

    `minutes` is the training time of both recipes together, 6.5 unless given.
    """
    if minutes is not None and minutes <= 0:
        raise UsageError(f"--minutes {minutes:g}: give a number above 0.")
    scale = minutes / sum(MINUTES.values()) if minutes else 1.0
    source = out / "garden"
    if not source.exists():
        garden.make(source, PICTURES, size=SIZE, seed=0)
    dataset = open_dataset(source)
    models = {name: _trained(name, dataset, out / name, spent * scale) for name, spent in MINUTES.items()}
    save_samples(models["gan"], out / "gan", out / "samples.png", 64)
    save_model_walk(models["gan"], out / "gan", out / "walk.gif")
    page = _page(out, dataset, models)
    page.save(out / "index.html")
    return out / "index.html"


def _trained(name: str, dataset: Dataset, run: Path, minutes: float) -> Model:
    if (run / "model" / "config.json").is_file():
        return load(run)
    resume = (run / "recipe.yaml").is_file()
    return train(dataset, name, run, minutes=minutes, resume=resume)


def _page(out: Path, dataset: Dataset, models: dict[str, Model]) -> Page:
    page = Page(
        "A garden, learned",
        "Limner drew flowers from a causal model, trained a GAN and a VAE on them, and generated these.",
    )
    page.facts({"pictures": len(dataset), "pixels": f"{SIZE} x {SIZE}", **_times(models)})
    page.heading("What the models saw")
    texts = dataset.captions("text")
    page.gallery((dataset.pictures[i], texts[i]) for i in dataset.split("train")[:COLUMNS])
    page.heading("What the GAN generates")
    page.paragraph(
        "One class a row where the model knows classes. None of these flowers was drawn; all are AI-generated."
    )
    page.figure((out / "gan" / "model" / "samples.png").read_bytes(), "fixed-seed samples")
    page.figure((out / "walk.gif").read_bytes(), "a walk through the latent space")
    page.heading("What the VAE keeps")
    numbers = models["vae"].generator.latent_dim
    page.paragraph(f"Held-out flowers above, their reconstructions from {numbers} numbers below.")
    page.figure(_reconstructions(models["vae"], dataset), "held-out pictures and their reconstructions")
    page.figure((out / "vae" / "model" / "samples.png").read_bytes(), "samples of the VAE's prior")
    page.heading("How they learned")
    for name in models:
        measured = curves(read_history(out / name / "history.jsonl"))
        shown = {key: measured[key] for key in SHOWN[name] if key in measured}
        page.curves(shown, f"{name}: training", "pictures seen")
    page.heading("What to try next")
    page.code(_next(out))
    return page


def _times(models: dict[str, Model]) -> dict[str, Any]:
    return {f"{name} minutes": f"{model.about['training']['seconds'] / 60:.1f}" for name, model in models.items()}


def _reconstructions(model: Model, dataset: Dataset) -> np.ndarray:
    rows = dataset.split("validation")[: 2 * COLUMNS]
    condition = dataset.condition(rows, model.generator.condition_names)
    pictures = np.asarray(dataset.pictures[rows])
    reconstructed = model.reconstruct(pictures, condition)
    pairs = [part[i : i + COLUMNS] for i in range(0, len(rows), COLUMNS) for part in (pictures, reconstructed)]
    return grid(np.concatenate(pairs), columns=COLUMNS)


def _next(out: Path) -> str:
    return "\n".join(
        [
            f"limner train --resume --out {out / 'gan'} --minutes 20     # better pictures: train on",
            f"limner sample {out / 'gan'} --n 64 --condition species=daisy --out daisies.png",
            f"limner sample {out / 'gan'} --walk walk.mp4",
            "limner prepare YOUR-PICTURES dataset --size 64             # your own: a folder, zip, tar or Parquet",
            "limner train dataset --recipe gan --out run --minutes 20",
        ]
    )
