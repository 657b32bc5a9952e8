"""Folders of pictures to prepare, and preparing them so that every input is accounted for."""

from pathlib import Path

from hostile import encoded, picture
from limner.data import Dataset, prepare
from limner.data.report import Report, read_report


def write_folder(path: Path, count: int = 12, *, classes: tuple[str, ...] = ("",), size: int = 32) -> Path:
    """Writes pictures that differ, in turn into the sub-folders `classes`."""
    for index in range(count):
        place = path / classes[index % len(classes)]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index:04d}.png").write_bytes(encoded("PNG", picture(size, seed=index)))
    return path


def prepared(source: Path, out: Path, **options: object) -> tuple[Dataset, Report]:
    dataset = prepare(source, out, **options)
    report = read_report(out)
    assert report.accounted == report.inputs
    assert report.kept == len(dataset) == sum(report.splits.values())
    assert {path.name for path in out.iterdir()} == {
        "pictures.npy", "attributes.parquet", "dataset.json", "report.json", "report.html",
    }  # fmt: skip
    return dataset, report


def write_table(source: Path, rows: list[str]) -> None:
    (source / "metadata.csv").write_text("file_name,species,weight,text\n" + "\n".join(rows) + "\n")
