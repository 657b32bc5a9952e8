"""What edits ask of a model is checked before PyTorch is loaded, by what the model, or the picture, says of itself."""

from pathlib import Path

import numpy as np
import pytest

from limner.editing import parse
from limner.editing.history import open_source, save_edited
from limner.editing.request_warnings import check_edits, extrapolations_of_edits, masks_of_all
from limner.errors import ConditionError, LimnerError, PictureError, UsageError
from limner.pictures import save
from small_models import small_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    small_model("vae", "condition=[kind, age]").save(folder)
    return folder


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("photos") / "photo.png"
    save(np.full((16, 16, 3), 90, np.uint8), file)
    return file


@pytest.fixture(scope="module")
def edited(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of the model after edits."""
    file = tmp_path_factory.mktemp("edited") / "edited.png"
    save_edited(
        open_source(model, 3),
        [parse("along:pca-1,amount=0.5"), parse("select-box:left=2,top=2,width=4,height=4")],
        file,
    )
    return file


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("condition:kind=rund", ConditionError, "did you mean 'round'"),
        ("condition:kin=round", ConditionError, "did you mean 'kind'"),
        ("condition:age=old", ConditionError, "'old' is not a number"),
        ("along:pc-1", UsageError, "no direction 'pc-1'"),
        ("mix:0.5,file=gone.png", PictureError, "gone.png: no such picture"),
    ],
)
def test_what_cannot_be_asked_is_told_of_the_model_and_of_its_edited_picture(
    text: str, kind: type[LimnerError], said: str, model: Path, edited: Path, photo: Path
) -> None:
    for source, asked in ((model, text), (edited, text), (photo, f"{text},model={model}")):
        with pytest.raises(kind, match=said):
            check_edits([parse(asked)], source)


def test_an_edit_before_may_name_the_model_and_select(model: Path, photo: Path, edited: Path) -> None:
    check_edits([parse(f"encode:model={model}"), parse("condition:kind=round")], photo)
    with pytest.raises(ConditionError, match="rund"):
        check_edits([parse(f"encode:model={model}"), parse("condition:kind=rund")], photo)
    with pytest.raises(UsageError, match="condition: no model generated this picture"):
        check_edits([parse("condition:kind=round")], photo)
    with pytest.raises(UsageError, match="nothing is selected"):
        check_edits([parse("regenerate:seed=1")], model)
    check_edits([parse("regenerate:seed=1")], edited)
    check_edits([parse("select-all"), parse("regenerate:seed=1")], model)
    check_edits([parse("along:pca-1,amount=0")], photo)


def test_numbers_beyond_training_are_found_by_the_model_that_an_edit_before_names(model: Path) -> None:
    edits = [parse(f"encode:model={model}"), parse("condition:age=7.5"), parse("condition:age=7.5")]
    (found,) = extrapolations_of_edits(edits)
    assert (found.name, found.asked, found.minimum, found.maximum) == ("age", "7.5", 0, 1)
    assert extrapolations_of_edits([parse("condition:age=7.5")]) == []


def test_a_mask_that_is_white_everywhere_is_told(tmp_path: Path) -> None:
    for name, level in (("white", 255), ("half", 128)):
        save(np.full((20, 20), level, np.uint8), tmp_path / f"{name}.png")
    edits = [parse(f"select-mask:{tmp_path / name}.png") for name in ("half", "white")]
    (line,) = masks_of_all(edits)
    assert line.startswith("select-mask: ")
    assert line.endswith("white.png is white everywhere, so all of the picture is selected.")
