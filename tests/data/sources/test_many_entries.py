"""Archives of very many entries are refused before they are taken into memory, whatever they claim."""

import gzip
import io
import resource
import struct
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from limner.data.sources import archive, open_source
from limner.errors import DataError
from peak_memory import PEAK

SOURCE = (
    PEAK
    + """
import sys; from limner.data.sources import open_source
try: open_source(sys.argv[1])
except Exception as error: print(type(error).__name__, error)
print(peak())
"""
)


def _zip(count: int, claimed: int) -> bytes:
    """A directory of so many empty entries, and an end record that claims others."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%07d" % index for index in range(count))
    more = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, claimed, claimed, len(directory), 0)
    more += struct.pack("<4sLQL", b"PK\6\7", 0, len(directory), 1)
    return directory + more + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)


def _tar(count: int) -> bytes:
    return tarfile.TarInfo("a.png").tobuf() * count


@pytest.mark.parametrize("name", ["a.zip", "lies.zip", "a.npz", "a.tar", "a.tar.gz", "old.tar"])
def test_too_many_entries_are_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 100)
    content = {
        "a.zip": _zip(101, 101),
        "lies.zip": _zip(101, 5),
        "a.npz": _zip(101, 101),
        "a.tar": _tar(101),
        "a.tar.gz": gzip.compress(_tar(101)),
        "old.tar": _tar(101).replace(b"ustar", b"\0\0\0\0\0"),
    }[name]
    if name == "old.tar":  # headers without that mark have another sum
        header = bytearray(content[:512])
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        content = bytes(header) * 101
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match="more than 100 entries") as caught:
        open_source(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_directory_of_very_long_names_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.data.sources.zips.MAX_DIRECTORY", 5000)
    (tmp_path / "a.zip").write_bytes(_zip(100, 100))
    with pytest.raises(DataError, match="directory of 5,300 bytes"):
        open_source(tmp_path / "a.zip")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.zip", "lies.zip", "a.tar", "a.tar.gz"])
def test_a_million_entries_end_in_ten_seconds_and_two_hundred_megabytes(tmp_path: Path, name: str) -> None:
    count, buffer = 1_000_000, io.BytesIO()
    if name.endswith(".zip"):
        buffer.write(_zip(count, 5 if name == "lies.zip" else count))
    else:
        for _ in range(1000):
            buffer.write(_tar(count // 1000))
    content = buffer.getvalue()
    (tmp_path / name).write_bytes(gzip.compress(content, 1) if name.endswith(".gz") else content)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, time.monotonic()
    done = subprocess.run([sys.executable, "-c", SOURCE, str(tmp_path / name)], capture_output=True, text=True)
    said, peak = done.stdout.splitlines()
    assert said.startswith("DataError")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 10
    assert time.monotonic() - began < 60
    assert int(peak) < 200_000
