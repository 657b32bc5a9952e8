"""A source is prepared once: later uses with the same options open what the first one made."""

import hashlib
import json
import os
import shlex
import shutil
import sys
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from limner.data import dataset
from limner.data.dataset import Dataset, is_dataset
from limner.data.preparation import Options, prepare
from limner.data.report import read_report
from limner.data.sources import check_no_model, identity
from limner.data.verification import verify
from limner.errors import DataError, UsageError

PACKAGE = Path(__file__).parents[1]
READERS = ("pictures", "data", "conditions/attribute", "conditions/commas")
"""The parts of the package that decide what a source becomes."""


def open_dataset(source: str | Path, *, workers: int | None = None, **options: Any) -> Dataset:
    """Opens a prepared dataset; anything else that `prepare` accepts is prepared into the cache first, once.

    `options` are those of `prepare`. The cache is `$LIMNER_CACHE`, or the user's cache folder; a source that changed is
    prepared again. Raises DataError, and UsageError for options given with a dataset that is prepared already.
    """
    source = Path(source)
    if is_dataset(source):
        if options:
            raise UsageError(f"{source} is prepared already; '{min(options)}' can only be chosen when preparing")
        return Dataset.open(source)
    if source.is_dir():
        check_no_model(source)
    folder = cache_folder() / "datasets" / _key(source, Options.checked(**options))
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f"{folder.name}.lock")):
        try:
            verify(folder)
            return Dataset.open(folder)
        except DataError:
            shutil.rmtree(folder, ignore_errors=True)
        made = prepare(source, folder, workers=workers, **options)
    _say(source, folder)
    return made


def _say(source: Path, folder: Path) -> None:
    """Prints what was left out and guessed: nobody reads the report of a dataset in the cache."""
    lines = read_report(folder).lines()
    if any("--" in line for line in lines):
        lines.append(f"these options are those of: limner prepare {shlex.quote(str(source))} DATASET")
    for line in lines:
        print(f"prepare: {line}", file=sys.stderr)


def cache_folder() -> Path:
    """Returns `$LIMNER_CACHE`, or the folder where this system keeps caches."""
    import platformdirs

    return Path(os.environ.get("LIMNER_CACHE") or platformdirs.user_cache_path("limner"))


@cache
def reading_rules() -> str:
    """Returns a digest of the code that reads sources: a dataset that other code has read may say something else."""
    digest = hashlib.sha256()
    for part in READERS:
        for file in sorted((PACKAGE / part).rglob("*.py")) or [(PACKAGE / part).with_suffix(".py")]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _key(source: Path, options: Options) -> str:
    content = [dataset.FORMAT, reading_rules(), identity(source), asdict(options)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
