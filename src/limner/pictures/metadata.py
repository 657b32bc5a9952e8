"""What an author says of a photograph, and what goes with it when it is edited: never where it was taken, or with which device."""

import math
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from PIL import Image

from limner.pictures.formats import sniff
from limner.pictures.read import UnusablePicture, quiet_header, read_bytes

MAX_TEXT_LENGTH = 10_000
"""Characters of a text that are taken."""
DETAILS = 0x8769
"""Where EXIF keeps when a photograph was taken."""
TEXTS = {"description": 0x010E, "artist": 0x013B, "copyright": 0x8298, "changed": 0x0132}
DATES = {"taken": 0x9003, "digitised": 0x9004}
IN_PNG = {"description": "Description", "artist": "Author", "copyright": "Copyright", "taken": "Creation Time"}
IN_XMP = {"description": "description", "artist": "creator", "copyright": "rights"}
"""Names in PNG text, and in the Dublin Core elements of an XMP packet."""


@dataclass(frozen=True)
class Metadata:
    """Texts by name, as EXIF names what they are, and dots an inch across and down."""

    texts: tuple[tuple[str, str], ...] = ()
    dpi: tuple[float, float] | None = None

    def options(self, kind: str) -> dict[str, Any]:
        """Returns options of Pillow's `save` for a PNG, JPEG or WebP."""
        options: dict[str, Any] = {}
        if self.texts or self.dpi:
            options["exif"] = self._exif()
        if self.dpi and kind in ("PNG", "JPEG"):
            options["dpi"] = self.dpi
        return options

    def _exif(self) -> Image.Exif:
        exif = Image.Exif()
        texts = {name: text.encode() for name, text in self.texts}  # UTF-8, for Pillow itself knows ASCII alone
        for name, tag in TEXTS.items():
            if name in texts:
                exif[tag] = texts[name]
        if dates := {tag: texts[name] for name, tag in DATES.items() if name in texts}:
            exif.get_ifd(DETAILS).update(dates)
        if self.dpi:
            exif[0x011A], exif[0x011B], exif[0x0128] = *self.dpi, 2  # 2: an inch
        return exif


def read_metadata(path: Path) -> Metadata:
    """Returns what the file of a picture says of its author; nothing of what cannot be read."""
    try:
        content = read_bytes(path)
        kind = sniff(content[:16])
        return metadata_of(quiet_header(content, kind)) if kind else Metadata()
    except UnusablePicture:
        return Metadata()


def metadata_of(image: Image.Image) -> Metadata:
    """Returns what the header of a picture says of its author: by EXIF, else PNG text, else XMP."""
    found = _in_xmp(image) | _in_png(image) | _in_exif(image)
    texts = {name: text for name, one in found.items() if (text := _clean(one))}
    return Metadata(tuple(sorted(texts.items())), _dpi(image.info.get("dpi")))


def _in_exif(image: Image.Image) -> dict[str, Any]:
    try:
        exif = image.getexif()
        own, details = dict(exif), dict(exif.get_ifd(DETAILS))
    except Exception:  # damaged metadata does not make the picture worse
        return {}
    found = {name: own.get(tag) for name, tag in TEXTS.items()} | {
        name: details.get(tag) for name, tag in DATES.items()
    }
    return {name: _from_latin(one) for name, one in found.items() if _clean(one)}


def _from_latin(value: Any) -> Any:
    """Returns a text of EXIF, which Pillow reads as Latin-1, as the UTF-8 that most programs write."""
    try:
        return value.encode("latin-1").decode() if isinstance(value, str) else value
    except UnicodeError:
        return value


def _in_png(image: Image.Image) -> dict[str, Any]:
    return {name: image.info[key] for name, key in IN_PNG.items() if isinstance(image.info.get(key), str)}


def _in_xmp(image: Image.Image) -> dict[str, Any]:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or ""
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    found = {}
    for name, element in IN_XMP.items():
        whole = re.search(rf"<dc:{element}\b[^>]{{0,200}}>(.{{0,{MAX_TEXT_LENGTH}}}?)</dc:{element}>", text, re.DOTALL)
        items = re.findall(r"<rdf:li\b[^>]{0,200}>([^<]*)</rdf:li>", whole[1]) if whole else []
        if items:
            found[name] = "; ".join(unescape(item) for item in items)
    return found


def _clean(value: Any) -> str:
    """Returns a text without control characters, or nothing for what is none."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = value if isinstance(value, str) else ""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()[:MAX_TEXT_LENGTH]


def _dpi(value: Any) -> tuple[float, float] | None:
    try:
        across, down = (float(one) for one in value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    fits = all(math.isfinite(one) and 1 <= one <= 65_535 for one in (across, down))
    return (across, down) if fits else None
