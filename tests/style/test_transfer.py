from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from limner.errors import UsageError
from limner.style import colour, line, texture
from limner.style.content import similarity
from limner.style.factors import Factors, Settings, Sources, Style
from limner.style.transfer import iterations, painted_fraction, sides, stylize


@pytest.fixture(scope="module")
def content() -> np.ndarray:
    rows, columns = np.mgrid[:80, :96]
    disc = (rows - 40) ** 2 + (columns - 50) ** 2 < 700
    flat = np.where(disc[..., None], [190, 150, 90], [60, 100, 70])
    return np.clip(flat + np.random.default_rng(0).normal(0, 12, flat.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def style() -> np.ndarray:
    """Slanted stripes of blue and yellow."""
    rows, columns = np.mgrid[:96, :96]
    wave = np.sin((rows + columns) / 3)[..., None] > 0
    return np.where(wave, np.uint8([40, 60, 160]), np.uint8([220, 200, 60])).astype(np.uint8)


QUICK = Settings(steps=0.5, quiet=True)


def _of(style: np.ndarray) -> list[Sources]:
    return [Sources.all([Style(style)])]


def test_with_every_factor_off_it_is_the_content(content: np.ndarray, style: np.ndarray) -> None:
    assert stylize(content, _of(style), Factors(0, 0, 0)) is content


def test_each_factor_moves_its_own_measure(content: np.ndarray, style: np.ndarray) -> None:
    slow = Settings(quiet=True)
    measures = {"colour": colour.distance, "line": line.distance, "texture": texture.distance}
    for name, distance in measures.items():
        only = Factors(**(dict.fromkeys(measures, 0.0) | {name: 1.0, "content": 0.2}))
        stylized = stylize(content, _of(style), only, slow if name == "texture" else QUICK)
        assert distance(stylized, style) < 0.95 * distance(content, style), name


def test_texture_alone_leaves_the_colours(content: np.ndarray, style: np.ndarray) -> None:
    stylized = stylize(content, _of(style), Factors(0, 1, 1), QUICK)
    hues = [colour.to_lab(picture)[..., 1:] for picture in (stylized, content)]
    assert np.abs(hues[0] - hues[1]).mean() < 1
    assert colour.distance(stylized, content) < 0.2 * colour.distance(content, style)


def test_a_picture_in_its_own_style_with_all_content_kept_hardly_changes(content: np.ndarray) -> None:
    stylized = stylize(content, _of(content), Factors(content=1.0), QUICK)
    assert np.abs(stylized.astype(int) - content).mean() <= 5


def test_the_same_seed_gives_the_same_pixels(content: np.ndarray, style: np.ndarray) -> None:
    one, again, other = (
        stylize(content, _of(style), Factors(), Settings(steps=0.1, quiet=True, seed=seed)) for seed in (1, 1, 2)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_more_content_keeps_more_of_it(content: np.ndarray, style: np.ndarray) -> None:
    hurried, shapes = Settings(steps=0.25, quiet=True), cv2.GaussianBlur(content, (0, 0), 2)
    little, much = (stylize(shapes, _of(style), Factors(content=keep), hurried) for keep in (0.2, 1.0))
    assert similarity(much, shapes) > similarity(little, shapes)


def test_the_content_is_held_to_strokes_where_its_texture_goes() -> None:
    assert painted_fraction(Factors()) == 1
    assert painted_fraction(Factors(content=0.75)) == 0.5
    assert painted_fraction(Factors(content=1.0)) == painted_fraction(Factors(texture=0)) == 0


def test_skin_does_not_turn_blue() -> None:
    rows, columns = np.mgrid[:96, :96]
    face = ((rows - 48) ** 2 + (columns - 48) ** 2 < 900)[..., None]
    content = np.where(face, np.uint8([224, 172, 138]), np.uint8([90, 120, 90])).astype(np.uint8)
    blue = np.random.default_rng(0).integers(0, 60, (64, 64, 3)).astype(np.uint8) + np.uint8([0, 40, 160])
    stylized = stylize(content, _of(blue), Factors(line=0, texture=0))
    red, _, blue_of_face = stylized[44:52, 44:52].reshape(-1, 3).mean(0)
    assert red > blue_of_face
    assert stylized[:8, :8, 2].mean() > stylized[:8, :8, 0].mean() + 30


def test_a_region_gets_its_own_style(content: np.ndarray, style: np.ndarray) -> None:
    content = np.ascontiguousarray(content[..., ::-1])  # its disc has the colour of skin, which is spared
    left = np.zeros(content.shape[:2], np.float32)
    left[:, :48] = 1
    red = np.full_like(style, [200, 30, 30])
    both = [*_of(style), *_of(red)]
    found = stylize(content, both, Factors(line=0, texture=0), QUICK, np.stack([left, 1 - left]))
    assert np.abs(found[:, 48:].reshape(-1, 3).mean(0) - [200, 30, 30]).max() < 3
    assert colour.distance(found[:, :48], style) < 0.7 * colour.distance(content[:, :48], style)


def test_several_styles_are_blended_by_weight(content: np.ndarray) -> None:
    red, blue = (np.full((40, 40, 3), level, np.uint8) for level in ([200, 40, 40], [40, 40, 200]))
    shares = [Style(red, 3.0), Style(blue, 1.0)]
    found = stylize(content, [Sources.all(shares)], Factors(line=0, texture=0))
    assert found[..., 0].mean() > 1.3 * found[..., 2].mean()


def test_sides_double_and_fewer_steps_are_taken_the_larger() -> None:
    assert sides(512) == [64, 128, 256, 512]
    assert sides(40) == [40]
    counts = [iterations(side, 1.0) for side in (64, 512, 2048)]
    assert counts == sorted(counts, reverse=True)
    assert iterations(4096, 0.01) == 1


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Factors(colour=1.5), "colour is 1.5: give 0 to 1"),
        (lambda: stylize(np.zeros((20, 90, 3), np.uint8), _of(np.zeros((64, 64, 3), np.uint8)), Factors()), "90x20"),
        (
            lambda: stylize(np.zeros((64, 90, 3), np.uint8), _of(np.zeros((9, 64, 3), np.uint8)), Factors()),
            "a style is 64x9",
        ),
        (lambda: stylize(np.zeros((64, 5000, 3), np.uint8), _of(np.zeros((64, 64, 3), np.uint8)), Factors()), "4096"),
    ],
)
def test_what_cannot_be_used_is_said(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        make()


def test_flat_pictures_are_painted_without_fault(style: np.ndarray) -> None:
    flat = np.full((48, 48, 3), 128, np.uint8)
    for pair in ((flat, style), (style, flat), (flat, flat)):
        assert np.isfinite(stylize(pair[0], _of(pair[1]), Factors(), Settings(steps=0.1, quiet=True))).all()
