"""What a Parquet file claims of itself, in its footer and before its pages: Thrift's compact form, as far as Parquet uses it.

It is read here because Arrow's own account of a column ends the process where the footer is damaged. The numbers of fields are
those of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from pathlib import Path
from typing import Any, NamedTuple

END, MAGIC = 8, b"PAR1"
MAX_FOOTER_BYTES = 4 * 2**20
"""Bytes of a footer: some 40,000 columns of row groups."""
MAX_DEPTH, MAX_INTEGER_BITS = 16, 70
"""Structs and lists within one another, and bits of a number."""
TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


class Column(NamedTuple):
    """One column of a row group: the bytes that it takes and unpacks to, and where its first page begins."""

    name: str
    packed: int
    unpacked: int
    begins: int


class Group(NamedTuple):
    """A row group."""

    rows: int
    columns: list[Column]


def read_groups(file: Path) -> list[Group]:
    """Returns what a file claims of its row groups; ValueError or OSError when its footer is damaged or far too large."""
    with file.open("rb") as content:
        end = content.seek(-END, 2)
        size, magic = int.from_bytes(content.read(4), "little"), content.read(4)
        if magic != MAGIC or not 0 < size <= min(end, MAX_FOOTER_BYTES):
            raise ValueError("its footer is damaged or too large")
        content.seek(end - size)
        footer = content.read(size)
    try:
        return [
            Group(int(group[3]), [_column(chunk[3]) for chunk in group[1]]) for group in _Thrift(footer).struct()[4]
        ]
    except (KeyError, TypeError, AttributeError, IndexError):
        raise ValueError("its footer ends too early, or lacks what every footer has") from None


def read_page(content: bytes) -> tuple[int, int]:
    """Returns the kind of a page and the bytes that it unpacks to, the first two fields of its header; ValueError."""
    thrift = _Thrift(content)
    found = []
    try:
        for _ in range(2):
            thrift.byte()  # which field it is
            found.append(thrift.integer())
    except IndexError:
        raise ValueError("it ends within the header of a page") from None
    return found[0], found[1]


def _column(about: dict[int, Any]) -> Column:
    begins = min(offset for offset in (about.get(11), about[9]) if offset)
    return Column(b".".join(about[3]).decode("utf-8", "replace"), int(about[7]), int(about[6]), begins)


class _Thrift:
    """Reads values one after another; a field of a struct is known by its number."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Returns the fields of a struct."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self.byte():
            number = number + (head >> 4) if head >> 4 else self.integer()
            kind = head & 15
            fields[number] = kind == TRUE if kind in (TRUE, FALSE) else self.value(kind, depth + 1)
        return fields

    def value(self, kind: int, depth: int) -> Any:
        """Returns a value of a kind."""
        if depth > MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        if kind in (I16, I32, I64):
            return self.integer()
        if kind in (TRUE, FALSE, BYTE):
            return self.byte()
        if kind == DOUBLE:
            return self.bytes_(8)
        if kind == BINARY:
            return self.bytes_(self.unsigned())
        if kind in (LIST, SET):
            head = self.byte()
            count = self.unsigned() if head >> 4 == 15 else head >> 4
            return [self.value(head & 15, depth + 1) for _ in range(count)]
        if kind == STRUCT:
            return self.struct(depth)
        raise ValueError(f"its footer holds a value of kind {kind}, which no Parquet has")

    def byte(self) -> int:
        """Returns the next byte."""
        self.at += 1
        return self.content[self.at - 1]

    def bytes_(self, count: int) -> bytes:
        """Returns the next bytes."""
        self.at += count
        if self.at > len(self.content):
            raise IndexError
        return self.content[self.at - count : self.at]

    def unsigned(self) -> int:
        """Returns the next whole number, seven bits a byte."""
        byte = self.byte()
        value, place = byte & 127, 7
        while byte > 127:
            byte = self.byte()
            value |= (byte & 127) << place
            place += 7
            if place > MAX_INTEGER_BITS:
                raise ValueError("its footer holds a number that is too long")
        return value

    def integer(self) -> int:
        """Returns the next whole number, of which the last bit is the sign."""
        value = self.unsigned()
        return value >> 1 ^ -(value & 1)
