"""Pictures that lack a value are dropped, kept or given the mean, as is asked for."""

from pathlib import Path

import numpy as np
import pytest

from preparing import prepared, write_folder, write_table


@pytest.fixture
def incomplete(tmp_path: Path) -> Path:
    source = write_folder(tmp_path / "source", 12)
    rows = [f"{index:04d}.png,{'ash' if index % 3 else 'elm'},{index / 2},picture {index}" for index in range(12)]
    rows[4] = "0004.png,,2.0,picture 4"
    rows[7] = "0007.png,ash,,picture 7"
    rows[8] = "0008.png,ash,4.0,"
    del rows[11]
    write_table(source, rows)
    return source


def test_missing_values_drop_a_picture_but_missing_captions_do_not(incomplete: Path, tmp_path: Path) -> None:
    dataset, report = prepared(incomplete, tmp_path / "out", missing="drop")
    assert len(dataset) == 9
    assert report.missing_dropped == {"species": 2, "weight": 1}
    assert {(entry["file_name"], entry["attribute"]) for entry in report.missing_list} == {
        ("0004.png", "species"),
        ("0007.png", "weight"),
        ("0011.png", "species"),
    }
    assert "" in dataset.captions("text")


def test_missing_values_can_be_kept(incomplete: Path, tmp_path: Path) -> None:
    dataset, report = prepared(incomplete, tmp_path / "out", missing="keep")
    assert len(dataset) == 12
    assert not report.missing_dropped
    assert dataset.schema.attribute("species").classes == ("(missing)", "ash", "elm")
    assert np.isnan(dataset.table["weight"].to_numpy()[7])
    assert dataset.condition([7], ["weight"])["weight"].item() == pytest.approx(dataset.schema.attribute("weight").mean)


def test_missing_values_can_become_the_mean_and_the_commonest_class(incomplete: Path, tmp_path: Path) -> None:
    dataset, _ = prepared(incomplete, tmp_path / "out", missing="mean")
    assert dataset.schema.attribute("species").classes == ("ash", "elm")
    assert dataset.table["species"].to_pylist()[4] == "ash"
    assert dataset.table["weight"].to_pylist()[7] == pytest.approx(dataset.schema.attribute("weight").mean)
