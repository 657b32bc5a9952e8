"""Pictures are decoded within one budget of memory; what is over it is refused with a status that says why."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from asking import error_of, handed_in, photo, serving
from limner.pictures import decoding_cost
from limner.serving import picture_store
from limner.serving.decoding import DecodingBudget
from limner.serving.errors import ApiError


def _sixteen_bit(side: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((side, side), np.uint16)).save(buffer, "PNG")
    return buffer.getvalue()


def test_a_budget_is_shared_and_given_back_whatever_happens() -> None:
    budget = DecodingBudget(100)
    with budget.take(60), budget.take(40):
        with pytest.raises(ApiError) as busy, budget.take(1):
            pass
        with pytest.raises(ApiError) as never, budget.take(101):
            pass
    assert (busy.value.status, busy.value.retry_after, never.value.status) == (503, 2.0, 413)
    with pytest.raises(ZeroDivisionError), budget.take(100):
        raise ZeroDivisionError
    assert budget.taken == 0


def test_a_small_file_of_a_large_picture_is_refused_before_it_is_decoded(models: Path, tmp_path: Path) -> None:
    content = _sixteen_bit(4000)
    assert len(content) < 40_000
    with serving(models, tmp_path, decoding=2**25) as client:
        answer = client.post("/v1/pictures", content=content)
        assert answer.status_code == 413
        assert "MiB of memory" in error_of(answer)["message"]
        assert handed_in(client, photo())


def test_what_does_not_fit_beside_others_is_asked_to_come_again(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, begun, go = _sixteen_bit(1000), threading.Event(), threading.Event()
    read = picture_store.read

    def slow(*arguments: object, **options: object) -> Image.Image:
        begun.set()
        assert go.wait(30)
        return read(*arguments, **options)

    budget = int(1.5 * decoding_cost(content).to_read)
    with serving(models, tmp_path, decoding=budget) as client, ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(picture_store, "read", slow)
        first = pool.submit(client.post, "/v1/pictures", content=content)
        assert begun.wait(30)
        second = client.post("/v1/pictures", content=content)
        assert (second.status_code, second.headers["retry-after"]) == (503, "2")
        go.set()
        assert first.result().status_code == 200
        assert client.post("/v1/pictures", content=content).status_code == 200


@pytest.mark.parametrize("route", ["get", "edit", "paste", "stylize"])
def test_every_route_that_decodes_asks_the_budget(models: Path, tmp_path: Path, route: str) -> None:
    with serving(models, tmp_path, decoding=2**25) as client:
        small, large = handed_in(client, photo()), handed_in(client, photo(1000, 1000))
        client.app.state.limner.pictures.budget.most = 2**20
        answer = {
            "get": lambda: client.get(f"/v1/pictures/{large}"),
            "edit": lambda: client.post("/v1/edits", json={"picture": large, "edits": []}),
            "paste": lambda: client.post("/v1/edits", json={"picture": small, "edits": [{"paste": {"file": large}}]}),
            "stylize": lambda: client.post(
                "/v1/stylize",
                json={"picture": large, "model": "limner", "styles": [{"style": "van-gogh-starry-night-1889"}]},
            ),
        }[route]()
        assert answer.status_code == 413, answer.text
        assert client.app.state.limner.pictures.budget.taken == 0


def test_a_picture_that_is_too_large_to_edit_is_not_decoded(models: Path, tmp_path: Path) -> None:
    with serving(models, tmp_path, side=64) as client:
        answer = client.post("/v1/edits", json={"picture": handed_in(client, photo(70, 65)), "edits": []})
        assert answer.status_code == 413
        assert "65x70; 64 pixels a side" in error_of(answer)["message"]
