import errno
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hostile import OK, encoded, picture, write_pictures
from limner.data import Dataset, intake, prepare, workers
from limner.data.report import Report, read_report
from limner.errors import DataError, LimnerError, UsageError
from limner.files import exclusive


def _folder(path: Path, count: int = 12, *, classes: tuple[str, ...] = ("",), size: int = 32) -> Path:
    """Writes pictures that differ, in turn into the sub-folders `classes`."""
    for index in range(count):
        place = path / classes[index % len(classes)]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{index:04d}.png").write_bytes(encoded("PNG", picture(size, seed=index)))
    return path


def _prepared(source: Path, out: Path, **options: object) -> tuple[Dataset, Report]:
    dataset = prepare(source, out, **options)
    report = read_report(out)
    assert report.accounted == report.inputs
    assert report.kept == len(dataset) == sum(report.splits.values())
    assert {path.name for path in out.iterdir()} == {
        "pictures.npy", "attributes.parquet", "dataset.json", "report.json", "report.html",
    }  # fmt: skip
    return dataset, report


def test_every_hostile_file_is_accounted_for_by_its_reason(tmp_path: Path) -> None:
    expected = write_pictures(tmp_path / "source")
    dataset, report = _prepared(tmp_path / "source", tmp_path / "out", keep_duplicates=True)
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
    source = _folder(tmp_path / "source", 30, classes=("ash", "elm", "oak"))
    dataset, report = _prepared(source, tmp_path / "out")
    assert report.classes == {"label": {"ash": 10, "elm": 10, "oak": 10}}
    assert dataset.schema.label == "label"
    for row, name in enumerate(dataset.table["file_name"].to_pylist()):
        folder, file = name.split("/")
        with Image.open(source / folder / file) as image:
            assert (dataset.pictures[row] == np.asarray(image)).all()
        assert dataset.table["label"][row].as_py() == folder
        assert dataset.schema.attribute("label").classes[dataset.condition([row], ["label"])["label"]] == folder


def test_processes_make_the_same_dataset_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _folder(tmp_path / "source", 60)
    (source / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    monkeypatch.setattr(intake, "FEWEST_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 7)
    alone, one = _prepared(source, tmp_path / "alone", workers=1)
    together, two = _prepared(source, tmp_path / "together", workers=2)
    assert alone.fingerprint == together.fingerprint
    assert one == two


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _folder(tmp_path / "source", 40)
    monkeypatch.setattr(intake, "FEWEST_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 5)
    sent: list[int] = []
    exchange = workers.Worker._exchange

    def killed_now_and_then(worker: workers.Worker, message: object) -> object:
        if isinstance(message, list):
            sent.append(len(message))
            # whole chunks only: which single picture is tried again at that moment depends on the other worker
            if len(message) > 1 and sent.count(5) in (2, 5):
                worker.process.kill()
        return exchange(worker, message)

    monkeypatch.setattr(workers.Worker, "_exchange", killed_now_and_then)
    dataset, report = _prepared(source, tmp_path / "out", workers=2)
    assert len(dataset) == 40
    assert (sent.count(5), sent.count(1)) == (8, 2 * 5)
    assert not report.set_aside


def test_a_picture_that_crashes_its_decoder_is_set_aside_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _folder(tmp_path / "source", 20)
    monkeypatch.setattr(intake, "FEWEST_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 5)
    crashes = (source / "0007.png").read_bytes()
    exchange = workers.Worker._exchange

    def killed_by_one(worker: workers.Worker, message: object) -> object:
        if isinstance(message, list) and crashes in message:
            worker.process.kill()
        return exchange(worker, message)

    monkeypatch.setattr(workers.Worker, "_exchange", killed_by_one)
    dataset, report = _prepared(source, tmp_path / "out", workers=2)
    assert len(dataset) == 19
    assert [(entry["file_name"], entry["detail"]) for entry in report.set_aside_list] == [
        ("0007.png", "its decoder crashed")
    ]


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
    dataset, report = _prepared(tmp_path / "source", tmp_path / "out")
    assert (dataset.schema.height, dataset.schema.width) == chosen
    assert report.size_because != "as asked"


@pytest.mark.parametrize(("size", "shape"), [("16", (16, 16)), ("24x16", (16, 24)), (20, (20, 20)), ((9, 12), (9, 12))])
def test_a_size_is_width_by_height_as_people_write_it(tmp_path: Path, size: object, shape: tuple[int, int]) -> None:
    dataset, _ = _prepared(_folder(tmp_path / "source", 4), tmp_path / "out", size=size)
    assert dataset.pictures.shape[1:3] == shape


def test_pictures_are_grey_when_all_are_and_colour_otherwise(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for index in range(6):
        grey = picture(32, seed=index).convert("L")
        (grey.convert("RGB") if index % 2 else grey).save(source / f"{index}.png")
    grey_one, _ = _prepared(source, tmp_path / "grey")
    assert grey_one.schema.channels == 1
    picture(32, seed=9).save(source / "colour.png")
    colour_one, _ = _prepared(source, tmp_path / "colour")
    assert colour_one.schema.channels == 3
    assert (colour_one.pictures[:6] == grey_one.pictures).all()


def test_copies_are_dropped_and_reported(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 10, size=64)
    (source / "again.png").write_bytes((source / "0003.png").read_bytes())
    picture(64, seed=5).save(source / "stored as.jpg", quality=90)
    dataset, report = _prepared(source, tmp_path / "out")
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
    dataset, report = _prepared(source, tmp_path / "out", keep_duplicates=True, splits=(0.5, 0.25, 0.25))
    assert len(dataset) == 80
    assert (report.duplicates_kept, report.duplicates_dropped) == (60, 0)
    assert report.splits == {"train": 40, "validation": 20, "test": 20}
    of = dict(zip(dataset.table["file_name"].to_pylist(), dataset.table["split"].to_pylist(), strict=True))
    for index in range(20):
        assert len({split for name, split in of.items() if name.startswith(f"{index}-")}) == 1


def test_a_copy_with_another_label_is_mentioned(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 20, classes=("ash", "elm"))
    (source / "elm" / "wrong.png").write_bytes((source / "ash" / "0002.png").read_bytes())
    _, report = _prepared(source, tmp_path / "out")
    assert any("another label" in note for note in report.notes)


def _table(source: Path, rows: list[str]) -> None:
    (source / "metadata.csv").write_text("file_name,species,weight,text\n" + "\n".join(rows) + "\n")


@pytest.fixture
def incomplete(tmp_path: Path) -> Path:
    source = _folder(tmp_path / "source", 12)
    rows = [f"{index:04d}.png,{'ash' if index % 3 else 'elm'},{index / 2},picture {index}" for index in range(12)]
    rows[4] = "0004.png,,2.0,picture 4"
    rows[7] = "0007.png,ash,,picture 7"
    rows[8] = "0008.png,ash,4.0,"
    del rows[11]
    _table(source, rows)
    return source


def test_missing_values_drop_a_picture_but_missing_captions_do_not(incomplete: Path, tmp_path: Path) -> None:
    dataset, report = _prepared(incomplete, tmp_path / "out", missing="drop")
    assert len(dataset) == 9
    assert report.missing_dropped == {"species": 2, "weight": 1}
    assert {(entry["file_name"], entry["attribute"]) for entry in report.missing_list} == {
        ("0004.png", "species"),
        ("0007.png", "weight"),
        ("0011.png", "species"),
    }
    assert "" in dataset.captions("text")


def test_missing_values_can_be_kept(incomplete: Path, tmp_path: Path) -> None:
    dataset, report = _prepared(incomplete, tmp_path / "out", missing="keep")
    assert len(dataset) == 12
    assert not report.missing_dropped
    assert dataset.schema.attribute("species").classes == ("(missing)", "ash", "elm")
    assert np.isnan(dataset.table["weight"].to_numpy()[7])
    assert dataset.condition([7], ["weight"])["weight"].item() == pytest.approx(dataset.schema.attribute("weight").mean)


def test_missing_values_can_become_the_mean_and_the_commonest_class(incomplete: Path, tmp_path: Path) -> None:
    dataset, _ = _prepared(incomplete, tmp_path / "out", missing="mean")
    assert dataset.schema.attribute("species").classes == ("ash", "elm")
    assert dataset.table["species"].to_pylist()[4] == "ash"
    assert dataset.table["weight"].to_pylist()[7] == pytest.approx(dataset.schema.attribute("weight").mean)


def test_blank_and_noisy_pictures_are_kept_and_flagged(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 6)
    Image.new("RGB", (32, 32), "teal").save(source / "blank.png")
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    Image.fromarray(noise).save(source / "noise.png")
    dataset, report = _prepared(source, tmp_path / "out")
    assert len(dataset) == 8
    assert report.flagged == {"blank": 1, "noise": 1}
    assert {entry["file_name"]: entry["flag"] for entry in report.flagged_list} == {
        "blank.png": "blank",
        "noise.png": "noise",
    }


def test_a_class_with_one_picture_goes_to_train_and_is_mentioned(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 30, classes=("ash", "elm"))
    (source / "rare").mkdir()
    (source / "rare" / "one.png").write_bytes(encoded("PNG", picture(seed=99)))
    dataset, report = _prepared(source, tmp_path / "out")
    assert any("too small to stratify" in note and "rare" in note for note in report.notes)
    row = dataset.table["file_name"].to_pylist().index("rare/one.png")
    assert dataset.table["split"][row].as_py() == "train"


def test_splits_are_reproducible_by_seed(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 40)
    prints = [prepare(source, tmp_path / str(at), seed=seed).fingerprint for at, seed in enumerate((3, 3, 4))]
    assert prints[0] == prints[1] != prints[2]


def test_attributes_named_like_the_tables_own_columns_are_renamed(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 6)
    rows = [json.dumps({"file_name": f"{i:04d}.png", "split": "mine", "label": i % 2}) for i in range(6)]
    (source / "metadata.jsonl").write_text("\n".join(rows))
    dataset, _ = _prepared(source, tmp_path / "out")
    assert set(dataset.table["split_given"].to_pylist()) == {"mine"}
    assert len(dataset.split("train")) == 6 - len(dataset.split("validation")) - len(dataset.split("test"))


def test_the_report_page_stays_bounded(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 4)
    for index in range(150):
        (source / f"dot{index}.png").write_bytes(encoded("PNG", picture(4, seed=index)))
        (source / f"copy{index}.png").write_bytes((source / "0000.png").read_bytes())
    _, report = _prepared(source, tmp_path / "out")
    assert len(report.set_aside_list) == 150
    assert len(report.duplicates_list) == 150
    page = (tmp_path / "out" / "report.html").read_text()
    assert len(re.findall("<img", page)) == 1 + 60 + 60


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "no such path": (lambda path: path / "nowhere", "no such file"),
    "an empty folder": (lambda path: _empty(path / "empty"), "no files to read"),
    "one picture": (lambda path: _folder(path / "one", 1), "one picture; at least 2 usable"),
    "all damaged": (lambda path: _damaged(path / "damaged"), "none of 3 pictures (2 truncated, 1 empty)"),
    "all copies": (lambda path: _copies(path / "copies"), "--keep-duplicates"),
    "nothing complete": (lambda path: _nothing_complete(path / "rows"), "--missing drop, keep or mean"),
}


def _empty(path: Path) -> Path:
    path.mkdir()
    return path


def _damaged(path: Path) -> Path:
    path.mkdir()
    for index, content in enumerate((b"", encoded("PNG")[:60], encoded("JPEG")[:200])):
        (path / f"{index}.png").write_bytes(content)
    return path


def _copies(path: Path) -> Path:
    _folder(path, 1)
    (path / "again.png").write_bytes((path / "0000.png").read_bytes())
    return path


def _nothing_complete(path: Path) -> Path:
    _folder(path, 4)
    _table(path, ["0000.png,ash,,one", "0001.png,,2,two", "0002.png,ash,1.5,three", "0003.png,,1,four"])
    return path


@pytest.mark.parametrize("case", REFUSED)
def test_bad_sources_are_refused_in_one_line_and_leave_nothing(tmp_path: Path, case: str) -> None:
    make, words = REFUSED[case]
    (tmp_path / "in").mkdir()
    (tmp_path / "to").mkdir()
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        prepare(make(tmp_path / "in"), tmp_path / "to" / "out")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"size": "large"}, "size"),
        ({"size": 2}, "out of range"),
        ({"fit": "crops"}, "did you mean 'crop'"),
        ({"missing": "ignore"}, "drop, keep, mean"),
        ({"background": "whitish"}, "colour"),
        ({"splits": (0.8, 0.3, 0.1)}, "0.8,0.1,0.1"),
        ({"seed": -1}, "seed -1"),
        ({"workers": 0}, "workers 0"),
    ],
)
def test_bad_options_are_refused_before_any_work(tmp_path: Path, options: dict, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        prepare(_folder(tmp_path / "source", 3), tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_a_dataset_is_replaced_only_when_asked_and_anything_else_never(tmp_path: Path) -> None:
    source, out = _folder(tmp_path / "source", 6), tmp_path / "out"
    out.mkdir()
    first, _ = _prepared(source, out)
    with pytest.raises(DataError, match="--overwrite"):
        prepare(source, out)
    second, _ = _prepared(source, out, size=16, overwrite=True)
    assert second.fingerprint != first.fingerprint
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(DataError, match="not a dataset"):
        prepare(source, tmp_path / "mine", overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out", "mine"}


def test_a_failure_while_overwriting_keeps_the_old_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = _folder(tmp_path / "source", 6), tmp_path / "out"
    first, _ = _prepared(source, out)

    def fails(path: Path) -> None:
        raise OSError(errno.EIO, "the disk failed")

    monkeypatch.setattr("limner.files._sync", fails)
    with pytest.raises(DataError, match="the disk failed"):
        prepare(source, out, size=16, overwrite=True)
    assert Dataset.open(out).fingerprint == first.fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


def test_the_dataset_that_a_killed_process_was_replacing_is_put_back(tmp_path: Path) -> None:
    source, out = _folder(tmp_path / "source", 6), tmp_path / "out"
    first, _ = _prepared(source, out)
    out.rename(tmp_path / ".out.old")
    with pytest.raises(DataError, match="--overwrite"):
        prepare(source, out)
    assert Dataset.open(out).fingerprint == first.fingerprint
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


def test_a_second_process_cannot_prepare_the_same_folder(tmp_path: Path) -> None:
    source, out = _folder(tmp_path / "source", 6), tmp_path / "out"
    with exclusive(tmp_path / ".out.lock"):
        done = subprocess.run(
            [sys.executable, "-m", "limner", "prepare", str(source), str(out)], capture_output=True, text=True
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"limner: {out} is being prepared by another process")
    assert done.stderr.count("\n") == 1
    assert {path.name for path in tmp_path.iterdir()} == {"source"}


@pytest.mark.parametrize("moment", [0.3, 0.8, 1.3])
def test_prepare_after_a_killed_one_leaves_only_its_dataset(tmp_path: Path, moment: float) -> None:
    source, out = _folder(tmp_path / "source", 40), tmp_path / "out"
    command = [sys.executable, "-m", "limner", "prepare", str(source), str(out), "--overwrite"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        process.kill()
    subprocess.run(command, check=True, capture_output=True)
    assert len(Dataset.open(out)) == 40
    assert {path.name for path in tmp_path.iterdir()} == {"source", "out"}


@pytest.mark.parametrize(("source", "out"), [("a", "a"), ("a", "a/b"), ("a/b", "a"), ("a/b/../c", "a/c")])
def test_source_and_out_must_not_lie_inside_each_other(tmp_path: Path, source: str, out: str) -> None:
    for name in ("a", "a/b", "a/c"):
        _folder(tmp_path / name, 3)
    with pytest.raises(DataError, match="inside each other"):
        prepare(tmp_path / source, tmp_path / out, overwrite=True)


def test_a_dataset_is_not_prepared_again(tmp_path: Path) -> None:
    prepare(_folder(tmp_path / "source", 3), tmp_path / "out")
    with pytest.raises(DataError, match="already"):
        prepare(tmp_path / "out", tmp_path / "again")


def test_an_out_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LimnerError, match="cannot be written"):
        prepare(_folder(tmp_path / "source", 3), tmp_path / "file" / "out")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(scratch: intake.Scratch, pixels: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(intake.Scratch, "append", full)
    with pytest.raises(DataError, match="full; nothing was written"):
        prepare(_folder(tmp_path / "source", 3), tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"source"}


def test_an_interruption_leaves_nothing_and_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FEWEST_FOR_WORKERS", 1)
    monkeypatch.setattr(intake, "CHUNK_PICTURES", 4)

    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(intake.Intake, "add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare(_folder(tmp_path / "source", 40), tmp_path / "out", workers=2)
    assert {path.name for path in tmp_path.iterdir()} == {"source"}
    assert Path(f"/proc/self/task/{os.getpid()}/children").read_text().split() == []


def test_how_much_is_cropped_is_said_with_what_keeps_all(tmp_path: Path) -> None:
    folder = tmp_path / "wide"
    folder.mkdir()
    for index in range(4):
        pixels = np.random.default_rng(index).integers(0, 256, (20, 80 if index else 40, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    (note,) = _prepared(folder, tmp_path / "crop", size="20")[1].notes
    assert note.startswith(
        "4 of 4 pictures are cropped to the middle, which cuts away 75% of the area in the median, 75% at most"
    )
    assert "--fit pad or stretch" in note
    assert _prepared(folder, tmp_path / "pad", size="20", fit="pad")[1].notes == []
    (note,) = _prepared(folder, tmp_path / "shape", size="80x20")[1].notes[:1]
    assert note.startswith("1 of 4 pictures are cropped to the middle, which cuts away 50% of the area;")


def test_a_table_that_is_not_read_is_named(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source")
    (source / "labels.csv").write_text("image,class\n0000.png,a\n")
    (source / "metadata.tsv").write_text("file_name\tclass\n0000.png\ta\n")
    (note,) = _prepared(source, tmp_path / "out")[1].notes
    assert note.startswith("labels.csv, metadata.tsv are tables that were not read: attributes come from metadata.csv")
    with zipfile.ZipFile(tmp_path / "source.zip", "w") as archive:
        for file in sorted(source.iterdir()):
            archive.write(file, file.name)
    assert _prepared(tmp_path / "source.zip", tmp_path / "zipped")[1].notes == [note]


def test_what_lacks_a_value_is_said_with_both_ways_to_keep_it(tmp_path: Path) -> None:
    source = _folder(tmp_path / "source", 20)
    rows = [f"{index:04d}.png,{'ab'[index % 2] if index else ''}" for index in range(20)]
    (source / "metadata.csv").write_text("\n".join(["file_name,category", *rows]))
    _, report = _prepared(source, tmp_path / "out")
    (why,) = [details for what, _, details in report.rows() if what == "dropped"]
    assert "--missing keep" in why
    assert "--column category=none" in why
    assert f"dropped: 1 ({why})" in report.lines()
