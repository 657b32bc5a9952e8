"""How a picture says what made it: JSON in PNG text, XMP, or a comment, with the IPTC mark of AI-made media."""

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from limner.errors import PictureError
from limner.parsing import ParseError, parse_json
from limner.pictures.formats import sniff
from limner.pictures.read import UnusablePicture, quiet_header, read_bytes
from limner.version import __version__

KEY = "limner"
SOFTWARE = f"Limner {__version__}"
XMP_IN_PNG = "XML:com.adobe.xmp"
SAMPLE_GRID = "sample grid"
"""Why a picture that shows several is no picture to train on."""
COMPOSITE_KINDS = ("grid", "sheet", "training", "directions", "channels")
"""Kinds of picture that show several."""
COMPOSITE_UNLESS = {"counterfactual": "of", "causal sample": "index"}
"""Kinds that show several unless this key says which one."""
# IPTC Digital Source Type, the news codes for media made by a trained model, by a formula alone, or edited.
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LEARNED, COMPUTED, EDITED = "trainedAlgorithmicMedia", "algorithmicMedia", "humanEdits"
_PACKET = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:limner="urn:limner:provenance#">
<xmp:CreatorTool>{SOFTWARE}</xmp:CreatorTool>
<Iptc4xmpExt:DigitalSourceType>{SOURCE_TYPES}%s</Iptc4xmpExt:DigitalSourceType>
<limner:provenance>%s</limner:provenance>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
# As an element, and as the attribute that other programs make of it when they save the picture again.
_IN_XMP = re.compile(r'limner:provenance(?:>([^<]*)</|="([^"]*)")')


def provenance_record(kind: str, *, ai_generated: bool = True, **about: Any) -> dict[str, Any]:
    """Returns the provenance of a picture: whether it is AI-generated, the version of Limner, the kind, and the rest by name."""
    return {"ai_generated": ai_generated, "limner": __version__, "kind": kind, **about}


def to_text(provenance: dict[str, Any]) -> str:
    """Returns the JSON (ASCII, sorted keys) that is embedded in pictures; PictureError when it cannot be JSON."""
    try:
        return json.dumps(provenance, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise PictureError(f"this provenance cannot be written as JSON: {error}") from None


def to_xmp(provenance: dict[str, Any]) -> bytes:
    """Returns an XMP packet (UTF-8) with the JSON, the program and the IPTC Digital Source Type."""
    by_hand = EDITED if provenance.get("kind") in ("edit", "look") else COMPUTED
    source = LEARNED if provenance.get("ai_generated", True) else by_hand
    return (_PACKET % (source, escape(to_text(provenance)))).encode()


def to_png_text(provenance: dict[str, Any]) -> PngImagePlugin.PngInfo:
    """Returns PNG text chunks: `limner` with the JSON, Software and Comment for people, and the XMP packet."""
    info = PngImagePlugin.PngInfo()
    info.add_text(KEY, to_text(provenance))
    info.add_text("Software", SOFTWARE)
    if provenance.get("ai_generated", True):
        info.add_text("Comment", "AI-generated")
    info.add_itxt(XMP_IN_PNG, to_xmp(provenance).decode())
    return info


def read_provenance(path: Path | str) -> dict[str, Any]:
    """Returns the provenance in a PNG, JPEG, WebP, GIF or MP4; PictureError when there is none or it is damaged."""
    path = Path(path)
    text = _in_video(path) if path.suffix.lower() == ".mp4" else _in_picture(path)
    if not text:
        raise PictureError(f"{path} does not say how it was made: it was not written by Limner, or saved again since")
    try:
        provenance = parse_json(text, str(path))
    except ParseError:
        provenance = None
    if not isinstance(provenance, dict):
        raise PictureError(f"the provenance in {path} is damaged; use a copy that no other program has saved")
    return provenance


def is_composite(content: bytes) -> bool:
    """Returns whether a picture file is one that Limner put together of several, such as a grid of samples."""
    kind = sniff(content) if KEY.encode() in content else None  # parsed only where there can be something to read
    try:
        text = _in_header(quiet_header(content, kind)) if kind else None
        provenance = parse_json(text, "a picture") if text else None
    except (UnusablePicture, ParseError):  # what is wrong with it is reported when it is decoded
        return False
    if not isinstance(provenance, dict) or KEY not in provenance:
        return False
    one = COMPOSITE_UNLESS.get(str(provenance.get("kind")))
    return provenance.get("kind") in COMPOSITE_KINDS or (one is not None and provenance.get(one) is None)


def _in_picture(path: Path) -> str | None:
    try:
        content = read_bytes(path)
        kind = sniff(content)
        if kind is None:
            raise PictureError(f"{path} is not a picture")
        return _in_header(quiet_header(content, kind))
    except UnusablePicture as error:
        raise PictureError(f"{path}: {error}") from None


def _in_header(image: Image.Image) -> str | None:
    direct = image.info.get(KEY) or image.info.get("comment")
    if direct and (text := _as_text(direct)).lstrip().startswith("{"):
        return text
    packet = image.info.get("xmp") or image.info.get(XMP_IN_PNG)
    match = _IN_XMP.search(_as_text(packet)) if packet else None
    return unescape(match[1] or match[2] or "") if match else None


def _in_video(path: Path) -> str | None:
    import av

    try:
        with av.open(str(path), format="mp4") as container:
            return container.metadata.get("comment")
    except (av.error.FFmpegError, OSError) as error:
        raise PictureError(f"{path} cannot be read: {error.strerror or error}") from None


def _as_text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
