"""Edits with a model: pictures stay pictures, an edit of no amount changes nothing, and all of it is replayed or refused."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from edit_command import pixels_of, run_edit
from limner.editing import Canvas, apply, from_list, parse, to_list
from limner.editing.history import open_source, save_edited
from limner.editing.latent_space import load_for_editing
from limner.editing.operation import KnownLatent
from limner.errors import LimnerError, PictureError
from limner.methods import Latent
from limner.pictures import read_provenance
from limner.replay import replay
from limner.tensors import save_tensors
from small_models import small_model

BOX = "select-box:left=10,top=10,width=30,height=20,feather=2"
TEXTS = {
    "encode": "encode:model={model},steps=3",
    "encode by the latent alone": "encode:details=none,model={model},steps=2",
    "along": "along:direction=sefa-1,amount=4,model={model},steps=2",
    "condition": "condition:kind=long,condition={{kind: round}},model={model},steps=2",
    "mix": "mix:share=0.6,file={other},model={model},steps=2",
    "mix with a seed": "mix:share=0.6,seed=4,model={model},steps=2",
    "regenerate": "regenerate:seed=1,model={model},steps=2",
}
IDLE = ("along:direction=pca-1,amount=0,model=gone", "mix:share=0,seed=1,model=gone")


@pytest.fixture(autouse=True)
def _few_candidates_compared_at_small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limner.editing.inversion.CANDIDATES", 8)
    monkeypatch.setattr("limner.editing.latent_computation.CANDIDATES", 4)
    monkeypatch.setattr("limner.editing.directions.NUM_SAMPLES", 32)
    monkeypatch.setattr("limner.features.likeness.SIDES", (32, 128))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "model"
    small_model().save(folder)
    return folder


@pytest.fixture
def names(model: Path, opaque: np.ndarray, tmp_path: Path) -> dict[str, str]:
    Image.fromarray(opaque[::-1]).save(tmp_path / "other.png")
    Image.fromarray(opaque).save(tmp_path / "photo.png")
    return {"model": str(model), "other": str(tmp_path / "other.png"), "photo": str(tmp_path / "photo.png")}


@pytest.mark.parametrize("name", TEXTS)
def test_a_photograph_of_another_size_stays_a_picture(name: str, picture: np.ndarray, names: dict[str, str]) -> None:
    before, canvas = picture.copy(), parse(BOX).apply(Canvas(picture))
    edit = parse(TEXTS[name].format(**names))
    after = edit.apply(canvas)
    assert after.pixels.dtype == np.uint8
    assert after.pixels.shape == picture.shape
    assert not np.array_equal(after.pixels, picture)
    assert np.array_equal(after.pixels[..., 3:], picture[..., 3:]), "opacity changes"
    assert np.array_equal(after.pixels[:, 50:], picture[:, 50:]), "what is not selected changes"
    assert np.array_equal(picture, before), "the picture that was given is written into"
    assert from_list(to_list([edit])) == [edit]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_models_of_any_channels_edit_grey_and_colour(channels: int, opaque: np.ndarray, tmp_path: Path) -> None:
    small_model("vae", channels=channels).save(tmp_path / "model")
    for pixels in (opaque, opaque[..., :1].repeat(3, 2)):
        after = apply([parse(f"along:direction=sefa-1,amount=4,model={tmp_path / 'model'},steps=2")], pixels)
        assert after.shape == (48, 64, max(3, channels))
        assert not np.array_equal(after[..., :3], pixels)


@pytest.mark.parametrize("text", IDLE)
def test_an_edit_of_no_amount_changes_nothing(text: str, picture: np.ndarray) -> None:
    assert np.array_equal(apply([parse(text)], picture), picture)


def test_all_the_way_to_another_picture_is_that_picture(opaque: np.ndarray, names: dict[str, str]) -> None:
    after = apply([parse("mix:share=1,file={other},model={model},steps=2".format(**names))], opaque)
    assert np.abs(after.astype(int) - opaque[::-1]).max() <= 1


def test_a_model_s_own_picture_has_a_known_latent(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "limner.editing.latent_computation.invert", lambda *_, **__: pytest.fail("a known latent needs no inversion")
    )
    source, opened = open_source(model, seed=7), load_for_editing(model)
    sample = opened.sample(1, seed=7)[0]
    assert np.array_equal(apply([parse("encode")], source.pixels, source.latent), sample)
    other = opened.sample(1, seed=9)[0]
    assert np.abs(apply([parse("mix:share=1,seed=9")], source.pixels, source.latent).astype(int) - other).max() <= 1
    there_and_back = [parse("along:direction=pca-2,amount=1.5"), parse("along:direction=pca-2,amount=-1.5")]
    assert np.abs(apply(there_and_back, source.pixels, source.latent).astype(int) - sample).max() <= 1


def test_a_model_s_own_picture_under_another_condition_is_what_it_generates_then(model: Path) -> None:
    source, opened = open_source(model, seed=7), load_for_editing(model)
    own = opened.sample_latents(1, seed=7)
    kind = next(
        one for one in ("long", "round") if int(own.condition["kind"]) != int(opened.resolve({"kind": one})["kind"])
    )
    expected = opened.generate(Latent(own.values, opened.resolve({"kind": kind})))[0]
    after = apply([parse(f"condition:kind={kind}")], source.pixels, source.latent)
    assert not np.array_equal(expected, source.pixels)
    assert np.abs(after.astype(int) - expected).max() <= 1
    written_out = parse(f"condition:values={{kind: {kind}}}")
    assert np.array_equal(after, apply([written_out], source.pixels, source.latent))


def test_a_photograph_under_the_condition_that_it_has_stays_as_it_is(opaque: np.ndarray, names: dict[str, str]) -> None:
    text = "condition:kind=round,condition={{kind: round}},model={model},steps=2".format(**names)
    assert np.abs(apply([parse(text)], opaque).astype(int) - opaque).max() <= 1


def test_a_latent_counts_only_for_the_pixels_that_it_generates(model: Path) -> None:
    source = open_source(model, seed=7)
    canvas = Canvas(source.pixels, last_latent=source.latent)
    assert canvas.valid_latent is source.latent
    assert parse("exposure:0").apply(canvas).valid_latent is source.latent
    assert parse("exposure:1").apply(canvas).valid_latent is None
    encoded = parse(f"encode:model={model},steps=1").apply(parse("exposure:1").apply(canvas))
    assert isinstance(encoded.valid_latent, KnownLatent)
    assert parse("blur:2").apply(encoded).valid_latent is None


def test_inversion_is_done_once(names: dict[str, str], opaque: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    first = parse(TEXTS["along"].format(**names)).apply(Canvas(opaque))
    assert first.valid_latent
    assert not first.valid_latent.exact
    monkeypatch.setattr("limner.editing.latent_computation.invert", lambda *_, **__: pytest.fail("it was found before"))
    back = parse("along:direction=sefa-1,amount=-4").apply(first)
    assert np.abs(back.pixels.astype(float) - opaque).mean() < np.abs(first.pixels.astype(float) - opaque).mean()


def test_what_is_regenerated_follows_its_seed_and_needs_a_selection(opaque: np.ndarray, names: dict[str, str]) -> None:
    def regenerated(seed: int) -> np.ndarray:
        return apply([parse(BOX), parse(f"regenerate:seed={seed},model={names['model']},steps=1")], opaque)

    assert np.array_equal(regenerated(1), regenerated(1))
    assert not np.array_equal(regenerated(1), regenerated(2))
    with pytest.raises(LimnerError, match="nothing is selected"):
        apply([parse(f"regenerate:model={names['model']}")], opaque)


@pytest.mark.parametrize("name", TEXTS)
def test_an_edited_photograph_is_replayed_and_marked(name: str, names: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    run_edit(names["photo"], out, "--op", BOX, "--op", TEXTS[name].format(**names))
    assert replay(out)[1] == 0
    provenance = read_provenance(out)
    assert provenance["ai_generated"]
    assert provenance["read"][names["model"]] == load_for_editing(Path(names["model"])).digest
    run_edit(out, tmp_path / "back.png", "--undo")
    assert not read_provenance(tmp_path / "back.png")["ai_generated"]


def test_a_model_s_picture_is_edited_from_the_command_line_and_replayed(model: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    run_edit(model, out, "--seed", 7, "--op", "along:direction=sefa-1,amount=3", "--op", "scale:2")
    assert pixels_of(out).shape == (32, 32, 3)
    assert replay(out)[1] == 0
    assert "name one with model=FOLDER" in run_edit(out, tmp_path / "two.png", "--op", "along:sefa-1")


@pytest.mark.parametrize("name", ["mix", "paste", "select", "fill"])
def test_what_an_edit_read_must_be_what_it_was(name: str, names: dict[str, str], tmp_path: Path) -> None:
    texts = {
        "mix": TEXTS["mix"].format(**names),
        "paste": f"paste:{names['other']}",
        "select": f"select-mask:{names['other']}",
        "fill": f"fill:{names['other']}",
    }
    if name == "select":
        Image.open(names["other"]).convert("L").save(names["other"])
    out, other = tmp_path / "out.png", Path(names["other"])
    run_edit(names["photo"], out, "--op", texts[name], "--op", "flip")
    assert replay(out)[1] == 0
    Image.new("RGB", (64, 48), "teal").save(other)
    for refused in (lambda: replay(out), lambda: save_edited(open_source(out), [], tmp_path / "new.png")):
        with pytest.raises(PictureError, match="read another"):
            refused()
    other.unlink()
    assert "is not there; put it back" in run_edit(out, tmp_path / "new.png", "--undo")
    run_edit(names["photo"], out, "--op", "flip", "--overwrite")
    assert not read_provenance(out)["read"]


def test_another_model_than_edited_is_refused(names: dict[str, str], tmp_path: Path) -> None:
    out, model = tmp_path / "out.png", tmp_path / "model"
    small_model().save(model)
    run_edit(names["photo"], out, "--op", f"encode:model={model},steps=3")
    assert replay(out)[1] == 0
    small_model(seed=1).save(model)
    with pytest.raises(PictureError, match="read another"):
        replay(out)
    run_edit(out, tmp_path / "back.png", "--undo")  # what is undone need not be there


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("encode", "no model generated this picture"),
        ("encode:model=gone", "no such model"),
        ("along:direction=up,model={model}", "no direction 'up'"),
        ("along:direction=pca-99,model={model}", "did you mean 'pca-"),
        ("along:direction=pca-1,directions=gone,model={model}", "limner directions"),
        ("along:model={model}", "direction: "),
        ("mix:model={model}", "by file=PICTURE or by seed=NUMBER"),
        ("mix:seed=1,file=a.png,model={model}", "by file=PICTURE or by seed=NUMBER"),
        ("mix:share=2,seed=1,model={model}", "share: "),
        ("mix:file=gone.png,model={model},steps=0", "gone.png"),
        ("encode:model={model},condition={{kind: squar}}", "did you mean 'square'"),
        ("condition:kind=squar,model={model}", "did you mean 'square'"),
        ("condition:kin=square,model={model}", "did you mean 'kind'"),
        ("condition:model={model}", "condition:model"),
    ],
)
def test_what_cannot_be_done_is_one_line(text: str, line: str, names: dict[str, str], tmp_path: Path) -> None:
    said = run_edit(names["photo"], tmp_path / "out.png", "--op", text.format(**names))
    assert line in said
    assert "\n" not in said
    assert not (tmp_path / "out.png").exists()


def test_a_model_without_a_decoder_edits_nothing(opaque: np.ndarray, tmp_path: Path) -> None:
    small_model("noise", "condition=none").save(tmp_path / "noise")
    with pytest.raises(LimnerError, match="has no decoder"):
        apply([parse(f"encode:model={tmp_path / 'noise'}")], opaque)
    assert open_source(tmp_path / "noise").latent is None


def test_a_condition_beyond_what_was_seen_is_said(names: dict[str, str], tmp_path: Path) -> None:
    small_model("gan", "condition=[age]").save(tmp_path / "of-age")
    text = f"encode:model={tmp_path / 'of-age'},steps=0,condition={{age: 55}}"
    said = run_edit(names["photo"], tmp_path / "old.png", "--op", text)
    assert "age = 55: the training pictures have 0 to 1" in said
    said = run_edit(names["photo"], tmp_path / "young.png", "--op", text.replace("55", "0.5"))
    assert "training pictures" not in said
    asked = f"condition:age=55,model={tmp_path / 'of-age'},steps=0"
    said = run_edit(names["photo"], tmp_path / "changed.png", "--op", asked)
    assert "age = 55: the training pictures have 0 to 1" in said


def test_a_direction_that_is_not_written_is_answered_with_what_writes_it(names: dict[str, str], tmp_path: Path) -> None:
    model = tmp_path / "of-two"
    small_model().save(model)
    asked = ("--op", f"along:direction=smile,model={model}")
    said = run_edit(names["photo"], tmp_path / "out.png", *asked)
    assert f"write it with: limner directions {model} --attribute smile, and add directions={model}/directions" in said
    steps = {"up": torch.ones(6), "kind=long": torch.ones(6)}
    save_tensors(model / "directions" / "directions.safetensors", steps, {"model": load_for_editing(model).digest})
    said = run_edit(names["photo"], tmp_path / "out.png", *asked)
    assert said.endswith(f"with directions={model}/directions there are kind=long, up.")
    assert said == run_edit(model, tmp_path / "out.png", "--op", "along:smile")
    said = run_edit(model, tmp_path / "out.png", "--op", f"along:upp,directions={model}/directions")
    assert said == f"{model}/directions has no direction 'upp'; did you mean 'up'?"
