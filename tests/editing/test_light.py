"""Light does what its names say, by figures that can be worked out."""

import numpy as np
import pytest

from limner.editing import apply, parse
from limner.editing.light import LUMINANCE_REC709, encoded, linear


def _luminance(pixels: np.ndarray) -> np.ndarray:
    return linear(pixels[..., :3] / 255) @ LUMINANCE_REC709


def test_linear_light_and_back_are_inverse() -> None:
    values = np.linspace(0, 1, 256)
    np.testing.assert_allclose(encoded(linear(values)), values, atol=1e-9)
    assert linear(np.array(0.5)) == pytest.approx(0.2140, abs=1e-4)


def test_a_stop_doubles_the_light() -> None:
    dark = np.full((4, 4, 3), 60, np.uint8)
    assert _luminance(apply([parse("exposure:1")], dark)).mean() == pytest.approx(2 * _luminance(dark).mean(), rel=0.01)


def test_warmer_is_redder_and_no_lighter() -> None:
    grey = np.full((4, 4, 3), 90, np.uint8)
    red, green, blue = apply([parse("temperature:1")], grey)[0, 0].astype(int)
    assert red > green > blue
    assert _luminance(apply([parse("temperature:1")], grey)).mean() == pytest.approx(_luminance(grey).mean(), rel=0.02)
    ratio = linear(np.array(red / 255)) / linear(np.array(blue / 255))
    assert ratio == pytest.approx(2, rel=0.05)


def test_balance_takes_a_cast_away() -> None:
    scene = np.random.default_rng(0).integers(40, 160, (32, 32, 3)).astype(np.uint8)
    cast = apply([parse("temperature:1.5")], scene)
    means = linear(apply([parse("white-balance")], cast) / 255).mean((0, 1))
    assert np.ptp(means) / means.mean() < 0.02


def test_without_saturation_pictures_are_grey(opaque: np.ndarray) -> None:
    grey = apply([parse("saturation:0")], opaque)
    assert int(np.ptp(grey.astype(int), axis=2).max()) == 0


def test_light_comes_from_where_it_is_asked_for() -> None:
    flat = np.random.default_rng(0).integers(90, 110, (64, 64, 3)).astype(np.uint8)
    from_right, from_above = apply([parse("relight:0")], flat), apply([parse("relight:90")], flat)
    assert _luminance(from_right)[:, 48:].mean() > 1.2 * _luminance(from_right)[:, :16].mean()
    assert _luminance(from_above)[:16].mean() > 1.2 * _luminance(from_above)[48:].mean()


def test_new_light_is_seen_at_once_and_nothing_burns_out() -> None:
    rows, columns = np.mgrid[:96, :96]
    ball = np.clip(1 - np.hypot(rows - 48, columns - 48) / 30, 0, 1)
    scene = np.repeat((90 + 120 * ball).astype(np.uint8)[..., None], 3, 2)
    lit = apply([parse("relight:180")], scene).astype(float).mean(2)
    assert np.abs(lit - scene.mean(2)).mean() > 15  # by default, with no strength given
    assert lit[48, 4] > 2 * lit[48, 92]
    # of two places of the ball as far from the sides of the picture, the one that faces the light is brighter by more than the ramp
    bare = apply([parse("relight:180")], np.full_like(scene, 130)).astype(float).mean(2)
    assert lit[48, 34] / lit[48, 62] > 1.04 * bare[48, 34] / bare[48, 62]
    white = np.full((40, 40, 3), 255, np.uint8)
    assert (apply([parse("relight:180,strength=1")], white)[:, :6] > 240).all()
    textured = np.uint8(225 + 20 * ((rows // 4 + columns // 4) % 2))[..., None].repeat(3, 2)
    near = apply([parse("relight:180")], textured)[:, :24, 0]
    assert np.ptp(near.astype(int)) >= 5


def test_noise_goes_and_edges_stay() -> None:
    edge = np.repeat(np.where(np.arange(64) < 32, 60, 190)[None, :, None], 64, 0).repeat(3, 2)
    noisy = (edge + np.random.default_rng(0).normal(0, 8, edge.shape)).clip(0, 255).astype(np.uint8)
    clean = apply([parse("denoise:0.2")], noisy).astype(float)
    assert np.abs(clean - edge).mean() < 0.6 * np.abs(noisy - edge.astype(float)).mean()
    assert clean[:, 33].mean() - clean[:, 30].mean() > 115


def test_sharper_edges_are_steeper() -> None:
    ramp = np.repeat(np.interp(np.arange(64), [28, 36], [60, 190])[None, :, None], 8, 0).repeat(3, 2).astype(np.uint8)
    assert (
        np.diff(apply([parse("sharpen:2")], ramp).astype(int), axis=1).max() > np.diff(ramp.astype(int), axis=1).max()
    )
