"""What a file is, judged by its bytes and never by its name: accepted formats, well-known others, cut-off endings."""

import re
import zlib
from typing import Literal

ACCEPTED = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")
# Names that promise an accepted format.
SUFFIXES = tuple(
    ".png .apng .jpg .jpeg .jpe .jfif .mpo .webp .gif .bmp .dib .tif .tiff .avif .pbm .pgm .ppm .pnm".split()  # noqa: SIM905
)

# The first bytes of each accepted format (Pillow is asked for that format alone, so no other decoder ever runs).
_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WEBP"),
    (re.compile(rb"GIF8[79]a"), "GIF"),
    (re.compile(rb"BM.{8}", re.DOTALL), "BMP"),
    (re.compile(rb"II[*+]\0|MM\0[*+]"), "TIFF"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "AVIF"),
    (re.compile(rb"P[1-6][\s#]"), "PPM"),
)
# Files people often have among their pictures, with what to do about them.
_OTHERS = (
    (re.compile(rb"8BPS"), "a Photoshop file; export it as PNG or JPEG"),
    (re.compile(rb"%!PS|\xc5\xd0\xd3\xc6"), "a PostScript file; export it as PNG"),
    (re.compile(rb"%PDF"), "a PDF file; export its pages as PNG"),
    (re.compile(rb"....ftyp(hei|hev|mif|msf)", re.DOTALL), "an HEIC file; convert it to JPEG or PNG"),
    (re.compile(rb"....ftyp", re.DOTALL), "a video; extract its frames as PNG"),
    (re.compile(rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51"), "a JPEG 2000 file; convert it to JPEG or PNG"),
    (re.compile(rb"PK\x03\x04|\x1f\x8b|BZh|7z\xbc\xaf|Rar!|\xfd7zXZ"), "an archive; give it as a source of its own"),
    (re.compile(rb"\x93NUMPY|PAR1"), "an array or table; give it as a source of its own"),
    (re.compile(rb"\s*(<[?!][^>]*>\s*)*<svg", re.IGNORECASE), "an SVG drawing; export it as PNG"),
    (re.compile(rb"\s*<(!doctype )?html", re.IGNORECASE), "a web page; perhaps an error page saved by a download"),
    (re.compile(rb"\s*<\?xml", re.IGNORECASE), "an XML text"),
)  # fmt: skip
_SNIFFED = 512
_PNG_NEEDED = (b"IHDR", b"PLTE", b"IDAT", b"IEND")


def sniff(head: bytes) -> str | None:
    """Returns the accepted format that a file beginning with `head` (16 bytes or more) claims to be, or None."""
    return next((name for pattern, name in _SIGNATURES if pattern.match(head)), None)


def describe(head: bytes) -> str:
    """Returns in words what a file that is no accepted picture seems to be, and what to do about it."""
    words = next((words for pattern, words in _OTHERS if pattern.match(head[:_SNIFFED])), None)
    if words:
        return words
    printable = head[:_SNIFFED] and all(byte > 31 or byte in b"\t\r\n\f" for byte in head[:_SNIFFED])
    return "a text" if printable else f"not {', '.join(ACCEPTED[:-1])} or {ACCEPTED[-1]}"


def ends_early(content: bytes, kind: str) -> bool:
    """Returns whether a file of this format lacks its proper end, which tells a truncated file from a damaged one."""
    match kind:
        case "PNG":
            return b"IEND" not in content[-4096:]
        case "JPEG":
            return b"\xff\xd9" not in content[-4096:]
        case "GIF":
            return not content.rstrip(b"\0").endswith(b";")
        case "WEBP":
            return int.from_bytes(content[4:8], "little") + 8 > len(content)
        case "BMP":
            return int.from_bytes(content[2:6], "little") > len(content)
        case "TIFF":
            return _directory_end(content) > len(content)
        case "AVIF":
            return _boxes_end(content) > len(content)
    return False


def png_fault(content: bytes) -> str | None:
    """Returns what is wrong with the chunks of a PNG (a checksum, a missing end), or None; Pillow does not check."""
    at = 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name, end = content[at + 4 : at + 8], at + 8 + length
        if end + 4 > len(content):
            return "truncated"
        if name in _PNG_NEEDED and zlib.crc32(content[at + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            return f"the checksum of the {name.decode()} chunk is wrong"
        if name == b"IEND":
            return None
        at = end + 4
    return "truncated"


def _directory_end(content: bytes) -> int:
    """Returns where the first directory of a TIFF should end."""
    order: Literal["little", "big"] = "little" if content.startswith(b"II") else "big"
    start = max(8, int.from_bytes(content[4:8], order))
    return start + 2 + 12 * int.from_bytes(content[start : start + 2], order)


def _boxes_end(content: bytes) -> int:
    """Returns where the last box of an AVIF should end."""
    at = 0
    while at < len(content):
        size = int.from_bytes(content[at : at + 4], "big")
        if size < 8:  # to the end of the file, or in a form too large for a picture
            return len(content)
        at += size
    return at
