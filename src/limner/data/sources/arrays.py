"""NumPy files as a source: pictures stream from .npy and (also compressed) .npz; pickled objects are never loaded."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from limner.data.sources.archive import check_ratio
from limner.data.sources.layout import tidy
from limner.data.sources.source import Item, Problem, Rejected, Value
from limner.data.sources.zips import check_directory
from limner.errors import DataError, LimnerError, printable
from limner.pictures import MAX_PIXELS

PICTURE_ARRAYS = ("images", "pictures", "x", "X", "data", "arr_0")
LABEL_ARRAYS = ("labels", "label", "y")
CHUNK_BYTES = 8 * 2**20


class _Header(NamedTuple):
    name: str  # the array's name in an .npz, "" for an .npy
    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def bytes_each(self) -> int:
        return math.prod(self.shape[1:]) * self.dtype.itemsize


class ArraySource:
    """The pictures of an .npy or .npz array: (N, H, W), (N, H, W, 1|3|4) or (N, 1|3, H, W), uint8 or float.

    Floats must lie in [0, 1] or in [-1, 1], over the whole array; a picture with values that are not numbers is
    "damaged". In an .npz the pictures are called images, pictures, x, data or arr_0, or are the only array of that
    shape; `labels` or `y`, and every other array of N single values, become attributes. DataError for anything else.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.set_aside: list[Rejected] = []
        self.ignored: list[str] = []
        self.notes: list[str] = []
        headers = _headers(path)
        self._header = _choose(path, headers)
        self.count = self._header.shape[0]
        self._channels_first = _channels_first(self._header.shape)
        self._attributes = _attributes(path, headers, self.count)
        self.columns = list(self._attributes)
        self.classes: dict[str, list[str]] = {}
        self.semicolons = False
        others = (header for header in headers if header.name != self._header.name)
        self.ignored = [printable(header.name) for header in others if not _is_column(header, self.count)]
        self._shift, self._scale = self._range() if self._header.dtype.kind == "f" else (0.0, 1.0)

    def items(self) -> Iterator[Item]:
        """Yields every picture as uint8 (H, W) or (H, W, C), reading it only now."""
        index = 0
        for chunk in self._chunks():
            for picture in chunk:
                attributes = {name: values[index] for name, values in self._attributes.items()}
                name = f"{self.path.stem}-{index:06d}"
                if picture.dtype != np.uint8 and not np.isfinite(picture).all():
                    problem = Problem("damaged", "it holds values that are not numbers")
                    yield Item(name, None, attributes, problem)
                else:
                    yield Item(name, self._to_bytes(picture), attributes)
                index += 1

    def _to_bytes(self, picture: np.ndarray) -> np.ndarray:
        if self._channels_first:
            picture = picture.transpose(1, 2, 0)
        if picture.dtype == np.uint8:
            return picture
        return np.rint((picture.astype(np.float32) + self._shift) * self._scale).astype(np.uint8)

    def _range(self) -> tuple[float, float]:
        low, high = math.inf, -math.inf
        for chunk in self._chunks():
            known = chunk[np.isfinite(chunk)]
            if known.size:
                low, high = min(low, float(known.min())), max(high, float(known.max()))
        if low < -1 or high > 1:
            given = f"run from {low:.4g} to {high:.4g}"
            raise DataError(f"{self.path}: values {given}: give uint8, or floats in [0, 1] or [-1, 1]")
        self.notes.append(f"Values in {'[0, 1]' if low >= 0 else '[-1, 1]'} became 0 to 255.")
        return (0.0, 255.0) if low >= 0 else (1.0, 127.5)

    def _chunks(self) -> Iterator[np.ndarray]:
        header = self._header
        rows = max(1, CHUNK_BYTES // max(header.bytes_each, 1))
        with _opened(self.path, header.name) as file:
            _read_header(self.path, header.name, file)
            for first in range(0, header.shape[0], rows):
                count = min(rows, header.shape[0] - first)
                content = file.read(count * header.bytes_each)
                if len(content) < count * header.bytes_each:
                    raise DataError(f"{self.path} is truncated: it ends within picture {first + count:,}")
                yield np.frombuffer(content, header.dtype).reshape(count, *header.shape[1:])


@contextmanager
def _opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    """Yields the file of one array; whatever NumPy, zipfile or zlib raise on foreign bytes becomes a DataError."""
    try:
        if path.suffix.lower() == ".npy":
            with path.open("rb") as file:
                yield file
        else:
            with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
                yield file
    except LimnerError:
        raise
    except Exception as error:
        raise DataError(f"{path} is damaged or truncated, or no NumPy file: {error}") from None


def _headers(path: Path) -> list[_Header]:
    if path.suffix.lower() == ".npy":
        with _opened(path, "") as file:
            header = _read_header(path, "", file)
            _check_size(path, header, path.stat().st_size)
            return [header]
    headers = []
    try:
        check_directory(path)
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
    except LimnerError:
        raise
    except Exception as error:  # as above
        raise DataError(f"{path} is damaged or truncated, or no NumPy file: {error}") from None
    check_ratio(path, sum(sizes.values()))
    for entry in sorted(entry for entry in sizes if entry.endswith(".npy")):
        with _opened(path, entry.removesuffix(".npy")) as file:
            headers.append(_read_header(path, entry.removesuffix(".npy"), file))
        _check_size(path, headers[-1], sizes[entry])
    return headers


def _read_header(path: Path, name: str, file: IO[bytes]) -> _Header:
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise DataError(f"{path} is of NumPy format {version}, which holds no pictures")
    shape, fortran, dtype = readers[version](file)
    if dtype.hasobject:
        raise DataError(f"{path} holds Python objects{f' ({printable(name)})' if name else ''}, which are never loaded")
    if fortran and len(shape) > 1:
        raise DataError(f"{path} is in Fortran order: save numpy.ascontiguousarray(array) instead")
    return _Header(name, shape, dtype)


def _check_size(path: Path, header: _Header, size: int) -> None:
    if math.prod(header.shape) * header.dtype.itemsize > size:
        raise DataError(f"{path} is truncated: it holds fewer bytes than its shape {header.shape} needs")


def _choose(path: Path, headers: list[_Header]) -> _Header:
    fitting = {header.name: header for header in headers if _holds_pictures(header)}
    named = [name for name in PICTURE_ARRAYS if name in fitting]
    if not fitting:
        has = "; ".join(f"{printable(header.name)} {header.dtype} {header.shape}".strip() for header in headers)[:200]
        raise DataError(
            f"{path} has no pictures, uint8 or float (N, H, W) or (N, H, W, 1|3|4) or (N, 1|3, H, W): {has}"
        )
    if not named and len(fitting) > 1:
        raise DataError(
            f"{path} has several arrays of pictures ({', '.join(map(printable, fitting))}): name one 'images'"
        )
    header = fitting[named[0]] if named else next(iter(fitting.values()))
    if math.prod(header.shape[1:]) > 4 * MAX_PIXELS:
        raise DataError(f"{path}: pictures of shape {header.shape[1:]} are too large: at most {MAX_PIXELS:,} pixels")
    return header


def _holds_pictures(header: _Header) -> bool:
    shape = header.shape
    layout = len(shape) == 3 or (len(shape) == 4 and (shape[3] in (1, 3, 4) or shape[1] in (1, 3)))
    return layout and 0 not in shape and (header.dtype == np.uint8 or header.dtype.kind == "f")


def _channels_first(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and shape[3] not in (1, 3, 4)


def _is_column(header: _Header, count: int) -> bool:
    return header.shape in ((count,), (count, 1)) and header.dtype.kind in "biufUS"


def _attributes(path: Path, headers: list[_Header], count: int) -> dict[str, list[Value]]:
    columns: dict[str, list[Value]] = {}
    for header in headers:
        name = "label" if header.name in LABEL_ARRAYS else header.name
        if header.name in LABEL_ARRAYS and header.shape not in ((count,), (count, 1)):
            raise DataError(
                f"{path}: '{printable(header.name)}' has shape {header.shape} for {count:,} pictures: give ({count},)"
            )
        if not _is_column(header, count) or name in columns:
            continue
        with _opened(path, header.name) as file:
            values = np.lib.format.read_array(file, allow_pickle=False).reshape(count).tolist()
        columns[name] = [
            tidy(value.decode("utf-8", "replace") if isinstance(value, bytes) else value) for value in values
        ]
    return columns
