"""One self-contained HTML page, built piece by piece: no script, nothing fetched, light and dark, all text escaped."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from limner.errors import PictureError
from limner.files import write_text
from limner.pictures.chart import Points, curves_svg
from limner.pictures.formats import sniff
from limner.pictures.graph import Edges, graph_svg
from limner.pictures.write import to_image

Picture = np.ndarray | Image.Image | bytes

_SHOWN_BY_BROWSERS = ("PNG", "JPEG", "GIF", "WEBP")
_PHOTOGRAPH = 1_000_000  # pixels from which a picture is embedded as JPEG, to keep the page light
_SMALL = 96  # pixels a side below which a picture is shown enlarged, with hard pixels
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")


class Page:
    """An HTML page that grows from top to bottom; `html()` returns it whole and `save` writes it."""

    def __init__(self, title: str, lead: str = "") -> None:
        self.title = title
        self.parts = [f"<h1>{escape(title)}</h1>"]
        if lead:
            self.parts.append(f'<p class="lead">{escape(lead)}</p>')

    def heading(self, text: str, level: int = 2) -> None:
        """Adds a heading of level 2 or 3."""
        self.parts.append(f"<h{level}>{escape(text)}</h{level}>")

    def paragraph(self, text: str) -> None:
        """Adds a paragraph."""
        self.parts.append(f"<p>{escape(text)}</p>")

    def warning(self, text: str) -> None:
        """Adds a paragraph that stands out."""
        self.parts.append(f'<p class="warning">{escape(text)}</p>')

    def code(self, text: str) -> None:
        """Adds commands or other text to be kept as it is."""
        self.parts.append(f"<pre>{escape(text)}</pre>")

    def facts(self, facts: Mapping[str, object]) -> None:
        """Adds a row of tiles, each a large value above which stands its name."""
        tiles = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(_cell(fact))}</dd></div>" for name, fact in facts.items()
        )
        self.parts.append(f'<dl class="facts">{tiles}</dl>')

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Adds a table; numbers are set to the right."""
        head = "".join(f"<th>{escape(name)}</th>" for name in header)
        body = "".join(f"<tr>{''.join(map(_table_cell, row))}</tr>" for row in rows)
        self.parts.append(
            f'<div class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def figure(self, picture: Picture, caption: str = "") -> None:
        """Adds one picture: a uint8 array, a Pillow image, or the bytes of a PNG, JPEG, GIF or WebP file."""
        self.parts.append(f'<figure class="card">{_image(picture, caption)}{_caption(caption)}</figure>')

    def gallery(self, pictures: Iterable[tuple[Picture | None, str]]) -> None:
        """Adds thumbnails with captions, side by side; None stands for a picture that cannot be shown."""
        parts = []
        for picture, caption in pictures:
            shown = '<div class="none">no picture</div>' if picture is None else _image(picture, caption)
            parts.append(f"<figure>{shown}{_caption(caption)}</figure>")
        self.parts.append(f'<div class="gallery">{"".join(parts)}</div>')

    def curves(self, series: Mapping[str, Points], title: str, x_label: str, log: bool = False) -> None:
        """Adds a line chart of `{name: [(x, y), ...]}`, its height logarithmic if wanted."""
        chart = curves_svg(series, title, x_label, log)
        self.parts.append(f'<figure class="card">{chart}{_caption(title)}</figure>')

    def graph(self, parents: Mapping[str, Sequence[str]], unseen: Edges, title: str) -> None:
        """Adds the drawing of a directed graph, given by the causes of each node, and of pairs that an unseen cause joins."""
        self.parts.append(f'<figure class="card">{graph_svg(parents, unseen, title)}{_caption(title)}</figure>')

    def html(self) -> str:
        """Returns the whole page."""
        body = "\n".join(self.parts)
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f"<body>\n<main>\n{body}\n<footer>Made by Limner.</footer>\n</main>\n</body>\n</html>\n"
        )

    def save(self, path: Path | str) -> None:
        """Writes the page as one file, all or nothing."""
        # A name from a foreign file system may hold half a character, which UTF-8 cannot.
        write_text(Path(path), self.html().encode("utf-8", "backslashreplace").decode())


def data_uri(picture: Picture) -> str:
    """Returns a picture as a data URI; PictureError for bytes that a browser would not show as a picture."""
    if isinstance(picture, bytes):
        kind, content = sniff(picture[:16]), picture
        if kind not in _SHOWN_BY_BROWSERS:
            raise PictureError("only PNG, JPEG, GIF and WebP bytes can stand in a page")
    else:
        image = to_image(picture)
        kind = "JPEG" if image.width * image.height > _PHOTOGRAPH and image.mode in ("L", "RGB") else "PNG"
        buffer = BytesIO()
        image.save(buffer, format=kind, quality=90)
        content = buffer.getvalue()
    return f"data:image/{kind.lower()};base64,{base64.b64encode(content).decode()}"


def _image(picture: Picture, caption: str) -> str:
    small = not isinstance(picture, bytes) and max(to_image(picture).size) < _SMALL
    return f'<img{" class=small" if small else ""} src="{data_uri(picture)}" alt="{escape(caption)}" loading="lazy">'


def _caption(text: str) -> str:
    return f"<figcaption>{escape(text)}</figcaption>" if text else ""


def _table_cell(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"<td{' class=number' if number else ''}>{escape(_cell(value))}</td>"


def _cell(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
