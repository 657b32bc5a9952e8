"""What there is: models, datasets, recipes, edits."""

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import torch
from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import FileResponse, Response

from limner.data.dataset import Dataset
from limner.editing.directions import own_directions
from limner.editing.edits import OPERATIONS
from limner.editing.latent_sampler import LatentSampler
from limner.errors import ModelError
from limner.explain.directions import effects
from limner.explain.scorers import SCORERS
from limner.model import WEIGHTS, find_folder, load_without_weights
from limner.pictures import to_bytes
from limner.recipes import RECIPES
from limner.serving.catalogue import Entry, check_size, problem_of
from limner.serving.errors import MAX_MESSAGE_LENGTH, ApiError, without_paths
from limner.serving.state import State, for_client, state_of
from limner.tensor_header import written_digest
from limner.version import __version__

router = APIRouter(prefix="/v1")
OWN, LOOKED_AT = 8, 48
"""Directions that a model has of itself, and pictures that show what they change."""
SANDBOX = {
    "Content-Security-Policy": "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:"
}
"""For pages that were made elsewhere: what is in them may be looked at, and do nothing."""


@router.get("/about")
def about(request: Request) -> dict[str, Any]:
    """Returns the version, which extras are installed, and the limits."""
    settings = state_of(request).settings
    extras = {"causal": _installed("dowhy"), "style": _installed("ot"), "onnx": _installed("onnxruntime")}
    return {
        "limner": __version__,
        "extras": extras,
        "limits": vars(settings.limits),
        "threads": settings.threads,
    }


@router.get("/models")
def models(request: Request) -> dict[str, Any]:
    """Returns every model."""
    state = state_of(request)
    return {"object": "list", "data": [_described(state, entry) for entry in state.catalogue.models().values()]}


@router.get("/models/{model}")
def model(request: Request, model: str) -> dict[str, Any]:
    """Returns a model."""
    state = state_of(request)
    return _described(state, state.catalogue.entry(model))


@router.get("/models/{model}/directions")
async def directions(request: Request, model: str) -> dict[str, Any]:
    """Returns the directions in which a model can go."""
    state = state_of(request)
    return {"data": await for_client(request, state.run_in_pool(_directions_of, state, model))}


@router.get("/models/{model}/report")
def report(request: Request, model: str) -> FileResponse:
    """Returns the page of a model's evaluation or soundness."""
    state = state_of(request)
    entry = state.catalogue.entry(model)
    for file in (
        state.settings.home / "reports" / model / "report.html",
        entry.path / "report.html",
        entry.path / "soundness" / "report.html",
    ):
        if file.is_file():
            return FileResponse(file, media_type="text/html", headers=SANDBOX)
    raise ApiError(404, f"'{model}' has not been evaluated yet.", "model")


@router.get("/data")
def datasets(request: Request) -> dict[str, Any]:
    """Returns every dataset."""
    catalogue = state_of(request).catalogue
    found = []
    for entry in catalogue.datasets().values():
        try:
            found.append(_of_dataset(entry.id, Dataset.open(entry.path)))
        except Exception:
            continue  # damaged: training on it says so
    return {"data": found}


@router.get("/data/{data}/pictures/{index}")
def picture(request: Request, data: str, index: Annotated[int, InPath(ge=0, le=2**31)]) -> Response:
    """Returns a picture of a dataset."""
    dataset = state_of(request).catalogue.dataset(data)
    if index >= len(dataset):
        raise ApiError(404, f"'{data}' has {len(dataset)} pictures.", "index")
    return Response(to_bytes(dataset.pictures[index], "picture.png"), media_type="image/png")


@router.get("/data/{data}/report")
def doctor(request: Request, data: str) -> FileResponse:
    """Returns what the data doctor says."""
    file: Path = state_of(request).catalogue.dataset(data).path / "report.html"
    if not file.is_file():
        raise ApiError(404, f"'{data}' has no report.", "data")
    return FileResponse(file, media_type="text/html", headers=SANDBOX)


@router.get("/recipes")
def recipes() -> dict[str, Any]:
    """Returns every recipe."""
    return {"data": [{"name": name, **_of_recipe(make)} for name, make in RECIPES.items()]}


@router.get("/operations")
def operations() -> dict[str, Any]:
    """Returns every edit, with what it takes as a JSON Schema."""
    return {
        "data": [
            {"name": name, "about": " ".join((kind.__doc__ or "").split()), "fields": kind.model_json_schema()}
            for name, kind in OPERATIONS.items()
        ]
    }


def _described(state: State, entry: Entry) -> dict[str, Any]:
    """Returns what a model is; where that cannot be described, why not, which is found out again each time."""
    described: dict[str, Any] = dict.fromkeys(
        [
            "recipe",
            "sha256",
            "width",
            "height",
            "channels",
            "latent_dim",
            "attributes",
            "styles",
            "thumbnails",
            "graph",
            "problem",
        ]
    )
    described |= {
        "id": entry.id,
        "object": "model",
        "created": int(entry.created),
        "owned_by": "limner",
        "kind": entry.kind,
    }
    try:
        return described | state.catalogue.kept_outlines.get(
            (entry.id, entry.path, entry.created), lambda: _outlined(state, entry)
        )
    except Exception as error:  # one bad model never spoils the list
        return described | {"can": [], "problem": without_paths(problem_of(error)[:MAX_MESSAGE_LENGTH])}


def _outlined(state: State, entry: Entry) -> dict[str, Any]:
    check_size(entry.path)
    return DESCRIBED[entry.kind](state, entry.id)


def _image(state: State, name: str) -> dict[str, Any]:
    path = state.catalogue.entry(name).path
    model = load_without_weights(path)
    schema, decodes = model.schema, model.generator.decoder_network is not None
    can = ["sample"] + (["directions", "edit"] if decodes else []) + (["encode"] if model.generator.encodes else [])
    return {
        "recipe": model.recipe.name,
        "sha256": written_digest(find_folder(path) / WEIGHTS),
        "width": schema.width,
        "height": schema.height,
        "channels": schema.channels,
        "latent_dim": model.generator.latent_dim,
        "attributes": [one.model_dump(include=ATTRIBUTE) for one in model.attributes],
        "can": can,
    }


def _causal(state: State, name: str) -> dict[str, Any]:
    from limner.causal.structural import StructuralModel

    path = state.catalogue.entry(name).path
    structure, pictures = StructuralModel.load(path), _image(state, name)
    graph = structure.graph
    nodes = []
    for each, one in structure.variables.items():
        kind = "label" if one.classes else "number"
        bounds = {"minimum": one.training_range[0], "maximum": one.training_range[1], "mean": one.mean}
        parents = [cause for cause, effect in graph.edges if effect == each]
        nodes.append({"name": each, "kind": kind, "classes": list(one.classes), **bounds, "parents": parents})
    drawn = {"nodes": nodes, "picture": list(graph.picture), "confounded": [list(pair) for pair in graph.confounded]}
    return {
        **pictures,
        "can": [*pictures["can"], "counterfactual"],
        "graph": drawn,
    }


def _instant(state: State, name: str) -> dict[str, Any]:
    model = state.catalogue.instant(name)
    thumbnails = {
        style: f"data:image/jpeg;base64,{palette.thumbnail}"
        for style, palette in model.styles.items()
        if palette.thumbnail
    }
    return {"sha256": model.digest, "can": ["stylize"], "styles": list(model.styles), "thumbnails": thumbnails}


def _directions_of(state: State, model: str) -> list[dict[str, Any]]:
    sampler = state.catalogue.sampler(model)
    key = ("directions", sampler.model.digest)
    found: list[dict[str, Any]] = state.catalogue.kept_outlines.get(key, lambda: _directions(sampler))
    return found


def _directions(sampler: LatentSampler) -> list[dict[str, Any]]:
    """Returns directions by name, and which score each changes most, by how many of its standard deviations."""
    try:
        editing = sampler.editing
    except ModelError:
        return []
    with torch.no_grad():
        own = dict(islice(own_directions(editing, "pca").items(), OWN))
        steps = {**sampler.direction_offsets, **own}
        found = effects(editing, steps, SCORERS, n=LOOKED_AT)
    abouts = {name: "principal component" if name in own else "supervised" for name in steps}
    changes = {one.name: {one.most: round(one.changes[one.most].value, 2)} if one.changes else {} for one in found}
    return [{"name": name, "about": about, "changes": changes[name]} for name, about in abouts.items()]


def _of_dataset(name: str, dataset: Dataset) -> dict[str, Any]:
    schema = dataset.schema
    attributes = [one.model_dump(include=ATTRIBUTE) for one in schema.attributes]
    shape = {"width": schema.width, "height": schema.height, "channels": schema.channels}
    return {"id": name, "pictures": len(dataset), "attributes": attributes, **shape}


def _of_recipe(make: Any) -> dict[str, Any]:
    family = make().method.kind
    return {"about": (make.__doc__ or "").strip().splitlines()[0], "family": family}


def _installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


ATTRIBUTE = {"name", "kind", "classes", "minimum", "maximum", "mean"}
"""What clients are told of an attribute."""
DESCRIBED = {"image": _image, "causal": _causal, "instant": _instant}
"""What describes a model, by its kind."""
