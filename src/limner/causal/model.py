"""The causal model: attributes that follow a graph, and pictures that follow the attributes.

graph.yaml, structure.*   the attributes (see `limner.causal.structural`)
predictor.safetensors     the predictor of attributes from pictures
encoder.safetensors       beside a GAN: the encoder of pictures (see `limner.causal.gan_encoder`)
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
from limner.causal.predictor import FILE, Predictor, train_predictor
from limner.causal.structural import Do, StructuralModel
from limner.causal.variables import Table, Variable, read, variables_of
from limner.data.dataset import Dataset
from limner.errors import GraphError, RunError, UsageError, shown
from limner.model import Model, check_shape, load
from limner.model_folder import located
from limner.recipes import apply_settings, find_recipe
from limner.training import Interrupted, train

RECIPE = "causal-vae"


class CausalModel:
    """A structural model of attributes, an image model that generates pictures with these attributes, and a predictor of them.

    A counterfactual keeps the noise that is abducted from the observed attributes, and from the picture.
    """

    def __init__(self, structure: StructuralModel, image_model: Model, predictor: Predictor) -> None:
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
        run, image_recipe = folder / "picture", None
        begun = (run / "recipe.yaml").is_file()
        if recipe or settings or not begun:  # a run that has begun keeps its own recipe, whatever the default is by now
            chosen = apply_settings(find_recipe(recipe or RECIPE), settings)
            image_recipe = chosen.model_copy(update={"condition": graph.picture})
        if (folder / "structure.json").is_file():
            if StructuralModel.load(folder).graph != graph:
                raise RunError(
                    f"{folder} follows another graph, its graph.yaml; continue with that, or give another --out."
                )
        else:
            StructuralModel.learn(dataset, graph, seed).save(folder)
        if not (folder / FILE).is_file():
            train_predictor(dataset, StructuralModel.load(folder).variables, seed).save(folder)
        try:
            train(dataset, image_recipe, run, minutes=minutes, seed=seed, resume=begun)
        except Interrupted:
            raise Interrupted(f"stopped and saved in {folder}. Continue with the same command and --resume.") from None
        image_model = load(run)
        if not image_model.generator.encodes:
            train_gan_encoder(image_model, dataset, seed).save(folder)
        return cls.load(folder)

    @classmethod
    def load(cls, folder: str | Path) -> CausalModel:
        """Reads what `fit` left; ModelError when a part of it is missing or damaged."""
        folder = located(Path(folder))
        structure, image_model = StructuralModel.load(folder), load(folder / "picture")
        schema = image_model.schema
        shape = schema.shape
        if not image_model.generator.encodes:
            image_model = with_encoder(image_model, GanEncoder.load(folder, image_model))
        model = cls(structure, image_model, Predictor.load(folder, structure.variables, *shape))
        model.path = folder
        return model

    def sample(self, n: int, do: Do | None = None, given: Do | None = None, seed: int = 0) -> tuple[Table, np.ndarray]:
        """Returns n units and their pictures uint8 (n, H, W, C): under an intervention, given observed values, or neither."""
        if do and given:
            raise GraphError("give either do or given: units observed after an intervention are not supported.")
        table = self.structure.given(n, given, seed) if given else self.structure.sample(n, do, seed)
        return table, self.image_model.sample(n, seed=seed, condition=self._condition(table))

    def do(self, values: Do, n: int = 16, seed: int = 0) -> tuple[Table, np.ndarray]:
        """Returns n units under an intervention that sets these values, and their pictures, as `sample` does."""
        return self.sample(n, do=values, seed=seed)

    def counterfactual(self, table: Table, pictures: np.ndarray, do: Do, seed: int = 0) -> tuple[Table, np.ndarray]:
        """Returns the counterfactuals of units and of their pictures uint8 (n, H, W, C); an empty `do` changes nothing."""
        other = self.structure.counterfactual(table, do, seed)
        return other, self.edit(pictures, table, other)

    def edit(self, pictures: np.ndarray, table: Table, other: Table) -> np.ndarray:
        """Returns pictures uint8 (n, H, W, C) of units as they would look with other attributes."""
        return self.image_model.edit(pictures, self._condition(table), self._condition(other))

    def effects(self, dataset: Dataset, on: str, n: int = 500, seed: int = 0) -> Effects:
        """Returns the effects of all causes on an attribute, on NAME=CLASS of a category, or on picture:STATISTIC.

        `dataset` is the one that the model was fitted to: its training split for attributes, up to n pictures of its test split
        for statistics of pictures. GraphError for an outcome that is none, or another dataset; UsageError.
        """
        train, _ = read(dataset, self.structure.variables, dataset.split("train"))
        if not on.startswith(PREFIX):
            return attribute_effects(self.structure, train, on, seed)
        check_shape("the model", self.image_model, dataset)
        order = np.random.default_rng(seeds.derive("test pictures", seed)).permutation(dataset.split("test"))
        table, rows = read(dataset, self.structure.variables, order)
        if n < 2 or len(rows) < 2:
            raise UsageError(
                f"an effect on pictures needs at least 2: {n} of {len(rows)} in the test split are too few."
            )
        units = {name: values[:n] for name, values in table.items()}, np.asarray(dataset.pictures[rows[:n]])
        return picture_effects(self.structure, self.edit, units, train, on, seed)

    def _condition(self, table: Table) -> dict[str, list]:
        names = self.image_model.generator.condition_names
        variables = self.structure.variables
        return {
            name: [variables[name].classes[value] for value in table[name]]
            if variables[name].classes
            else [float(value) for value in table[name]]
            for name in names
        }


def _check_picture(graph: Graph, variables: Mapping[str, Variable], dataset: Dataset) -> None:
    """Raises GraphError for a node that the picture depends on as another kind than its column has."""
    for name in graph.picture:
        kind = dataset.schema.attribute(name).kind
        if (kind == "label") != (variables[name].kind == "category"):
            raise GraphError(
                f"{shown(name)}: a column of kind {kind} cannot condition the picture as a {variables[name].kind}; leave it out "
                "under `picture`, or prepare it as what it is."
            )
