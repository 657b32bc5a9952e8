import base64
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image

from limner.errors import ModelError, RunError, UsageError
from limner.pictures import save
from limner.style import colour
from limner.style.factors import Factors
from limner.style.instant import load_model
from limner.style.instant.names import FILE
from limner.style.instant.network import InstantNetwork
from limner.style.instant.train import Training, train
from limner.training.checkpoint import Checkpoints


@pytest.fixture(scope="module")
def styles(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("styles")
    rows, columns = np.mgrid[:176, :192]
    for name, wave in (("stripes", np.sin(columns / 4)), ("rings", np.sin(np.hypot(rows - 80, columns - 90) / 5))):
        save(np.uint8(wave[..., None] * [60, 90, 40] + [120, 110, 90]), folder / f"{name}.png")
    return [folder / "stripes.png", folder / "rings.png"]


@pytest.fixture(scope="module")
def run(styles: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("instant") / "run"
    train(styles, out, 0.03)
    return out


def _content() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (50, 67, 3), np.uint8)


def test_a_run_leaves_a_model_a_sheet_and_its_state(run: Path, styles: list[Path]) -> None:
    assert {"instant.safetensors", "sheet.png", "checkpoints", "run.json"} <= {path.name for path in run.iterdir()}
    assert list(load_model(run).styles) == ["stripes", "rings"]


def test_a_small_copy_of_each_style_goes_with_the_model(run: Path, styles: list[Path]) -> None:
    for name, palette in load_model(run).styles.items():
        small = np.asarray(Image.open(BytesIO(base64.b64decode(palette.thumbnail))))
        assert small.shape == (72, 72, 3)
        assert np.abs(colour.colours(small).mean - np.array(palette.mean)).max() < 4, name


def test_it_paints_any_size_in_the_colours_of_the_style(run: Path, styles: list[Path]) -> None:
    model, content = load_model(run), _content()
    stylized = model.stylize(content, "stripes", Factors())
    assert stylized.shape == content.shape
    assert stylized.dtype == np.uint8
    found, request = colour.colours(stylized).mean, np.array(model.styles["stripes"].mean)
    assert np.abs(found - request).max() < 4
    assert not np.array_equal(stylized, model.stylize(content, "rings", Factors()))


def test_factors_off_leave_the_picture(run: Path) -> None:
    model, content = load_model(run), _content()
    assert model.stylize(content, "rings", Factors(0, 0, 0)) is content
    kept = model.stylize(content, "rings", Factors(colour=0))
    assert np.abs(colour.colours(kept).mean - colour.colours(content).mean).max() < 2


def test_one_run_is_trained_by_one_process(styles: list[Path], run: Path) -> None:
    with FileLock(run / ".lock"), pytest.raises(RunError, match="another process is training there"):
        train(styles, run, 0.04)
    assert load_model(run).styles


def test_going_on_computes_what_was_never_stopped(styles: list[Path], tmp_path: Path) -> None:
    from limner.style.instant.train import Teacher

    picture = np.asarray(np.random.default_rng(1).integers(0, 255, (176, 180, 3), np.uint8))
    teacher = Teacher([picture, picture[::-1]], [picture], seed=0)
    whole, first, second = (Training(2, 0) for _ in range(3))
    for _ in range(3):
        whole.learn(teacher, 0.0)
    for _ in range(2):
        first.learn(teacher, 0.0)
    Checkpoints(tmp_path).save(first.step, first.state())
    Checkpoints(tmp_path).load(second.restore)
    second.learn(teacher, 0.0)
    for name, tensor in whole.network.state_dict().items():
        assert torch.equal(tensor, second.network.state_dict()[name]), name
        assert torch.equal(whole.average.network.state_dict()[name], second.average.network.state_dict()[name]), name


def test_learning_lowers_the_objective(monkeypatch: pytest.MonkeyPatch) -> None:
    from limner.style.instant.train import Teacher

    monkeypatch.setattr("limner.style.instant.train.CROP_SIDE", 96)
    monkeypatch.setattr("limner.style.instant.train.WARMUP_STEPS", 8)
    draw = np.random.default_rng(2)
    style = np.kron(draw.integers(0, 255, (22, 22, 3), np.uint8), np.ones((8, 8, 1), np.uint8))
    teacher = Teacher([style], [draw.integers(90, 160, (170, 170, 3), np.uint8)], seed=0)
    training, sample = Training(1, 0), replace(teacher.sample(0), line=1.0, texture=1.0)
    teacher.sample = lambda step: sample  # type: ignore[method-assign]
    values = [training.learn(teacher, 0.0) for _ in range(30)]
    assert np.mean(values[-5:]) < 0.95 * values[0]


def test_another_run_is_not_touched(run: Path, styles: list[Path]) -> None:
    with pytest.raises(RunError, match="no run of these styles"):
        train(styles[:1], run, 0.01)


@pytest.mark.parametrize("damage", ["missing", "cut", "foreign"])
def test_damaged_models_are_named(damage: str, run: Path, tmp_path: Path) -> None:
    file = tmp_path / FILE
    if damage == "cut":
        file.write_bytes((run / FILE).read_bytes()[:-7])
    if damage == "foreign":
        file.write_bytes(next((run / "checkpoints").iterdir()).read_bytes())
    with pytest.raises(ModelError, match="no model of styles"):
        load_model(tmp_path)


def test_mistakes_are_named(run: Path, styles: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no style 'ring'; did you mean 'rings'"):
        load_model(run).stylize(_content(), "ring", Factors())
    with pytest.raises(UsageError, match="two styles are called 'rings'"):
        train([styles[1], styles[1]], tmp_path / "out", 0.01)
    with pytest.raises(UsageError, match="no folder of pictures"):
        train(styles, tmp_path / "other", 0.01, tmp_path / "nowhere")
    assert not (tmp_path / "out").exists()


def test_the_network_takes_mixtures() -> None:
    network = InstantNetwork(3)
    shares = torch.tensor([[0.2, 0.3, 0.5]])
    assert network(torch.zeros(1, 3, 33, 46), shares, torch.ones(1), torch.zeros(1)).shape == (1, 3, 33, 46)


def test_a_model_comes_with_limner() -> None:
    from limner.style.instant.names import SHIPPED

    assert SHIPPED.stat().st_size <= 3_000_000
    model = load_model()
    draw = np.random.default_rng(0)
    content = np.kron(draw.integers(40, 220, (8, 10, 3), np.uint8), np.ones((12, 12, 1), np.uint8))
    for name in model.styles:
        stylized = [model.stylize(content, name, Factors(texture=share)) for share in (1.0, 1.0, 0.0)]
        assert np.array_equal(stylized[0], stylized[1])
        assert not np.array_equal(stylized[0], stylized[2])
