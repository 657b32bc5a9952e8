"""From sprites on nothing to sprites on nothing: prepared, trained, sampled, edited, exported and served, without a halo."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from asking import TestClient, content_of, serving
from command_line import limner
from limner import evaluate, load
from limner.pictures import composed, open_pixels, save
from limner.replay import replay


def _ball(seed: int) -> np.ndarray:
    """Returns a ball of one colour with a soft edge, on nothing, uint8 (32, 32, 4)."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[:32, :32]
    middle, radius = random.uniform(13, 19, 2), random.uniform(6, 11)
    alpha = np.clip(radius - np.hypot(rows - middle[0], columns - middle[1]) + 0.5, 0, 1)
    colour = np.array([200, 40, 40]) + random.integers(-40, 40, 3)
    pixels = np.concatenate([np.broadcast_to(colour, (32, 32, 3)), 255 * alpha[..., None]], 2)
    return (pixels * (alpha[..., None] > 0)).astype(np.uint8)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VAE that has seen balls for a little while."""
    folder = tmp_path_factory.mktemp("sprites")
    (folder / "balls").mkdir()
    for seed in range(120):
        save(_ball(seed), folder / "balls" / f"{seed}.png")
    limner("prepare", folder / "balls", folder / "data")
    settings = ["--set", "method.encoder.widths=[16, 32]", "--set", "method.decoder.widths=[32, 16]"]
    settings += ["--set", "method.flow.width=64", "--set", "method.flow.steps=1"]  # of which an export has few to trace
    limner("train", folder / "data", "--recipe", "vae", "--pictures", "5000", "--out", folder / "run", *settings)
    return folder / "run"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _check_is_a_ball(pixels: np.ndarray) -> None:
    """A ball is opaque inside, nothing is around it, and no edge is darker or brighter than it on any ground."""
    assert pixels.shape == (32, 32, 4)
    alpha = pixels[..., 3].astype(int)
    assert (alpha[[0, 0, -1, -1], [0, -1, 0, -1]] < 40).all()
    assert (pixels[alpha == 0] == 0).all()
    assert (alpha == 255).mean() > 0.1
    inside = np.median(pixels[alpha == 255][:, :3], 0)
    edge = pixels[(alpha > 25) & (alpha < 230)][:, :3]
    assert np.abs(edge.mean(0) - inside).max() < 60, "a halo"


def test_samples_have_clean_alpha_and_lie_on_any_ground(run: Path, tmp_path: Path) -> None:
    limner("sample", run, "--n", "1", "--out", "ball.png")
    ball = open_pixels(tmp_path / "ball.png")
    _check_is_a_ball(ball)
    limner("sample", run, "--n", "1", "--out", "blue.png", "--background", "#2040a0")
    assert np.array_equal(open_pixels(tmp_path / "blue.png"), composed(ball, "#2040a0"))
    limner("sample", run, "--n", "4", "--out", "grid.png")
    limner("sample", run, "--n", "3", "--out", "folder", "--background", "teal")
    for name in ("ball.png", "blue.png", "grid.png", "folder/sample-000002.png"):
        assert replay(tmp_path / name)[1] == 0
    limner("sample", run, "--walk", "walk.gif", "--background", "teal")


def test_edits_and_styles_leave_nothing_as_nothing(run: Path, tmp_path: Path) -> None:
    limner("edit", run, "--seed", "3", "--op", "along:direction=pca-1,amount=1", "--op", "exposure:0.2", "e.png")
    edited = open_pixels(tmp_path / "e.png")
    _check_is_a_ball(edited)
    assert replay(tmp_path / "e.png")[1] == 0
    limner("edit", "e.png", "--op", "encode:model=" + str(run) + ",steps=20", "again.png")
    again = open_pixels(tmp_path / "again.png")
    ours, theirs = edited[..., 3] > 127, again[..., 3] > 127
    assert (ours & theirs).sum() / (ours | theirs).sum() > 0.9, "the outline is not found again"
    limner("edit", "e.png", "--op", "scale:4", "large.png")
    save(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8), tmp_path / "style.png")
    limner("stylize", "large.png", "style.png", "--steps", "0.1", "--out", "styled.png")
    assert np.array_equal(open_pixels(tmp_path / "styled.png")[..., 3], open_pixels(tmp_path / "large.png")[..., 3])


def test_evaluation_export_and_reports_take_them(run: Path, tmp_path: Path) -> None:
    evaluation = evaluate([run], run.parent / "data", n=32, only=["distances"], with_training_pictures=False)
    assert "data:image/png" in evaluation._repr_html_()
    limner("export", run, "--out", "ball.onnx")
    assert np.abs(load(run, runtime="onnx").sample(2).astype(int) - load(run).sample(2)).max() <= 2


@pytest.fixture
def studio(run: Path, tmp_path: Path) -> Iterator[TestClient]:
    with serving(run, tmp_path / "home") as client:
        yield client


def test_the_server_sends_them_with_alpha(run: Path, studio: TestClient, tmp_path: Path) -> None:
    answer = studio.post("/v1/images/generations", json={"model": "run", "seed": 5})
    (tmp_path / "answer.png").write_bytes(content_of(answer, 0))
    assert np.array_equal(open_pixels(tmp_path / "answer.png"), load(run).sample(1, seed=5)[0])
    with studio.websocket_connect("ws://localhost/v1/live") as live:
        live.send_json({"id": 1, "kind": "sample", "model": "run", "seed": 5})
        frame = live.receive_bytes()
    assert frame[4 + int.from_bytes(frame[:4]) :].startswith(b"\x89PNG")
