"""What a notebook shows of a dataset, a model or an evaluation: a heading, a few lines, a table and a picture, as HTML."""

from collections.abc import Sequence
from html import escape

from limner.pictures.page import Picture, data_uri

SQUARES = "background:repeating-conic-gradient(#aaa 0 25%,#ddd 0 50%) 0 0/16px 16px"
"""Shown behind what is transparent."""


def notebook_html(
    title: str, lines: Sequence[str] = (), picture: Picture | None = None, table: Sequence[Sequence[str]] = ()
) -> str:
    """Returns a part of an HTML page, all text escaped; of a table the first row is its header."""
    parts = [f"<strong>{escape(title)}</strong>", *(f"<div>{escape(line)}</div>" for line in lines)]
    if table:
        rows = [
            "<tr>" + "".join(f"<{cell}>{escape(text)}</{cell}>" for text in row) + "</tr>"
            for row, cell in zip(table, ["th", *["td"] * (len(table) - 1)], strict=True)
        ]
        parts.append(f"<table>{''.join(rows)}</table>")
    if picture is not None:
        parts.append(f'<img src="{data_uri(picture)}" alt="{escape(title)}" style="max-width:100%;{SQUARES}">')
    return f"<div>{''.join(parts)}</div>"
