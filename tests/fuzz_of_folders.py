"""The readers of what Limner leaves: models, datasets, causal models, checkpoints, runs, and what pictures carry."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from fuzz_makers import Make, at, of_bytes, of_tensor_file, of_values
from fuzz_mutation import as_text, mutated, mutated_value
from limner.causal.fitting import Fit
from limner.causal.graph import Graph
from limner.causal.mechanisms import build_mechanism
from limner.causal.predictor import VariablePredictor
from limner.causal.structural import StructuralModel
from limner.causal.truth import garden_truth
from limner.causal.variables import Variable
from limner.data.dataset import Dataset, write_dataset
from limner.data.of_run import data_of
from limner.data.report import read_report
from limner.evaluation.crossval import _read_fold
from limner.evaluation.resumable import resumable
from limner.model import load
from limner.pictures import read_provenance, save
from limner.replay import replay
from limner.samples import provenance_of
from limner.style.instant import load_model
from limner.style.instant.model import InstantModel, Palette, save_model
from limner.style.instant.network import InstantNetwork
from limner.training.checkpoint import Checkpoints
from limner.training.history import curves, read_history
from small_models import small_model


def _model_folder(folder: Path, recipe: str, *settings: str) -> Path:
    small_model(recipe, "condition=[kind, age]", *settings).save(folder / recipe)
    return folder / recipe


def _configs(folder: Path) -> Make:
    saved = [_model_folder(folder, name) for name in ("gan", "vae", "mlp-gan", "causal-vae")]
    texts = {path: (path / "config.json").read_bytes() for path in saved}

    def make(draw: random.Random) -> Callable[[], object]:
        path = draw.choice(saved)
        made = of_values([json.loads(texts[path])], lambda content: content, [texts[path]])(draw)()
        return lambda: at(path / "config.json", lambda _: load(path).sample(1))(made)

    return make


def _weights(folder: Path) -> Make:
    saved = [_model_folder(folder, name) for name in ("gan", "vae")]
    makers = [of_tensor_file(path / "model.safetensors", lambda path=path: load(path).sample(1)) for path in saved]
    return lambda draw: draw.choice(makers)(draw)


def _dataset(folder: Path) -> Path:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    columns = {
        "kind": ["a", "b"] * 10,
        "age": [one / 7 for one in range(20)],
        "said": [f"text {one}" for one in range(20)],
    }
    return write_dataset(folder / "set", pictures, columns, options={"source": "x"}).path


def _datasets(folder: Path) -> Make:
    path = _dataset(folder)
    names = ("dataset.json", "dataset.json", "dataset.json", "pictures.npy", "attributes.parquet")
    whole = {name: (path / name).read_bytes() for name in names}

    def use() -> object:
        dataset = Dataset.open(path)
        assert dataset.source is None or dataset.source.name is not None
        return [dataset.batch(range(len(dataset)), [a.name]) for a in dataset.schema.attributes if a.kind != "caption"]

    def make(draw: random.Random) -> Callable[[], object]:
        name = draw.choice(names)
        content = whole[name]
        if name == "dataset.json" and draw.random() < 0.7:
            content = as_text(mutated_value(json.loads(content), draw), draw)
        else:
            content = mutated(content, draw, [content])

        def act() -> object:
            for other in names:
                (path / other).write_bytes(content if other == name else whole[other])
            return use()

        return act

    return make


def _structural(folder: Path) -> StructuralModel:
    graph = Graph(nodes={}, edges=("kind -> age",), confounded=("kind <-> size",))
    variables = {
        "kind": Variable(name="kind", kind="category", classes=("a", "b")),
        "age": Variable(name="age", kind="number", low=0, high=1),
        "size": Variable(name="size", kind="count"),
    }
    fits = {
        name: Fit(
            build_mechanism(variables[name], [variables[each] for each in graph.parents(name)], "linear"), 1.0, 1.0, 9
        )
        for name in graph.order
    }
    confounded_noise = {"kind": torch.zeros(5, 2, dtype=torch.float64), "size": torch.zeros(5, dtype=torch.float64)}
    model = StructuralModel(graph, variables, fits, confounded_noise)
    model.save(folder)
    return model


def _structures(folder: Path) -> Make:
    _structural(folder)
    names = ("structure.json", "graph.yaml")
    whole = {name: (folder / name).read_bytes() for name in names}
    weights = (folder / "structure.safetensors").read_bytes()

    def use() -> object:
        model = StructuralModel.load(folder)
        model.sample(3, {name: variable.mean for name, variable in model.variables.items() if not variable.classes})
        return model.condition_on(1, {})

    tensors = of_tensor_file(folder / "structure.safetensors", use)

    def make(draw: random.Random) -> Callable[[], object]:
        for name in names:
            (folder / name).write_bytes(whole[name])
        if draw.random() < 0.4:
            return tensors(draw)
        (folder / "structure.safetensors").write_bytes(weights)
        name = draw.choice(names)
        values = [yaml.safe_load(whole[name])]
        return of_values(values, at(folder / name, lambda _: use()), [whole[name]])(draw)

    return make


def _predictors(folder: Path) -> Make:
    model = _structural(folder)
    VariablePredictor(model.variables, 3, 8, 8).save(folder)
    return of_tensor_file(
        folder / "predictor.safetensors", lambda: VariablePredictor.load(folder, model.variables, 3, 8, 8), ("errors",)
    )


def _instant(folder: Path) -> Make:
    palette = Palette((1.0, 2.0, 3.0), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    save_model(InstantModel(InstantNetwork(1), {"a": palette}), folder / "instant.safetensors")
    return of_tensor_file(folder / "instant.safetensors", lambda: load_model(folder), ("styles",))


def _provenance(folder: Path) -> Make:
    path = _model_folder(folder, "gan")
    model = load(path)
    picture = model.sample(1, seed=3)[0]
    asked = {"n": 1, "seed": 3, "first": 0, "index": 0, "condition": {"kind": "round"}, "truncation": 1.0}
    latent = {
        "latent": {"seed": 3, "blend": [[1, 0.5], [2, 0.5]], "directions": {"pca-1": 1.0}, "condition": {"age": 0.5}}
    }
    sample = provenance_of(model, path, "sample", **asked)
    edit = {
        "kind": "edit",
        "origin": provenance_of(model, path, "latent", latent={"seed": 3}),
        "edits": [{"flip": {}}],
        "read": {},
    }
    seeds = [
        sample,
        provenance_of(model, path, "latent", **latent),
        edit,
        {"kind": "garden", "seed": 1, "index": 2, "size": 16},
    ]
    whole = []
    for suffix in ("png", "jpg", "webp"):
        save(picture, folder / f"x.{suffix}", sample)
        whole.append((folder / f"x.{suffix}").read_bytes())

    def saved(value: Any) -> object:
        save(picture, folder / "made.png", value)
        return replay(folder / "made.png")

    def make(draw: random.Random) -> Callable[[], object]:
        if draw.random() < 0.5:
            content = mutated(draw.choice(whole), draw, whole)
            return lambda: at(folder / "y.png", read_provenance)(content)
        value = mutated_value(draw.choice(seeds), draw)
        return lambda: saved(value if isinstance(value, dict) else {"kind": value})

    return make


def _checkpoints(folder: Path) -> Make:
    saved = Checkpoints(folder)
    state = {
        "step": 3,
        "ema": {"a": torch.ones(3)},
        "optimiser": {"state": {0: {"m": torch.zeros(2)}}, "lr": [1e-3, None]},
    }
    saved.save(1, state)
    return of_tensor_file(next(folder.glob("*.safetensors")), saved.load, ("state",))


def _runs(folder: Path) -> Make:
    """The small JSON files that Limner leaves: what a run is of, its history, a report, a garden, a fold."""
    (folder / "run").mkdir()
    row = {"step": 3, "pictures": 90, "loss": 0.5, "seconds": 1.0, "rate": 2.0}
    fold = {"groups": {"distances": {"measures": {"fd": {"value": 1.0, "better": "lower"}}}}}
    report = json.dumps({name: {} for name in ("set_aside", "options")} | {"source": "x", "inputs": 3})

    def work(path: Path) -> None:
        with resumable(path.parent, path.name, {"n": 3, "seed": 1}):
            pass

    def rows(path: Path) -> object:
        return curves(read_history(path))

    makers = [
        of_values(
            [{"limner": "0", "seed": 1, "data": "x", "fingerprint": "y"}],
            at(folder / "run/run.json", lambda p: data_of(p.parent)),
        ),
        of_bytes([(json.dumps(row) + "\n").encode() * 3], at(folder / "history.jsonl", rows)),
        of_values([json.loads(report)], at(folder / "report.json", lambda path: read_report(path.parent))),
        of_values(
            [{"seed": 1, "n": 3}],
            at(folder / "garden.json", lambda path: garden_truth(path.parent, ["flower-000001.png"], {}, 16)),
        ),
        of_values([fold], at(folder / "fold.json", _read_fold)),
        of_values([{"n": 3, "seed": 1}], at(folder / "work.json", work)),
    ]
    return lambda draw: draw.choice(makers)(draw)


READERS: dict[str, Callable[[Path], Make]] = {
    "model configs": _configs,
    "model weights": _weights,
    "datasets": _datasets,
    "structures": _structures,
    "predictors": _predictors,
    "instant models": _instant,
    "provenance": _provenance,
    "checkpoints": _checkpoints,
    "small files": _runs,
}
