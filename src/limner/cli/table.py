"""Tables in a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

MAX_WIDTH = 2000
"""Characters of a line where output is no terminal, so that no cell is wrapped."""


def show(rows: Sequence[Sequence[str]]) -> None:
    """Prints a header and rows of text; nothing is cut off where output is not a terminal."""
    header, *body = rows
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(header):
        table.add_column(name, justify="right" if index else "left", overflow="fold")
    for row in body:
        table.add_row(*row)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=MAX_WIDTH)
    console.print(table)
