"""What if: samples under interventions, and what a unit would have been."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Request
from pydantic import Field

from limner.causal import what_if
from limner.causal.what_if import UnitSpec
from limner.data.dataset import Dataset
from limner.serving.routes.body import Body, Name, encoded, warned
from limner.serving.state import State, for_client, state_of

router = APIRouter(prefix="/v1/causal")
Values = Annotated[dict[Name, Name | float], Field(max_length=200)]


class DoRequest(Body):
    """Units under the intervention `do`, or those in which `given` is observed."""

    model: Name
    do: Values = Field(default_factory=dict)
    given: Values = Field(default_factory=dict)
    n: int = Field(8, ge=1, le=64)
    seed: int = Field(0, ge=0, le=2**63 - 1)


class CounterfactualRequest(Body):
    """A unit, and what is done to it."""

    model: Name
    unit: UnitSpec = Field(default_factory=UnitSpec)
    do: Values = Field(default_factory=dict)
    seed: int = Field(0, ge=0, le=2**63 - 1)


class DoseResponseRequest(Body):
    """A unit, and the cause that is moved through its range."""

    model: Name
    unit: UnitSpec = Field(default_factory=UnitSpec)
    name: Name
    count: int = Field(7, ge=2, le=32)


@dataclass(frozen=True)
class World:
    """One unit as it is in one world: its picture uint8 (H, W, C) and its attributes as people read them."""

    picture: np.ndarray
    attributes: dict[str, str]


@router.post("/do")
async def do(request: Request, asked: DoRequest) -> dict[str, Any]:
    """Returns units and their pictures."""
    state = state_of(request)
    return await for_client(request, state.run_in_pool(_done, state, asked))


@router.post("/counterfactual")
async def counterfactual(request: Request, asked: CounterfactualRequest) -> dict[str, Any]:
    """Returns a unit as it is, as it would have been, and, where that is known, as it truly would have been."""
    state = state_of(request)
    return await for_client(request, state.run_in_pool(_counterfactual, state, asked))


@router.post("/dose-response")
async def dose_response(request: Request, asked: DoseResponseRequest) -> dict[str, Any]:
    """Returns what a unit would have been at each of several values of one cause."""
    state = state_of(request)
    return await for_client(request, state.run_in_pool(_dose_response, state, asked))


def other_world(state: State, name: str, unit: UnitSpec, values: Mapping[str, Any], seed: int) -> World:
    """Returns what a unit would have been."""
    model = state.catalogue.causal(name)
    table, pictures = units(state, name, unit)
    other, shown = model.counterfactual(table, pictures, dict(values), seed)
    return World(shown[0], attributes(model, other, 0))


def units(state: State, name: str, unit: UnitSpec) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Returns the attributes and the picture of a unit, which is looked up once while it is asked about."""
    return state.catalogue.kept_units.get((name, unit.model_dump_json()), lambda: _loaded(state, name, unit))


def attributes(model: Any, table: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
    """Returns a unit's attributes as people read them."""
    return {name: one.format(table[name][row]) for name, one in model.structure.variables.items()}


def _loaded(state: State, name: str, spec: UnitSpec) -> tuple[dict[str, np.ndarray], np.ndarray]:
    def dataset_of(data: str) -> Dataset:
        dataset = state.catalogue.dataset(data)
        file_name(dataset, spec.index)  # an ApiError past its end
        return dataset

    return what_if.load_unit(state.catalogue.causal(name), spec, dataset_of, state.pictures.pixels)


def file_name(dataset: Any, index: int) -> str:
    """Returns the name of a dataset's picture; ApiError 404 past its end."""
    from limner.serving.errors import ApiError

    if index >= len(dataset):
        raise ApiError(404, f"it has {len(dataset)} pictures.", "unit.index")
    name: str = dataset.table["file_name"][index].as_py()
    return name


def _done(state: State, asked: DoRequest) -> dict[str, Any]:
    model = state.catalogue.causal(asked.model)
    table, pictures = model.sample(asked.n, asked.do, asked.given, asked.seed)
    about = what_if.provenance(model, "causal sample", asked.seed, asked.do, n=asked.n, given=asked.given)
    data = [
        {
            "b64_json": encoded(state, picture, "png", about | {"run": asked.model, "index": row}),
            "attributes": attributes(model, table, row),
        }
        for row, picture in enumerate(pictures)
    ]
    return {"data": data, **warnings_of(model, {**asked.do, **asked.given})}


def _counterfactual(state: State, asked: CounterfactualRequest) -> dict[str, Any]:
    model = state.catalogue.causal(asked.model)
    table, pictures = units(state, asked.model, asked.unit)
    world = other_world(state, asked.model, asked.unit, asked.do, asked.seed)
    about = what_if.provenance(model, "studio counterfactual", asked.seed, asked.do, unit=asked.unit.model_dump())
    about["run"] = asked.model
    return {
        "factual": {"b64_json": encoded(state, pictures[0], "png"), "attributes": attributes(model, table, 0)},
        "counterfactual": {"b64_json": encoded(state, world.picture, "png", about), "attributes": world.attributes},
        "truth": _truth(state, model, asked),
        **warnings_of(model, asked.do),
    }


def _truth(state: State, model: Any, asked: CounterfactualRequest) -> dict[str, Any] | None:
    """Returns what truly would have been: known of a garden's flowers, under one intervention."""
    from limner.causal.truth import garden_truth
    from limner.errors import LimnerError

    if asked.unit.data is None or len(asked.do) != 1:
        return None
    dataset = state.catalogue.dataset(asked.unit.data)
    # a dataset knows its source by name alone, which is beside it where both were made together
    places = [dataset.source, dataset.path.parent / dataset.source] if dataset.source else []
    garden = next((place for place in places if (place / "garden.json").is_file()), None)
    if garden is None:
        return None
    ((name, value),) = asked.do.items()
    variables = model.structure.variables
    try:
        truth = garden_truth(garden, [file_name(dataset, asked.unit.index)], variables, model.image_model.schema.height)
        table, pictures = truth(name, np.array([variables[name].parse(value)]))
    except LimnerError:
        return None
    return {"b64_json": encoded(state, pictures[0], "png"), "attributes": attributes(model, table, 0)}


def _dose_response(state: State, asked: DoseResponseRequest) -> dict[str, Any]:
    model = state.catalogue.causal(asked.model)
    variable = _variable(model, asked.name)
    low, high = variable.training_range
    values: list[Any] = list(variable.classes) or np.linspace(low, high, asked.count).tolist()
    if variable.kind == "count":
        values = sorted({round(value) for value in values})
    found = []
    for value in values:
        world = other_world(state, asked.model, asked.unit, {asked.name: value}, 0)
        found.append({"value": value, "b64_json": encoded(state, world.picture, "png"), "attributes": world.attributes})
    return {"name": asked.name, "data": found}


def _variable(model: Any, name: str) -> Any:
    from limner.errors import GraphError, suggestion

    variables = model.structure.variables
    if name not in variables:
        raise GraphError(f"the graph has no '{name}'; {suggestion(name, list(variables))}")
    return variables[name]


def warnings_of(model: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what a reply says of values outside of what the training units have."""
    return warned(what_if.extrapolations(model, asked))
