"""Edited pictures remember: they are replayed, edited on, and undone."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edit_command import pixels_of, run_edit
from limner.cli.app import app
from limner.editing import apply, parse
from limner.editing.history import open_source, save_edited
from limner.errors import PictureError
from limner.files import digest
from limner.pictures import read_provenance, save
from limner.replay import replay


@pytest.fixture
def photo(picture: np.ndarray, tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(picture).save(path)
    return path


def test_an_edited_picture_is_replayed(photo: Path, picture: np.ndarray, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    run_edit(photo, out, "--op", "rotate:10", "--op", "exposure:0.5")
    assert np.array_equal(pixels_of(out), apply([parse("rotate:10"), parse("exposure:0.5")], picture))
    assert replay(out)[1] == 0
    provenance = read_provenance(out)
    assert not provenance["ai_generated"]
    assert [next(iter(one)) for one in provenance["edits"]] == ["rotate", "exposure"]
    result = CliRunner().invoke(app, ["replay", str(out), "--out", str(tmp_path / "again.png")])
    assert "the same pixels" in result.output


def test_edits_go_on_from_the_first_picture_and_the_last_is_undone(photo: Path, tmp_path: Path) -> None:
    one, two, back = (tmp_path / f"{name}.png" for name in ("one", "two", "back"))
    run_edit(photo, one, "--op", "rotate:10")
    run_edit(one, two, "--op", "rotate:-10", "--op", "flip")
    assert read_provenance(two)["origin"] == read_provenance(one)["origin"]
    run_edit(two, back, "--undo", "--op", "exposure:1")
    assert [next(iter(each)) for each in read_provenance(back)["edits"]] == ["rotate", "rotate", "exposure"]
    run_edit(one, tmp_path / "none.png", "--undo")
    assert np.array_equal(pixels_of(tmp_path / "none.png"), pixels_of(photo))
    assert "nothing to undo" in run_edit(photo, tmp_path / "no.png", "--undo")
    assert not (tmp_path / "no.png").exists()


def test_another_origin_is_refused(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    run_edit(photo, out, "--op", "flip")
    Image.new("RGB", (64, 48)).save(photo)
    with pytest.raises(PictureError, match="made of another"):
        replay(out)
    photo.unlink()
    with pytest.raises(PictureError, match="not there"):
        replay(out)


def test_what_a_model_generated_stays_marked(picture: np.ndarray, tmp_path: Path) -> None:
    generated = tmp_path / "generated.png"
    save(picture, generated, {"ai_generated": True, "kind": "sample", "limner": "0"})
    save_edited(open_source(generated), [parse("flip")], tmp_path / "out.jpg")
    assert read_provenance(tmp_path / "out.jpg")["ai_generated"]
    assert pixels_of(tmp_path / "out.jpg").shape == (48, 64, 3)


def test_a_folder_is_edited_whole(photo: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "folder", tmp_path / "out"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(photo.read_bytes())
    (folder / "notes.txt").write_text("no picture")
    said = run_edit(folder, out, "--op", "scale:0.5")
    assert "left out: not a picture" in said
    assert sorted(path.name for path in out.iterdir()) == ["a.png", "b.png"]
    assert pixels_of(out / "a.png").shape[:2] == (24, 32)
    assert "exists" in run_edit(folder, out, "--op", "flip")
    assert "not within" in run_edit(folder, tmp_path / "new", "--op", "crop:left=64")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("photo.png", "out.png"), "give an edit"),
        (("photo.png", "photo.png", "--op", "flip"), "the picture itself"),
        (("photo.png", "out.bmp", "--op", "flip"), "cannot write out.bmp"),
        (("missing.png", "out.png", "--op", "flip"), "missing.png"),
        (("empty", "out", "--op", "flip"), "no picture that can be used"),
    ],
)
def test_bad_input_gets_one_line(
    words: tuple[str, ...], line: str, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert line in run_edit(*words)
    assert not (tmp_path / "out.png").exists()


def test_a_picture_of_a_model_is_edited_and_replayed(tmp_path: Path) -> None:
    from limner.data import prepare
    from limner.data.garden import make
    from limner.recipes import apply_settings, find_recipe
    from limner.training import train

    make(tmp_path / "flowers", n=40, size=16)
    dataset = prepare(tmp_path / "flowers", tmp_path / "dataset", size=16)
    train(dataset, apply_settings(find_recipe("mlp-vae"), ["batch=8"]), tmp_path / "run", steps=2)
    out = tmp_path / "out.png"
    run_edit(tmp_path / "run", out, "--seed", 3, "--op", "scale:4", "--op", "flip")
    assert pixels_of(out).shape == (64, 64, 3)
    assert read_provenance(out)["ai_generated"]
    assert replay(out)[1] == 0


def test_what_moved_is_told_to_replay(photo: Path, tmp_path: Path) -> None:
    out, patch = tmp_path / "out.png", tmp_path / "patch.png"
    Image.new("RGB", (8, 8), "red").save(patch)
    run_edit(photo, out, "--op", f"paste:file={patch},left=4,top=4")
    moved = [path.rename(path.with_name(f"moved-{path.name}")) for path in (photo, patch)]
    with pytest.raises(PictureError, match=rf"--from {photo}=PATH"):
        replay(out)
    words = [word for old, new in zip((photo, patch), moved, strict=True) for word in ("--from", f"{old}={new}")]
    command = ["replay", str(out), "--out", str(tmp_path / "again.png"), *words]
    assert "the same pixels" in CliRunner().invoke(app, command).output
    Image.new("RGB", (8, 8), "blue").save(moved[1])
    with pytest.raises(PictureError, match="another"):
        replay(out, where=dict(zip(map(str, (photo, patch)), moved, strict=True)))


def test_an_anonymous_edit_names_no_path_and_is_replayed_by_digests(photo: Path, tmp_path: Path) -> None:
    out, patch = tmp_path / "out.png", tmp_path / "patch.png"
    Image.new("RGB", (8, 8), "red").save(patch)
    run_edit(photo, out, "--anonymous", "--op", f"paste:file={patch},left=4,top=4")
    text = str(read_provenance(out))
    assert "photo" not in text
    assert "patch" not in text
    assert str(tmp_path) not in text
    with pytest.raises(PictureError, match=f"--from {digest(photo)[:12]}=PATH"):
        replay(out)
    assert replay(out, where={digest(file)[:8]: file for file in (photo, patch)})[1] == 0


def test_undo_goes_past_what_was_stylised(photo: Path, tmp_path: Path) -> None:
    stylised, edited, back = (tmp_path / f"{name}.png" for name in ("stylised", "edited", "back"))
    command = [
        "stylize",
        str(photo),
        str(photo),
        "--out",
        str(stylised),
        "--steps",
        "0.02",
        "--line",
        "0",
        "--texture",
        "0",
    ]
    assert CliRunner().invoke(app, command).exit_code == 0
    run_edit(stylised, edited, "--op", "flip")
    run_edit(edited, back, "--undo")
    assert np.array_equal(pixels_of(back), pixels_of(stylised))
    run_edit(back, tmp_path / "first.png", "--undo")
    assert np.array_equal(pixels_of(tmp_path / "first.png"), pixels_of(photo))
    photo.unlink()
    assert "which is not there" in run_edit(stylised, tmp_path / "no.png", "--undo")
