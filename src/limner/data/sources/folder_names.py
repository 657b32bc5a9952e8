"""What the folders that pictures lie in say of them: classes, splits, and the two domains of an unpaired set."""

import posixpath
import re
from collections import Counter
from itertools import takewhile

from limner.data.sources.source import Value
from limner.errors import printable
from limner.pictures import SUFFIXES

LABEL, SPLIT = "label", "split"
SPLIT_OF_FOLDER = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""The split that a folder's name stands for."""
MAX_LOOSE_FRACTION = 0.5
"""Fraction of the pictures that may be outside of sub-folders which are still taken for classes."""
_DOMAIN = re.compile(r"(train|val|test)([AB])")
Row = dict[str, Value]


def from_folders(names: list[str]) -> tuple[list[str], list[str], dict[str, Row]]:
    """Returns the columns that folders give, a line for each guess, and the row of every file.

    Folders called train, val or test are splits, trainA and testB are splits of two domains, and what is left of a path is a
    class, unless most pictures lie outside of all sub-folders.
    """
    promising = [name for name in names if posixpath.splitext(name)[1].lower() in SUFFIXES] or names
    folders = {name: name.split("/")[:-1] for name in promising}
    # of the pictures alone, as a README next to their one folder is none
    shared = sum(1 for _ in takewhile(lambda level: len(set(level)) == 1, zip(*folders.values(), strict=False)))
    inner = {name: parts[shared:] for name, parts in folders.items()}
    rows: dict[str, Row] = {name: {} for name in inner}
    notes: list[str] = []
    if inner and all(parts and _DOMAIN.fullmatch(parts[0]) for parts in inner.values()):
        for name, parts in inner.items():
            split, domain = _DOMAIN.fullmatch(parts[0]).groups()  # type: ignore[union-attr]
            rows[name] = {LABEL: domain, SPLIT: SPLIT_OF_FOLDER[split]}
        return [LABEL, SPLIT], ["Folders such as trainA and trainB are two domains, A and B, and their splits."], rows
    if inner and all(parts and parts[0].lower() in SPLIT_OF_FOLDER for parts in inner.values()):
        for name, parts in inner.items():
            rows[name][SPLIT] = SPLIT_OF_FOLDER[parts[0].lower()]
        inner = {name: parts[1:] for name, parts in inner.items()}
        notes.append("The splits are those of the folders; others with --split.")
    columns = [SPLIT] if notes else []
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
    return [*columns, LABEL], ["The label is the name of the sub-folder.", *notes], rows


def _some(inner: dict[str, list[str]]) -> str:
    most = Counter(parts[0] for parts in inner.values() if parts).most_common(3)
    return ", ".join(printable(name) for name, _ in most)
