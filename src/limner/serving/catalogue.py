"""What can be asked for by name: models and datasets in the folders that the server was given, opened when first needed."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from limner.data.dataset import Dataset, is_dataset
from limner.editing.latent_sampler import LatentSampler
from limner.editing.latent_spec import DIRECTIONS
from limner.errors import ModelError
from limner.model import WEIGHTS, Model, load
from limner.model_folder import SHIPPED
from limner.runtimes import choose_runtime
from limner.serving.errors import ApiError, understood
from limner.style.instant import load_model
from limner.style.instant.names import FILE as INSTANT
from limner.style.instant.names import SHIPPED as SHIPPED_STYLES

LOG = logging.getLogger(__name__)
EntryKind = Literal["image", "causal", "instant"]
SAMPLED: tuple[EntryKind, ...] = ("image", "causal")
"""Kinds that generate pictures: a causal model has an image model."""
OPENS_WITH = "garden"
"""Of the models that come with Limner, the one that a studio without any others opens with."""
CAUSAL = "structure.json"
"""The file by which a causal model is known."""
OPEN = 6
"""Models that stay in memory; a causal model counts twice, as its image model is used by itself as well."""
FRESH = 1.0
"""Seconds after which the folders are looked into again, even for a name that is already known."""
MAX_DESCRIPTION_BYTES = 8 * 2**20
"""Bytes of a file that describes a model."""
DESCRIPTIONS = ("config.json", "model/config.json", "picture/config.json", CAUSAL)
"""Files that describe a model of any kind."""


@dataclass(frozen=True)
class Entry:
    """A model or dataset by its name: where it is, and when it came to be."""

    id: str
    kind: EntryKind | Literal["data"]
    path: Path
    created: float


class LruCache:
    """The last few things that were opened, each once however many ask for it at a time."""

    def __init__(self, most: int = OPEN) -> None:
        self.most, self.lock, self.things = most, threading.Lock(), OrderedDict[Any, Future]()

    def has(self, key: Any) -> bool:
        """Whether what was made for a key is there without waiting."""
        thing = self.things.get(key)
        return thing is not None and thing.done()

    def get(self, key: Any, make: Callable[[], Any]) -> Any:
        """Returns what was made for a key, or makes it; who asks for another key does not wait for that."""
        with self.lock:
            thing, first = self.things.get(key), key not in self.things
            if thing is None:
                thing = self.things[key] = Future()
            self.things.move_to_end(key)
            while len(self.things) > self.most:
                self.things.popitem(last=False)
        if first:
            self._make(key, thing, make)
        return thing.result()

    def replace(self, key: Any, value: Any) -> None:
        """Puts another value in the place of one that is there; nothing if it is there no longer."""
        thing: Future = Future()
        thing.set_result(value)
        with self.lock:
            if key in self.things:
                self.things[key] = thing

    def _make(self, key: Any, thing: Future, make: Callable[[], Any]) -> None:
        try:
            thing.set_result(make())
        except BaseException as error:
            with self.lock:
                self.things.pop(key, None)
            thing.set_exception(error)


class Catalogue:
    """Models and datasets by name. ApiError 404 for a name that is none, 422 for a model that cannot be used."""

    def __init__(self, paths: tuple[Path, ...], home: Path) -> None:
        self.paths, self.home = paths, home
        self.listed: tuple[list[Entry], float] = [], -FRESH
        """What was in the folders, and when they were looked into."""
        self.slow: SimpleQueue[Entry] = SimpleQueue()
        """Image models that are open, but not with their quickest runtime."""
        self.kept, self.kept_units, self.kept_outlines = LruCache(), LruCache(64), LruCache(1000)

    def models(self, age: float = 0.0) -> dict[str, Entry]:
        """Returns every model by name, those that come with Limner last, as the folders were at most `age` seconds ago."""
        found = self._named(entry for entry in self._entries(age) if entry.kind != "data")
        shipped = sorted(found_in(SHIPPED), key=lambda entry: entry.id != OPENS_WITH)
        styles = Entry("limner", "instant", SHIPPED_STYLES, SHIPPED_STYLES.stat().st_mtime)
        return found | self._named([*shipped, styles], found)

    def datasets(self, age: float = 0.0) -> dict[str, Entry]:
        """Returns every dataset by name, as the folders were at most `age` seconds ago."""
        return self._named(entry for entry in self._entries(age) if entry.kind == "data")

    def entry(self, name: str, *kinds: EntryKind) -> Entry:
        """Returns a model by name, of one of the kinds if they are named."""
        found = self._found(self.models, name)
        if found is None:
            raise ApiError(404, f"no model is called '{name}'; GET /v1/models names them.", "model")
        if kinds and found.kind not in kinds:
            raise ApiError(
                422, f"'{name}' is a model of kind {found.kind}; this asks for {' or '.join(kinds)}.", "model"
            )
        return found

    def sampler(self, name: str) -> LatentSampler:
        """Returns an image model, or that of a causal model, ready to generate."""
        return self._opened(self.entry(name, *SAMPLED), "image", self._sampler)

    def causal(self, name: str) -> Any:
        """Returns a causal model."""
        from limner.causal.model import CausalModel

        return self._opened(self.entry(name, "causal"), "causal", lambda entry: CausalModel.load(entry.path))

    def instant(self, name: str) -> Any:
        """Returns a model of styles."""
        return self._opened(self.entry(name, "instant"), "instant", lambda entry: load_model(entry.path))

    def dataset(self, name: str) -> Dataset:
        """Returns a dataset."""
        entry = self._found(self.datasets, name)
        if entry is None:
            raise ApiError(404, f"no dataset is called '{name}'; GET /v1/data names them.", "data")
        try:
            return Dataset.open(entry.path)
        except Exception as error:
            raise _unusable(entry, error, "data") from error

    def _sampler(self, entry: Entry) -> LatentSampler:
        """Opens an image model with what is ready at once; a quicker runtime that takes seconds to start comes later."""
        model = load(entry.path)
        if model.is_exported:
            model.set_runtime("auto")
        elif choose_runtime("auto", "cpu") != "torch":
            self.slow.put(entry)
        return _sampler_of(model, entry)

    def quicken(self, entry: Entry) -> None:
        """Opens an image model that has been exported, again with its quickest runtime; others go on with the one that is open."""
        model = load(entry.path)
        if model.is_exported:  # not so where the cache cannot be written
            model.set_runtime("auto")
            self.kept.replace(("image", entry.path, entry.created), _sampler_of(model, entry))

    def _opened(self, entry: Entry, use: EntryKind, make: Callable[[Entry], Any]) -> Any:
        try:
            return self.kept.get((use, entry.path, entry.created), lambda: _checked(entry, make))
        except Exception as error:
            raise _unusable(entry, error, "model") from error

    def opened(self, name: str) -> bool:
        """Whether a model can be asked for pictures or styles without waiting until it is opened."""
        entry = self.entry(name)
        use = "instant" if entry.kind == "instant" else "image"
        return self.kept.has((use, entry.path, entry.created))

    @staticmethod
    def _found(listed: Callable[[float], dict[str, Entry]], name: str) -> Entry | None:
        """Returns what has the name. Frames ask for it often, so a list that is a little old is enough if it has it."""
        return listed(FRESH).get(name) or listed(0.0).get(name)

    def _entries(self, age: float) -> list[Entry]:
        seen, looked = self.listed
        now = time.monotonic()
        if not now - looked < age:  # with no age, what a job has just made is in it
            places = [*self.paths, self.home / "runs", self.home / "data"]
            seen = [entry for path in places for entry in found_in(path)]
            self.listed = seen, now
        return seen

    @staticmethod
    def _named(entries: Any, taken: Any = ()) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in entries:
            name, number = entry.id, 2
            while name in found or name in taken:
                name, number = f"{entry.id}-{number}", number + 1
            found[name] = Entry(name, entry.kind, entry.path, entry.created)
        return found


def found_in(path: Path) -> list[Entry]:
    """Returns what a folder is, or, if that is nothing, what the folders in it are."""
    if own := _recognised(path):
        return [own]
    try:
        children = sorted(path.iterdir())
    except OSError:  # it is gone, no folder, or closed to this process
        return []
    return [entry for child in children if (entry := _recognised(child))]


def _recognised(path: Path) -> Entry | None:
    """Returns what a folder is, by the file that says so; None for anything else."""
    name = path.name if path.name not in ("", "..") else path.resolve().name
    try:
        return _by_marks(path, name)
    except Exception:  # it cannot be looked into: listed, and describing it says why
        return Entry(name, "image", path, 0.0)


def _by_marks(path: Path, name: str) -> Entry | None:
    if not path.is_dir() or path.name.startswith("."):
        return None
    for kind, marks in MARKS.items():
        for mark in marks:
            file = path / mark
            if file.is_file():
                return Entry(name, kind, path, file.stat().st_mtime)
    if is_dataset(path):
        return Entry(name, "data", path, path.stat().st_mtime)
    return None


def _sampler_of(model: Model, entry: Entry) -> LatentSampler:
    directions = entry.path / "directions"
    return LatentSampler.of(model, entry.path, directions if (directions / DIRECTIONS).is_file() else None)


def _checked(entry: Entry, make: Callable[[Entry], Any]) -> Any:
    check_size(entry.path)
    return make(entry)


def _unusable(entry: Entry, error: Exception, param: str) -> ApiError:
    """Returns what a client is told of a folder that cannot be used: whatever it holds, that is no fault of the server's."""
    known = understood(error)
    if known is None:
        LOG.warning("%s cannot be opened", entry.path, exc_info=error)
    elif known.status != 422:
        return known
    return ApiError(422, f"{entry.id}: {problem_of(error)}", param)


def check_size(path: Path) -> None:
    """Raises ModelError for a model whose descriptions are too large to be read for a list of models."""
    for file in (path / mark for mark in DESCRIPTIONS):
        if file.is_file() and file.stat().st_size > MAX_DESCRIPTION_BYTES:
            raise ModelError(
                f"its {file.name} has {file.stat().st_size:,} bytes; {MAX_DESCRIPTION_BYTES:,} are the most."
            )


def problem_of(error: Exception) -> str:
    """Returns what is wrong with something in a folder, in one line."""
    known = understood(error)
    if known:
        return known.message
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror or type(error).__name__})."
    return f"it is damaged ({type(error).__name__})."


MARKS: dict[EntryKind, tuple[str, ...]] = {
    "causal": (CAUSAL,),
    "instant": (INSTANT,),
    "image": (WEIGHTS, f"model/{WEIGHTS}", "config.json", "model/config.json"),
}
"""Files by which each kind of model is known."""
