"""Faults 10 to 18: archives, tables and arrays that were damaged, or made to do harm."""

import resource
import time
import zipfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hostile
import hostile_sources
from command_line import limner
from promise import everything_in, fails, prepared, unchanged, write_good


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder deep within an empty one: what a name leads out to can be seen."""
    folder = tmp_path / "a" / "b" / "work"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder of sources that are refused as a whole, and {file name: words of the line}; unpickled, they make `evil`."""
    folder = tmp_path_factory.mktemp("refused")
    return folder, hostile_sources.write_refused(folder / "sources", folder / "evil")


def _refuses(refused: tuple[Path, dict[str, str]], *kinds: str, but: str = "-") -> None:
    """Checks that each source whose name ends in one of `kinds` is refused with its words, and runs nothing."""
    folder, words = refused
    names = [name for name in words if name.endswith(kinds) and not name.startswith(but)]
    assert len(names) >= 3
    for name in names:
        source = folder / "sources" / name
        line = fails(folder, "prepare", source, folder / "out", progress="prepare: ")
        assert words[name] in line, name
        assert name in line
    assert not (folder / "evil").exists()


def test_fault_10_names_in_a_zip_lead_out_of_it(work: Path, tmp_path: Path) -> None:
    made = hostile_sources.write_zip(work / "set.zip")
    dataset, report = prepared(work / "set.zip", work / "out")
    assert sorted(dataset.table["file_name"].to_pylist()) == ["fine.png", "good.png"]
    unsafe = sum(reason == "unsafe name" for reason in made.values())
    assert unsafe >= 4
    assert report.set_aside["unsafe name"] == unsafe + 1  # two names are written in one way
    assert {path.parts[:3] for path in map(Path, everything_in(tmp_path))} <= {("a",), ("a", "b"), ("a", "b", "work")}
    assert not Path("/tmp/evil.png").exists()


def test_fault_11_an_archive_unpacks_to_more_than_fits(refused: tuple[Path, dict[str, str]]) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    folder, words = refused
    for name in ("bomb.zip", "bomb.tar.gz", "claims.zip", "billions.zip", "long-name.tar"):
        assert words[name] in fails(folder, "prepare", folder / "sources" / name, folder / "out")
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_fault_12_an_archive_is_locked_with_a_password(work: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(work / "locked.zip", "w") as archive:
        for seed in range(4):
            archive.writestr(f"{seed}.png", hostile.encoded("PNG", hostile.picture(seed=seed)))
            archive.filelist[-1].flag_bits |= 1
    line = fails(tmp_path, "prepare", work / "locked.zip", work / "out", progress="prepare: ")
    assert "4 encrypted" in line


def test_fault_13_links_and_devices_in_a_tar(work: Path, tmp_path: Path) -> None:
    made = hostile_sources.write_tar(work / "set.tar")
    dataset, report = prepared(work / "set.tar", work / "out")
    assert sorted(dataset.table["file_name"].to_pylist()) == ["fine.png", "good.png"]
    expected = Counter(reason for reason in made.values() if reason != hostile.OK) + Counter(["duplicate name"])
    assert report.set_aside == dict(expected)
    assert not list(tmp_path.rglob("evil.png"))
    assert not Path("/tmp/evil.png").exists()


def test_fault_14_an_archive_ends_in_the_middle(refused: tuple[Path, dict[str, str]]) -> None:
    _refuses(refused, ".zip", ".tar", ".tar.gz", but="bomb")


def test_fault_15_a_parquet_file_is_damaged(refused: tuple[Path, dict[str, str]]) -> None:
    _refuses(refused, ".parquet")


def test_fault_15_rows_without_a_picture_are_set_aside(work: Path) -> None:
    good = [hostile.encoded("PNG", hostile.picture(16, seed=seed)) for seed in range(4)]
    pq.write_table(pa.table({"image": [*good, None, b"", good[0][:60], b"text"]}), work / "set.parquet")
    dataset, report = prepared(work / "set.parquet", work / "out")
    assert len(dataset) == 4
    assert sum(report.set_aside.values()) == 4


def test_fault_16_arrays_are_pickles_that_run_code(refused: tuple[Path, dict[str, str]]) -> None:
    _refuses(refused, ".npy", ".npz")


def test_fault_17_rows_of_a_table_do_not_fit_its_pictures(work: Path) -> None:
    write_good(work / "set")
    rows = [f"good-{seed}.png,kind-{seed % 2}" for seed in range(6)]
    wrong = [
        "good-0.png,kind-0,one more",
        "good-1.png,kind-0",
        "nowhere.png,kind-1",
        "../../evil.png,kind-1",
        ",kind-1",
    ]
    (work / "set" / "metadata.csv").write_text("\n".join(["file_name,kind", *rows, *wrong]))
    dataset, report = prepared(work / "set", work / "out")
    assert sum(report.set_aside.values()) == len(wrong)
    kinds = dict(zip(dataset.table["file_name"].to_pylist(), dataset.captions("kind"), strict=True))
    assert kinds == {f"good-{seed}.png": f"kind-{seed % 2}" for seed in range(6)}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"kind\nround\n", "no column file_name"),
        (b"file_name,kind,kind\ngood-0.png,round,long\n", "two columns called kind"),
        (b"file_name,kind\ngood-0.png,\xff\xfe\n", "not UTF-8"),
        (b'file_name,kind\ngood-0.png,"' + b"x" * 200_000 + b'"\n', "line"),
    ],
    ids=["no file names", "column twice", "not UTF-8", "endless value"],
)
def test_fault_17_a_table_cannot_be_read(work: Path, tmp_path: Path, table: bytes, said: str) -> None:
    write_good(work / "set")
    (work / "set" / "metadata.csv").write_bytes(table)
    line = fails(tmp_path, "prepare", work / "set", work / "out")
    assert said in line
    assert "metadata.csv" in line


def test_fault_18_names_speak_to_the_terminal(work: Path, tmp_path: Path) -> None:
    write_good(work / "set")
    for name in ("\x1b[2J\x1b]0;owned\x07.png", "new\nline.png", "\u202egpj.png", "\udcff\udcfe.png"):
        (work / "set" / name).write_bytes(hostile.encoded("PNG")[:60])
    with unchanged(work / "set"):
        said = limner("prepare", work / "set", work / "out", "--workers", "1")
    assert said.replace("\n", "").isprintable()
    assert all(ord(letter) >= 32 or letter == "\n" for letter in (work / "out" / "report.html").read_text())
    for name in ("\x1b[2J.png", "a\nb.png"):
        for verb in (["edit", work / name, "x.png", "--op", "flip"], ["sample", work / name], ["replay", work / name]):
            assert fails(tmp_path, *verb).isprintable()
