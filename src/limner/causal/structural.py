"""The structural causal model of the attributes: samples, interventions, conditioning and counterfactuals.

graph.yaml                the graph
structure.json            the kind of each variable, and the form of its mechanism
structure.safetensors     the mechanisms, and the noise that confounded nodes share
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from limner import files, seeds
from limner.causal.fitting import Fit, fit_mechanism, learn, refit_mechanism
from limner.causal.graph import Graph, check_nodes
from limner.causal.mechanisms import build_mechanism
from limner.causal.structure_file import GRAPH, STRUCTURE, AboutMechanism, check_parts, damaged, read_structure
from limner.causal.variables import Table, Variable, complete_rows, variables_of, with_statistics
from limner.data.dataset import Dataset
from limner.errors import GraphError, LimnerError, ModelError, quoted
from limner.tensors import load_tensors, save_tensors
from limner.weights import check_tensor, load_weights

Noise = dict[str, Tensor]
"""Variable -> its own noise, one row a unit: (n,) of a number or count, (n, classes) of a category."""
Do = Mapping[str, Any]
"""Variable -> the value to which it is set, as a person writes it, or one value a unit, as in a table."""
FORMAT = 1
"""Of structure.json and its tensors, for readers of later versions."""
WEIGHTS = "structure.safetensors"
"""The file of the mechanisms' tensors."""
CONFOUNDED_NOISE_PREFIX = "confounded_noise."
"""What the names of its tensors of noise begin with; those of a mechanism begin with its node."""
MAX_NOISE_ROWS = 4096
"""Training units whose noise is kept of confounded nodes: enough for their joint distribution in a small file."""
SAMPLES_PER_UNIT = 50
"""Weighted samples for each unit that is returned when conditioning, so that few of them are returned twice."""


class StructuralModel:
    """A graph with a fitted mechanism for every node."""

    def __init__(
        self, graph: Graph, variables: Mapping[str, Variable], fits: Mapping[str, Fit], confounded_noise: Noise
    ) -> None:
        self.graph, self.variables, self.fits, self.confounded_noise = graph, variables, fits, confounded_noise
        """`confounded_noise`: abducted noise of training units, of the nodes that share an unobserved cause."""
        self.mechanisms = {name: fit.mechanism for name, fit in fits.items()}

    @classmethod
    def learn(cls, dataset: Dataset, graph: Graph, seed: int = 0) -> StructuralModel:
        """Returns the model of a dataset's training split; GraphError for a column that does not fit, or too few rows."""
        variables = variables_of(graph, dataset)
        table, _ = complete_rows(dataset, variables, dataset.split("train"))
        return cls.fit(graph, with_statistics(variables, table), table, seed)

    @classmethod
    def fit(cls, graph: Graph, variables: Mapping[str, Variable], table: Table, seed: int = 0) -> StructuralModel:
        """Returns the model fitted to complete rows; GraphError for fewer than a mechanism needs."""
        values, fits = _tensors(table), {}
        for name in graph.order:
            parents, parent_values = graph.of_parents(name, variables), graph.of_parents(name, values)
            own_seed = seeds.derive("mechanism", seed, name)
            fits[name] = fit_mechanism(variables[name], parents, values[name], parent_values, own_seed)
        return cls(graph, variables, fits, {})._with_confounded_noise(table, seed)

    def ancestral_model(self, *names: str) -> StructuralModel:
        """Returns the model of these nodes and their ancestors, on which alone they depend."""
        graph = self.graph.subgraph(self.graph.ancestors(*names))
        variables = {name: self.variables[name] for name in graph.nodes}
        fits = {name: self.fits[name] for name in graph.nodes}
        return StructuralModel(
            graph, variables, fits, {name: self.confounded_noise[name] for name in graph.confounded_nodes()}
        )

    def refit(self, table: Table, seed: int = 0) -> StructuralModel:
        """Returns the model fitted to other rows of the same variables; every mechanism keeps its form."""
        values, fits = _tensors(table), {}
        for name, fit in self.fits.items():
            parent_values = self.graph.of_parents(name, values)
            own_seed = seeds.derive("mechanism", seed, name)
            fits[name] = fit._replace(mechanism=refit_mechanism(fit.mechanism, values[name], parent_values, own_seed))
        return StructuralModel(self.graph, self.variables, fits, {})._with_confounded_noise(table, seed)

    def with_refitted_mechanisms(self, names: Iterable[str], table: Table, seed: int = 0) -> StructuralModel:
        """Returns the model with the mechanisms of some nodes learned from the beginning; they keep their form."""
        values, fits = _tensors(table), dict(self.fits)
        for name in names:
            form, parents = self.fits[name].mechanism.form, self.graph.of_parents(name, self.variables)
            own_seed = seeds.derive("mechanism", seed, name)
            parent_values = self.graph.of_parents(name, values)
            mechanism = learn(form, self.variables[name], parents, values[name], parent_values, own_seed)
            fits[name] = fits[name]._replace(mechanism=mechanism)
        return StructuralModel(self.graph, self.variables, fits, self.confounded_noise)

    def noise(self, n: int, seed: int = 0) -> Noise:
        """Returns samples of the noise of n units; that of confounded nodes comes from the same training unit."""
        generator = seeds.generator("noise", seed)
        noise = {name: self.mechanisms[name].noise(n, generator) for name in self.graph.order}
        for group in _components(self.graph.confounded):
            rows = torch.randint(len(self.confounded_noise[group[0]]), (n,), generator=generator)
            noise |= {name: self.confounded_noise[name][rows] for name in group}
        return noise

    def sample(self, n: int, do: Do | None = None, seed: int = 0) -> Table:
        """Returns n units under the intervention `do`; the same seed has the same noise under every intervention."""
        return self.predict(self.noise(n, seed), do)

    @torch.no_grad()
    def predict(self, noise: Noise, do: Do | None = None) -> Table:
        """Returns the units that follow from noise under `do`. GraphError for an unknown node or a value out of range."""
        n = len(next(iter(noise.values())))
        fixed = self._fixed(do or {}, n)
        values: dict[str, Tensor] = {}
        for name in self.graph.order:
            parent_values = self.graph.of_parents(name, values)
            values[name] = fixed[name] if name in fixed else self.mechanisms[name].value(noise[name], parent_values)
        return {name: value.numpy() for name, value in values.items()}

    @torch.no_grad()
    def abduct(self, table: Table, seed: int = 0) -> Noise:
        """Returns noise from which exactly these units follow; that of categories and counts is one sample of many."""
        values, noise = _tensors(table), {}
        for name in self.graph.order:
            parent_values, generator = self.graph.of_parents(name, values), seeds.generator("abduct", seed, name)
            noise[name] = self.mechanisms[name].abduct(values[name], parent_values, generator)
        return noise

    def counterfactual(self, table: Table, do: Do, seed: int = 0) -> Table:
        """Returns the counterfactuals of these units (abduction, action, prediction: Pearl 2009, theorem 7.1.7).

        Attributes that `do` does not affect stay equal to the bit.
        """
        check_nodes(self.graph, do)
        affected = self.graph.descendants(*do)
        others = {name: values for name, values in table.items() if name not in affected}
        return self.predict(self.abduct(table, seed), {**others, **do})

    @torch.no_grad()
    def condition_on(self, n: int, evidence: Do, seed: int = 0) -> Table:
        """Returns n units among those in which `evidence` is observed, by likelihood weighting, without intervention.

        GraphError when the evidence is so unlikely that too few samples have it.
        """
        many = n * SAMPLES_PER_UNIT
        noise, fixed = self.noise(many, seed), self._fixed(evidence, many)
        values: dict[str, Tensor] = {}
        log_weights = torch.zeros(many, dtype=torch.float64)
        for name in self.graph.order:
            parent_values, generator = self.graph.of_parents(name, values), seeds.generator("given", seed, name)
            if name not in fixed:
                values[name] = self.mechanisms[name].value(noise[name], parent_values)
                continue
            values[name] = fixed[name]
            log_weights += self.mechanisms[name].log_density(fixed[name], parent_values, generator)
        weights = log_weights.softmax(0)
        effective = float(1 / weights.square().sum())
        if effective < min(n, 30):
            asked = " and ".join(f"{quoted(name)}={quoted(value)}" for name, value in evidence.items())
            raise GraphError(
                f"given {asked}: too unlikely under this model to condition on ({effective:.0f} effective samples of {many:,})."
            )
        rows = torch.multinomial(weights, n, replacement=True, generator=seeds.generator("weighted rows", seed))
        return {name: value[rows].numpy() for name, value in values.items()}

    def save(self, folder: Path) -> None:
        """Writes the three files, each whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        self.graph.save(folder / GRAPH)
        tensors = {
            f"{name}.{key}": value for name, one in self.mechanisms.items() for key, value in one.state_dict().items()
        }
        save_tensors(
            folder / WEIGHTS,
            tensors | {CONFOUNDED_NOISE_PREFIX + name: value for name, value in self.confounded_noise.items()},
        )
        about = {
            "format": FORMAT,
            "variables": [variable.model_dump(mode="json") for variable in self.variables.values()],
            "mechanisms": {
                name: {
                    "form": fit.mechanism.form,
                    "nll": fit.nll,
                    "nll_without_parents": fit.nll_without_parents,
                    "rows": fit.rows,
                }
                for name, fit in self.fits.items()
            },
        }
        files.write_text(folder / STRUCTURE, json.dumps(about, indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, folder: Path) -> StructuralModel:
        """Reads what `save` wrote; ModelError when it is missing or damaged."""
        check_parts(folder, WEIGHTS)
        graph, variables, about = read_structure(folder)
        try:
            tensors, _ = load_tensors(folder / WEIGHTS)
            confounded_noise = {
                key.removeprefix(CONFOUNDED_NOISE_PREFIX): tensors.pop(key)
                for key in list(tensors)
                if key.startswith(CONFOUNDED_NOISE_PREFIX)
            }
            _check_confounded_noise(confounded_noise, graph, variables)
            fits = {name: _loaded(name, graph, variables, about[name], tensors) for name in graph.order}
        except LimnerError as error:
            raise damaged(folder, error) from None
        return cls(graph, variables, fits, confounded_noise)

    def _with_confounded_noise(self, table: Table, seed: int) -> StructuralModel:
        """Stores the noise that confounded nodes have together in these units."""
        if self.graph.confounded:
            noise = self.abduct({name: column[:MAX_NOISE_ROWS] for name, column in table.items()}, seed)
            self.confounded_noise = {name: noise[name] for name in self.graph.confounded_nodes()}
        return self

    def _fixed(self, do: Do, n: int) -> dict[str, Tensor]:
        check_nodes(self.graph, do)
        fixed = {}
        for name, asked in do.items():
            if not isinstance(asked, np.ndarray):
                asked = np.full(n, self.variables[name].parse(asked))
            fixed[name] = torch.from_numpy(np.ascontiguousarray(asked))
        return fixed


def _loaded(
    name: str, graph: Graph, variables: Mapping[str, Variable], about: AboutMechanism, tensors: Mapping[str, Tensor]
) -> Fit:
    mechanism = build_mechanism(variables[name], graph.of_parents(name, variables), about.form).requires_grad_(False)
    prefix = f"{name}."
    own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
    load_weights(mechanism, {key: value for key, value in own.items() if key in mechanism.state_dict()})
    return Fit(mechanism, about.nll, about.nll_without_parents, about.rows)


def _check_confounded_noise(confounded_noise: Noise, graph: Graph, variables: Mapping[str, Variable]) -> None:
    """Raises ModelError unless all confounded nodes, and no others, have noise of the same number of units."""
    if set(confounded_noise) != set(graph.confounded_nodes()):
        raise ModelError("the noise of confounded nodes is missing")
    rows = (
        max(1, *(noise.shape[0] if noise.ndim else 0 for noise in confounded_noise.values())) if confounded_noise else 0
    )
    for name, noise in confounded_noise.items():
        classes = variables[name].classes
        check_tensor(CONFOUNDED_NOISE_PREFIX + name, noise, torch.float64, (rows, len(classes)) if classes else (rows,))


def _tensors(table: Table) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in table.items()}


def _components(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Returns the groups of names that pairs connect."""
    groups: list[list[str]] = []
    for pair in pairs:
        touched = [group for group in groups if set(group) & set(pair)]
        merged = dict.fromkeys([*(name for group in touched for name in group), *pair])
        groups = [group for group in groups if group not in touched] + [list(merged)]
    return groups
