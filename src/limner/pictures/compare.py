"""Whether a picture file still holds what it was made as."""

from pathlib import Path

import numpy as np

from limner.errors import PictureError
from limner.pictures.read import open_picture
from limner.pictures.write import as_written


def difference(regenerated: np.ndarray, path: Path) -> int:
    """Returns by how much a pixel of a file differs at most, 0 to 255, from the picture uint8 (H, W, 1|3|4) it was made as.

    PictureError for another size.
    """
    there, here = open_picture(path, background=None), as_written(regenerated, path)
    if there.size != here.size:
        sizes = ["x".join(map(str, picture.size)) for picture in (there, here)]
        raise PictureError(f"{path}: it is {sizes[0]} pixels, but it was made as {sizes[1]}.")
    apart = np.asarray(there.convert("RGBA")).astype(np.int16) - np.asarray(here.convert("RGBA"))
    return int(np.abs(apart).max())
