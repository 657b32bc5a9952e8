"""Grids, charts and pages: what they show, and that a page fetches nothing and runs nothing."""

import base64
import io
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

import hostile
from limner.errors import PictureError
from limner.pictures import Page, curves_svg, grid
from limner.pictures.chart import ticks

SVG = "{http://www.w3.org/2000/svg}"


def test_grid_places_pictures_row_by_row() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
    sheet = grid(pictures, columns=3, gap=2, scale=2)
    assert sheet.shape == (2 + 2 * (16 + 2), 2 + 3 * (12 + 2), 3)
    for index, (row, column) in enumerate([(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]):
        top, left = 2 + row * 18, 2 + column * 14
        assert np.array_equal(sheet[top : top + 16 : 2, left : left + 12 : 2], pictures[index])
    assert (sheet[20:36, 30:42] == 255).all()
    assert (sheet[:2] == 255).all()
    assert (sheet[:, -2:] == 255).all()


def test_grid_defaults_are_square_and_visible() -> None:
    assert grid(np.zeros((16, 28, 28, 1), np.uint8)).shape == (4 * 86 + 2, 4 * 86 + 2, 1)
    assert grid(np.zeros((2, 128, 128), np.uint8), gap=0).shape == (128, 256, 1)
    assert grid(np.zeros((2, 8, 8, 3), np.uint8), columns=10, scale=1).shape == (12, 22, 3)


def test_grid_refuses_other_arrays() -> None:
    for wrong in (np.zeros((0, 8, 8, 3), np.uint8), np.zeros((2, 8, 8, 3)), np.zeros((8, 8), np.uint8)):
        with pytest.raises(PictureError, match="grid"):
            grid(wrong)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3.7, 12.2), (1e-7, 3e-7), (5, 5e9), (-2, -1)])
def test_ticks_are_round_and_cover_the_range(low: float, high: float) -> None:
    got = ticks(low, high)
    step = got[1] - got[0]
    assert 3 <= len(got) <= 12
    assert got[0] <= low
    assert got[-1] >= high
    assert round(step / 10 ** math.floor(math.log10(step * 1.0001)), 6) in (1, 2, 5)


def chart(series: dict[str, list[tuple[float, float]]], log: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(curves_svg(series, "Losses <of> both", "steps & more", log))


def points(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    lines = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("class") == "line"]
    return [
        [tuple(map(float, pair.split())) for pair in re.split("[ML]", line)[1:]] for line in lines if "h20" not in line
    ]


def test_chart_draws_each_series_with_its_name() -> None:
    root = chart({"first": [(0, 1), (50, 2), (100, 4)], "second <b>": [(0, 4), (100, 1)]})
    first, second = points(root)
    assert len(first) == 3
    assert first[0][0] == second[0][0] < first[1][0] < first[2][0] == second[1][0]
    assert first[0][1] > first[1][1] > first[2][1] == second[0][1]  # up is a smaller y
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"first", "second <b>", "steps & more", "0", "100"} <= set(words)


def test_chart_leaves_gaps_and_bears_any_numbers() -> None:
    root = chart({"a": [(0, 1), (1, 2), (2, math.nan), (3, 2), (4, math.inf), (5, 3), (6, 4)]})
    assert [len(line) for line in points(root)] == [2, 2]
    assert len(list(root.iter(f"{SVG}circle"))) == 1
    several: tuple[dict[str, list], ...] = (
        {},
        {"a": []},
        {"a": [(0, math.nan)]},
        {"a": [(3, 3)]},
        {"a": [(0, 5), (9, 5)]},
        {"a": [(0, 0)]},
    )
    for series in several:
        assert "nan" not in ElementTree.tostring(chart(series), "unicode")


def test_chart_on_a_logarithmic_height_gives_equal_factors_equal_room() -> None:
    root = chart({"a": [(0, 400), (1, 40), (2, 4), (3, 0), (4, 40)]}, log=True)
    (line,) = points(root)
    heights = [y for _, y in line]
    assert len(line) == 3  # no logarithm of 0
    assert heights[1] - heights[0] == pytest.approx(heights[2] - heights[1], abs=0.11)
    assert {"2", "10", "50", "500"} <= {text.text for text in root.iter(f"{SVG}text")}
    for low, high in ((3, 3), (1, 1), (1e-5, 1e7), (0, 0)):
        assert "nan" not in ElementTree.tostring(chart({"a": [(0, low), (1, high)]}, log=True), "unicode")


def test_chart_of_a_long_history_stays_small_and_keeps_extremes() -> None:
    history = [(float(i), math.sin(i / 500)) for i in range(100_000)]
    history[5_000] = (5_000.0, 9.0)
    svg = curves_svg({"loss": history}, "t", "x")
    assert len(svg) < 30_000
    (line,) = points(ElementTree.fromstring(svg))
    assert min(y for _, y in line) < 80


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("src", "href", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


EVIL = "<script>alert(1)</script> & \" ' <img src=http://evil>"


def page() -> Page:
    made = Page(EVIL, EVIL)
    made.heading(EVIL)
    made.paragraph(EVIL)
    made.warning(EVIL)
    made.code(EVIL)
    made.facts({EVIL: EVIL, "pictures": 3583, "share": 0.12345, "yes": True, "none": None})
    made.table([EVIL, "n"], [[EVIL, 1234567], ["x", 0.5]])
    made.figure(np.asarray(hostile.picture()), EVIL)
    made.gallery([(hostile.encoded("JPEG"), EVIL), (None, EVIL), (hostile.picture().convert("L"), "grey")])
    made.curves({EVIL: [(0, 1), (1, 2)]}, EVIL, EVIL)
    return made


def test_page_is_self_contained_and_escapes_all_text(tmp_path: Path) -> None:
    page().save(tmp_path / "a.html")
    html = (tmp_path / "a.html").read_text(encoding="utf-8")
    seen = Seen()
    seen.feed(html)
    assert "script" not in seen.tags
    assert seen.tags.count("img") == 3
    assert all(link.startswith("data:image/") for link in seen.links)
    assert seen.text.count(EVIL) >= 9
    assert "default-src &#39;none&#39;" in html
    assert "url(" not in html
    assert {"3,583", "0.1235", "yes", "–", "1,234,567"} <= set(seen.text.replace("\n", " ").split(" ")) | set(
        re.findall(r">([^<]+)<", html)
    )


def test_pictures_in_a_page_are_the_pictures() -> None:
    image = np.asarray(hostile.picture(40))
    made = Page("t")
    made.figure(image)
    content = re.search(r'src="data:image/png;base64,([^"]+)"', made.html())
    assert content is not None
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(content[1])))), image)


def test_a_page_takes_no_bytes_that_are_no_picture() -> None:
    for content in (b"<svg onload=alert(1)>", hostile.encoded("TIFF"), b""):
        with pytest.raises(PictureError, match="can stand in a page"):
            Page("t").figure(content)


def test_half_characters_do_not_stop_a_page(tmp_path: Path) -> None:
    made = Page("t")
    made.paragraph("name-\udcff.png")
    made.save(tmp_path / "a.html")
    assert "name-" in (tmp_path / "a.html").read_text(encoding="utf-8")
