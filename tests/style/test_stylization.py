from pathlib import Path

import numpy as np
import pytest

from limner.errors import LimnerError, PictureError, UsageError
from limner.pictures import open_picture, open_pixels, read_provenance, save
from limner.replay import replay
from limner.style import run
from limner.style.factors import Factors
from limner.style.instant import load_model
from limner.style.regions import read_regions
from limner.style.stylization import Source, Stylization, Stylizer, save_stylized


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    draw = np.random.default_rng(0)
    save(draw.integers(60, 200, (40, 56, 3), np.uint8), "content.png")
    save(np.kron(draw.integers(0, 255, (10, 10, 3), np.uint8), np.ones((5, 5, 1), np.uint8)), "style.png")
    save(np.full((40, 40, 3), [220, 30, 30], np.uint8), "red.png")


def _wanted(**changes: object) -> Stylization:
    return Stylization(**({"styles": [Source(style="style.png")], "steps": 0.1} | changes))


def test_it_says_how_it_was_made_and_is_made_again() -> None:
    save_stylized(Stylizer(_wanted()), Path("content.png"), Path("out.png"))
    made = read_provenance("out.png")
    assert made["ai_generated"]
    assert made["kind"] == "stylization"
    assert made["stylization"]["styles"][0]["sha256"]
    assert made["origin"]["sha256"]
    again, difference = replay(Path("out.png"))
    assert difference == 0
    assert np.array_equal(again, open_pixels(Path("out.png")))


@pytest.mark.parametrize("file", ["content.png", "style.png", "mask.png"])
@pytest.mark.parametrize("how", ["gone", "another"])
def test_a_file_that_is_gone_or_another_is_named(file: str, how: str) -> None:
    save(np.repeat(np.arange(0, 256, 5, np.uint8)[None, :56], 40, 0)[:, :52], "ramp.png")
    save(np.uint8(255 * (np.mgrid[:40, :56][1] > 20)), "mask.png")
    save_stylized(Stylizer(_wanted(mask="mask.png", line=0, texture=0)), Path("content.png"), Path("out.png"))
    assert replay(Path("out.png"))[1] == 0
    Path(file).unlink()
    if how == "another":
        save(np.zeros((40, 56, 3), np.uint8), file)
    with pytest.raises(PictureError, match=f"made of {'another ' if how == 'another' else ''}{file}"):
        replay(Path("out.png"))


def test_each_factor_has_its_own_source() -> None:
    own = Stylizer(_wanted(colour_from=[Source(style="red.png")], line=0, texture=0))
    stylized = own.stylize(open_pixels(Path("content.png")))
    assert np.abs(stylized.reshape(-1, 3).mean(0) - [220, 30, 30]).max() < 6


def test_one_dial_is_a_factor_of_all_three() -> None:
    assert _wanted(strength=0.5, line=0.4).factors() == Factors(colour=0.5, line=0.2, texture=0.5)
    assert _wanted(strength=0).factors().none


def test_opacity_stays_and_grey_gets_colour() -> None:
    pixels = np.zeros((40, 44, 4), np.uint8)
    pixels[..., :3], pixels[10:, :, 3] = 120, 255
    stylized = Stylizer(_wanted(line=0, texture=0)).stylize(pixels)
    assert np.array_equal(stylized[..., 3], pixels[..., 3])
    save(np.full((40, 40), 90, np.uint8), "grey.png")
    assert open_pixels(Path("grey.png")).shape == (40, 40, 3)


def test_it_is_at_most_as_large_as_wanted() -> None:
    assert Stylizer(_wanted(size=48, line=0, texture=0)).stylize(open_pixels(Path("content.png"))).shape == (34, 48, 3)


def test_a_mask_with_one_style_leaves_what_is_black() -> None:
    save(np.uint8(255 * (np.mgrid[:40, :56][1] >= 28)), "mask.png")
    content = open_pixels(Path("content.png"))
    stylized = Stylizer(_wanted(styles=[Source(style="red.png")], mask="mask.png", texture=0, line=0)).stylize(content)
    assert np.array_equal(stylized[:, :28], content[:, :28])
    assert np.abs(stylized[:, 28:].reshape(-1, 3).mean(0) - [220, 30, 30]).max() < 6


def test_levels_of_a_mask_are_regions() -> None:
    save(np.repeat(np.uint8([0, 128, 255]), 10)[None].repeat(20, 0), "mask.png")
    regions = read_regions(Path("mask.png"), 3, (40, 60))
    assert regions.shape == (3, 40, 60)
    assert np.allclose(regions.sum(0), 1)
    assert [int(region.argmax() % 60 // 20) for region in regions] == [0, 1, 2]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"styles": []}, "no style to take colour from"),
        ({"mask": "content.png"}, "it is in colours, but a mask is black, white and grey"),
        ({"mask": "half.png", "styles": [Source(style="style.png")] * 5}, "gives nothing to style"),
        ({"mask": "tall.png"}, "tall.png is 40x80, and the picture is stylized at 56x40"),
        ({"mask": "black.png"}, "gives nothing to style 1"),
        ({"styles": [Source(style="nix.png")]}, "nix.png"),
        ({"styles": [Source(style="red.png")]}, "red.png is one flat colour, which has no line or texture"),
        ({"line_from": [Source(style="red.png")]}, "red.png is one flat colour, which has no line or texture"),
        ({"styles": [Source(style="text.txt")]}, "not a picture"),
        ({"styles": [Source(style="tiny.png")]}, "too small"),
        ({"extractor": "vgg"}, "did you mean 'vgg19'"),
        ({"model": "nowhere"}, "nowhere: no model of styles"),
        ({"model": "limner", "mask": "black.png"}, "leave out --mask"),
    ],
)
def test_mistakes_are_one_line(asked: dict, words: str) -> None:
    save(np.zeros((80, 40), np.uint8), "tall.png")
    save(np.zeros((40, 56), np.uint8), "black.png")
    save(np.uint8(255 * (np.mgrid[:40, :56][1] > 20)), "half.png")
    save(np.zeros((9, 9), np.uint8), "tiny.png")
    Path("text.txt").write_text("no picture")
    with pytest.raises(LimnerError, match=words) as caught:
        run.carry_out(_wanted(**asked), Path("content.png"), Path("out.png"))
    assert "\n" not in str(caught.value)
    assert not Path("out.png").exists()


@pytest.mark.parametrize("changes", [{}, {"line": 0.0, "texture": 0.0}, {"model": "limner"}])
def test_what_is_hidden_under_alpha_has_no_say(changes: dict) -> None:
    """Whatever the colours where nothing is seen, in content and style: what is seen becomes the same."""
    alpha = np.uint8(255 * (np.mgrid[:40, :56][1] > 20))[..., None]
    content, style = open_pixels(Path("content.png")), open_pixels(Path("style.png"))
    hole = np.where(np.mgrid[:50, :50][0] > 25, 255, 0).astype(np.uint8)[..., None]
    if "model" in changes:
        changes = changes | {"styles": [Source(style=next(iter(load_model().styles)))]}
    results = []
    for hidden in (0, 255):
        save(np.concatenate([np.where(hole, style, np.uint8(hidden)), hole], 2), "seen.png")
        asked = _wanted(**({"styles": [Source(style="seen.png")]} | changes))
        shown = np.concatenate([np.where(alpha, content, np.uint8(hidden)), alpha], 2)
        result = Stylizer(asked).stylize(shown)
        assert np.array_equal(result[..., 3:], alpha)
        results.append(result[:, 21:, :3])
    assert np.array_equal(*results)
    assert not np.array_equal(results[0], content[:, 21:])


def test_a_folder_is_stylised_whole_or_not_at_all() -> None:
    Path("folder").mkdir()
    for name in ("a.png", "b.png"):
        Path("folder", name).write_bytes(Path("content.png").read_bytes())
    Path("folder/notes.txt").write_text("no picture")
    left_out = run.carry_out(_wanted(line=0, texture=0), Path("folder"), Path("out"))
    assert sorted(path.name for path in Path("out").iterdir()) == ["a.png", "b.png"]
    assert len(left_out) == 1
    assert "notes.txt" in left_out[0]
    with pytest.raises(UsageError, match="out exists"):
        run.carry_out(_wanted(), Path("folder"), Path("out"))
    Path("empty").mkdir()
    with pytest.raises(UsageError, match="holds no picture"):
        run.carry_out(_wanted(), Path("empty"), Path("out2"))
    assert not Path("out2").exists()


def test_the_content_is_never_written_over() -> None:
    with pytest.raises(UsageError, match="is the content itself"):
        run.carry_out(_wanted(), Path("content.png"), Path("content.png"))


def test_a_jpeg_has_no_opacity() -> None:
    save(np.full((40, 40, 4), 0, np.uint8), "clear.png")
    save_stylized(Stylizer(_wanted(line=0, texture=0)), Path("clear.png"), Path("out.jpg"))
    assert np.asarray(open_picture("out.jpg")).min() > 250


def test_an_unknown_suffix_is_refused_before_anything_is_painted() -> None:
    with pytest.raises(UsageError, match=r"cannot write out\.tiff"):
        run.carry_out(_wanted(styles=[Source(style="nowhere.png")]), Path("content.png"), Path("out.tiff"))


def test_what_a_flat_style_and_a_white_mask_do_is_told() -> None:
    save(np.full((40, 56), 255, np.uint8), "white.png")
    alone = {"styles": [Source(style="red.png")], "line": 0, "texture": 0}
    (line,) = run.carry_out(_wanted(**alone), Path("content.png"), Path("out.png"))
    assert line.startswith("red.png is one flat colour, so that the picture loses its own")
    nothing = _wanted(styles=[Source(style="red.png")], strength=0)
    assert run.carry_out(nothing, Path("content.png"), Path("out1.png")) == []
    quick = {"line": 0, "texture": 0, "mask": "white.png"}
    (line,) = run.carry_out(_wanted(**quick), Path("content.png"), Path("out2.png"))
    assert line == "white.png is white everywhere, so all of the picture is changed."
    assert run.carry_out(_wanted(line=0, texture=0), Path("content.png"), Path("out3.png")) == []
