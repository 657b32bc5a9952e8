"""From a source of pictures to a dataset folder: decode, complete, remove copies, split, write, report."""

import errno
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np

from limner.data.attributes import Missing, main_label
from limner.data.columns import parse_kinds
from limner.data.dataset import Dataset, fill_folder, is_dataset
from limner.data.intake import DecodedSource, Scratch, choose_size, decode_source
from limner.data.report import Report, build_report, write_report
from limner.data.report_page import write_page
from limner.data.selection import MIN_PICTURES, Selection, select
from limner.data.sources import open_source
from limner.data.sources.source import Source
from limner.data.splits import SPLITS, Fractions, assign, check_fractions
from limner.data.workers import cores
from limner.errors import DataError, UsageError, quoted, suggestion
from limner.files import atomic_folder, exclusive
from limner.pictures import FITS, colour, parse_size
from limner.pictures.modes import DIVISORS
from limner.pictures.provenance import SAMPLE_GRID

ROWS_A_WRITE = 64
"""Pictures that are copied at a time."""
DEFAULT_SPLIT_FRACTIONS: Fractions = (0.8, 0.1, 0.1)
"""Of train, validation and test where neither the source nor the user says otherwise."""
HELD_OUT_FRACTION = 0.1
"""Of the training pictures, how many become validation or test pictures where the source has none of these."""
NO_SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Options:
    """How to prepare: everything that changes what comes out."""

    size: tuple[int, int] | None = None
    fit: str = "crop"
    background: str | None = None
    """None: transparent pictures stay so, and padding around opaque ones is white."""
    missing: Missing | None = None
    """None: drop, but at most a tenth of the pictures."""
    keep_duplicates: bool = False
    splits: Fractions | None = None
    """None: those that the source has, else `DEFAULT_SPLIT_FRACTIONS`."""
    seed: int = 0
    columns: Mapping[str, str] = field(default_factory=dict)
    bits: int | None = None
    """Of 16-bit grey pictures; None: as many as their greatest value needs."""

    @classmethod
    def checked(cls, size: str | int | Sequence[int] | None = None, **others: Any) -> "Options":
        """Returns options with every value checked; UsageError when one is unknown or out of range."""
        unknown = set(others) - set(cls.__dataclass_fields__)
        if unknown:
            raise UsageError(f"no option '{min(unknown)}': {suggestion(min(unknown), list(cls.__dataclass_fields__))}")
        if size is not None:
            size = parse_size(str(size) if isinstance(size, str | int) else f"{size[1]}x{size[0]}")
        options = cls(size=size, **others)
        _among("fit", options.fit, FITS)
        if options.missing is not None:
            _among("missing", options.missing, get_args(Missing))
        if options.background is not None:
            colour(options.background)
        if options.bits is not None and options.bits not in DIVISORS:
            raise UsageError(f"bits {options.bits}: choose from {', '.join(map(str, DIVISORS))}")
        if options.splits is not None:
            check_fractions(options.splits)
        if options.seed < 0:
            raise UsageError(f"seed {options.seed}: give a whole number of at least 0")
        return options


def prepare(
    source: str | Path,
    out: str | Path,
    *,
    size: str | int | Sequence[int] | None = None,
    fit: str = "crop",
    background: str | None = None,
    missing: Missing | None = None,
    keep_duplicates: bool = False,
    splits: Fractions | None = None,
    seed: int = 0,
    columns: Mapping[str, str] | None = None,
    bits: int | None = None,
    workers: int | None = None,
    overwrite: bool = False,
) -> Dataset:
    """Prepares a folder, archive, Parquet or array of pictures as a dataset in the folder `out`, and opens it.

    `size` is "64", "96x64" (width x height), 64 or (height, width); without it the pictures decide (`choose_size`).
    `columns` says what columns are where their values would say otherwise: {name: label, number, caption or none}. `fit` is crop,
    pad or stretch. `missing` is drop, keep or mean (see `limner.data.attributes`); left out, at most a tenth of the pictures is
    dropped. `splits` are fractions of train, validation and test; left out, those of the source, else 8, 1 and 1 tenths. The
    dataset is grey when every picture is, and has opacity when any picture is transparent and no `background` is given, a colour
    over which all are composited. `bits`, 8, 10, 12, 14 or 16, are those of the values in 16-bit grey pictures; left out, their
    greatest value decides. `workers` processes decode (default: one a core). `out` must not exist, or be empty, or be a dataset
    when `overwrite`; after a failure it is as it was before. Raises DataError, UsageError.
    """
    options = Options.checked(
        size,
        fit=fit,
        background=background,
        missing=missing,
        keep_duplicates=keep_duplicates,
        splits=splits,
        seed=seed,
        columns=parse_kinds([f"{name}={kind}" for name, kind in (columns or {}).items()]),
        bits=bits,
    )
    source, out = Path(source), Path(out)
    if workers is not None and workers < 1:
        raise UsageError(f"workers {workers}: give a whole number of at least 1")
    _check_places(source, out, overwrite)
    opened = open_source(source)
    try:
        with _exclusive(out):
            _check_places(source, out, overwrite)  # again: another process may just have finished
            with _new_folder(out) as folder:
                _fill(opened, folder, options, workers or cores())
            return Dataset.open(out)
    except OSError as error:
        raise DataError(_in_words(error, out)) from error


def _fill(source: Source, folder: Path, options: Options, workers: int) -> None:
    size, size_reason = (options.size, "as asked") if options.size else choose_size(source)
    with Scratch(folder / "scratch", size) as scratch:
        intake = decode_source(source, scratch, options.fit, options.background, workers, options.bits)
        _check_enough(source, intake)
        selection = select(intake, scratch, options.missing, options.keep_duplicates, options.columns)
        splits, small = _split(selection, options)
        report = build_report(source, intake, selection, splits, size_reason, asdict(options))
        report.notes += _notes(selection, report, small)
        fill_folder(
            folder,
            _batches(selection, scratch),
            {"file_name": [intake.names[row] for row in selection.kept], "split": splits, **selection.columns},
            selection.attributes,
            options={"source": source.name, **asdict(options)},
        )
        write_report(folder, report)
        write_page(folder / "report.html", report, intake, selection, scratch)


def _batches(selection: Selection, scratch: Scratch) -> Iterator[np.ndarray]:
    rows = selection.kept.tolist()
    for start in range(0, len(rows), ROWS_A_WRITE):
        yield scratch.pictures(rows[start : start + ROWS_A_WRITE], selection.channels)


def _split(selection: Selection, options: Options) -> tuple[list[str], dict[str, int]]:
    """Returns the split of each picture, and the classes that are too small to stratify."""
    label = main_label(selection.attributes)
    labels = selection.columns[label] if label else None
    given = selection.splits
    if given is None or options.splits is not None:
        return assign(selection.groups, labels, options.splits or DEFAULT_SPLIT_FRACTIONS, options.seed)
    lacking = [name for name in SPLITS[1:] if name not in given]
    if not lacking:
        return given, {}
    # what the source does not set aside comes from its training pictures
    rows = [row for row, split in enumerate(given) if split == "train"]
    validation, test = (HELD_OUT_FRACTION if name in lacking else 0.0 for name in SPLITS[1:])
    own = [labels[row] for row in rows] if labels is not None else None
    parts, small = assign(selection.groups[rows], own, (1 - validation - test, validation, test), options.seed)
    for row, split in zip(rows, parts, strict=True):
        given[row] = split
    return given, small


def _notes(selection: Selection, report: Report, small: dict[str, int]) -> list[str]:
    notes = []
    if small:
        names = ", ".join(list(small)[:5]) + (", ..." if len(small) > 5 else "")
        notes.append(
            f"{len(small)} classes of '{main_label(selection.attributes)}' are too small to stratify "
            f"and are in train whole ({sum(small.values())} pictures): {names}"
        )
    differ = sum(entry["label_differs"] for entry in report.duplicates_list)
    if differ:
        notes.append(f"{differ} copies have another label than the picture that they are a copy of")
    if report.enlarged:
        notes.append(f"{report.enlarged} pictures are smaller than the size and were enlarged")
    return notes


def _check_places(source: Path, out: Path, overwrite: bool) -> None:
    if is_dataset(source):
        raise DataError(f"{source} is a prepared dataset already")
    here, there = source.resolve(), out.resolve()
    if there == here or here in there.parents or there in here.parents:
        raise DataError(f"{out} and {source} lie inside each other; choose a folder outside")
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not is_dataset(out):
        raise DataError(f"{out} exists and is not a dataset; choose another folder")
    if not overwrite:
        raise DataError(f"{out} exists; choose another folder or give --overwrite")


def _check_enough(source: Source, intake: DecodedSource) -> None:
    if len(intake.names) >= MIN_PICTURES:
        return
    total = len(intake.names) + len(intake.rejected)
    if not total:
        raise DataError(f"there are no pictures in {source.name}")
    counts = Counter(rejected.reason for rejected in intake.rejected).most_common()
    why = f" ({', '.join(f'{count} {reason}' for reason, count in counts)})" if counts else ""
    usable = (
        f"only one of {total} pictures"
        if intake.names and total > 1
        else "one picture"
        if intake.names
        else f"none of {total} pictures"
    )
    grids = any(rejected.reason == SAMPLE_GRID for rejected in intake.rejected)
    advice = "; sample grids that limner wrote are none: give the folder of the pictures themselves" if grids else ""
    raise DataError(f"{source.name} has {usable}{why}; at least {MIN_PICTURES} usable ones are needed{advice}")


@contextmanager
def _exclusive(out: Path) -> Iterator[None]:
    """Keeps other processes from preparing the same folder; DataError when one is at it."""
    with exclusive(_sibling_path(out, "lock")) as alone:
        if not alone:
            raise DataError(f"{out} is being prepared by another process: wait for it, or choose another folder")
        old = _sibling_path(out, "old")
        if old.exists() and not out.exists():  # a process was killed while it replaced the dataset
            old.rename(out)
        shutil.rmtree(old, ignore_errors=True)
        yield


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    """Like `atomic_folder`, but the dataset or empty folder that is at `out` gives way at the last moment."""
    old = _sibling_path(out, "old")
    try:
        with atomic_folder(out) as folder:
            yield folder
            if out.exists():
                out.rename(old)
    except BaseException:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _sibling_path(out: Path, kind: str) -> Path:
    full = out.absolute()
    return full.with_name(f".{full.name}.{kind}")


def _in_words(error: OSError, out: Path) -> str:
    if error.errno in NO_SPACE_ERRORS:
        return f"the disk of {out.parent} is full; nothing was written: free some space or choose another folder"
    return f"{out} cannot be written: {error.strerror or error}"


def _among(name: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise UsageError(f"no {name} '{quoted(value)}': {suggestion(str(value), list(choices))}")
