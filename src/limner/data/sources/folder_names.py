"""What the folders that pictures lie in say of them: classes, splits, and the two domains of an unpaired set."""

import posixpath
import re
from collections import Counter
from itertools import takewhile
from typing import NamedTuple

from limner.data.sources.source import Value
from limner.errors import printable
from limner.pictures import SUFFIXES

LABEL, SPLIT = "label", "split of the folder"
"""Columns that folders give."""
SPLIT_OF_FOLDER = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""The split that a folder's name, or a value of a column of splits, stands for."""
SPLIT_COLUMNS = ("split", "set", "subset", "partition", "fold", "phase")
"""What a column of splits may be called."""
MAX_LISTED = 3
MAX_LOOSE_FRACTION = 0.5
"""Fraction of the pictures that may lie beside sub-folders which are still taken for classes."""
MAX_UNSPLIT_FRACTION = 0.1
"""Fraction of the pictures that may lie in no folder of a split, where the others do."""
MAX_SPLIT_DEPTH = 3
"""Levels of folders that are searched for splits."""
_DOMAIN = re.compile(r"(train|val|test)([AB])")
Row = dict[str, Value]


class Folders(NamedTuple):
    """The folders of each picture that say something of it, outermost first, and the split that one of them names."""

    inner: dict[str, list[str]]
    splits: dict[str, str]
    """Empty where folders name none."""
    notes: list[str]


def from_folders(names: list[str]) -> tuple[list[str], list[str], dict[str, Row]]:
    """Returns the columns that folders give, a line for each guess, and the row of every file.

    Folders called train, val or test are splits, also within those of classes; trainA and testB are splits of two domains; what is
    left of a path is a class, unless most pictures lie outside of all sub-folders.
    """
    inner, splits, notes = folders_of(names)
    if inner and all(parts and _DOMAIN.fullmatch(parts[0]) for parts in inner.values()):
        found = {name: _DOMAIN.fullmatch(parts[0]).groups() for name, parts in inner.items()}  # type: ignore[union-attr]
        rows: dict[str, Row] = {
            name: {LABEL: domain, SPLIT: SPLIT_OF_FOLDER[split]} for name, (split, domain) in found.items()
        }
        return [LABEL, SPLIT], ["Folders such as trainA and trainB are two domains, A and B, and their splits."], rows
    rows = {name: {SPLIT: splits[name]} if splits else {} for name in inner}
    columns = [SPLIT] if splits else []
    loose = sum(1 for parts in inner.values() if not parts)
    if loose == len(inner):
        return columns, notes, rows
    if loose > MAX_LOOSE_FRACTION * len(inner):
        notes.append(
            f"{len(inner) - loose:,} of {len(inner):,} pictures lie in sub-folders ({_some(inner)}), which are taken for no "
            "classes, as the others lie in none; put every picture into the folder of its class to have labels."
        )
        return columns, notes, rows
    for name, parts in inner.items():
        rows[name][LABEL] = printable(parts[0]) if parts else None
    return [*columns, LABEL], [f"The label is the name of the sub-folder ({_some(inner)}).", *notes], rows


def folders_of(names: list[str]) -> Folders:
    """Returns the folders of pictures that differ between them, without those that name a split."""
    promising = [name for name in names if posixpath.splitext(name)[1].lower() in SUFFIXES] or names
    folders = {name: name.split("/")[:-1] for name in promising}
    # of the pictures alone, as a README beside their one folder is none
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*folders.values(), strict=False)))
    inner = {name: parts[shared:] for name, parts in folders.items()}
    for level in range(MAX_SPLIT_DEPTH):
        found = {name: split for name, parts in inner.items() if (split := _split_at(parts, level))}
        others = len(inner) - len(found)
        if "train" not in found.values() or len(set(found.values())) < 2 or others > MAX_UNSPLIT_FRACTION * len(inner):
            continue
        notes = ["The splits are those of the folders; others with --split."]
        if others:
            notes.append(f"{others:,} of {len(inner):,} pictures lie in no folder of a split, and count as train.")
        within = {name: parts[:level] + parts[level + 1 :] if name in found else parts for name, parts in inner.items()}
        return Folders(within, {name: found.get(name, "train") for name in inner}, notes)
    return Folders(inner, {}, [])


def _split_at(parts: list[str], level: int) -> str | None:
    return SPLIT_OF_FOLDER.get(parts[level].lower()) if len(parts) > level else None


def _some(inner: dict[str, list[str]]) -> str:
    counts = Counter(parts[0] for parts in inner.values() if parts)
    more = f" and {len(counts) - MAX_LISTED:,} more" if len(counts) > MAX_LISTED else ""
    return ", ".join(printable(name) for name, _ in counts.most_common(MAX_LISTED)) + more
