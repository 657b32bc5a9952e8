"""Pictures as arrays in other sizes, without PyTorch."""

import cv2
import numpy as np

from limner.colours import visible


def fitted(picture: np.ndarray, side: int) -> tuple[int, int]:
    """Returns height and width of a picture whose longest side is to be `side`."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    return max(8, round(height * scale)), max(8, round(width * scale))


def resized(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Returns a picture at another size (height, width)."""
    if picture.shape[:2] == size:
        return picture
    smaller = size[0] < picture.shape[0]
    return np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))


def shrunk(content: np.ndarray, size: int) -> np.ndarray:
    """Returns a picture whose longest side is at most `size`."""
    height, width = content.shape[:2]
    scale = size / max(height, width)
    if scale >= 1:
        return content
    smaller = max(1, round(height * scale)), max(1, round(width * scale))
    if content.shape[2] == 3:
        return resized(content, smaller)
    # edges, which become soft, keep the colours of what is seen
    return np.dstack([resized(visible(content), smaller), resized(np.ascontiguousarray(content[..., 3]), smaller)])
