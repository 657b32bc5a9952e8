"""A directed graph as self-contained SVG: causes above, effects below, light and dark, no script."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise

ACROSS, DOWN, BOX, TALL, MARGIN = 136, 92, 112, 34, 24
_STYLE = """<style>
.limner-graph{color:#3d4450;font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:100%;height:auto}
.limner-graph text{fill:currentColor;text-anchor:middle}
.limner-graph rect{fill:var(--card,none);stroke:currentColor;stroke-opacity:.6}
.limner-graph path{fill:none;stroke:currentColor;stroke-opacity:.75;stroke-width:1.4}
.limner-graph .unseen{stroke-dasharray:5 4}.limner-graph marker path{fill:currentColor;stroke:none}
@media (prefers-color-scheme:dark){.limner-graph{color:#c5ccd8}}
</style>"""

GAP = BOX / 2 + 8
"""From the middle of a box to where an arrow may pass beside it."""

Edges = Sequence[tuple[str, str]]
Point = tuple[float, float]


def graph_svg(parents: Mapping[str, Sequence[str]], unseen: Edges = (), title: str = "graph") -> str:
    """Returns one SVG of nodes, causes before effects in `parents`; `unseen` pairs are joined by dashes."""
    places = _places(parents)
    rows = max(row for _, row in places.values()) + 1
    width = 2 * MARGIN + ACROSS * max(sum(row == each for _, row in places.values()) for each in range(rows))
    at = {name: _centre(name, places, width) for name in parents}
    lines = [_arrow(at[cause], at[effect], [*at.values()]) for effect, causes in parents.items() for cause in causes]
    lines += [_arc(at[one], at[other]) for one, other in unseen]
    boxes = [
        f'<rect x="{x - BOX / 2:.0f}" y="{y - TALL / 2:.0f}" width="{BOX}" height="{TALL}" rx="8"/>'
        f'<text x="{x:.0f}" y="{y + 5:.0f}">{escape(name)}</text>'
        for name, (x, y) in at.items()
    ]
    height = 2 * MARGIN + TALL + DOWN * (rows - 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="limner-graph" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{_STYLE}'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z"/></marker></defs>{"".join(lines)}{"".join(boxes)}</svg>'
    )


def _places(parents: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Returns (place in its row, row) of every node: one row below the lowest of its causes."""
    row: dict[str, int] = {}
    for name, causes in parents.items():
        row[name] = 1 + max((row[cause] for cause in causes), default=-1)
    taken: dict[int, int] = {}
    places = {}
    for name, depth in row.items():
        places[name] = (taken.get(depth, 0), depth)
        taken[depth] = taken.get(depth, 0) + 1
    return places


def _centre(name: str, places: Mapping[str, tuple[int, int]], width: int) -> Point:
    place, row = places[name]
    many = sum(other == row for _, other in places.values())
    return width * (place + 0.5) / many, MARGIN + TALL / 2 + DOWN * row


def _arrow(start: Point, end: Point, boxes: Sequence[Point]) -> str:
    points = [(start[0], start[1] + TALL / 2), *_around(start, end, boxes), (end[0], end[1] - TALL / 2 - 2)]
    curve = "M{:.0f} {:.0f}".format(*points[0])
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (y + to_y) / 2
        curve += f"C{x:.0f} {middle:.0f} {to_x:.0f} {middle:.0f} {to_x:.0f} {to_y:.0f}"
    return f'<path marker-end="url(#tip)" d="{curve}"/>'


def _around(start: Point, end: Point, boxes: Sequence[Point]) -> Iterator[Point]:
    """Yields where an arrow passes the rows between its ends: in the gap beside a box that would hide it."""
    for y in sorted({y for _, y in boxes if start[1] < y < end[1]}):
        straight = start[0] + (end[0] - start[0]) * (y - start[1]) / (end[1] - start[1])
        row = [x for x, at in boxes if at == y]
        gaps = [x + side * GAP for x in row for side in (-1, 1)]
        free = [x for x in (straight, *gaps) if all(abs(x - other) >= GAP for other in row)]
        yield min(free, key=lambda x: abs(x - straight)), y


def _arc(one: Point, other: Point) -> str:
    (x, y), (to_x, to_y) = sorted([one, other])
    if y == to_y:  # below the row, so that it passes no box between them
        y, to_y = y + TALL / 2, to_y + TALL / 2
        return (
            f'<path class="unseen" d="M{x:.0f} {y:.0f}Q{(x + to_x) / 2:.0f} {y + DOWN / 2:.0f} {to_x:.0f} {to_y:.0f}"/>'
        )
    return f'<path class="unseen" d="M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}"/>'
