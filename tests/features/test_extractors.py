"""Every extractor sees as its published network does, at any size, in grey and colour, and passes gradients on."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

import published
from limner.errors import UsageError
from limner.features import EXTRACTORS, Extractor, embedded, load_extractor, pool
from limner.features.inception import InceptionV3, Mixed8, resize

MAPS = {  # channels, and how many times smaller than the picture
    "squeezenet": ((96, 2), (256, 4), (512, 8)),
    "vgg19": ((128, 2), (256, 4), (512, 8)),
    "dinov2": ((384, 14), (384, 14), (384, 14)),
}


@pytest.fixture(scope="module")
def made_up(made_up_file: Callable[[str], Path]) -> Callable[[str], Extractor]:
    """Gives an extractor with made-up weights."""
    kept: dict[str, Extractor] = {}

    def extractor(name: str) -> Extractor:
        if name not in kept:
            kept[name] = load_extractor(f"{name}={made_up_file(name)}")
        return kept[name]

    return extractor


def _images(height: int, width: int) -> Tensor:
    return torch.from_numpy(published.picture(height, width)).permute(0, 3, 1, 2) / 127.5 - 1


@pytest.mark.parametrize("name", published.LAYOUTS)
def test_a_loaded_extractor_is_frozen_and_passes_gradients_to_pictures(
    name: str, made_up: Callable[[str], Extractor]
) -> None:
    extractor = made_up(name)
    assert not extractor.training
    assert not any(weight.requires_grad for weight in extractor.parameters())
    images = _images(60, 45).requires_grad_()
    seen = extractor(images)
    assert list(seen) == ["edges", "textures", "parts", "pooled"]
    before = {key: value.detach().clone() for key, value in seen.items()}
    sum(value.square().mean() for value in seen.values()).backward()
    assert images.grad is not None
    assert images.grad.abs().amax((2, 3)).min() > 0
    assert all(torch.equal(before[key], seen[key]) for key in seen)
    assert seen["pooled"].shape == (1, extractor.width)


@pytest.mark.parametrize("name", published.LAYOUTS)
def test_grey_pictures_are_seen_as_colour_pictures_without_colour(
    name: str, made_up: Callable[[str], Extractor]
) -> None:
    grey = _images(40, 40)[:, :1]
    pooled = made_up(name)(grey)["pooled"]
    torch.testing.assert_close(pooled, made_up(name)(grey.repeat(1, 3, 1, 1))["pooled"], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("size", [(28, 28), (28, 1024), (97, 131)])
def test_pictures_are_seen_in_their_own_size(
    name: str, size: tuple[int, int], made_up: Callable[[str], Extractor]
) -> None:
    extractor = made_up(name)
    with torch.inference_mode():
        seen = extractor(_images(*size))
    for key, (channels, times) in zip(("edges", "textures", "parts"), MAPS[name], strict=True):
        assert seen[key].shape[1] == channels
        for side, found in zip(size, seen[key].shape[2:], strict=True):
            # SqueezeNet's first convolution has no padding: its maps lack up to three pixels' worth
            assert side // times - 3 <= found <= side // times
    assert seen["pooled"].isfinite().all()


@pytest.mark.slow
def test_1024_pixels_a_side(made_up: Callable[[str], Extractor]) -> None:
    with torch.inference_mode():
        assert made_up("squeezenet")(_images(1024, 1024))["edges"].shape[2:] == (509, 509)


@pytest.mark.parametrize("name", published.LAYOUTS)
def test_pictures_below_28_pixels_and_other_tensors_are_refused(name: str, made_up: Callable[[str], Extractor]) -> None:
    with pytest.raises(UsageError, match=f"64x27 are too small for {name}: enlarge them to 28"):
        made_up(name)(_images(27, 64))
    with pytest.raises(UsageError, match=r"reads pictures \(B, 1, 3 or 4, H, W\), not \(1, 2, 64, 64\)"):
        made_up(name)(torch.zeros(1, 2, 64, 64))


def test_inception_is_the_one_of_fid(made_up: Callable[[str], Extractor]) -> None:
    """The figures are torch-fidelity 0.4.0's, for the same weights and picture."""
    with torch.inference_mode():
        seen = made_up("inception-v3")(_images(70, 90))
    pooled = seen["pooled"][0]
    expected = torch.tensor([2.3081346, 1.3642333, 1.1959364, 1.6010244])
    torch.testing.assert_close(torch.stack([*pooled[:2], pooled.mean(), pooled.std()]), expected, rtol=1e-4, atol=1e-4)
    shapes = [tuple(seen[key].shape[1:]) for key in ("edges", "textures", "parts")]
    assert shapes == [(64, 147, 147), (288, 35, 35), (768, 17, 17)]


def test_dinov2_is_the_published_transformer(made_up: Callable[[str], Extractor]) -> None:
    """The figures are those of transformers 5.23 at 518 x 518, where positions are not interpolated."""
    with torch.inference_mode():
        pooled = made_up("dinov2")(_images(518, 518))["pooled"][0]
    expected = torch.tensor([-1.4620258, -0.0185889, -0.6003292, 0.5263759, -0.0133587, 1.0031264])
    found = torch.cat([pooled[:4], pooled.mean()[None], pooled.std()[None]])
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_dinov2_keeps_where_patches_are(made_up: Callable[[str], Extractor]) -> None:
    extractor = made_up("dinov2")
    positions = extractor.pos_embed.clone()
    ramp = torch.linspace(-1, 1, 37)
    grid = torch.stack(torch.meshgrid(ramp, ramp, indexing="ij"), -1).view(1, -1, 2)
    extractor.pos_embed[:, 1:, :2] = grid
    fitted = extractor._positions(16, 20)[0, 1:, :2].view(16, 20, 2)
    extractor.pos_embed.copy_(positions)
    for axis, count in ((0, 16), (1, 20)):
        centres = (torch.arange(count) + 0.5) / count * 37 - 0.5
        expected = centres / 18 - 1
        found = fitted[:, 10, 0] if axis == 0 else fitted[8, :, 1]
        assert (found - expected)[1:-1].abs().max() < 0.02


def test_average_pools_leave_padding_out_and_the_last_block_takes_the_maximum() -> None:
    block = Mixed8(8)
    features = torch.rand(1, 8, 5, 5)
    for last, expected in (
        (False, F.avg_pool2d(features, 3, 1, 1) / F.avg_pool2d(torch.ones_like(features), 3, 1, 1)),
        (True, F.max_pool2d(features, 3, 1, 1)),
    ):
        block.last, block.branch_pool = last, nn.Identity()  # type: ignore[assignment]
        torch.testing.assert_close(block(features)[:, -8:], expected)
    assert InceptionV3().Mixed_7c.last
    assert not InceptionV3().Mixed_7b.last


def test_resizing_is_tensorflow_1_s() -> None:
    values = np.random.default_rng(0).random((3, 5))
    expected = np.empty((7, 4))
    for i in range(7):
        for j in range(4):
            y, x = i * 3 / 7, j * 5 / 4
            top, left = int(y), int(x)
            rows, columns = [top, min(top + 1, 2)], [left, min(left + 1, 4)]
            weights = np.outer([1 - (y - top), y - top], [1 - (x - left), x - left])
            expected[i, j] = (values[np.ix_(rows, columns)] * weights).sum()
    found = resize(torch.from_numpy(values)[None, None], 7, 4)[0, 0].numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_squeezenet_recognises_photographs(shared: Path) -> None:
    extractor = load_extractor(f"squeezenet={shared / 'weights' / 'squeezenet1_0-imagenet.fp16.safetensors'}")
    pooled = pool(extractor, published.picture(224, 224))[0]
    found = torch.stack([pooled[0], pooled[4], pooled.mean(), pooled.std()])
    torch.testing.assert_close(found, torch.tensor([131.7631, 18.6733, 4.55966, 16.73217]), rtol=1e-3, atol=1e-3)
    weight, bias = extractor.conv_final.weight[:, :, 0, 0], extractor.conv_final.bias
    with zipfile.ZipFile(shared / "data" / "kodak.zip") as archive:
        for number, label in ((19, 437), (20, 895), (21, 437), (23, 88)):  # beacon, warplane, beacon, macaw
            photograph = np.asarray(Image.open(BytesIO(archive.read(f"{number}.png"))).convert("RGB"))
            assert (pool(extractor, photograph[None])[0] @ weight.T + bias).argmax() == label


def test_names_are_known_by_what_they_are() -> None:
    assert list(EXTRACTORS) == ["limner", "squeezenet", "vgg19", "inception-v3", "dinov2"]
    with pytest.raises(UsageError, match="did you mean 'vgg19'"):
        load_extractor("vgg91")
    with pytest.raises(UsageError, match="takes no file"):
        load_extractor("limner=some.safetensors")


@pytest.mark.skipif(not hasattr(embedded, "Embedded"), reason="the embedded network has no weights yet")
def test_the_embedded_extractor_is_there_without_a_file() -> None:
    extractor = load_extractor()
    assert (extractor.name, extractor.distance) == ("limner", "FD-limner")
    assert pool(extractor, published.picture(64, 64)).shape == (1, extractor.width)
