"""Pictures become vectors in their aspect, whatever the batch; a second time they are only read."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import published
from limner.errors import UsageError
from limner.features import Extractor, load_extractor, pool, pool_once
from limner.features.pool import fitted

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 40, 32, 3), dtype=np.uint8)


class Small(Extractor):
    """Sees the means of the halves of a picture; counts how often it is asked."""

    name, distance, width = "small", "FD-small", 4
    smallest, largest = 32, 64

    def __init__(self, factor: float = 1.0) -> None:
        super().__init__()
        self.factor = torch.nn.Parameter(torch.tensor(factor))
        self.shapes: list[tuple[int, ...]] = []

    def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        self.shapes.append(tuple(images.shape))
        assert images.abs().max() <= 1
        halves = [images[:, 0].flatten(1), images[:, -1].flatten(1)]
        return {"pooled": torch.cat([torch.stack([h.mean(1), h.std(1)], 1) for h in halves], 1) * self.factor}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((48, 40), (48, 40)),
        ((16, 16), (32, 32)),
        ((16, 24), (32, 48)),
        ((128, 96), (64, 48)),
        ((16, 64), (28, 64)),  # both cannot be had: the long side decides, and the strip stays visible
        ((300, 3), (64, 28)),
    ],
)
def test_sides_are_brought_between_the_smallest_and_the_largest(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert fitted(*size, 32, 64) == expected
    assert fitted(*size[::-1], 32, 64) == expected[::-1]
    small = Small()
    pool(small, np.zeros((1, *size, 3), np.uint8))
    assert small.shapes == [(1, 3, *expected)]


def test_vectors_do_not_depend_on_the_batch(tmp_path: Path) -> None:
    done: list[int] = []
    whole = pool(Small(), PICTURES, progress=done.append)
    assert (whole.shape, whole.dtype, sum(done)) == ((5, 4), torch.float32, 5)
    np.save(tmp_path / "pictures.npy", PICTURES)
    mapped = np.load(tmp_path / "pictures.npy", mmap_mode="r")
    done.clear()
    torch.testing.assert_close(pool(Small(), mapped, batch=2, progress=done.append), whole)
    assert done == [2, 2, 1]
    assert pool(Small(), PICTURES[:0]).shape == (0, 4)
    assert pool(Small(), PICTURES[..., :1]).shape == (5, 4)


@pytest.mark.parametrize("pictures", [PICTURES[0], PICTURES.astype(np.float32), PICTURES[..., :2]])
def test_other_arrays_are_refused(pictures: np.ndarray) -> None:
    with pytest.raises(UsageError, match=r"pooling reads uint8 \(N, H, W, 1, 3 or 4\)"):
        pool(Small(), pictures)


def test_inception_resizes_by_itself(made_up_file: Callable[[str], Path]) -> None:
    extractor = load_extractor(f"inception-v3={made_up_file('inception-v3')}")
    pictures = published.picture(70, 90)
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2) / 127.5 - 1
    torch.testing.assert_close(pool(extractor, pictures), extractor(images)["pooled"], rtol=1e-4, atol=1e-4)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


def test_features_are_computed_once_for_a_content(cache: Path) -> None:
    small = Small()
    first = pool_once(small, PICTURES)
    assert torch.equal(pool_once(small, PICTURES.copy()), first)
    assert len(small.shapes) == 1
    for extractor, pictures in ((Small(2.0), PICTURES), (small, PICTURES[:, ::-1]), (small, PICTURES[:3])):
        assert not torch.equal(pool_once(extractor, pictures)[:3], first[:3]) or len(pictures) == 3
    assert len(list(cache.glob("*.safetensors"))) == 4


def test_an_identity_stands_for_the_content(cache: Path) -> None:
    small = Small()
    first = pool_once(small, PICTURES, identity="fingerprint train")
    assert torch.equal(pool_once(small, PICTURES[::-1], identity="fingerprint train"), first)
    assert not torch.equal(pool_once(small, PICTURES[::-1], identity="fingerprint test"), first)


def test_a_damaged_cache_is_made_anew_and_said(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = pool_once(Small(), PICTURES)
    path = next(cache.iterdir())
    path.write_bytes(path.read_bytes()[:-4])
    assert torch.equal(pool_once(Small(), PICTURES), first)
    assert "damaged; these features are computed again" in capsys.readouterr().err
    assert torch.equal(pool_once(Small(), PICTURES), first)
    assert capsys.readouterr().err == ""


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIMNER_CACHE", str(tmp_path / "file"))
    assert torch.equal(pool_once(Small(), PICTURES), pool(Small(), PICTURES))
    assert "could not be kept" in capsys.readouterr().err
