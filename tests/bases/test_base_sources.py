"""What the bases learn from: no source without a licence, and nothing that they are judged on."""

import json
from pathlib import Path

import pytest
from PIL import Image

from limner import bases
from limner.bases.sources import SOURCES, STYLES, TEXTURES, cliparts, emoji

CARD = (Path(bases.__file__).parent / "README.md").read_text(encoding="utf-8")
ALLOWED = ("Apache-2.0", "MIT", "CC0-1.0", "CC-BY-4.0", "public domain")


@pytest.mark.parametrize("licence", [*(one.licence for one in SOURCES.values()), *STYLES.values(), TEXTURES])
def test_every_licence_allows_it(licence: str) -> None:
    assert licence.startswith(ALLOWED)
    assert not licence.startswith("CC-BY-4.0") or ", " in licence, "whom to name"


@pytest.mark.parametrize("name", [*SOURCES, "texture-shape", *STYLES])
def test_the_card_names_every_source_and_style(name: str) -> None:
    line = next(line for line in CARD.splitlines() if line.startswith(f"| `{name}` |"))
    licence = SOURCES[name].licence if name in SOURCES else STYLES.get(name, TEXTURES)
    assert licence in line


def test_digits_clothes_and_medical_emoji_are_left_out(tmp_path: Path) -> None:
    kinds = {
        "keycap": "DIGIT ONE",
        "clothing": "T-SHIRT",
        "medical": "SYRINGE",
        "animal-bug": "SNAIL",
        "symbol": "HUNDRED",
    }
    listed = [{"name": name, "subcategory": kind, "image": f"{kind}.png"} for kind, name in kinds.items()]
    package = tmp_path / "node_modules/emoji-datasource-google"
    package.mkdir(parents=True)
    (package / "emoji.json").write_text(json.dumps(listed))
    for kind in kinds:
        Image.new("RGBA", (64, 64)).save(package / f"{kind}.png")
    found = list(emoji("emoji-datasource-google", "16.0.0", ".")(tmp_path))
    assert [picture.key for picture in found] == ["emoji animal-bug"]


def test_cliparts_of_people_and_cards_are_left_out(tmp_path: Path) -> None:
    root = tmp_path / "openclipart-png/usr/share/openclipart/png"
    for place in ("people/clothing", "recreation/games/cards/white", "plants", "science/medicine", "unsorted"):
        (root / place).mkdir(parents=True)
        Image.new("RGBA", (9, 9)).save(root / place / "one.png")
    if Path("/usr/share/openclipart").is_dir():
        pytest.skip("the drawings are installed and would be read instead")
    assert [picture.key for picture in cliparts(tmp_path)] == ["clipart plants/one.png"]
