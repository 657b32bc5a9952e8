"""Every edit, whatever it is: it keeps shape and kind, changes nothing where it says so, and is the same again from its text."""

import re
from pathlib import Path

import numpy as np
import pytest

from limner.editing import OPERATIONS, Canvas, apply, from_list, parse, read_edits, to_list
from limner.editing.examples import ALIASES, EXAMPLES
from limner.errors import UsageError

ACTIVE = {
    "crop": "crop:left=3,top=2,width=40,height=30",
    "flip": "flip",
    "scale": "scale:0.5",
    "rotate": "rotate:30",
    "translate": "translate:right=5.5,down=-3",
    "perspective": "perspective:[0.1, 0, 0, 0.1, 0, 0, 0, 0]",
    "pad": "pad:left=4,bottom=3,fill=mirror",
    "select-box": "select-box:left=8,top=6,width=30,height=20,feather=2",
    "select-object": "select-object:left=15,top=5,width=32,height=32",
    "select-colour": "select-colour:colour=#dc283c,tolerance=10",
    "select-mask": "select-mask:{mask}",
    "select-rest": "select-rest",
    "select-all": "select-all",
    "blur": "blur:3",
    "fill": "fill:teal",
    "erase": "erase",
    "remove": "remove:marching",
    "move": "move:right=5,down=-3",
    "paste": "paste:{picture}",
    "exposure": "exposure:0.5",
    "contrast": "contrast:1.4",
    "white-balance": "white-balance",
    "temperature": "temperature:1",
    "saturation": "saturation:0.3",
    "hue": "hue:90",
    "recolour": "recolour:from=#dc283c,to=teal",
    "curves": "curves:[[0, 0.1], [0.5, 0.7], [1, 1]]",
    "clahe": "clahe:clip=3,tiles=4",
    "relight": "relight:direction=90,strength=0.7",
    "denoise": "denoise:0.2",
    "sharpen": "sharpen:amount=1,radius=2",
}
IDLE = (
    "crop",
    "scale:1",
    "scale:height=48",
    "rotate:0",
    "rotate:360",
    "translate",
    "perspective:[0, 0, 0, 0, 0, 0, 0, 0]",
    "pad",
    "select-box:left=1,top=1,width=3,height=3",
    "select-all",
    "select-rest",
    "blur:0",
    "exposure:0",
    "contrast:1",
    "white-balance:0",
    "temperature:0",
    "saturation:1",
    "hue:360",
    "recolour:from=red,to=red",
    "curves:[[0, 0], [1, 1]]",
    "relight:direction=20,strength=0",
    "denoise:0",
    "sharpen:0",
)
BY_A_MODEL = ("encode", "along", "condition", "mix", "regenerate")
"""They have tests of their own."""
NAMES = [name for name in OPERATIONS if name not in BY_A_MODEL]
PLACE = NAMES[: NAMES.index("select-box")]
SELECT = NAMES[NAMES.index("select-box") : NAMES.index("blur")]
LIGHT = ["blur", "fill", "remove", *NAMES[NAMES.index("exposure") :]]
APART = ("erase", "remove", "move", "paste")
"""Of objects: they need a selection, or another picture."""


def test_every_edit_is_tried() -> None:
    assert list(ACTIVE) == NAMES


@pytest.mark.parametrize("text", [ACTIVE[name] for name in NAMES if name not in (*SELECT, *APART)])
def test_an_edit_changes_a_picture_into_a_picture(text: str, picture: np.ndarray) -> None:
    before = picture.copy()
    after = apply([parse(text)], picture)
    assert after.dtype == np.uint8
    assert after.ndim == 3
    assert after.shape[2] in (picture.shape[2], 4)
    assert not np.array_equal(after, picture)
    assert np.array_equal(picture, before), "the picture that was given is written into"


@pytest.mark.parametrize("text", IDLE)
def test_what_asks_for_nothing_changes_nothing(text: str, picture: np.ndarray) -> None:
    assert np.array_equal(apply([parse(text)], picture), picture)


@pytest.mark.parametrize("text", [ACTIVE[name] for name in NAMES if name not in ("select-mask", *APART)])
def test_an_edit_is_the_same_again_from_plain_data(text: str, picture: np.ndarray) -> None:
    edit = parse(text)
    assert from_list(to_list([edit])) == [edit]
    assert np.array_equal(apply(from_list(to_list([edit])), picture), apply([edit], picture))


@pytest.mark.parametrize("name", LIGHT)
def test_light_leaves_opacity_and_what_is_not_selected(name: str, picture: np.ndarray) -> None:
    selection = np.zeros(picture.shape[:2], np.float32)
    selection[:, 20:] = 1
    after = parse(ACTIVE[name]).apply(Canvas(picture, selection))
    assert np.array_equal(after.pixels[:, :20], picture[:, :20])
    assert not np.array_equal(after.pixels[:, 20:], picture[:, 20:])
    if name not in ("fill", "remove"):  # which put something in place of nothing, or nothing where nothing is around
        assert np.array_equal(after.pixels[..., 3:], picture[..., 3:])


@pytest.mark.parametrize("name", PLACE)
def test_what_is_selected_moves_with_the_pixels(name: str) -> None:
    """The selection of a picture that is white where it is selected stays where it is white."""
    selection = np.zeros((48, 64), np.float32)
    selection[12:30, 16:44] = 1
    pixels = np.repeat((255 * selection).astype(np.uint8)[..., None], 3, 2)
    after = parse(ACTIVE[name]).apply(Canvas(pixels, selection))
    assert after.selection is not None
    assert after.selection.shape == after.pixels.shape[:2]
    assert np.abs(after.selection - after.pixels[..., 0] / 255).mean() < 0.03


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("exposur:1", "did you mean 'exposure'"),
        ("exposure:light=1", "exposure takes no 'light'"),
        ("exposure:much", "stops: "),
        ("exposure:100", "stops: "),
        ("exposure", "stops: "),
        ("scale", "give a factor"),
        ("rotate:angle=3,fill=blau", "'blau' is not a colour"),
        ("curves:[[0, 0], [0, 1]]", "from left to right"),
        ("curves:[[0, 0], [1, 2]]", "from 0 to 1"),
        ("crop:[", "write NAME"),
        ("crop:0,0,32,32", "write crop:left=0,top=0,width=32,height=32"),
        ("scale:wide", "for example scale:0.5"),
        ("crop:widht=3", "crop takes no 'widht'; did you mean 'width'"),
        ("crop:x=3", "choose from: left, top, width, height. For example crop:left="),
        ("rotate 30", "what it takes follows a colon, as in rotate:30"),
        ("crop(0,0,9,9)", "what it takes follows a colon, as in crop:left="),
        ("brightnes:2", "did you mean 'exposure'? For example exposure:0.5"),
        ("blurr:3", "did you mean 'blur'? For example blur:8"),
        ("direction:smile", "did you mean 'along'? For example along:direction="),
        ("erase:3", "write erase alone"),
        ("erase:by=3", "it takes nothing"),
        ("encode:condition=species,height", "write {NAME: VALUE, NAME: VALUE}, each name with its value"),
        ("encode:condition=height=0.5,species=rose", "written condition={NAME: VALUE, NAME: VALUE}"),
    ],
)
def test_what_an_edit_does_not_take_is_named(text: str, line: str) -> None:
    with pytest.raises(UsageError, match=re.escape(line)):
        parse(text)


def test_every_edit_has_an_example_that_can_be_copied_and_every_other_name_leads_to_one() -> None:
    assert list(EXAMPLES) == list(OPERATIONS)
    for name, text in EXAMPLES.items():
        assert [*to_list([parse(text)])[0]] == [name]
    assert set(ALIASES.values()) <= set(OPERATIONS)
    assert not set(ALIASES) & set(OPERATIONS)


def test_a_condition_may_be_written_as_on_the_command_line() -> None:
    assert parse("encode:condition=age=0.5") == parse("encode:condition={age: 0.5}")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("crop:left=64", "not within 64x48"),
        ("crop:width=65", "not within 64x48"),
        ("scale:100", "is more than"),
        ("pad:left=100000,top=100000", "is more than"),
        ("perspective:[0.9, 0.9, -0.9, 0, 0, 0, 0, 0]", "fold the picture"),
    ],
)
def test_what_a_picture_does_not_allow_is_refused(text: str, line: str, opaque: np.ndarray) -> None:
    big = np.zeros((1000, 1000, 3), np.uint8) if text == "scale:100" else opaque
    with pytest.raises(UsageError, match=line):
        apply([parse(text)], big)


def test_a_file_of_edits_is_read_in_order(tmp_path: Path, opaque: np.ndarray) -> None:
    file = tmp_path / "edits.yaml"
    file.write_text("- flip\n- rotate: 5\n- curves: {points: [[0, 0], [1, 0.5]], channel: red}\n- exposure:0.5\n")
    edits = read_edits(file)
    assert edits == [
        parse("flip"),
        parse("rotate:5"),
        parse("curves:points=[[0,0],[1,0.5]],channel=red"),
        parse("exposure:0.5"),
    ]
    assert np.array_equal(apply(edits, opaque), apply(edits[2:], apply(edits[:2], opaque)))


@pytest.mark.parametrize("text", ["{flip: 1}", "- [flip]", "- {flip: , rotate: 5}", "- 5", ": :"])
def test_a_file_that_lists_no_edits_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "edits.yaml"
    file.write_text(text)
    with pytest.raises(UsageError):
        read_edits(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_edits(tmp_path / "missing.yaml")


def test_the_first_argument_needs_no_name() -> None:
    assert parse("rotate:8,fill=mirror") == parse("rotate:angle=8,fill=mirror")
    assert parse("rotate: 8") == parse("rotate:angle=8")
