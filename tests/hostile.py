"""Hostile input, made fresh for the tests: pictures and links, each with its reason to be refused; a full disk."""

import contextlib
import io
import os
import pickle
import resource
import signal
import socket
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

OK = "ok"


def picture(size: int = 32, seed: int = 0) -> Image.Image:
    """Returns a colourful picture that is like no other seed's."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((size, size), Image.Resampling.BICUBIC)


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    """Returns a picture as the bytes of a file."""
    buffer = io.BytesIO()
    (image or picture()).save(buffer, kind, **options)
    return buffer.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8, colours: int = 2) -> bytes:
    """Returns a PNG with this header and these further chunks, each with a right checksum, and an end."""
    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    whole = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    packed = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in whole
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def pictures() -> dict[bytes, tuple[bytes, str]]:
    """Returns {file name: (content, reason, or `OK` for a file that is odd but must be read)}."""
    return {**_cut(), **_foreign(), **_damaged(), **_too_large(), **_odd_but_good()}


def _cut() -> dict[bytes, tuple[bytes, str]]:
    files = {b"empty.png": (b"", "empty")}
    points = {"PNG": (10, 30, 60, -200, -20, -12), "JPEG": (4, 25, 200, -300, -2), "WEBP": (20, 40, -8)}
    points |= {"BMP": (20, 60, -30), "GIF": (7, 12, 100, -200), "AVIF": (40, 200, -30), "TIFF": (6, 60, -200)}
    for kind, places in points.items():
        whole = encoded(kind)
        files |= {f"cut-{at}.{kind.lower()}".encode(): (whole[:at], "truncated") for at in places}
    return files


def _foreign() -> dict[bytes, tuple[bytes, str]]:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'
    contents = {
        b"text.png": b"this is only a text\n" * 20,
        b"page.jpg": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        b"drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"drawing.png": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"laughs.png": laughs,
        b"layers.psd": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 32, 32, 8, 3) + bytes(200),
        b"script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n(x) (w) file closefile\nshowpage\n",
        b"script.png": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\nshowpage\n",
        b"paper.pdf": b"%PDF-1.7\n",
        b"phone.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
        b"random.jpg": np.random.default_rng(1).integers(0, 256, 4000, dtype=np.uint8).tobytes(),
        b"zeros.png": bytes(4000),
        b"pickle.png": pickle.dumps([1, 2, 3]),
        b"icon.ico": encoded("ICO"),
        b"inner.zip": zipped([("inner.png", encoded("PNG"))]),
    }
    return {name: (content, "not a picture") for name, content in contents.items()}


def _damaged() -> dict[bytes, tuple[bytes, str]]:
    whole = encoded("PNG")
    data = whole.index(b"IDAT")
    flipped = whole[: data + 30] + bytes([whole[data + 30] ^ 255]) + whole[data + 31 :]
    rows = zlib.compress(bytes(97 * 32))
    gif = encoded("GIF")
    contents = {
        b"checksum.png": flipped,
        b"stream.png": png(32, 32, (b"IDAT", rows[:8] + b"\xff\xff\xff\xff" + rows[12:])),
        b"no-pixels.png": png(32, 32),
        b"zero-wide.png": png(0, 32, (b"IDAT", rows)),
        b"odd-depth.png": png(32, 32, (b"IDAT", rows), depth=7),
        b"size.jpg": b"\xff\xd8\xff\xc0\0\x11\x08\0\0\0\0\x03\1\x22\0\2\x11\1\3\x11\1\xff\xd9",
        b"loop.tif": b"II*\0\x08\0\0\0\1\0" + struct.pack("<HHII", 256, 4, 1, 64) + struct.pack("<I", 8),
        b"words.ppm": b"P3\n32 32\n255\n" + b"red green blue " * 3000,
        b"no-frame.gif": gif[:13] + b";",
    }
    return {name: (content, "damaged") for name, content in contents.items()}


def _too_large() -> dict[bytes, tuple[bytes, str]]:
    tags = ((256, 70_000), (257, 70_000), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 70_000), (279, 9))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries + bytes(64)
    bmp = b"BM" + struct.pack("<IHHI", 64, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 60_000, 60_000, 1, 24, *[0] * 6)
    scan = encoded("JPEG", picture(1024), progressive=True)
    start = scan.rindex(b"\xff\xda")
    bomb = zlib.compress(bytes(50_000_000))
    rows = (b"IDAT", zlib.compress(bytes(97 * 32)))
    contents = {
        b"bomb.png": png(60_000, 60_000, (b"IDAT", zlib.compress(bytes(10_000)))),
        b"bomb-just.png": png(10_000, 10_000, (b"IDAT", zlib.compress(bytes(10_000)))),
        b"bomb.bmp": bmp + bytes(10),
        b"bomb.tif": tiff,
        b"bomb.gif": b"GIF89a\xff\xff\xff\xff\xf0\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\2\2L\1\0;",
        b"bomb.ppm": b"P5\n60000 60000\n255\n" + bytes(100),
        b"text-bomb.png": png(32, 32, (b"zTXt", b"Comment\0\0" + bomb), rows),
        b"profile-bomb.png": png(32, 32, (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb), rows),
        b"scans.jpg": scan[:-2] + scan[start:-2] * 2000 + b"\xff\xd9",
    }
    small = {b"dot.png": (encoded("PNG", picture(1)), "too small"), b"line.png": (png(4000, 3, rows), "too small")}
    return {name: (content, "too large") for name, content in contents.items()} | small


def _odd_but_good() -> dict[bytes, tuple[bytes, str]]:
    rgba, exif = picture(seed=2).convert("RGBA"), Image.Exif()
    rgba.putalpha(Image.linear_gradient("L").resize((32, 32)))
    exif[274] = 6
    moving = encoded("GIF", picture(), save_all=True, append_images=[picture(seed=3)])
    frames = moving[: moving.rindex(b"\x21\xf9")] + b"\x21\xf9\4\0\0\0\0\0,\xff\xff\xff\xff garbage"
    jpeg = encoded("JPEG")
    contents = {
        b"second-frame.gif": frames,
        b"sixteen.png": encoded("PNG", Image.fromarray(np.arange(1024, dtype=np.uint16).reshape(32, 32) * 64)),
        b"print.jpg": encoded("JPEG", picture(seed=4).convert("CMYK")),
        b"palette.png": encoded("PNG", rgba.quantize(16)),
        b"grey-alpha.png": encoded("PNG", rgba.convert("LA")),
        b"turned.jpg": encoded("JPEG", picture(48, seed=5).resize((48, 24)), exif=exif),
        b"broken-exif.jpg": jpeg[:2] + b"\xff\xe1\0\x14Exif\0\0II*\0\xff\xff\xff\xff\xff\xff\xff\xff" + jpeg[2:],
        b"trailer.png": encoded("PNG", picture(seed=6)) + zipped([("evil.py", b"print('evil')")]),
        b"wrong-suffix.png": encoded("JPEG", picture(seed=7)),
        b"no suffix": encoded("PNG", picture(seed=8)),
        b"new\nline.png": encoded("PNG", picture(seed=9)),
        b"not-utf-8-\xff\xfe.png": encoded("PNG", picture(seed=10)),
        b"'; rm -rf $(HOME) <script>.png": encoded("PNG", picture(seed=11)),
        "名前-\u202egpj.png".encode(): encoded("PNG", picture(seed=12)),
    }
    return {name: (content, OK) for name, content in contents.items()}


def write_pictures(folder: Path) -> dict[str, str]:
    """Writes every hostile picture; returns {name: reason}."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name, (content, reason) in pictures().items():
        path = folder / os.fsdecode(name)
        path.write_bytes(content)
        made[path.name] = reason
    return made


def write_links(folder: Path, outside: Path) -> dict[str, str]:
    """Makes links, pipes and a socket in `folder`, and what links lead to in `outside`; returns {name: reason}."""
    outside.mkdir()
    (outside / "secret.png").write_bytes(encoded("PNG", picture(seed=20)))
    (folder / "a folder.png").mkdir()
    (folder / "leaves.png").symlink_to(outside / "secret.png")
    (folder / "leaves-relative.png").symlink_to(f"../{outside.name}/secret.png")
    (folder / "leaves-folder").symlink_to(outside)
    (folder / "device.png").symlink_to("/dev/zero")
    (folder / "nowhere.png").symlink_to("there-is-no-such-file.png")
    (folder / "itself.png").symlink_to("itself.png")
    (folder / "round").symlink_to(".")
    os.mkfifo(folder / "pipe.png")
    with contextlib.chdir(folder), socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.png")  # the address of a socket is at most 108 bytes, so the folder must not be part of it
    leaving = ("leaves.png", "leaves-relative.png", "leaves-folder", "device.png")
    return dict.fromkeys(leaving, "link that leaves the folder") | {
        "nowhere.png": "link",
        "itself.png": "link",
        "round": "link",
        "pipe.png": "not a file",
        "socket.png": "not a file",
    }


def zipped(entries: Iterable[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    """Returns a .zip of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@contextlib.contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """Lets no file grow beyond `limit` bytes: the system refuses to write on, as a full disk does."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
