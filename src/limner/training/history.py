"""What was measured while training: one JSON object a line, and the same for TensorBoard."""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from limner import files
from limner.parsing import ParseError, parse_json

Row = dict[str, float]
ROW: TypeAdapter[Row] = TypeAdapter(Row)
MAX_ROW_BYTES = 2**16
"""Bytes of a row."""


class History:
    """`history.jsonl` and `tensorboard/` of a run; a resumed run continues from its checkpoint without double rows."""

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self.file = folder / "history.jsonl"
        self.rows = [row for row in read_history(self.file) if row["step"] <= step]
        files.write_text(self.file, "".join(json.dumps(row) + "\n" for row in self.rows))
        self.writer: Any = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1 if step else None)

    def add(self, row: Row) -> None:
        """Appends a row; every value but `step` becomes a TensorBoard scalar."""
        self.rows.append(row)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        for name, value in row.items():
            if name != "step":
                self.writer.add_scalar(name, value, int(row["step"]))

    def rewind(self, step: int) -> None:
        """Drops the rows after a step."""
        self.rows = [row for row in self.rows if row["step"] <= step]
        files.write_text(self.file, "".join(json.dumps(row) + "\n" for row in self.rows))

    def close(self) -> None:
        """Flushes TensorBoard's files."""
        self.writer.close()


def read_history(file: Path) -> list[Row]:
    """Returns the rows of a history file; what is no row, such as a last line that a kill cut short, is left out."""
    if not file.is_file():
        return []
    rows = []
    with file.open("rb") as lines:
        while line := lines.readline(MAX_ROW_BYTES):
            try:
                row = parse_json(line.decode("utf-8", "replace"), str(file), finite=False)
                rows.append(ROW.validate_python(row))
            except (ParseError, ValidationError):
                continue
    return [row for row in rows if {"step", "pictures"} <= row.keys()]


def curves(rows: list[Row]) -> dict[str, list[tuple[float, float]]]:
    """Returns {name: [(pictures, value)]} of everything measured."""
    names = dict.fromkeys(name for row in rows for name in row if name not in ("step", "pictures", "seconds", "rate"))
    return {name: [(row["pictures"], row[name]) for row in rows if name in row] for name in names}
