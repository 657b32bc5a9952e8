"""Which usable pictures stay: those with complete attributes that are not copies of another; and in which split."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from limner.conditions.attribute import Attribute
from limner.data import doctor
from limner.data.attributes import AttributeKind, Missing, incomplete, infer_column_kinds, typed
from limner.data.column_notes import column_notes
from limner.data.columns import clean
from limner.data.duplicates import Duplicates, find_duplicates
from limner.data.intake import DecodedSource, Scratch
from limner.data.sources.folder_names import SPLIT, SPLIT_COLUMNS, SPLIT_OF_FOLDER
from limner.errors import DataError, quoted

MIN_PICTURES = 2
"""Usable pictures that a dataset needs."""
MAX_DROPPED_FRACTION = 0.1
"""Fraction of the pictures that may be dropped for a missing value without being asked for."""
MAX_CROPPED_FRACTION = 0.05
"""Fraction of the area of a picture that is cropped without a word."""
GIVEN = "_given"
"""What a `DecodedSource` adds to the names of columns that a dataset has itself."""


@dataclass
class Selection:
    """Rows of the decoded source: K kept ones (ascending) with their clean attributes, and why each of the others is not."""

    kept: np.ndarray
    groups: np.ndarray  # int (K,): kept pictures that are copies of one another, or of a dropped one, share a number
    columns: dict[str, list]
    attributes: list[Attribute]
    incomplete: dict[int, str]  # row: the attribute that it lacks
    copies: dict[int, int]  # row: the row that it is a copy of
    exact: set[int]  # copies with the same pixels
    flags: dict[int, str]  # kept row: what the doctor says of it
    channels: int
    notes: list[str]
    """What was guessed of columns and transparency."""
    splits: list[str] | None
    """Of the K kept ones, where the source says so."""


def select(
    intake: DecodedSource,
    scratch: Scratch,
    missing: Missing | None,
    keep_duplicates: bool,
    columns: Mapping[str, str] | None = None,
) -> Selection:
    """Selects among the usable pictures; `columns` are kinds that were named.

    The decoded source's columns become what their values were meant as. DataError when fewer than two are left, or when more than a
    tenth would be dropped for a missing value and `missing` does not say so.
    """
    splits, said = _given_splits(intake)
    intake.columns, named, notes = clean(intake.columns, columns or {}, intake.semicolons)
    notes = said + notes
    kinds = infer_column_kinds(intake.columns) | {name: kind for name, kind in named.items() if name in intake.columns}
    lacking = incomplete(intake.columns, kinds) if missing in ("drop", None) else {}
    if missing is None and len(lacking) > MAX_DROPPED_FRACTION * len(intake.names):
        _refuse_to_drop(lacking, len(intake.names))
    rows = _complete(intake, lacking)
    found = _duplicates(intake, scratch, rows)
    is_copy = found.copy_of != np.arange(len(rows))
    stay = np.full(len(rows), True) if keep_duplicates else ~is_copy
    if stay.sum() < MIN_PICTURES:
        raise DataError(f"all {len(rows)} pictures are copies of one; keep them with --keep-duplicates")
    kept = rows[stay]
    own = {name: [intake.columns[name][row] for row in kept] for name in kinds}
    clean_columns, attributes = typed(own, missing or "drop", _still_there(own, kinds), intake.classes)
    return Selection(
        kept=kept,
        groups=found.group[stay],
        columns=clean_columns,
        attributes=attributes,
        incomplete=lacking,
        copies={int(rows[at]): int(rows[found.copy_of[at]]) for at in np.flatnonzero(is_copy)},
        exact=set(rows[found.exact].tolist()),
        flags=_flags(intake, kept),
        channels=int(intake.column("channels")[kept].max()),
        notes=notes
        + column_notes(clean_columns, attributes)
        + _transparent(intake.column("channels")[kept])
        + _cropped(intake.column("cut")[kept]),
        splits=[splits[row] for row in kept] if splits else None,
    )


def _given_splits(intake: DecodedSource) -> tuple[list[str] | None, list[str]]:
    """Takes the column of splits, if every value of it names one, and returns it, and a line about a column of the source's own."""
    columns = [name for name in intake.columns if name == SPLIT or name.removesuffix(GIVEN).lower() in SPLIT_COLUMNS]
    for column in columns:
        values = intake.columns[column]
        found = [SPLIT_OF_FOLDER.get(str(value).strip().lower()) for value in values]
        named, known = quoted(column.removesuffix(GIVEN)), {split for split in found if split}
        if column == SPLIT or (None not in found and "train" in known and len(known) > 1):
            del intake.columns[column]
            own = [f"The splits are those of the column {named}; others with --split."] if column != SPLIT else []
            return [split or "train" for split in found], own
        if len(known) > 1:
            other = next(value for value, split in zip(values, found, strict=True) if not split)
            word = f"'{quoted(other)}'" if other is not None else "a missing value"
            return None, [f"{named}: {word} is no split, so this column is taken for an attribute."]
    return None, []


def _refuse_to_drop(lacking: dict[int, str], count: int) -> None:
    which = Counter(lacking.values()).most_common(1)[0][0]
    raise DataError(
        f"{len(lacking):,} of {count:,} pictures lack a value (most of them '{quoted(which)}') and would be dropped: say "
        f"--missing drop, keep or mean, or leave the column out with --column {quoted(which)}=none"
    )


def _complete(intake: DecodedSource, lacking: dict[int, str]) -> np.ndarray:
    rows = np.array([row for row in range(len(intake.names)) if row not in lacking], dtype=np.int64)
    if len(rows) < MIN_PICTURES:
        most = Counter(lacking.values()).most_common(1)[0][0]
        raise DataError(
            f"only {len(rows)} of {len(intake.names)} usable pictures has every attribute (most lack '{quoted(most)}'); "
            f"keep the others with --missing keep, or leave the column out with --column {quoted(most)}=none"
        )
    return rows


def _duplicates(intake: DecodedSource, scratch: Scratch, rows: np.ndarray) -> Duplicates:
    digests, miniatures = intake.column("digests")[rows], intake.column("miniatures")[rows]
    channels = int(intake.column("channels").max())
    return find_duplicates(digests, miniatures, lambda chosen: scratch.pictures(rows[chosen].tolist(), channels))


def _transparent(channels: np.ndarray) -> list[str]:
    count = int((channels == 4).sum())
    stay = f"{count:,} of {len(channels):,} pictures are transparent and stay so; --background white would lay them on white"
    return [stay] if count else []


def _cropped(cut: np.ndarray) -> list[str]:
    fractions = np.sort(cut[cut >= MAX_CROPPED_FRACTION])
    if not len(fractions):
        return []
    more = "" if fractions[0] == fractions[-1] else f" in the median, {fractions[-1]:.0%} at most"
    lost = f"{np.median(fractions):.0%} of the area{more}"
    return [
        f"{len(fractions):,} of {len(cut):,} pictures are cropped to the middle, which cuts away {lost}; --fit pad or "
        "stretch keeps all, --size WIDTHxHEIGHT gives another shape"
    ]


def _flags(intake: DecodedSource, kept: np.ndarray) -> dict[int, str]:
    found = doctor.flags(intake.column("std")[kept], intake.column("correlation")[kept])
    return {row: flag for row, flag in zip(kept.tolist(), found, strict=True) if flag}


def _still_there(columns: dict[str, list], kinds: dict[str, AttributeKind]) -> dict[str, AttributeKind]:
    # Under `keep` and `mean` a column may have had its only values in pictures that were copies.
    present = infer_column_kinds(columns)
    return {name: kind for name, kind in kinds.items() if name in present}
