"""The drawing of a graph: every node once, causes above their effects, names escaped."""

import re
from xml.etree import ElementTree

from limner.pictures import Page
from limner.pictures.graph import graph_svg

PARENTS = {
    "season": (),
    "soil": (),
    "sun<light": ("season",),
    "height": ("sun<light",),
    "bloom": ("sun<light", "height"),
}
SVG = "{http://www.w3.org/2000/svg}"


def test_causes_stand_above_their_effects() -> None:
    drawn = ElementTree.fromstring(graph_svg(PARENTS, [("season", "soil")]))
    at = {text.text: float(text.attrib["y"]) for text in drawn.iter(f"{SVG}text")}
    assert set(at) == set(PARENTS)
    assert all(at[cause] < at[effect] for effect, causes in PARENTS.items() for cause in causes)
    arrows = [path for path in drawn.iter(f"{SVG}path") if "marker-end" in path.attrib]
    assert len(arrows) == 4
    assert [path.attrib["class"] for path in drawn.iter(f"{SVG}path") if "class" in path.attrib] == ["unseen"]


def test_an_arrow_past_a_box_goes_around_it() -> None:
    drawn = ElementTree.fromstring(graph_svg({"a": (), "b": ("a",), "c": ("a", "b")}))
    boxes = {text.text: float(text.attrib["x"]) for text in drawn.iter(f"{SVG}text")}
    straight, around = sorted(
        path.attrib["d"].count("C") for path in drawn.iter(f"{SVG}path") if "marker-end" in path.attrib
    )[1:]
    assert (straight, around) == (1, 2)
    long = next(path.attrib["d"] for path in drawn.iter(f"{SVG}path") if path.attrib["d"].count("C") == 2)
    passes = float(re.findall(r"C[^C]* (-?\d+) -?\d+C", long)[0])
    assert abs(passes - boxes["b"]) > 56


def test_everything_lies_within_the_drawing() -> None:
    drawn = ElementTree.fromstring(graph_svg(PARENTS))
    _, _, width, height = map(float, drawn.attrib["viewBox"].split())
    for box in drawn.iter(f"{SVG}rect"):
        x, y, wide, high = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        assert 0 <= x <= x + wide <= width
        assert 0 <= y <= y + high <= height


def test_a_page_takes_it_whole() -> None:
    page = Page("Causes")
    page.graph({"a": (), "b": ("a",)}, (), "a makes b")
    assert re.search(
        r"<figure class=\"card\"><svg .*</svg><figcaption>a makes b</figcaption></figure>", page.html(), re.S
    )
