"""Long work: preparing, training, evaluating; its queue, its progress and what it leaves."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import Field

from limner import files
from limner.errors import LimnerError
from limner.model_folder import SHIPPED
from limner.recipes import RECIPES, apply_settings, find_recipe
from limner.serving.errors import ApiError
from limner.serving.job import Job, checked_name
from limner.serving.routes.body import Body, Name
from limner.serving.routes.catalogue import SANDBOX
from limner.serving.state import State, state_of
from limner.serving.store import new_id
from limner.training.history import read_history

router = APIRouter(prefix="/v1")
ARCHIVES = (".zip", ".tar", ".parquet")
"""Endings of files that hold many pictures."""
Value = Annotated[str, Field(max_length=2000)]
QUIET = 15.0
"""Seconds after which a stream says that it is still there."""
LOOKED = 0.1
"""Seconds between two checks for changes."""


class TrainRequest(Body):
    """What is trained on what, and for how long."""

    data: Name
    recipe: Name = "gan"
    name: Name
    minutes: float = Field(10.0, gt=0, le=100_000)
    set: dict[Name, Value | int | float | bool] = Field(default_factory=dict, max_length=50)
    seed: int = Field(0, ge=0, le=2**31)


class Evaluation(Body):
    """Which model is evaluated against which pictures."""

    model: Name
    data: Name
    n: int = Field(2000, ge=10, le=50_000)


class ResumeRequest(Body):
    """For how many minutes in all a training goes on."""

    minutes: float | None = Field(None, gt=0, le=100_000)


@router.post("/data", status_code=202)
async def prepare(
    request: Request,
    uploads: Annotated[list[UploadFile], File(alias="files")],
    name: Annotated[str, Form()],
    size: Annotated[int | None, Form(ge=8, le=1024)] = None,
) -> Job:
    """Makes a dataset of pictures, or of one .zip of them."""
    return await asyncio.to_thread(_prepare, state_of(request), checked_name(name), size, uploads)


def _prepare(state: State, name: str, size: int | None, uploads: list[UploadFile]) -> Job:
    job = new_id()
    _check_dataset_name(state, name)
    try:
        # in a folder of the dataset's name, by which messages call it
        source = _received(state.workspace.uploads(job) / name, uploads)
        _check_dataset_name(state, name)  # again, as large uploads take a while
        asked = {"source": str(source), "size": size, "files": len(uploads)}
        return state.runner.add("prepare", name, asked, job).shown()
    except BaseException:
        shutil.rmtree(state.workspace.uploads(job), ignore_errors=True)
        raise


def _check_dataset_name(state: State, name: str) -> None:
    if name in state.catalogue.datasets():
        raise ApiError(409, f"a dataset is called '{name}' already.", "name")


@router.post("/train", status_code=202)
def train(request: Request, asked: TrainRequest) -> Job:
    """Trains a recipe on a dataset."""
    state, name = state_of(request), checked_name(asked.name)
    if asked.recipe not in RECIPES:
        raise ApiError(422, f"there is no recipe '{asked.recipe[:80]}'; GET /v1/recipes names them.", "recipe")
    _check_settings(asked)
    # the names of models that come with Limner are free: own ones come first
    taken = state.catalogue.models().get(name)
    if (state.settings.home / "runs" / name).exists() or (taken and taken.path.parent != SHIPPED):
        raise ApiError(409, f"a model is called '{name}' already.", "name")
    path = str(state.catalogue.dataset(asked.data).path)
    return state.runner.add("train", name, asked.model_dump() | {"path": path}).shown()


@router.post("/evaluate", status_code=202)
def evaluate(request: Request, asked: Evaluation) -> Job:
    """Evaluates a model against held-out pictures of a dataset."""
    state = state_of(request)
    entry = state.catalogue.entry(asked.model, "image")
    data = state.catalogue.dataset(asked.data)
    paths = {"path": str(entry.path), "data_path": str(data.path)}
    return state.runner.add("evaluate", asked.model, asked.model_dump() | paths).shown()


@router.get("/jobs", response_model=dict[str, list[Job]])
async def jobs(request: Request) -> Response:
    """Returns all jobs, the newest first."""
    return Response(f'{{"data":[{",".join(state_of(request).store.texts())}]}}', media_type="application/json")


@router.get("/jobs/{job}")
async def job(request: Request, job: str) -> Job:
    """Returns a job."""
    return state_of(request).store.get(job).shown()


@router.post("/jobs/{job}/cancel")
def cancel(request: Request, job: str) -> Job:
    """Ends a job at once."""
    return state_of(request).runner.cancel(job).shown()


@router.post("/jobs/{job}/stop")
def stop(request: Request, job: str) -> Job:
    """Lets a training save and end."""
    return state_of(request).runner.stop(job).shown()


@router.post("/jobs/{job}/resume")
def resume(request: Request, job: str, asked: ResumeRequest) -> Job:
    """Goes on with a training."""
    return state_of(request).runner.resume(job, asked.minutes).shown()


@router.get("/jobs/{job}/history")
def history(request: Request, job: str) -> dict[str, Any]:
    """Returns the figures of a training."""
    state = state_of(request)
    return {"data": read_history(state.workspace.folder(state.store.get(job)) / "history.jsonl")}


@router.get("/jobs/{job}/files")
def names(request: Request, job: str) -> dict[str, list[str]]:
    """Returns the names of the files that a job has made."""
    state = state_of(request)
    return {"data": state.workspace.files(state.store.get(job))}


@router.get("/jobs/{job}/files/{name:path}")
def file(request: Request, job: str, name: str) -> FileResponse:
    """Returns a file that a job has made."""
    state = state_of(request)
    found = state.workspace.file(state.store.get(job), name)
    return FileResponse(
        found, headers=(SANDBOX if found.suffix in (".html", ".svg") else {}) | {"Cache-Control": "no-cache"}
    )


@router.get("/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def events(request: Request) -> StreamingResponse:
    """Tells of every change of a job as it comes."""
    return StreamingResponse(
        _changes(state_of(request)), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _changes(state: State) -> AsyncIterator[str]:
    seen, _ = state.store.changes_since(0)
    yield ": listening\n\n"
    last = time.monotonic()
    while not state.runner.closed:
        seen, changes = state.store.changes_since(seen)
        if changes:
            yield "".join(f"event: job\ndata: {text}\n\n" for text in changes)
            last = time.monotonic()
        elif time.monotonic() - last > QUIET:
            yield ": still here\n\n"
            last = time.monotonic()
        await asyncio.sleep(LOOKED)


def _check_settings(asked: TrainRequest) -> None:
    """Raises LimnerError or ApiError 422 for settings that the recipe does not take, whatever they are."""
    try:
        apply_settings(find_recipe(asked.recipe), [f"{key}={value}" for key, value in asked.set.items()])
    except LimnerError:
        raise
    except Exception:
        raise ApiError(422, "set: these are no settings of a recipe.", "set") from None


def _received(folder: Path, uploads: list[UploadFile]) -> Path:
    """Writes what was handed in, and returns the archive, or the folder of pictures."""
    try:
        with files.atomic_folder(folder) as temporary:
            for number, upload in enumerate(uploads):
                file = temporary / _named(upload.filename or "", number if len(uploads) > 1 else None)
                file.parent.mkdir(parents=True, exist_ok=True)
                with file.open("wb") as target:
                    shutil.copyfileobj(upload.file, target)
    except FileExistsError:
        raise ApiError(422, "files: a folder has the name of a picture beside it.", "files") from None
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].suffix.lower() in ARCHIVES else folder


def _named(name: str, number: int | None) -> Path:
    """Returns where a picture of this name is kept: under a name that leads nowhere else, in the folders that say its class."""
    cleaned = map(_plain, name.replace("\\", "/").split("/"))
    *folders, last = [part for part in cleaned if part.strip(". ")][-3:] or ["picture"]
    stem, suffix = _plain(Path(last).stem, 80), _plain(Path(last).suffix, 10)
    return Path(stem + suffix) if number is None else Path(*folders, f"{number:06d}-{stem}{suffix}")


def _plain(part: str, most: int = 200) -> str:
    """Returns a part of a path in letters that can be shown, at most so many bytes of it."""
    return "".join(letter for letter in part if letter.isprintable()).encode()[:most].decode(errors="ignore")
