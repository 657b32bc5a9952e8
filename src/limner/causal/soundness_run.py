"""The soundness of a run on a dataset, from its files to report.json and report.html."""

import json
from pathlib import Path

import numpy as np

from limner import files
from limner.causal.model import CausalModel
from limner.causal.page import as_dict, page
from limner.causal.soundness import MIN_UNITS, Soundness, soundness
from limner.causal.structural import StructuralModel
from limner.causal.truth import garden_truth
from limner.causal.variables import Table, complete_rows
from limner.data.dataset import Dataset
from limner.errors import UsageError
from limner.model import check_shape

MAX_OTHERS = 2000
"""Real pictures, at most, that counterfactuals are compared with for realism."""


def soundness_of_run(
    model: CausalModel, dataset: Dataset, out: Path, *, n: int = 500, truth: Path | None = None, seed: int = 0
) -> Soundness:
    """Evaluates counterfactuals of a dataset's test split, writes the reports into `out`, and returns what was found.

    `truth` is the folder of the garden that the dataset was made of. UsageError for too few units or pictures of another shape.
    """
    check_shape("the model", model.image_model, dataset)
    variables = model.structure.variables
    table, rows = complete_rows(dataset, variables, dataset.split("test"))
    if min(n, len(rows)) < MIN_UNITS:
        raise UsageError(
            f"{dataset.path}: {min(n, len(rows))} test pictures with all attributes are too few; at least {MIN_UNITS}."
        )
    table, rows = {name: values[:n] for name, values in table.items()}, rows[:n]
    train = dataset.split("train")
    true, others = None, {}
    if truth:
        names = [dataset.table["file_name"][int(row)].as_py() for row in rows]
        true = garden_truth(truth, names, variables, model.image_model.schema.height)
        others = other_graphs(model, dataset, seed)
    found = soundness(
        model,
        table,
        np.asarray(dataset.pictures[rows]),
        model.predictor,
        others=np.asarray(dataset.pictures[train[:MAX_OTHERS]]),
        truth=true,
        other_graphs=others,
        seed=seed,
    )
    write(model, found, table, dataset.name, out)
    return found


def other_graphs(model: CausalModel, dataset: Dataset, seed: int = 0) -> dict[str, StructuralModel]:
    """Returns structural models of the same units under the graph `without_edges`, and under that with all edges `reversed`."""
    graph, variables = model.structure.graph, model.structure.variables
    table, _ = complete_rows(dataset, variables, dataset.split("train"))
    graphs = {"without_edges": graph.without_edges(), "reversed": graph.reversed()}
    return {name: StructuralModel.fit(each, variables, table, seed) for name, each in graphs.items()}


def write(model: CausalModel, found: Soundness, table: Table, data: str, out: Path) -> None:
    """Writes report.json and report.html, each of them whole or not at all."""
    out.mkdir(parents=True, exist_ok=True)
    files.write_text(out / "report.json", json.dumps(as_dict(found), indent=1) + "\n")
    page(model, found, table, data).save(out / "report.html")
