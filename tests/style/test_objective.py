import numpy as np
import pytest
import torch

from limner.features import load_extractor
from limner.images import from_uint8
from limner.style.moments import Moments, gathered, mixed, target, wasserstein
from limner.style.objective import BORDER, Objective, Observer, blend, bordered, spans


def _picture(seed: int, height: int = 72, width: int = 104) -> np.ndarray:
    draw = np.random.default_rng(seed)
    coarse = torch.from_numpy(draw.random((1, 3, 9, 13), np.float32))
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)
    return (smooth[0].permute(1, 2, 0).numpy() * 255).astype(np.uint8)


def test_the_distance_of_gaussians_is_the_known_one() -> None:
    # of independent channels it is the squared difference of means and of deviations
    here = Moments(torch.tensor([1.0, 2.0]), torch.diag(torch.tensor([4.0, 9.0])))
    there = Moments(torch.tensor([0.0, 4.0]), torch.diag(torch.tensor([1.0, 16.0])))
    assert float(wasserstein(here, target(there)) * there.power) == pytest.approx(1 + 4 + 1 + 1, rel=1e-3)
    assert float(wasserstein(there, target(there))) == pytest.approx(0, abs=1e-2)


def test_sums_of_regions_add_up_to_the_whole() -> None:
    features = torch.rand(1, 5, 6, 7)
    share = torch.rand(6, 7)
    parts, whole = gathered(features, torch.stack([share, 1 - share])), gathered(features)
    for part, sum_ in zip(parts, whole, strict=True):
        assert torch.allclose(part.sum(0), sum_[0], atol=1e-4)
    assert torch.allclose(whole.moments(0).covariance, torch.cov(features[0].flatten(1), correction=0), atol=1e-5)


def test_a_mixture_with_all_weight_is_the_one() -> None:
    one, other = (gathered(torch.rand(1, 3, 4, 4)).moments(0) for _ in range(2))
    found = mixed([(0.0, one), (1.0, other)])
    assert torch.equal(found.mean, other.mean)
    assert torch.equal(found.covariance, other.covariance)


@pytest.mark.parametrize("length", [40, 97, 200, 513])
def test_spans_cover_a_side_once(length: int) -> None:
    found = spans(length, 64)
    assert [span.start for span in found[1:]] == [span.end for span in found[:-1]]
    assert (found[0].start, found[-1].end) == (BORDER, length - BORDER)


def test_tiles_give_the_gradient_of_the_whole() -> None:
    extractor = load_extractor()
    content, style = from_uint8(_picture(0)[None]), from_uint8(_picture(1)[None])
    left = torch.zeros(72, 104)
    left[:, :40] = 1
    regions = torch.stack([left, 1 - left])
    found = []
    for tile in (512, 48):
        observer = Observer(extractor, tile)
        (stats,) = observer.style_statistics(style)
        picture = (content * 0.8).requires_grad_()
        value = Objective(observer, content, [stats, stats], regions, 1.0).backward(picture, (3, 5))
        assert picture.grad is not None
        found.append((value, picture.grad))
    assert len(observer.tiles(bordered(content))) > 1
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-4)
    assert torch.allclose(found[0][1], found[1][1], atol=2e-3 * float(found[0][1].abs().max()))


def test_the_content_in_its_own_manner_is_a_minimum() -> None:
    observer = Observer(load_extractor(), 512)
    content = from_uint8(_picture(2)[None])
    (own,) = observer.style_statistics(content)
    objective = Objective(observer, content, [blend([(1.0, own)], [(1.0, own)])], None, 1.0)
    picture = content.clone().requires_grad_()
    other = from_uint8(_picture(3)[None]).requires_grad_()
    assert objective.backward(picture, (0, 0)) < 0.01 * objective.backward(other, (0, 0))
