"""Palettes: the colours that pictures have, few of them, and pictures in these alone."""

import numpy as np
import pytest

from limner.errors import UsageError
from limner.pictures.palette import MAX_COLOURS, limited, palette, read_colours, usual_colours

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def blocks(*colours: tuple[int, ...], side: int = 8) -> np.ndarray:
    return np.stack([np.full((side, side, len(colour)), colour, np.uint8) for colour in colours])


def test_few_colours_are_remembered_exactly_and_in_order() -> None:
    assert usual_colours(blocks(RED, RED, BLUE, RED)) == {"#c81e1e": 0.75, "#1e1ec8": 0.25}
    assert usual_colours(blocks((9,), (9,), (200,))) == {"#090909": 0.66667, "#c8c8c8": 0.33333}


def test_what_is_hidden_is_not_counted() -> None:
    assert usual_colours(blocks((*RED, 255), (*BLUE, 0), (*BLUE, 10))) == {"#c81e1e": 1.0}
    assert usual_colours(blocks((*BLUE, 0))) == {}


def test_many_colours_become_those_that_stand_for_all() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), np.uint8)
    noise[:10] = RED
    found = usual_colours(noise)
    assert len(found) == MAX_COLOURS
    assert next(iter(found)) == "#c81e1e"
    assert 0.5 < found["#c81e1e"] < 0.52
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)


def test_a_rare_colour_that_is_like_no_other_is_in_a_small_palette() -> None:
    sky = np.random.default_rng(2).integers((90, 140, 190), (150, 190, 240), (20, 16, 16, 3)).astype(np.uint8)
    sky[:, 4:6, 4:6] = RED  # a sixtieth
    assert RED in {tuple(int(v) for v in colour) for colour in palette(usual_colours(sky), 6)}


def test_a_palette_has_colours_of_each_kind_and_none_that_are_not_there() -> None:
    near = {f"#c8{g:02x}1e": 0.02 for g in range(20, 40)} | {"#1ec81e": 0.3, "#1e1ec8": 0.3}
    chosen = {tuple(int(v) for v in colour) for colour in palette(near, 3)}
    assert len(chosen) == 3
    assert {GREEN, BLUE} < chosen
    assert all(f"#{r:02x}{g:02x}{b:02x}" in near for r, g, b in chosen)
    assert len(palette({"#000000": 1.0}, 16)) == 1
    with pytest.raises(UsageError, match="2 to 64"):
        palette(near, 1)


def test_limited_pictures_have_the_nearest_colours_alone() -> None:
    colours = np.array([RED, GREEN, BLUE], np.uint8)
    noise = np.random.default_rng(1).integers(0, 256, (3, 16, 16, 4), np.uint8)
    found = limited(noise, colours)
    seen = found[found[..., 3] == 255][:, :3]
    assert {tuple(int(v) for v in c) for c in np.unique(seen, axis=0)} == {RED, GREEN, BLUE}
    assert set(np.unique(found[..., 3])) == {0, 255}
    assert not found[found[..., 3] == 0].any()
    assert np.array_equal(limited(found, colours), found)
    grey = limited(blocks((100,), (20,)), np.array([[0, 0, 0], [90, 90, 90]], np.uint8))
    assert (grey[0] == 90).all()
    assert (grey[1] == 0).all()


@pytest.mark.parametrize(
    "found", [None, [], {}, {"red": 0.5}, {"#GG0000": 0.1}, {"#000000": "x"}, {"#000000": 2}], ids=str
)
def test_what_is_no_list_of_colours_is_none(found: object) -> None:
    assert read_colours(found) is None
