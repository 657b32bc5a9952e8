"""Preparing: what becomes of pictures, their attributes and copies, and what the report says of them."""

import json
import re
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hostile import OK, encoded, picture, write_pictures
from limner.data import prepare
from preparing import prepared, write_folder


def test_every_hostile_file_is_accounted_for_by_its_reason(tmp_path: Path) -> None:
    expected = write_pictures(tmp_path / "source")
    dataset, report = prepared(tmp_path / "source", tmp_path / "out", keep_duplicates=True)
    good = sum(reason == OK for reason in expected.values())
    assert report.inputs == len(expected)
    assert len(dataset) == good
    assert report.set_aside == dict(Counter(reason for reason in expected.values() if reason != OK))
    page = (tmp_path / "out" / "report.html").read_text()
    for reason in report.set_aside:
        assert reason in page
    assert "<script" not in page
    # The grid, and the one that is only too small.
    assert page.count("<img") == 2


def test_pictures_attributes_and_names_stay_together(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 30, classes=("ash", "elm", "oak"))
    dataset, report = prepared(source, tmp_path / "out")
    assert report.classes == {"label": {"ash": 10, "elm": 10, "oak": 10}}
    assert dataset.schema.label == "label"
    for row, name in enumerate(dataset.table["file_name"].to_pylist()):
        folder, file = name.split("/")
        with Image.open(source / folder / file) as image:
            assert (dataset.pictures[row] == np.asarray(image)).all()
        assert dataset.table["label"][row].as_py() == folder
        assert dataset.schema.attribute("label").classes[dataset.condition([row], ["label"])["label"]] == folder


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ([(28, 28)] * 4, (28, 28)),
        ([(40, 24)] * 4, (24, 40)),
        ([(64, 64)] * 4, (64, 64)),
        ([(65, 65)] * 4, (64, 64)),
        ([(100, 200), (150, 300), (140, 129), (500, 500)], (128, 128)),
        ([(500, 400)] * 3 + [(30, 30)], (256, 256)),
        ([(20, 24), (22, 20), (30, 21)], (32, 32)),
    ],
)
def test_without_a_size_the_pictures_decide(tmp_path: Path, sizes: list, chosen: tuple[int, int]) -> None:
    (tmp_path / "source").mkdir()
    for index, size in enumerate(sizes):
        picture(64, seed=index).resize(size).save(tmp_path / "source" / f"{index}.png")
    dataset, report = prepared(tmp_path / "source", tmp_path / "out")
    assert (dataset.schema.height, dataset.schema.width) == chosen
    assert report.size_because != "as asked"


@pytest.mark.parametrize(("size", "shape"), [("16", (16, 16)), ("24x16", (16, 24)), (20, (20, 20)), ((9, 12), (9, 12))])
def test_a_size_is_width_by_height_as_people_write_it(tmp_path: Path, size: object, shape: tuple[int, int]) -> None:
    dataset, _ = prepared(write_folder(tmp_path / "source", 4), tmp_path / "out", size=size)
    assert dataset.pictures.shape[1:3] == shape


def test_pictures_are_grey_when_all_are_and_colour_otherwise(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for index in range(6):
        grey = picture(32, seed=index).convert("L")
        (grey.convert("RGB") if index % 2 else grey).save(source / f"{index}.png")
    grey_one, _ = prepared(source, tmp_path / "grey")
    assert grey_one.schema.channels == 1
    picture(32, seed=9).save(source / "colour.png")
    colour_one, _ = prepared(source, tmp_path / "colour")
    assert colour_one.schema.channels == 3
    assert (colour_one.pictures[:6] == grey_one.pictures).all()


def test_copies_are_dropped_and_reported(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 10, size=64)
    (source / "again.png").write_bytes((source / "0003.png").read_bytes())
    picture(64, seed=5).save(source / "stored as.jpg", quality=90)
    dataset, report = prepared(source, tmp_path / "out")
    assert len(dataset) == 10
    found = {(entry["file_name"], entry["copy_of"], entry["exact"]) for entry in report.duplicates_list}
    assert found == {("again.png", "0003.png", True), ("stored as.jpg", "0005.png", False)}
    assert "again.png: exact copy of 0003.png" in (tmp_path / "out" / "report.html").read_text()


def test_kept_copies_never_straddle_a_split(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for index in range(20):
        for copy in range(4):
            picture(32, seed=index).save(source / f"{index}-{copy}.{'png' if copy % 2 else 'bmp'}")
    dataset, report = prepared(source, tmp_path / "out", keep_duplicates=True, splits=(0.5, 0.25, 0.25))
    assert len(dataset) == 80
    assert (report.duplicates_kept, report.duplicates_dropped) == (60, 0)
    assert report.splits == {"train": 40, "validation": 20, "test": 20}
    of = dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["split"].to_pylist(), strict=True))
    for index in range(20):
        assert len({split for name, split in of.items() if name.startswith(f"{index}-")}) == 1


def test_a_copy_with_another_label_is_mentioned(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 20, classes=("ash", "elm"))
    (source / "elm" / "wrong.png").write_bytes((source / "ash" / "0002.png").read_bytes())
    _, report = prepared(source, tmp_path / "out")
    assert any("another label" in note for note in report.notes)


def test_blank_and_noisy_pictures_are_kept_and_flagged(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 6)
    Image.new("RGB", (32, 32), "teal").save(source / "blank.png")
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    Image.fromarray(noise).save(source / "noise.png")
    dataset, report = prepared(source, tmp_path / "out")
    assert len(dataset) == 8
    assert report.flagged == {"blank": 1, "noise": 1}
    assert {entry["file_name"]: entry["flag"] for entry in report.flagged_list} == {
        "blank.png": "blank",
        "noise.png": "noise",
    }


def test_a_class_with_one_picture_goes_to_train_and_is_mentioned(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 30, classes=("ash", "elm"))
    (source / "rare").mkdir()
    (source / "rare" / "one.png").write_bytes(encoded("PNG", picture(seed=99)))
    dataset, report = prepared(source, tmp_path / "out")
    assert any("too small to stratify" in note and "rare" in note for note in report.notes)
    row = dataset.table["file_name"].to_pylist().index("rare/one.png")
    assert dataset.table["split"][row].as_py() == "train"


def test_splits_are_reproducible_by_seed(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 40)
    prints = [prepare(source, tmp_path / str(at), seed=seed).fingerprint for at, seed in enumerate((3, 3, 4))]
    assert prints[0] == prints[1] != prints[2]


def test_attributes_named_like_the_tables_own_columns_are_renamed(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 6)
    rows = [json.dumps({"file_name": f"{i:04d}.png", "split": "mine", "label": i % 2}) for i in range(6)]
    (source / "metadata.jsonl").write_text("\n".join(rows))
    dataset, _ = prepared(source, tmp_path / "out")
    assert set(dataset.table["split_given"].to_pylist()) == {"mine"}
    assert len(dataset.split("train")) == 6 - len(dataset.split("validation")) - len(dataset.split("test"))


def test_the_report_page_stays_bounded(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 4)
    for index in range(150):
        (source / f"dot{index}.png").write_bytes(encoded("PNG", picture(4, seed=index)))
        (source / f"copy{index}.png").write_bytes((source / "0000.png").read_bytes())
    _, report = prepared(source, tmp_path / "out")
    assert len(report.set_aside_list) == 150
    assert len(report.duplicates_list) == 150
    page = (tmp_path / "out" / "report.html").read_text()
    assert len(re.findall("<img", page)) == 1 + 60 + 60


def test_how_much_is_cropped_is_said_with_what_keeps_all(tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir()
    for index in range(4):
        pixels = np.random.default_rng(index).integers(0, 256, (20, 80 if index else 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    (note,) = prepared(folder, tmp_path / "crop", size="20")[1].notes
    assert note.startswith(
        "4 of 4 pictures are cropped to the middle, which cuts away 75% of the area in the median, 75% at most"
    )
    assert "--fit pad or stretch" in note
    assert prepared(folder, tmp_path / "pad", size="20", fit="pad")[1].notes == []
    (note,) = prepared(folder, tmp_path / "shape", size="80x20")[1].notes[:1]
    assert note.startswith("1 of 4 pictures are cropped to the middle, which cuts away 50% of the area;")


def test_a_table_that_is_not_read_is_named(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source")
    (source / "labels.csv").write_text("image,class\n0000.png,a\n")
    (source / "metadata.tsv").write_text("file_name\tclass\n0000.png\ta\n")
    (note,) = prepared(source, tmp_path / "out")[1].notes
    assert note.startswith("labels.csv, metadata.tsv are tables that were not read: attributes come from metadata.csv")
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, file.name)
    assert prepared(tmp_path / "source.zip", tmp_path / "zipped")[1].notes == [note]


def test_what_lacks_a_value_is_said_with_both_ways_to_keep_it(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "source", 20)
    rows = [f"{index:04d}.png,{'ab'[index % 2] if index else ''}" for index in range(20)]
    (source / "metadata.csv").write_text("\n".join(["file_name,category", *rows]))
    _, report = prepared(source, tmp_path / "out")
    (why,) = [details for what, _, details in report.rows() if what == "dropped"]
    assert "--missing keep" in why
    assert "--column category=none" in why
    assert f"dropped: 1 ({why})" in report.lines()
