"""Hostile archives, tables and arrays, made fresh for the tests, each with its reason to be refused."""

import gzip
import io
import os
import pickle
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hostile import OK, encoded, picture, zipped


def write_zip(path: Path) -> dict[str, str]:
    """Writes one .zip with every hostile kind of entry; returns {name as shown: reason}."""
    entries = {
        "good.png": OK,
        "fine.png": OK,
        "../evil.png": "unsafe name",
        "deep/../../evil.png": "unsafe name",
        "/tmp/evil.png": "unsafe name",
        "C:\\evil.png": "unsafe name",
        "..\\evil.png": "unsafe name",
        "link.png": "link",
        "pipe.png": "not a file",
        "secret.png": "encrypted",
        "huge.png": "too large",
        "checksum.png": "damaged",
        "method.png": "unreadable",
        "elsewhere.png": "damaged",
        "inner.zip": "not a picture",
        "text.png": "not a picture",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for seed, (name, reason) in enumerate(entries.items()):
            info = zipfile.ZipInfo(name)
            info.external_attr = {"link": stat.S_IFLNK, "not a file": stat.S_IFIFO}.get(reason, stat.S_IFREG) << 16
            foreign = zipped([("a.png", encoded("PNG"))]) if name.endswith("zip") else b"text"
            archive.writestr(info, foreign if reason == "not a picture" else encoded("PNG", picture(seed=seed)))
        _falsify({info.filename: info for info in archive.filelist})
    twice = zipped([("good.png", b"second")])  # Python's own writer would warn of the name
    _append(path, twice)
    return {name.replace("\\", "/"): reason for name, reason in entries.items()}


def _falsify(infos: dict[str, zipfile.ZipInfo]) -> None:
    infos["secret.png"].flag_bits |= 1
    infos["huge.png"].file_size = 2**31
    infos["huge.png"].compress_size = 2**31
    infos["checksum.png"].CRC ^= 1
    infos["method.png"].compress_type = 97
    infos["elsewhere.png"].header_offset = infos["good.png"].header_offset


def _append(path: Path, other: bytes) -> None:
    """Adds the (only) entry of another archive's directory to that of `path`, under the same name."""
    content = path.read_bytes()
    end = content.rindex(b"PK\x05\x06")
    size, start = struct.unpack("<II", content[end + 12 : end + 20])
    entry = other[other.index(b"PK\x01\x02") : other.rindex(b"PK\x05\x06")]
    count = struct.unpack("<H", content[end + 10 : end + 12])[0] + 1
    record = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size + len(entry), start, 0)
    path.write_bytes(content[:end] + entry + record)


def write_tar(path: Path) -> dict[str, str]:
    """Writes one .tar with every hostile kind of entry; returns {name as shown: reason}."""
    kinds = {
        "good.png": (tarfile.REGTYPE, OK),
        "fine.png": (tarfile.REGTYPE, OK),
        "../evil.png": (tarfile.REGTYPE, "unsafe name"),
        "/tmp/evil.png": (tarfile.REGTYPE, "unsafe name"),
        "symbolic.png": (tarfile.SYMTYPE, "link"),
        "hard.png": (tarfile.LNKTYPE, "link"),
        "device.png": (tarfile.CHRTYPE, "not a file"),
        "pipe.png": (tarfile.FIFOTYPE, "not a file"),
        "text.png": (tarfile.REGTYPE, "not a picture"),
    }
    with tarfile.open(path, "w") as archive:
        for seed, (name, (kind, reason)) in enumerate([*kinds.items(), ("good.png", kinds["good.png"])]):
            content = b"text" if reason == "not a picture" else encoded("PNG", picture(seed=seed))
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, "/etc/passwd", len(content) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(content))
    return {name: reason for name, (_, reason) in kinds.items()}


class Evil:
    """An object that writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, ...]]:
        return os.mkdir, (str(self.path),)


def write_refused(folder: Path, evil: Path) -> dict[str, str]:
    """Writes sources that are refused as a whole; returns {file name: words the error must contain}.

    Unpickling any of them would make the folder `evil`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = {**_refused_zips(), **_refused_tars(), **_refused_tables(), **_refused_arrays(evil)}
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    return {name: words for name, (_, words) in files.items()}


def _refused_zips() -> dict[str, tuple[bytes, str]]:
    good = zipped([(f"{i}.png", encoded("PNG", picture(seed=i))) for i in range(8)])
    end = good.rindex(b"PK\x05\x06")
    claims = good[: end + 8] + struct.pack("<HH", 60_000, 60_000) + good[end + 12 :]
    place = struct.unpack("<II", good[end + 12 : end + 20])
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 10**12, 10**12, *place)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    billions = good[:end] + record + locator + good[end : end + 8] + b"\xff\xff\xff\xff" + good[end + 12 :]
    return {
        "nothing.zip": (b"", "zip"),
        "text.zip": (b"this is a text", "zip"),
        "truncated.zip": (good[: len(good) // 2], "truncated"),
        "no-entries.zip": (zipped([]), "no files"),
        "bomb.zip": (_zip_bomb(), "bomb"),
        "claims.zip": (claims, "60,000"),
        "billions.zip": (billions, "entries"),
    }


def _zip_bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for index in range(200):
            archive.writestr(f"{index}.png", b"small")
            archive.filelist[-1].file_size = 200 * 2**20
    return buffer.getvalue()


def _refused_tars() -> dict[str, tuple[bytes, str]]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for seed in range(4):
            content = encoded("PNG", picture(seed=seed))
            info = tarfile.TarInfo(f"{seed}.png")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    whole, packed = buffer.getvalue(), gzip.compress(buffer.getvalue())
    header = tarfile.TarInfo("bomb.png")
    header.size = 20 * 2**24
    long_name = tarfile.TarInfo("long")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 2**33
    zeros = gzip.compress(bytes(2**24))  # gzip members may stand one after another
    return {
        "cut-in-header.tar": (whole[:3000], "truncated"),
        "cut-in-picture.tar": (whole[:4000], "truncated"),
        "cut-between.tar": (whole[: whole.index(b"2.png")], "truncated"),
        "foreign-header.tar": (whole.replace(b"2.png", b"evil."), "damaged"),
        "truncated.tar.gz": (packed[: len(packed) // 2], "truncated"),
        "long-name.tar": (long_name.tobuf(tarfile.GNU_FORMAT) + bytes(2048), "a name of 8,589,934,592 bytes"),
        "text.tar": (b"this is a text" * 100, "tar"),
        "nothing.tar": (b"", "tar"),
        "bomb.tar.gz": (gzip.compress(header.tobuf()) + zeros * 20, "bomb"),
    }


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _refused_tables() -> dict[str, tuple[bytes, str]]:
    good = _parquet(pa.table({"image": [encoded("PNG", picture(seed=i)) for i in range(20)]}))
    flipped = bytearray(good)
    flipped[20:400] = bytes(380)
    return {
        "truncated.parquet": (good[: len(good) // 2], "truncated"),
        "text.parquet": (b"this is a text", "Parquet"),
        "nothing.parquet": (b"", "Parquet"),
        "flipped.parquet": (bytes(flipped), "damaged"),
        "no-pictures.parquet": (_parquet(pa.table({"label": [1, 2]})), "no column of pictures"),
        "no-rows.parquet": (_parquet(pa.table({"image": pa.array([], pa.binary())})), "no rows"),
    }


def _saved(array: np.ndarray, **options: bool) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def _refused_arrays(evil: Path) -> dict[str, tuple[bytes, str]]:
    images = np.zeros((10, 16, 16), dtype=np.uint8)
    objects = np.array([Evil(evil)] * 10, dtype=object)
    packed = io.BytesIO()
    np.savez_compressed(packed, images=images, labels=np.arange(10))
    pickled = io.BytesIO()
    np.savez(pickled, images=images, labels=objects)
    claims = _saved(images).replace(b"(10, 16, 16)", b"(99, 99, 99)")
    return {
        "pickled.npy": (_saved(objects, allow_pickle=True), "Python objects"),
        "pickle.npy": (pickle.dumps(Evil(evil)), "NumPy"),
        "pickled.npz": (pickled.getvalue(), "Python objects"),
        "truncated.npz": (packed.getvalue()[:-200], "truncated"),
        "truncated.npy": (_saved(images)[:-100], "truncated"),
        "claims.npy": (claims, "truncated"),
        "nothing.npy": (b"", "NumPy"),
        "text.npz": (b"this is a text", "NumPy"),
        "fortran.npy": (_saved(np.asfortranarray(images)), "Fortran"),
        "range.npy": (_saved(np.linspace(-300, 900, 2560, dtype=np.float32).reshape(10, 16, 16)), "[-1, 1]"),
        "flat.npy": (_saved(np.zeros(100, dtype=np.uint8)), "no pictures"),
        "labels.npz": (_npz(images=images, labels=np.arange(3)), "'labels'"),
    }


def _npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()
