"""Which style belongs where: a mask picture read as one region for each of its levels."""

from pathlib import Path

import cv2
import numpy as np

from limner.errors import UsageError
from limner.pictures import open_mask


def read_regions(path: Path, count: int, size: tuple[int, int]) -> np.ndarray:
    """Returns regions float32 (R, H, W) that add up to 1, of a mask for a picture of `size` (height, width).

    For one style: black, which stays as it is, and white, which gets it. For more, as many levels as there are styles, from
    black for the first to white for the last; a pixel in between belongs to both neighbours. UsageError for a mask of
    another shape, or one that gives nothing to a style.
    """
    levels = max(2, count)
    mask = open_mask(path, levels)
    if abs(np.log(mask.shape[0] / mask.shape[1] * size[1] / size[0])) > 0.02:
        raise UsageError(
            f"{path} is {mask.shape[1]}x{mask.shape[0]}, and the picture is stylized at {size[1]}x{size[0]}: a mask may have "
            "another size, but not another shape."
        )
    place = cv2.resize(mask, size[::-1], interpolation=cv2.INTER_AREA) * (levels - 1)
    regions = np.stack([np.clip(1 - np.abs(place - level), 0, 1) for level in range(levels)]).astype(np.float32)
    for level, region in enumerate(regions):
        if region.sum() < 1 and (count > 1 or level):
            grey = round(255 * level / (levels - 1))
            raise UsageError(
                f"{path} gives nothing to style {level + 1 if count > 1 else 1}: draw where it belongs in {grey}."
            )
    return regions
