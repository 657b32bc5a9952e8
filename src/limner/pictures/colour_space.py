"""Colours as the author saw them: pictures in another colour space become sRGB, once, when they are read."""

from functools import cache
from io import BytesIO
from typing import Any

from PIL import Image

PROFILE = "icc_profile"
MAX_PROFILE_BYTES = 4 * 2**20
_COLOUR_MODES = {
    "L": "L",
    "LA": "L",
    "RGB": "RGB",
    "RGBA": "RGB",
    "RGBX": "RGB",
    "CMYK": "CMYK",
    "YCbCr": "RGB",
    "LAB": "LAB",
}


def to_srgb(image: Image.Image) -> Image.Image:
    """Returns a picture whose ICC profile has been applied and removed: grey, RGB or RGBA in sRGB.

    A picture without a profile, or with one of sRGB, keeps its pixels; so does one whose profile is damaged, is for another
    kind of picture, or is of more than 8 bits, for which Pillow has no conversion. Opacity is kept.
    """
    profile = image.info.pop(PROFILE, None)
    if not isinstance(profile, bytes) or not 0 < len(profile) <= MAX_PROFILE_BYTES:
        return image
    if image.has_transparency_data and image.mode not in (
        "LA",
        "RGBA",
    ):  # a colour that is transparent would become another
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    elif image.mode == "P":
        image = image.convert("RGB")
    if image.mode not in _COLOUR_MODES:
        return image
    from PIL import ImageCms

    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _is_srgb(own):
            return image
        colours = image.convert(_COLOUR_MODES[image.mode])
        changed = ImageCms.profileToProfile(
            colours,
            own,
            _srgb(),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    assert changed is not None
    if image.mode in ("LA", "RGBA"):
        changed.putalpha(image.getchannel("A"))
    changed.info = {key: value for key, value in image.info.items() if key != PROFILE}
    return _grey_again(changed) if image.mode in ("L", "LA") else changed


def _grey_again(image: Image.Image) -> Image.Image:
    grey = image.getchannel("G")
    grey.info = image.info
    if image.mode == "RGBA":
        return Image.merge("LA", (grey, image.getchannel("A")))
    return grey


@cache
def _srgb() -> Any:
    from PIL import ImageCms

    return ImageCms.createProfile("sRGB")


def _is_srgb(profile: Any) -> bool:
    from PIL import ImageCms

    return "srgb" in ImageCms.getProfileDescription(profile).lower()
