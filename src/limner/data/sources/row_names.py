"""Which picture each row of a table means, where the table writes its name in another way."""

import posixpath
import unicodedata
from collections.abc import Callable, Iterable

from limner.errors import printable

ALIKE: dict[str, Callable[[str], str]] = {
    "by another case of letters": str.casefold,
    "without its suffix": lambda name: posixpath.splitext(name)[0].casefold(),
}
"""In what a name may differ from that of the one picture which it can only mean, and what is left of it then."""
ELSEWHERE: dict[str, Callable[[str], str]] = {
    "in another folder": lambda name: posixpath.basename(name).casefold(),
    "in another folder and without its suffix": lambda name: posixpath.splitext(posixpath.basename(name))[0].casefold(),
}
"""The same where no row of the table names a picture otherwise: beside rows that do, another folder means another picture."""


def plain(name: str) -> str:
    """Returns a name as it is compared: with slashes, and with accents composed."""
    # macOS decomposes accents in file names, other systems and most tables do not.
    return unicodedata.normalize("NFC", posixpath.normpath(name.replace("\\", "/")))


def meant(names: Iterable[str], known: Iterable[str], table: str) -> tuple[dict[str, str], list[str]]:
    """Returns {name in a table: the picture that it means}, and a line where names are written in another way."""
    names, pictures = list(dict.fromkeys(names)), set(known)
    found = {name: name for name in names if name in pictures}
    notes = []
    for ways in (ALIKE, ELSEWHERE):
        if ways is ELSEWHERE and found:
            break
        for how, part in ways.items():
            more = _alike([name for name in names if name not in found], pictures - set(found.values()), part)
            if more:
                name, picture = next(iter(more.items()))
                example = f"{printable(name)} is {printable(picture)}"
                notes.append(f"{len(more):,} rows of {printable(table)} name their picture {how} ({example}).")
            found |= more
    return found, notes


def _alike(names: list[str], pictures: set[str], part: Callable[[str], str]) -> dict[str, str]:
    """Returns the picture that each name means, by the part that both share and no other name or picture has."""
    of_pictures, of_names = _by(part, pictures), _by(part, names)
    return {
        one[0]: of_pictures[key][0]
        for key, one in of_names.items()
        if len(one) == 1 and len(of_pictures.get(key, ())) == 1
    }


def _by(part: Callable[[str], str], names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(part(name), []).append(name)
    return found
