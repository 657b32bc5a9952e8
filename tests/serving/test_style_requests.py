"""Styles by HTTP: at once by an instant model, or as a job."""

from pathlib import Path

import pytest

from asking import TestClient, apart, content_of, error_of, handed_in, photo, picture_of, pixels_of, reaches, serving
from limner.pictures import read_provenance
from limner.style.factors import Factors
from limner.style.instant import load_model


def test_at_once_is_what_the_library_paints(client: TestClient, tmp_path: Path) -> None:
    model, picture = load_model(), handed_in(client, photo(48, 64))
    one, other = list(model.styles)[:2]
    styles = [{"style": one, "weight": 3}, {"style": other}]
    asked = {"picture": picture, "model": "limner", "styles": styles, "colour": 0.5, "texture": 0.2}
    answer = client.post("/v1/stylize", json=asked)
    library = model.stylize(photo(48, 64), {one: 3.0, other: 1.0}, Factors(0.5, 1.0, 0.2))
    assert apart(picture_of(answer), library) == 0
    (tmp_path / "styled.png").write_bytes(content_of(answer))
    provenance = read_provenance(tmp_path / "styled.png")
    assert [source["style"] for source in provenance["stylization"]["styles"]] == [one, other]
    assert picture_of(client.post("/v1/stylize", json=asked | {"size": 32})).shape == (24, 32, 3)


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"styles": []}, 422, "name one that 'limner' has"),
        ({"styles": [{"style": "munch-the-screem"}]}, 422, "did you mean 'munch-the-scream-1893'"),
        ({"mask": "x"}, 422, "mask"),
        ({"line_from": [{"style": "x"}]}, 422, "line_from"),
        ({"styles": [{"style": "munch-the-scream-1893", "weight": 0}]}, 422, "weight"),
        ({"styles": [{"style": "munch-the-scream-1893", "weight": 1e300}]}, 422, "weight"),
        ({"model": "gan"}, 422, "of kind image"),
        ({"model": "rose"}, 404, "rose"),
        ({"size": 31}, 422, "size"),
        ({"size": "small"}, 422, "size"),
        ({"colour": 1.1}, 422, "colour"),
        ({"model": None, "styles": [{"style": "http://localhost/x.png"}]}, 404, "no picture has the id"),
        ({"look": "pen"}, 422, "model: a look needs none"),
        ({"model": None, "look": "pen"}, 422, "styles: a look needs none"),
        ({"model": None, "styles": [], "look": "pn"}, 422, "there is no look 'pn'; did you mean 'pen'"),
        ({"model": None, "styles": [], "look": "pen", "strength": 2}, 422, "strength"),
        ({"model": None, "styles": [{"style": "/etc/passwd"}]}, 404, "no picture has the id"),
    ],
)
def test_what_cannot_be_painted_is_refused(client: TestClient, wrong: dict, status: int, said: str) -> None:
    asked = {"picture": handed_in(client, photo()), "model": "limner", "styles": [{"style": "munch-the-scream-1893"}]}
    answer = client.post("/v1/stylize", json=asked | wrong)
    assert answer.status_code == status
    assert said in error_of(answer)["message"]


def test_without_a_model_it_is_a_job_that_ends_with_the_picture(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path) as client:
        picture, style = handed_in(client, photo(48, 48)), handed_in(client, photo(48, 48, seed=1))
        asked = {"picture": picture, "styles": [{"style": style}], "size": 40, "line": 0, "texture": 0}
        answer = client.post("/v1/stylize", json=asked)
        assert answer.status_code == 202
        job = answer.json()
        assert (job["kind"], job["state"], job["request"]) == ("stylize", "queued", {})
        done = reaches(client, job["id"], "done")
        assert (done["result"], done["progress"], done["error"]) == ({"file": "result.png"}, 1.0, None)
        content = client.get(f"/v1/jobs/{job['id']}/files/result.png").content
    assert pixels_of(content).shape == (40, 40, 3)
    (tmp_path / "result.png").write_bytes(content)
    made = read_provenance(tmp_path / "result.png")
    assert made["origin"]["file"] == f"{picture}.png", "the name of a picture, and not its path"
    assert made["stylization"]["styles"][0]["style"] == f"{style}.png"
    assert str(tmp_path) not in str(made)


def test_a_look_is_a_job_too(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path) as client:
        assert {"name": "pixel-art"} in client.get("/v1/looks").json()["data"]
        picture = handed_in(client, photo(48, 48))
        job = client.post("/v1/stylize", json={"picture": picture, "look": "pixel-art", "size": 40}).json()
        assert reaches(client, job["id"], "done")["result"] == {"file": "result.png"}
        content = client.get(f"/v1/jobs/{job['id']}/files/result.png").content
    assert pixels_of(content).shape == (40, 40, 3)
    (tmp_path / "result.png").write_bytes(content)
    made = read_provenance(tmp_path / "result.png")
    assert (made["ai_generated"], made["look"]["look"]) == (False, "pixel-art")
