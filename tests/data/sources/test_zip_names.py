"""Names in zips that do not say how they are encoded, as programs of different countries write them."""

import io
import zipfile
from pathlib import Path

import pytest

from hostile import encoded, picture
from limner.data.sources import open_source
from limner.data.sources.zip_names import SHOWN

NAMES = {
    "gbk": ("猫/照片一.png", "狗/我的图片二.png"),
    "cp932": ("犬/サンプル画像.png", "猫/テスト.png", "花/ひまわり.png"),
    "cp437": ("été/garçon.png", "hiver/fenêtre.png", "größe/mädchen.png"),
    "utf-8": ("été/garçon.png", "猫/照片一.png"),
}


def _zip(path: Path, names: tuple[str, ...], encoding: str) -> Path:
    """Writes a zip whose names are bytes of an encoding, without the mark of UTF-8."""
    png = encoded("PNG", picture(16))
    content, stand_ins = io.BytesIO(), {}
    with zipfile.ZipFile(content, "w") as archive:
        for index, name in enumerate(
            names
        ):  # Python writes ASCII or marked UTF-8: bytes of equal length are put in its place
            raw = name.encode(encoding)
            stand_ins[f"{index}".encode().ljust(len(raw), b"_")] = raw
            archive.writestr(f"{index}".ljust(len(raw), "_"), png)
    whole = content.getvalue()
    for stand_in, raw in stand_ins.items():
        whole = whole.replace(stand_in, raw)
    path.write_bytes(whole)
    return path


@pytest.mark.parametrize("encoding", NAMES)
def test_names_are_read_as_they_were_meant_and_the_guess_is_said(encoding: str, tmp_path: Path) -> None:
    source = open_source(_zip(tmp_path / "all.zip", NAMES[encoding], encoding))
    items = list(source.items())
    assert [item.name for item in items] == sorted(NAMES[encoding])
    assert all(item.content for item in items)
    said = f"{len(items)} names do not say their encoding and were read as {SHOWN[encoding]}"
    assert any(said in note for note in source.notes)


def test_names_that_say_that_they_are_utf_8_are_believed(tmp_path: Path) -> None:
    png = encoded("PNG", picture(16))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for name in NAMES["cp932"]:
            archive.writestr(name, png)
    source = open_source(tmp_path / "all.zip")
    assert [item.name for item in source.items()] == sorted(NAMES["cp932"])
    assert not any("encoding" in note for note in source.notes)
