"""The structure that the author gave is kept: splits, domains, classes; and no guess drops many pictures."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import limner
from limner.data import Dataset
from limner.data.report import read_report
from limner.errors import DataError


def pictures(folder: Path, *names: str) -> Path:
    for seed, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def splits(dataset: Dataset) -> dict[str, str]:
    return dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["split"].to_pylist(), strict=True))


def test_folders_of_splits_are_the_splits(tmp_path: Path) -> None:
    names = [f"{split}/{kind}/{i}.png" for split in ("train", "val", "test") for kind in "ab" for i in range(3)]
    dataset = limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset")
    expected = {"train": "train", "val": "validation", "test": "test"}
    assert splits(dataset) == {name: expected[name.split("/")[0]] for name in names}
    assert dataset.schema.attribute("label").classes == ("a", "b")
    assert any("--split" in note for note in read_report(tmp_path / "dataset").notes)
    other = limner.prepare(tmp_path / "set", tmp_path / "other", splits=(1, 0, 0))
    assert set(splits(other).values()) == {"train"}


def test_what_is_not_set_aside_comes_from_the_training_pictures(tmp_path: Path) -> None:
    names = [f"train/{i}.png" for i in range(40)] + [f"test/{i}.png" for i in range(5)]
    found = splits(limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset"))
    assert all((found[name] == "test") == name.startswith("test/") for name in names)
    assert list(found.values()).count("validation") == 4


def test_a_column_of_splits_counts(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", *(f"{i}.png" for i in range(6)))
    given = ["train", "train", "train", "Val", "test", "test"]
    (folder / "metadata.csv").write_text(
        "file_name,split\n" + "".join(f"{i}.png,{one}\n" for i, one in enumerate(given))
    )
    found = splits(limner.prepare(folder, tmp_path / "dataset"))
    assert [found[f"{i}.png"] for i in range(6)] == ["train"] * 3 + ["validation", "test", "test"]


def test_two_domains_are_a_label_and_splits(tmp_path: Path) -> None:
    names = [f"{split}{domain}/{i}.png" for split in ("train", "test") for domain in "AB" for i in range(5)]
    dataset = limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset")
    table = dataset.table
    found = zip(table["file_name"].to_pylist(), table["label"].to_pylist(), strict=True)
    assert all(name.split("/")[0].endswith(label) for name, label in found)
    assert all((split == "test") == name.startswith("test") for name, split in splits(dataset).items())


def test_the_labels_of_stylegan_are_labels(tmp_path: Path) -> None:
    names = [f"{i // 4:05d}/img{i:08d}.png" for i in range(12)]
    folder = pictures(tmp_path / "set", *names)
    (folder / "dataset.json").write_text(json.dumps({"labels": [[name, i % 3] for i, name in enumerate(names)]}))
    dataset = limner.prepare(folder, tmp_path / "dataset")
    assert dataset.schema.attribute("label").classes == ("0", "1", "2")
    assert [dataset.captions("label")[row] for row in range(12)] == [str(i % 3) for i in range(12)]
    (folder / "dataset.json").write_text('{"labels": null}')
    assert limner.prepare(folder, tmp_path / "plain").schema.attributes == ()
    (folder / "dataset.json").write_text('{"labels": 3}')
    with pytest.raises(DataError, match="no list of"):
        limner.prepare(folder, tmp_path / "wrong")


def test_a_few_pictures_in_a_sub_folder_do_not_make_the_others_drop_out(tmp_path: Path) -> None:
    names = [*(f"{i}.png" for i in range(60)), *(f"old/{i}.png" for i in range(5))]
    dataset = limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset")
    assert len(dataset) == 65
    assert dataset.schema.attributes == ()
    assert any("5 of 65" in note and "old" in note for note in read_report(tmp_path / "dataset").notes)


def test_what_would_drop_more_than_a_tenth_stops_and_says_how_to_go_on(tmp_path: Path) -> None:
    names = [*(f"{i}.png" for i in range(4)), *(f"{kind}/{i}.png" for kind in "ab" for i in range(6))]
    folder = pictures(tmp_path / "set", *names)
    with pytest.raises(
        DataError, match=r"4 of 16 pictures lack a value.*--missing drop, keep or mean.*--column label=none"
    ):
        limner.prepare(folder, tmp_path / "dataset")
    assert not (tmp_path / "dataset").exists()
    assert len(limner.prepare(folder, tmp_path / "dropped", missing="drop")) == 12
    assert len(limner.prepare(folder, tmp_path / "kept", missing="keep")) == 16
    assert len(limner.prepare(folder, tmp_path / "without", columns={"label": "none"})) == 16


def test_splits_within_the_folders_of_classes_are_the_splits(tmp_path: Path) -> None:
    names = [f"{kind}/{split}/{i}.png" for kind in "ab" for split in ("train", "val", "test") for i in range(3)]
    dataset = limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset")
    expected = {"train": "train", "val": "validation", "test": "test"}
    assert splits(dataset) == {name: expected[name.split("/")[1]] for name in names}
    assert [dataset.captions("label")[row] for row in range(len(dataset))] == [name[0] for name in sorted(names)]


def test_folders_of_splits_count_beside_a_table_too(tmp_path: Path) -> None:
    names = [f"{split}/{i}.png" for split in ("train", "valid", "test") for i in range(4)]
    folder = pictures(tmp_path / "set", *names)
    (folder / "metadata.csv").write_text(
        "file_name,kind\n" + "".join(f"{name},{'ab'[i % 2]}\n" for i, name in enumerate(names))
    )
    dataset = limner.prepare(folder, tmp_path / "dataset")
    expected = {"train": "train", "valid": "validation", "test": "test"}
    assert splits(dataset) == {name: expected[name.split("/")[0]] for name in names}
    assert [one.name for one in dataset.schema.attributes] == ["kind"]


def test_a_few_pictures_in_no_folder_of_a_split_count_as_train(tmp_path: Path) -> None:
    names = [*(f"train/{i}.png" for i in range(20)), *(f"test/{i}.png" for i in range(9)), "cover.png"]
    dataset = limner.prepare(pictures(tmp_path / "set", *names), tmp_path / "dataset", keep_duplicates=True)
    found = splits(dataset)
    assert found["cover.png"] != "test"
    assert all((found[name] == "test") == name.startswith("test") for name in names)
    assert dataset.schema.attributes == ()
    assert any(
        "1 of 30 pictures lie in no folder of a split" in note for note in read_report(tmp_path / "dataset").notes
    )


@pytest.mark.parametrize("column", ["Set", "subset", "partition"])
def test_a_column_of_splits_may_be_called_otherwise(column: str, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", *(f"{i}.png" for i in range(6)))
    given = ["TRAIN", "TRAIN", "TRAIN", "VAL", "TEST", "TEST"]
    rows = "".join(f"{i}.png,{one},{'ab'[i % 2]}\n" for i, one in enumerate(given))
    (folder / "metadata.csv").write_text(f"file_name,{column},kind\n{rows}")
    dataset = limner.prepare(folder, tmp_path / "dataset")
    assert [splits(dataset)[f"{i}.png"] for i in range(6)] == ["train"] * 3 + ["validation", "test", "test"]
    assert dataset.schema.label == "kind"
    said = f"The splits are those of the column {column}; others with --split."
    assert said in read_report(tmp_path / "dataset").notes
    (folder / "metadata.csv").write_text(f"file_name,{column},kind\n{rows.replace('VAL', 'unlabelled')}")
    other = limner.prepare(folder, tmp_path / "other", keep_duplicates=True)
    assert column in [one.name for one in other.schema.attributes]
    assert any("'unlabelled' is no split" in note for note in read_report(tmp_path / "other").notes)


def test_the_labels_of_stylegan_count_in_a_zip_too(tmp_path: Path) -> None:
    names = [f"{i // 4:05d}/img{i:08d}.png" for i in range(12)]
    folder = pictures(tmp_path / "set", *names)
    labels = json.dumps({"labels": [[name, i % 3] for i, name in enumerate(names)]})
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for name in names:
            archive.write(folder / name, name)
        archive.writestr("dataset.json", labels)
    dataset = limner.prepare(tmp_path / "set.zip", tmp_path / "dataset")
    assert [dataset.captions("label")[row] for row in range(12)] == [str(i % 3) for i in range(12)]
    assert not any("not read" in note for note in read_report(tmp_path / "dataset").notes)


@pytest.mark.parametrize(
    ("written", "how"),
    [
        ("{i}.PNG", "by another case of letters (0.PNG is 0.png)"),
        ("{i}", "without its suffix (0 is 0.png)"),
        ("{i}.jpg", "without its suffix (0.jpg is 0.png)"),
        ("images/{i}.png", "in another folder (images/0.png is 0.png)"),
        ("images/{i}", "in another folder and without its suffix (images/0 is 0.png)"),
    ],
)
def test_rows_that_write_a_name_in_another_way_mean_the_one_picture_that_they_can(
    written: str, how: str, tmp_path: Path
) -> None:
    folder = pictures(tmp_path / "set", *(f"{i}.png" for i in range(6)))
    (folder / "metadata.csv").write_text(
        "file_name,age\n" + "".join(f"{written.format(i=i)},{i + 0.5}\n" for i in range(6))
    )
    dataset = limner.prepare(folder, tmp_path / "dataset")
    found = dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["age"].to_pylist(), strict=True))
    assert found == {f"{i}.png": i + 0.5 for i in range(6)}
    notes = read_report(tmp_path / "dataset").notes
    assert f"6 rows of metadata.csv name their picture {how}." in notes


def test_a_row_means_no_picture_that_another_row_names_or_that_is_not_the_only_one(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", "a/1.png", "b/1.png", "2.png", "2.gif", "c/3.png")
    (folder / "metadata.csv").write_text("file_name,age\na/1.png,1.5\n2,2.5\n3.png,3.5\n1.png,4.5\n")
    dataset = limner.prepare(folder, tmp_path / "dataset", missing="keep")
    found = dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["age"].to_pylist(), strict=True))
    assert {name for name, age in found.items() if age == age} == {"a/1.png"}


def test_a_table_of_which_no_row_names_a_picture_is_refused(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "set", "1.png", "2.png")
    (folder / "metadata.csv").write_text("file_name,age\nx.png,1.5\ny.png,2.5\n")
    with pytest.raises(DataError, match=r"no row of metadata.csv names a picture.*it has x.png.*are called 1.png"):
        limner.prepare(folder, tmp_path / "dataset")
