"""What a picture names of what it was made of: where that is now, and names that tell nothing."""

from pathlib import Path
from typing import Any

import pytest

from limner.errors import PictureError, UsageError
from limner.files import digest
from limner.pictures.recorded import anonymous, referenced_paths, relocate_paths, require_exists, require_unchanged

SHA = "ab" * 32
MADE: dict[str, Any] = {
    "kind": "edit",
    "origin": {"model": {"path": "runs/gan", "sha256": SHA, "recipe": "gan"}, "directions": "runs/gan/directions"},
    "edits": [{"paste": {"file": "cloud.png", "left": 3}}, {"fill": {"by": "white"}}],
    "read": {"cloud.png": "cd" * 32},
}


def test_all_that_is_named_is_found_once() -> None:
    assert referenced_paths(MADE) == ["runs/gan", "runs/gan/directions", "cloud.png", "white"]


def test_what_moved_is_where_it_is_now_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "sky.png").write_bytes(b"sky")
    found = relocate_paths(MADE, {"runs/gan": tmp_path, "cloud.png": tmp_path / "sky.png"}, Path("a.png"))
    assert found["origin"]["model"] == {"path": str(tmp_path), "sha256": SHA, "recipe": "gan"}
    assert found["origin"]["directions"] == str(tmp_path / "directions")
    assert found["edits"][0]["paste"] == {"file": str(tmp_path / "sky.png"), "left": 3}
    assert found["read"] == {str(tmp_path / "sky.png"): "cd" * 32}
    assert relocate_paths(MADE, {}, Path("a.png")) == MADE


def test_an_anonymous_picture_names_digests_alone_and_they_can_be_told(tmp_path: Path) -> None:
    hidden = anonymous(MADE, {"runs/gan/directions": "ef" * 32})
    assert "gan/" not in str(hidden)
    assert "cloud" not in str(hidden)
    assert hidden["origin"]["model"]["path"] == f"sha256:{SHA}"
    assert hidden["edits"][1] == {"fill": {"by": "white"}}, "a colour is no path"
    (tmp_path / "cloud.png").touch()
    again = relocate_paths(hidden, {"cdcdcdcd": tmp_path / "cloud.png"}, Path("a.png"))
    assert again["edits"][0]["paste"]["file"] == str(tmp_path / "cloud.png")
    assert again["read"] == {str(tmp_path / "cloud.png"): "cd" * 32}
    with pytest.raises(UsageError, match="does not name it"):
        relocate_paths(hidden, {"cdcdcd": tmp_path / "cloud.png"}, Path("a.png"))


def test_what_is_not_named_or_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a.png does not name it; did you mean 'cloud.png'"):
        relocate_paths(MADE, {"clud.png": tmp_path}, Path("a.png"))
    with pytest.raises(UsageError, match="there is no"):
        relocate_paths(MADE, {"cloud.png": tmp_path / "gone.png"}, Path("a.png"))
    with pytest.raises(PictureError, match=r"a.png was made of gone.png, which is not there.*--from gone.png=PATH"):
        require_exists(Path("a.png"), "gone.png")
    with pytest.raises(PictureError, match=r"--from abababababab=PATH"):
        require_exists(Path("a.png"), f"sha256:{SHA}")


def test_a_file_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"one")
    recorded = digest(file)
    assert require_unchanged(Path("a.png"), file, recorded) == file
    file.write_bytes(b"two")
    with pytest.raises(PictureError, match="another"):
        require_unchanged(Path("a.png"), file, recorded)
