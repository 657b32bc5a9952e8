"""Line charts as self-contained SVG: axes with round numbers, a legend, light and dark, no script."""

import math
from collections.abc import Mapping, Sequence
from html import escape

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 14, 46
MAX_POINTS = 400  # a line keeps the extremes of this many stretches, so that long histories stay small files
# Okabe and Ito's colours, told apart by colour-blind people too; later series repeat them with dashes.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7a6ff0", "#8c8c8c")
DASHES = ("none", "7 4", "2 3")
_STYLE = """<style>
.limner-chart{color:#3d4450;font:12px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;max-width:100%;height:auto}
.limner-chart text{fill:currentColor}.limner-chart .grid{stroke:currentColor;stroke-opacity:.14}
.limner-chart .axis{stroke:currentColor;stroke-opacity:.45}
.limner-chart .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
@media (prefers-color-scheme:dark){.limner-chart{color:#c5ccd8}}
</style>"""


def curves_svg(series: Mapping[str, Points], title: str, x_label: str, log: bool = False) -> str:
    """Returns one SVG line chart of `{name: [(x, y), ...]}`; values that are not finite leave a gap in their line.

    On a logarithmic height, values that are not above 0 do so, too.
    """
    height_of = _logarithm if log else float
    lines = {name: [(float(x), height_of(y)) for x, y in points if math.isfinite(x)] for name, points in series.items()}
    finite = [(x, y) for points in lines.values() for x, y in points if math.isfinite(y)]
    legend, legend_height = _legend(list(lines))
    height = HEIGHT + legend_height
    body = (
        _plot(lines, finite, x_label, log) if finite else _words(WIDTH / 2, HEIGHT / 2, "nothing to show yet", "middle")
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="limner-chart" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'
        f'{_STYLE}{body}<g transform="translate(0 {HEIGHT})">{legend}</g></svg>'
    )


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Returns round numbers (steps of 1, 2 or 5 times a power of ten) from at or below `low` to at or above `high`."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def _logarithm(value: float) -> float:
    return math.log10(value) if value > 0 else math.nan


def _log_ticks(low: float, high: float) -> list[float]:
    """Returns logarithms of 1, 2 and 5 times powers of ten, of powers alone over more than three, around both ends."""
    factors = (1, 2, 5) if high - low < 3 else (1,)
    marks = [math.log10(factor) + power for power in range(math.floor(low), math.ceil(high) + 1) for factor in factors]
    first = max(index for index, mark in enumerate(marks) if mark <= low + 1e-9)
    last = min(index for index, mark in enumerate(marks) if mark >= high - 1e-9)
    return marks[first : max(last, first + 1) + 1]


def _plot(lines: Mapping[str, Points], finite: Points, x_label: str, log: bool) -> str:
    x_low, x_high = _padded_range([x for x, _ in finite])
    y_low, y_high = _padded_range([y for _, y in finite])
    y_ticks = _log_ticks(y_low, y_high) if log else ticks(y_low, y_high)
    x_ticks = [tick for tick in ticks(x_low, x_high, about=7) if x_low <= tick <= x_high]

    def across(x: float) -> float:
        return LEFT + (x - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT)

    def up(y: float) -> float:
        return HEIGHT - BOTTOM - (y - y_ticks[0]) / (y_ticks[-1] - y_ticks[0]) * (HEIGHT - TOP - BOTTOM)

    parts = []
    for y in y_ticks:
        parts.append(f'<path class="grid" d="M{LEFT} {up(y):.1f}H{WIDTH - RIGHT}"/>')
        parts.append(_words(LEFT - 8, up(y) + 4, _number(10**y if log else y), "end"))
    for x in x_ticks:
        parts.append(f'<path class="axis" d="M{across(x):.1f} {HEIGHT - BOTTOM}v5"/>')
        parts.append(_words(across(x), HEIGHT - BOTTOM + 19, _number(x), "middle"))
    parts.append(f'<path class="axis" d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(_words((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x_label, "middle"))
    for index, points in enumerate(lines.values()):
        parts.extend(_line([(across(x), up(y)) for x, y in _thinned(points)], index))
    return "".join(parts)


def _line(points: Points, index: int) -> list[str]:
    ink, dash = COLOURS[index % len(COLOURS)], DASHES[index // len(COLOURS) % len(DASHES)]
    parts, path, length = [], "", 0
    for x, y in [*points, (0.0, math.nan)]:
        if math.isfinite(y):
            path += f"{'L' if length else 'M'}{x:.1f} {y:.1f}"
            length += 1
            continue
        if length == 1:
            parts.append(f'<circle cx="{path[1:].split()[0]}" cy="{path.split()[1]}" r="3" fill="{ink}"/>')
        elif length:
            parts.append(f'<path class="line" stroke="{ink}" stroke-dasharray="{dash}" d="{path}"/>')
        path, length = "", 0
    return parts


def _thinned(points: Points) -> Points:
    if len(points) <= 2 * MAX_POINTS:
        return points
    kept: list[tuple[float, float]] = []
    for stretch in range(MAX_POINTS):
        part = points[stretch * len(points) // MAX_POINTS : (stretch + 1) * len(points) // MAX_POINTS]
        known = [point for point in part if math.isfinite(point[1])]
        ends = {min(known, key=_height), max(known, key=_height)} if known else {part[0]}
        kept.extend(sorted(ends, key=lambda point: point[0]))
    return kept


def _height(point: tuple[float, float]) -> float:
    return point[1]


def _legend(names: list[str]) -> tuple[str, int]:
    parts, x, y = [], LEFT, 14
    for index, name in enumerate(names):
        width = 38 + 7 * len(name)
        if x > LEFT and x + width > WIDTH:
            x, y = LEFT, y + 20
        ink, dash = COLOURS[index % len(COLOURS)], DASHES[index // len(COLOURS) % len(DASHES)]
        parts.append(f'<path class="line" stroke="{ink}" stroke-dasharray="{dash}" d="M{x} {y - 4}h20"/>')
        parts.append(_words(x + 26, y, name, "start"))
        x += width
    return "".join(parts), y + 8 if names else 0


def _padded_range(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    is_flat = abs(high - low) <= 1e-9 * max(abs(low), abs(high))
    return (low - (abs(low) * 0.1 or 1.0), high + (abs(high) * 0.1 or 1.0)) if is_flat else (low, high)


def _number(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if letter == 'k' else size):.4g}{letter}"
    return f"{value:.4g}"


def _words(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
