"""Hostile input: nothing crashes, waits, runs, is unpickled or written elsewhere; each input gets its reason."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import hostile
import hostile_sources
from limner.data.sources import open_source
from limner.data.sources.source import REASONS, Source
from limner.errors import DataError, printable
from limner.pictures import UnusablePicture, read


@pytest.fixture(autouse=True)
def _never_waits() -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError("hostile input made it wait")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(60)
    yield
    signal.alarm(0)


def outcomes(source: Source) -> Counter[tuple[str, str]]:
    """Returns how often each (name, reason) came, counting what was refused while listing and while reading."""
    found = Counter((entry.name, entry.reason) for entry in source.set_aside)
    items = 0
    for item in source.items():
        items += 1
        found[item.name, item.problem.reason if item.problem else reason_of(item.content)] += 1
    assert items == source.count
    return found


def reason_of(content: object) -> str:
    try:
        read(content)
    except UnusablePicture as error:
        return error.reason
    return hostile.OK


def everything_under(folder: Path) -> set[str]:
    return {os.path.join(place, name) for place, folders, files in os.walk(folder) for name in folders + files}  # noqa: PTH118


def test_a_folder_of_everything_hostile(tmp_path: Path) -> None:
    made = hostile.write_pictures(tmp_path / "set") | hostile.write_links(tmp_path / "set", tmp_path / "outside")
    assert len(made) > 60
    before = everything_under(tmp_path)
    found = outcomes(open_source(tmp_path / "set"))
    assert found == Counter((printable(name), reason) for name, reason in made.items())
    assert {reason for _, reason in found} <= {*REASONS, hostile.OK}
    assert everything_under(tmp_path) == before


def test_every_name_can_be_printed_and_stored(tmp_path: Path) -> None:
    hostile.write_pictures(tmp_path)
    for item in open_source(tmp_path).items():
        assert item.name.isprintable()
        assert item.name.encode("utf-8")


def test_a_link_is_never_read_through(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    hostile.write_links(tmp_path / "set", tmp_path / "outside")
    source = open_source(tmp_path / "set")
    assert list(source.items()) == []


def test_a_link_within_the_folder_is_a_picture(tmp_path: Path) -> None:
    hostile.picture().save(tmp_path / "a.png")
    (tmp_path / "b.png").symlink_to("a.png")
    assert outcomes(open_source(tmp_path)) == Counter({("a.png", hostile.OK): 1, ("b.png", hostile.OK): 1})


def test_a_linked_table_outside_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    hostile.picture().save(tmp_path / "set/a.png")
    (tmp_path / "metadata.csv").write_text("file_name,secret\na.png,1\n")
    (tmp_path / "set/metadata.csv").symlink_to("../metadata.csv")
    source = open_source(tmp_path / "set")
    assert source.columns == []
    assert [entry.reason for entry in source.set_aside] == ["link that leaves the folder"]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_of_everything_hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    path = tmp_path / f"set.{kind}"
    made = hostile_sources.write_zip(path) if kind == "zip" else hostile_sources.write_tar(path)
    expected = Counter((printable(name), reason) for name, reason in made.items())
    expected["good.png", "duplicate name"] += 1
    if kind == "zip":
        expected["../evil.png", "unsafe name"] += 0  # "..\evil.png" shows as the same name and is counted below
        names = [name for name in made if name == "../evil.png"]
        expected["../evil.png", "unsafe name"] += 2 - len(names)
    before = everything_under(tmp_path)
    assert outcomes(open_source(path)) == expected
    assert everything_under(tmp_path) == before
    assert not Path("/tmp/evil.png").exists()


def test_hostile_pictures_keep_their_reasons_inside_archives(tmp_path: Path) -> None:
    made = {name.decode("utf-8", "ignore"): value for name, value in hostile.pictures().items()}
    made = {name: value for name, value in made.items() if name.isascii() and name.isprintable()}
    (tmp_path / "a.zip").write_bytes(hostile.zipped((name, content) for name, (content, _) in made.items()))
    assert outcomes(open_source(tmp_path / "a.zip")) == Counter((name, reason) for name, (_, reason) in made.items())


def refused() -> list[str]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return sorted(hostile_sources.write_refused(Path(folder), Path(folder) / "evil"))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp("refused")
    return folder, hostile_sources.write_refused(folder / "sources", folder / "evil")


@pytest.mark.parametrize("name", refused())
def test_a_source_that_is_refused_says_so_in_one_line(sources: tuple[Path, dict[str, str]], name: str) -> None:
    folder, words = sources
    before = everything_under(folder)
    with pytest.raises(DataError) as caught:
        outcomes(open_source(folder / "sources" / name))
    assert words[name] in str(caught.value)
    assert str(folder / "sources" / name) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert everything_under(folder) == before
    assert not (folder / "evil").exists()


def test_the_pickles_would_have_worked(tmp_path: Path) -> None:
    import pickle

    pickle.loads(pickle.dumps(hostile_sources.Evil(tmp_path / "evil")))
    assert (tmp_path / "evil").is_dir()
