"""Names in a zip that does not say how they are encoded: UTF-8, GBK, Shift-JIS or the old cp437, by which of them makes sense."""

from collections.abc import Callable, Sequence
from zipfile import ZipInfo

UTF8_FLAG = 0x800
OLD = "cp437"
"""The encoding of a zip that says nothing, by the format's own rules, and as which Python reads it."""


def decoded_names(infos: Sequence[ZipInfo]) -> tuple[list[str], str | None]:
    """Returns the names of entries, and in words how those were read that are not ASCII and do not say how they are encoded."""
    unsaid = [info for info in infos if not info.flag_bits & UTF8_FLAG and not info.filename.isascii()]
    if not unsaid:
        return [info.filename for info in infos], None
    encoding = _guess([info.filename.encode(OLD, "replace") for info in unsaid])
    named = {id(info): info.filename.encode(OLD, "replace").decode(encoding, "replace") for info in unsaid}
    note = (
        f"{len(unsaid):,} names do not say their encoding and were read as {SHOWN[encoding]}; "
        "if they look wrong, give the unpacked folder"
    )
    return [named.get(id(info), info.filename) for info in infos], note


def _guess(names: Sequence[bytes]) -> str:
    """Returns the encoding in which names look most like names."""
    return max(PLAUSIBLE, key=lambda encoding: _score(names, encoding))


def _score(names: Sequence[bytes], encoding: str) -> float:
    scores = []
    for name in names:
        try:
            text = name.decode(encoding)
        except UnicodeDecodeError:
            return -1.0
        scores += [PLAUSIBLE[encoding](text, at) for at, sign in enumerate(text) if not sign.isascii()]
    return sum(scores) / max(len(scores), 1)


def _utf8(_text: str, _at: int) -> float:
    return 2.0  # text in another encoding is hardly ever valid UTF-8


def _japanese(text: str, at: int) -> float:
    sign = text[at]
    if "\u3040" <= sign <= "\u30ff":
        return 1.0
    if "\uff61" <= sign <= "\uff9f":  # half-width kana, which bytes of other encodings look like
        return 0.1
    lead = sign.encode("cp932")[0]
    return 0.7 if 0x88 <= lead <= 0x97 else 0.3  # the kanji of the first level are the usual ones


def _chinese(text: str, at: int) -> float:
    lead, trail = (*text[at].encode("gbk"), 0)[:2]
    if trail < 0xA1:
        return 0.1
    return 0.9 if 0xB0 <= lead <= 0xD7 else 0.5 if 0xD8 <= lead <= 0xF7 else 0.3


def _western(text: str, at: int) -> float:
    neighbours = text[max(0, at - 1)] + text[min(len(text) - 1, at + 1)]
    return 0.8 if text[at].isalpha() and any(one.isascii() and one.isalpha() for one in neighbours) else 0.05


PLAUSIBLE: dict[str, Callable[[str, int], float]] = {
    "utf-8": _utf8,
    "cp932": _japanese,
    "gbk": _chinese,
    OLD: _western,
}
"""How much a character that is not ASCII looks like one of a name, by encoding."""
SHOWN = {"utf-8": "UTF-8", "cp932": "Shift-JIS", "gbk": "GBK", OLD: "cp437"}
