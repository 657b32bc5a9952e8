"""What is there stays: every verb that writes refuses a name that is taken, and replaces a file where that is asked for."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from command_line import limner
from edit_command import pixels_of


def picture(path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        (["edit", "in.png", "out.png", "--op", "flip"], "out.png"),
        (["sample", "garden", "--out", "out.png"], "out.png"),
        (["sample", "garden"], "samples.png"),
        (["sample", "garden", "--walk", "walk.gif"], "walk.gif"),
        (["sample", "garden", "--sheet", "2x2", "--out", "sheet.png"], "sheet.json"),
        (["stylize", "in.png", "in.png", "--out", "out.webp"], "out.webp"),
        (["replay", "in.png"], "in-replay.png"),
        (["export", "garden"], "model.onnx"),
        (["causal", "sample", "garden"], "sample.png"),
        (["causal", "discover", ".", "--out", "graph.yaml"], "graph.yaml"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else words,
)
def test_what_is_there_stays(words: list[str], taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    picture(Path("in.png"))
    Path(taken).parent.mkdir(exist_ok=True)
    Path(taken).write_text("mine")
    line = limner(*words, code=2)
    assert line == f"limner: {taken} exists: give another name, or replace it with --overwrite."
    assert Path(taken).read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "file", "key", "what"),
    [
        (["causal", "soundness", "garden", "--data", "."], "report.json", "unchanged", "report of soundness"),
        (["evaluate", "garden", "--data", "."], "report.json", "protocol", "evaluation"),
        (["directions", "garden"], "directions.json", "directions", "folder of directions"),
        (["explain", "channels", "garden", "--attribute", "height"], "channels.json", "layer", "report of channels"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else words,
)
def test_a_report_stays_and_of_another_kind_is_never_replaced(
    words: list[str], file: str, key: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report").mkdir()
    Path("report/report.html").write_text("mine")
    for overwrite in ([], ["--overwrite"]):
        line = limner(*words, "--out", "report", *overwrite, code=2)
        assert line == f"limner: --out report exists and is no {what}: give a new folder."
    Path(f"report/{file}").write_text(f'{{"{key}": {{}}}}')
    line = limner(*words, "--out", "report", code=2)
    assert line == "limner: report/report.html exists: give another name, or replace it with --overwrite."
    assert Path("report/report.html").read_text() == "mine"


def test_a_file_is_replaced_where_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    picture(Path("in.png"))
    Path("out.png").write_text("old")
    limner("edit", "in.png", "out.png", "--op", "flip", "--overwrite")
    flipped = pixels_of(Path("out.png"))
    assert np.array_equal(flipped, pixels_of(Path("in.png"))[:, ::-1])
    limner("sample", "garden", "--n", "1", "--out", "out.png", "--overwrite")
    assert pixels_of(Path("out.png")).shape[:2] == (64, 64)


def test_a_folder_is_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("in", "out"):
        Path(folder).mkdir()
        picture(Path(folder) / "in.png")
    assert "out exists; give a new folder" in limner("edit", "in", "out", "--op", "flip", "--overwrite", code=2)
    assert "is a folder: give the name of a file" in limner(
        "edit", "in/in.png", "out", "--op", "flip", "--overwrite", code=2
    )
    assert "out exists; give a new folder" in limner(
        "sample", "garden", "--n", "1", "--out", "out", "--overwrite", code=2
    )
