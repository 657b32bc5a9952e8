"""One self-contained HTML page, built piece by piece: no script, nothing fetched, light and dark, all text escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from limner.errors import PictureError
from limner.files import write_text
from limner.pictures.chart import Points, curves_svg
from limner.pictures.formats import sniff
from limner.pictures.graph import Edges, graph_svg
from limner.pictures.write import to_image

if TYPE_CHECKING:
    from jinja2 import Template

Picture = np.ndarray | Image.Image | bytes

_SHOWN_BY_BROWSERS = ("PNG", "JPEG", "GIF", "WEBP")
_PHOTOGRAPH = 1_000_000  # pixels from which a picture is embedded as JPEG, to keep the page light
_SMALL = 96  # pixels a side below which a picture is shown enlarged, with hard pixels
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = Path(__file__).with_name("page.css")
_TEMPLATE = "page.html"


class Page:
    """An HTML page that grows from top to bottom; `html()` returns it whole and `save` writes it."""

    def __init__(self, title: str, lead: str = "") -> None:
        self.title, self.lead = title, lead
        self.parts: list[dict[str, Any]] = []

    def heading(self, text: str, level: int = 2) -> None:
        """Adds a heading of level 2 or 3."""
        self._add("heading", text=text, level=level)

    def paragraph(self, text: str) -> None:
        """Adds a paragraph."""
        self._add("paragraph", text=text)

    def warning(self, text: str) -> None:
        """Adds a paragraph that stands out."""
        self._add("warning", text=text)

    def code(self, text: str) -> None:
        """Adds commands or other text to be kept as it is."""
        self._add("code", text=text)

    def facts(self, facts: Mapping[str, object]) -> None:
        """Adds a row of tiles, each a large value above which stands its name."""
        self._add("facts", facts=[(name, _text(fact)) for name, fact in facts.items()])

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Adds a table; numbers are set to the right."""
        self._add("table", header=header, rows=[[_cell(value) for value in row] for row in rows])

    def figure(self, picture: Picture, caption: str = "") -> None:
        """Adds one picture: a uint8 array, a Pillow image, or the bytes of a PNG, JPEG, GIF or WebP file."""
        self._add("figure", picture=_embedded(picture), caption=caption)

    def gallery(self, pictures: Iterable[tuple[Picture | None, str]]) -> None:
        """Adds thumbnails with captions, side by side; None stands for a picture that cannot be shown."""
        self._add("gallery", pictures=[(None if one is None else _embedded(one), text) for one, text in pictures])

    def curves(self, series: Mapping[str, Points], title: str, x_label: str, log: bool = False) -> None:
        """Adds a line chart of `{name: [(x, y), ...]}`, its height logarithmic if asked for."""
        self._draw(curves_svg(series, title, x_label, log), title)

    def graph(self, parents: Mapping[str, Sequence[str]], unseen: Edges, title: str) -> None:
        """Adds the drawing of a directed graph, given by the causes of each node, and of pairs that an unseen cause joins."""
        self._draw(graph_svg(parents, unseen, title), title)

    def html(self) -> str:
        """Returns the whole page."""
        from markupsafe import Markup

        style = Markup(_STYLE.read_text(encoding="utf-8"))
        return _template().render(title=self.title, lead=self.lead, parts=self.parts, policy=_POLICY, style=style)

    def save(self, path: Path | str) -> None:
        """Writes the page as one file, all or nothing."""
        # A name from a foreign file system may hold half a character, which UTF-8 cannot.
        write_text(Path(path), self.html().encode("utf-8", "backslashreplace").decode())

    def _add(self, kind: str, **part: Any) -> None:
        self.parts.append({"kind": kind, **part})

    def _draw(self, svg: str, caption: str) -> None:
        from markupsafe import Markup

        self._add("drawing", svg=Markup(svg), caption=caption)  # our own drawing, whose texts are escaped already


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader

    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=folder, autoescape=True, keep_trailing_newline=True).get_template(_TEMPLATE)


class Embedded(NamedTuple):
    """A picture within the page, and in which ways it is shown: enlarged, on squares."""

    uri: str
    classes: str


class Cell(NamedTuple):
    """What stands in a cell of a table, and whether it is a number."""

    text: str
    number: bool


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


def _embedded(picture: Picture) -> Embedded:
    if isinstance(picture, bytes):
        return Embedded(data_uri(picture), "")
    image = to_image(picture)
    shown = {"small": max(image.size) < _SMALL, "transparent": image.mode == "RGBA"}
    return Embedded(data_uri(image), " ".join(name for name, is_so in shown.items() if is_so))


def _cell(value: object) -> Cell:
    return Cell(_text(value), isinstance(value, int | float) and not isinstance(value, bool))


def _text(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "–"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
