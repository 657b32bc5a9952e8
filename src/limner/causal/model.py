"""The causal model: attributes that follow a graph, and pictures that follow the attributes.

graph.yaml, structure.*   the attributes (see `limner.causal.structural`)
predictor.safetensors     the predictor of attributes from pictures
encoder.safetensors       with a GAN: the encoder of pictures (see `limner.causal.gan_encoder`)
picture/                  the run of the recipe that generates and edits pictures, with its model
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from limner import seeds
from limner.causal.effects import Effects, attribute_effects
from limner.causal.gan_encoder import GanEncoder, train_gan_encoder, with_encoder
from limner.causal.graph import Graph
from limner.causal.outcome import PREFIX
from limner.causal.picture_effects import picture_effects
from limner.causal.predictor import FILE, VariablePredictor, train_variable_predictor
from limner.causal.structural import Do, StructuralModel
from limner.causal.variables import Table, Variable, complete_rows, variables_of
from limner.data.dataset import Dataset
from limner.errors import GraphError, RunError, UsageError, quoted
from limner.model import Model, check_shape, load
from limner.model_folder import resolve_shipped
from limner.recipes import Recipe, apply_settings, find_recipe
from limner.training import Interrupted, train

RECIPE = "causal-vae"
"""That of the image model, unless another is asked for."""


class CausalModel:
    """A structural model of attributes, an image model that generates pictures with these attributes, and a predictor of them.

    A counterfactual keeps the noise that is abducted from the observed attributes, and from the picture.
    """

    def __init__(self, structure: StructuralModel, image_model: Model, predictor: VariablePredictor) -> None:
        self.structure, self.image_model, self.predictor = structure, image_model, predictor
        self.path: Path | None = None
        """The folder it was read from."""

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        graph: Graph,
        out: str | Path,
        *,
        recipe: str | None = None,
        minutes: float | None = None,
        settings: Sequence[str] = (),
        seed: int = 0,
        resume: bool = False,
    ) -> CausalModel:
        """Learns mechanisms, a predictor of attributes and pictures from a dataset's training split, and leaves them in `out`.

        `recipe` is `causal-vae` unless said, and a GAN gets an encoder; `minutes` are those of the pictures. GraphError for a
        graph that does not fit the data; RunError, RecipeError and Interrupted as in training.
        """
        folder = Path(out)
        if folder.exists() and not resume and (not folder.is_dir() or any(folder.iterdir())):
            raise RunError(f"{folder} exists: continue it with --resume, or give another --out.")
        _check_picture(graph, variables_of(graph, dataset), dataset)
        image_recipe = _image_recipe(folder, graph, recipe, settings)
        _fit_structure(folder, dataset, graph, seed)
        _fit_predictor(folder, dataset, seed)
        _train_image_model(folder, dataset, image_recipe, minutes, seed)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: str | Path) -> CausalModel:
        """Reads what `fit` left; ModelError when a part of it is missing or damaged."""
        folder = resolve_shipped(Path(folder))
        structure, image_model = StructuralModel.load(folder), load(folder / "picture")
        schema = image_model.schema
        shape = schema.shape
        if not image_model.generator.encodes:
            image_model = with_encoder(image_model, GanEncoder.load(folder, image_model))
        model = cls(structure, image_model, VariablePredictor.load(folder, structure.variables, *shape))
        model.path = folder
        return model

    def sample(self, n: int, do: Do | None = None, given: Do | None = None, seed: int = 0) -> tuple[Table, np.ndarray]:
        """Returns n units and their pictures uint8 (n, H, W, C): under an intervention, given observed values, or neither."""
        if do and given:
            raise GraphError("give either do or given: units observed after an intervention are not supported.")
        table = self.structure.condition_on(n, given, seed) if given else self.structure.sample(n, do, seed)
        return table, self.image_model.sample(n, seed=seed, condition=self._condition(table))

    def counterfactual(self, table: Table, pictures: np.ndarray, do: Do, seed: int = 0) -> tuple[Table, np.ndarray]:
        """Returns the counterfactuals of units and of their pictures uint8 (n, H, W, C); an empty `do` changes nothing."""
        other = self.structure.counterfactual(table, do, seed)
        return other, self.counterfactual_pictures(pictures, table, other)

    def counterfactual_pictures(self, pictures: np.ndarray, table: Table, other: Table) -> np.ndarray:
        """Returns pictures uint8 (n, H, W, C) of units as they would look with other attributes."""
        return self.image_model.counterfactual_pictures(pictures, self._condition(table), self._condition(other))

    def effects(self, dataset: Dataset, on: str, n: int = 500, seed: int = 0) -> Effects:
        """Returns the effects of all causes on an attribute, on NAME=CLASS of a category, or on picture:STATISTIC.

        `dataset` is the one that the model was fitted to: its training split for attributes, up to n pictures of its test split
        for statistics of pictures. GraphError for an outcome that is none, or another dataset; UsageError.
        """
        train, _ = complete_rows(dataset, self.structure.variables, dataset.split("train"))
        if not on.startswith(PREFIX):
            return attribute_effects(self.structure, train, on, seed)
        check_shape("the model", self.image_model, dataset)
        order = np.random.default_rng(seeds.derive("test pictures", seed)).permutation(dataset.split("test"))
        table, rows = complete_rows(dataset, self.structure.variables, order)
        if n < 2 or len(rows) < 2:
            raise UsageError(
                f"an effect on pictures needs at least 2: {n} of {len(rows)} in the test split are too few."
            )
        units = {name: values[:n] for name, values in table.items()}, np.asarray(dataset.pictures[rows[:n]])
        return picture_effects(self.structure, self.counterfactual_pictures, units, train, on, seed)

    def _condition(self, table: Table) -> dict[str, list]:
        names = self.image_model.generator.condition_names
        variables = self.structure.variables
        return {
            name: [variables[name].classes[value] for value in table[name]]
            if variables[name].classes
            else [float(value) for value in table[name]]
            for name in names
        }


def _image_recipe(folder: Path, graph: Graph, recipe: str | None, settings: Sequence[str]) -> Recipe | None:
    """Returns the recipe of the image model; None for a run that has begun and keeps its own, whatever the default is by now."""
    if not (recipe or settings) and _has_begun(folder):
        return None
    chosen = apply_settings(find_recipe(recipe or RECIPE), settings)
    return chosen.model_copy(update={"condition": graph.picture})


def _fit_structure(folder: Path, dataset: Dataset, graph: Graph, seed: int) -> None:
    """Fits the mechanisms, unless it is done; RunError for a folder that follows another graph."""
    if not (folder / "structure.json").is_file():
        StructuralModel.learn(dataset, graph, seed).save(folder)
    elif StructuralModel.load(folder).graph != graph:
        raise RunError(f"{folder} follows another graph, its graph.yaml; continue with that, or give another --out.")


def _fit_predictor(folder: Path, dataset: Dataset, seed: int) -> None:
    """Trains the predictor of attributes, unless it is done."""
    if not (folder / FILE).is_file():
        train_variable_predictor(dataset, StructuralModel.load(folder).variables, seed).save(folder)


def _train_image_model(folder: Path, dataset: Dataset, recipe: Recipe | None, minutes: float | None, seed: int) -> None:
    """Trains the image model, or continues its training, and an encoder where it has none."""
    run = folder / "picture"
    try:
        train(dataset, recipe, run, minutes=minutes, seed=seed, resume=_has_begun(folder))
    except Interrupted:
        raise Interrupted(f"stopped and saved in {folder}. Continue with the same command and --resume.") from None
    image_model = load(run)
    if not image_model.generator.encodes:
        train_gan_encoder(image_model, dataset, seed).save(folder)


def _has_begun(folder: Path) -> bool:
    return (folder / "picture" / "recipe.yaml").is_file()


def _check_picture(graph: Graph, variables: Mapping[str, Variable], dataset: Dataset) -> None:
    """Raises GraphError for a node that the picture depends on as another kind than its column has."""
    for name in graph.picture:
        kind = dataset.schema.attribute(name).kind
        if (kind == "label") != (variables[name].kind == "category"):
            raise GraphError(
                f"{quoted(name)}: a column of kind {kind} cannot condition the picture as a {variables[name].kind}; leave it out "
                "under `picture`, or prepare it as what it is."
            )
