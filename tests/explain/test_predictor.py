"""The attribute predictor and its scorers: what it learns from, what it leaves out, and what it cannot learn."""

from pathlib import Path

import numpy as np
import pytest
import torch

from limner.data import Dataset, write_dataset
from limner.errors import LimnerError, UsageError
from limner.explain.attribute_scorers import attribute_scorers, target_of
from limner.explain.predictor import AttributePredictor, complete, errors_of, train_attribute_predictor
from limner.images import from_uint8

COUNT = 200


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Pictures of one grey each: how light it is, whether it is light, and what cannot be learned."""
    light = np.random.default_rng(0).uniform(0.1, 0.9, COUNT)
    pictures = (255 * light).astype(np.uint8)[:, None, None, None].repeat(16, 1).repeat(16, 2).repeat(3, 3)
    columns = {
        "tone": ["light" if each > 0.5 else "dark" for each in light],
        "light": [None if index % 10 == 0 else float(each) for index, each in enumerate(light)],
        "constant": [1.0] * COUNT,
        "text": [f"a caption, one of many, number {index}" for index in range(COUNT)],
    }
    return write_dataset(tmp_path_factory.mktemp("data") / "greys", pictures, columns)


@pytest.fixture(scope="module")
def predictor(dataset: Dataset) -> AttributePredictor:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("limner.explain.predictor.TRAINING_STEPS", 200)
        return train_attribute_predictor(dataset, [dataset.schema.attribute(name) for name in ("tone", "light")])


def test_it_predicts_labels_and_numbers_of_new_pictures(dataset: Dataset, predictor: AttributePredictor) -> None:
    rows, truth = complete(dataset, predictor.attributes, dataset.split("test"))
    predicted = predictor.predict(np.asarray(dataset.pictures[rows]), batch=7)
    assert errors_of(predictor.attributes[0].classes, predicted["tone"], truth["tone"]).mean() < 0.3
    assert errors_of((), predicted["light"], truth["light"]).mean() < 0.1
    assert set(predictor.errors) == {"tone", "light"}
    assert 0 <= predictor.errors["light"] < 0.1


def test_rows_without_a_value_are_left_out(dataset: Dataset) -> None:
    rows, columns = complete(dataset, [dataset.schema.attribute("light")], np.arange(COUNT))
    assert len(rows) == len(columns["light"]) == COUNT * 9 // 10
    assert not (rows % 10 == 0).any()


def test_what_is_always_the_same_cannot_be_learned(dataset: Dataset) -> None:
    with pytest.raises(UsageError, match="constant: always the same in these"):
        train_attribute_predictor(dataset, [dataset.schema.attribute("constant")])


def test_scorers_are_of_numbers_that_differ_and_of_each_class(
    dataset: Dataset, predictor: AttributePredictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limner.explain.attribute_scorers.predictor_once", lambda *_: predictor)
    scorers = attribute_scorers(dataset, ["tone=light"])
    assert set(scorers) == {"tone=light", "tone=dark", "light"}
    images = from_uint8(np.array([30, 220], np.uint8)[:, None, None, None].repeat(16, 1).repeat(16, 2).repeat(3, 3))
    with torch.inference_mode():
        scores = {name: scorer(images) for name, scorer in scorers.items()}
    assert scores["light"][0] < scores["light"][1]
    assert scores["tone=light"][0] < scores["tone=light"][1]
    torch.testing.assert_close(scores["tone=light"] + scores["tone=dark"], torch.ones(2))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tones", "has no label or number 'tones'; did you mean 'tone'"),
        ("text", "has no label or number 'text'"),
        ("tone", "ask for one class of it, as tone="),
        ("light=1", "light is a number, which has no classes"),
        ("tone=red", "red"),
    ],
)
def test_what_cannot_be_scored_is_one_line(dataset: Dataset, text: str, said: str) -> None:
    with pytest.raises(LimnerError, match=said):
        target_of(dataset, text)


def test_a_dataset_without_attributes_has_no_scorers_of_them(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    assert attribute_scorers(write_dataset(tmp_path / "plain", pictures, {})) == {}
