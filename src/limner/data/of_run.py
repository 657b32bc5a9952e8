"""The dataset that a run was trained on, as its run.json says: found without PyTorch."""

from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from limner.config import PathText
from limner.data.cache import open_dataset
from limner.data.dataset import Dataset, is_dataset
from limner.errors import RunError, UsageError
from limner.parsing import ParseError, read_json


class About(BaseModel):
    """What run.json says."""

    seed: int = Field(strict=True)
    data: PathText
    fingerprint: str
    init_from: PathText | None = None


def read_about(folder: Path) -> About:
    """Returns what run.json says; RunError when there is no run, or it is damaged."""
    try:
        return About.model_validate(read_json(folder / "run.json"))
    except (ParseError, ValidationError):
        raise RunError(f"{folder} holds no run, or its run.json is damaged.") from None


def data_of(folder: Path) -> str:
    """Returns the path of the dataset that a run was trained on; RunError when there is no run."""
    return read_about(folder).data


def data_for(run: Path, data: str | None) -> Dataset:
    """Returns the dataset of that name, or the one that a run, or the model in it, was trained on; UsageError if that is gone."""
    return open_dataset(data) if data else Dataset.open(recorded(run))


def recorded(run: Path) -> Path:
    """Returns where the dataset is that a run, or the model in it, was trained on; UsageError if that is gone."""
    for folder in (run, run.resolve().parent):
        try:
            path = Path(data_of(folder))
        except RunError:
            continue
        if is_dataset(path):
            return path
    raise UsageError(f"{run} does not say what it was trained on, or that is gone: name a dataset with --data.")
