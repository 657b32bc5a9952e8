import json
from pathlib import Path

import numpy as np
import pytest

from limner.errors import RunError, UsageError
from limner.pictures import save
from limner.style import colour, factorial, line, texture
from limner.style.content import similarity
from limner.style.effects import CELLS, COST, FACTORS, OWN, Judge, effects
from limner.style.factors import Factors


def _pairs(strength: dict[str, dict[str, float]], count: int = 8, noise: float = 0.05) -> list[dict]:
    """Measures in which each factor lowers measures by known amounts."""
    draw = np.random.default_rng(0)
    names = [*OWN.values(), COST]
    return [
        {
            cell: {
                name: 10
                + draw.normal(0, noise)
                - sum(on * strength[f].get(name, 0) for f, on in zip(FACTORS, cell, strict=True))
                for name in names
            }
            for cell in CELLS
        }
        for _ in range(count)
    ]


def test_known_effects_are_found() -> None:
    found = effects(
        _pairs(
            {"colour": {OWN["colour"]: 4}, "line": {OWN["line"]: 2, OWN["texture"]: 1}, "texture": {OWN["texture"]: 3}}
        )
    )
    assert found.selectivity["colour"].value > 0.9
    # in standard deviations of a measure over all cells: 2 / 2 of line's, 1 and 3 of two halves of texture's
    assert found.main["line"][OWN["line"]].value == pytest.approx(2, rel=0.05)
    assert found.main["line"][OWN["texture"]].value == pytest.approx(2 / np.sqrt(10), rel=0.1)
    assert abs(found.main["colour"][OWN["texture"]].value) < 0.1
    assert abs(found.interactions["colour", "line"][OWN["colour"]].value) < 0.1


def test_interactions_are_found() -> None:
    pairs = _pairs({factor: {} for factor in FACTORS})
    for pair in pairs:
        for cell in CELLS:
            pair[cell][OWN["line"]] -= 4.0 * (cell[1] and cell[2])
    found = effects(pairs)
    assert found.interactions["line", "texture"][OWN["line"]].low > 0
    assert abs(found.interactions["colour", "line"][OWN["line"]].value) < 0.1


def test_measures_of_equal_pictures_are_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    assert (
        line.distance(picture, picture) == texture.distance(picture, picture) == colour.distance(picture, picture) == 0
    )
    assert similarity(picture, picture) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("shape", [(8, 64, 3), (33, 64, 3), (1, 200, 3)])
def test_small_pictures_are_measured(shape: tuple[int, int, int]) -> None:
    one, other = (
        np.random.default_rng(seed).integers(0, 255, size, np.uint8) for seed, size in ((0, shape), (1, (64, 64, 3)))
    )
    assert np.isfinite([texture.distance(one, other), line.distance(one, other), colour.distance(one, other)]).all()


def test_measures_see_their_own_factor_only() -> None:
    columns = np.mgrid[:96, :96][1]
    stripes = np.uint8(127 + 100 * np.sin(columns[..., None] / 5) * np.ones(3))
    turned: np.ndarray = np.ascontiguousarray(stripes.swapaxes(0, 1))
    assert line.distance(stripes, turned) > 30
    assert texture.distance(stripes, turned) < 0.02
    assert colour.distance(stripes, turned) < 1
    finer = np.uint8(127 + 100 * np.sin(columns[..., None] / 2) * np.ones(3))
    assert texture.distance(stripes, finer) > 0.5
    assert line.distance(stripes, finer) < 8
    darker = (stripes // 2).astype(np.uint8)
    assert texture.distance(stripes, darker) < 0.1
    assert colour.distance(stripes, darker) > 10


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    draw = np.random.default_rng(0)
    for name in ("contents", "styles"):
        (tmp_path / name).mkdir()
        for index in range(3):
            save(draw.integers(0, 255, (40, 48, 3), np.uint8), tmp_path / name / f"{index}.png")
    return tmp_path / "contents", tmp_path / "styles"


def test_pairs_use_every_file_before_any_twice(folders: tuple[Path, Path]) -> None:
    pairs = factorial.choose(*folders, 6)
    assert len(set(pairs)) == 6
    assert {content for content, _ in pairs[:3]} == set(folders[0].iterdir())
    assert len({style for _, style in pairs[:3]}) == 3
    assert len(factorial.choose(*folders, 100)) == 9


def test_the_page_is_made_and_taken_up_again(folders: tuple[Path, Path], tmp_path: Path) -> None:
    stylized = []

    def apply_style(content: np.ndarray, style: np.ndarray, factors: Factors) -> np.ndarray:
        stylized.append(factors)
        share = (factors.colour + factors.line + factors.texture) / 3
        return (content * (1 - share) + np.resize(style, content.shape) * share).astype(np.uint8)

    plan = factorial.Plan(factorial.choose(*folders, 3), 48, apply_style, "a test")
    out = tmp_path / "effects"
    first = factorial.run(plan, out)
    assert "What each factor changes" in (out / "report.html").read_text(encoding="utf-8")
    count = len(stylized)
    lines = (out / "cells.jsonl").read_text(encoding="utf-8").splitlines()
    (out / "cells.jsonl").write_text("\n".join([*lines[:4], lines[4][:9]]) + "\n", encoding="utf-8")
    again = factorial.run(plan, out)
    assert again.main == first.main
    assert count < len(stylized) < 2 * count
    assert all(json.loads(text) for text in lines)
    with pytest.raises(RunError, match="holds something else"):
        factorial.run(factorial.Plan(plan.pairs[:2], 48, apply_style, "a test"), out)


def test_folders_without_pictures_are_named(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="no folder"):
        factorial.choose(tmp_path / "nowhere", folders[1], 2)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="empty holds no picture"):
        factorial.choose(folders[0], tmp_path / "empty", 2)


def test_the_judge_names_what_it_measures() -> None:
    judge = Judge()
    picture = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    assert set(judge.measure(picture, picture, picture)) == set(judge.names)
