"""A piece of long work: its request, the command that does it, and where what it makes will be."""

import re
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from limner.serving.errors import ApiError

JobKind = Literal["prepare", "train", "evaluate", "stylize"]
State = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
NAME = re.compile(r"\w[\w .-]{0,63}")
"""What a job may be called: the name of a folder on every system."""
MAX_NAME_BYTES = 200
"""Bytes of a name; file systems take 255, and what is not finished yet has a longer name."""
OWN = ("path", "data_path", "source", "arguments")
"""Of a request: paths of this machine."""
HIDDEN = "run.json"
"""The file of a run that holds paths of this machine."""
SHOWN = (".png", ".jpg", ".svg", ".html", ".json", ".jsonl", ".csv")
"""Files of a job that clients may have."""


class Job(BaseModel):
    """One piece of long work, as clients see it."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: JobKind
    name: str
    state: State
    created: float
    started: float | None = None
    ended: float | None = None
    progress: float | None = None
    """How much of it is done, 0 to 1."""
    message: str = ""
    """Its last line."""
    request: dict[str, Any]
    result: dict[str, str] | None = None
    error: str | None = None


class Record(Job):
    """A job with what clients do not see of it."""

    begun: bool = False
    """Whether it has been at work before."""
    process: int | None = None
    """The id of the process that it is at work in."""

    def shown(self) -> Job:
        """Returns the job without the paths of this machine."""
        values = {name: getattr(self, name) for name in Job.model_fields}
        return Job(**values | {"request": {key: value for key, value in self.request.items() if key not in OWN}})

    def changed(self, **values: Any) -> "Record":
        """Returns the job with other values."""
        return self.model_copy(update=values)


class Workspace:
    """Where the work of a server is kept."""

    def __init__(self, home: Path) -> None:
        self.home = home

    @property
    def pictures(self) -> Path:
        """The folder of pictures that were handed in."""
        return self.home / "pictures"

    def folder(self, job: Job) -> Path:
        """Returns the folder that a job fills."""
        parts = {"prepare": "data", "train": "runs", "evaluate": "reports", "stylize": "stylized"}
        return self.home / parts[job.kind] / (job.id if job.kind == "stylize" else job.name)

    def uploads(self, job: str) -> Path:
        """Returns the folder of what was handed in for a job."""
        return self.home / "uploads" / job

    def file(self, job: Job, name: str) -> Path:
        """Returns a file that a job made; ApiError 404 for one that is none, or that clients may not have."""
        if name not in self.files(job):
            raise ApiError(404, f"this job has no file '{name[:80]}'.", "name")
        return self.folder(job) / name

    def files(self, job: Job) -> list[str]:
        """Returns the names of all files of a job that clients may have."""
        folder = self.folder(job)
        paths = (path for path in sorted(folder.rglob("*")) if _is_shown(path))
        found = (path.relative_to(folder) for path in paths)
        return [str(path) for path in found if not any(part.startswith(".") for part in path.parts)]


def _is_shown(path: Path) -> bool:
    return path.suffix in SHOWN and path.name != HIDDEN and path.is_file() and not path.is_symlink()


def checked_name(name: str) -> str:
    """Returns a name that can be a folder's; ApiError 422 for another."""
    name = name.strip()
    if not NAME.fullmatch(name) or name.endswith(".") or len(name.encode()) > MAX_NAME_BYTES:
        raise ApiError(
            422, "name: begin with a letter or digit; then letters, digits, spaces, '.', '_' and '-'.", "name"
        )
    return name


def result_of(job: Job) -> dict[str, str]:
    """Returns what a job that is done has made."""
    return {
        "prepare": {"data": job.name},
        "train": {"model": job.name},
        "evaluate": {"file": "report.html"},
        "stylize": {"file": "result.png"},
    }[job.kind]


def command(job: Job, workspace: Workspace, resumes: bool) -> list[str]:
    """Returns the arguments of `limner` that do a job; `resumes`: it was begun before, and continues."""
    request, out = job.request, str(workspace.folder(job))
    if job.kind == "prepare":
        sized = ["--size", str(request["size"])] if request.get("size") else []
        return ["prepare", request["source"], out, *sized, "--overwrite"]
    if job.kind == "evaluate":
        return ["evaluate", request["path"], "--data", request["data_path"], "--out", out, "--n", str(request["n"])]
    if job.kind == "stylize":
        return ["stylize", *request["arguments"], "--out", f"{out}/result.png"]
    limit = ["--minutes", str(request["minutes"])] if request.get("minutes") else []
    if resumes:
        return ["train", "--resume", "--out", out, *limit]
    changed = [part for key, value in request["set"].items() for part in ("--set", f"{key}={value}")]
    seeded = ["--seed", str(request["seed"])]
    return ["train", request["path"], "--recipe", request["recipe"], "--out", out, *limit, *seeded, *changed]
