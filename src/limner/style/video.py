"""Films: each frame stylized from the one before, carried along by what moves, so that strokes do not flicker."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from limner.errors import PictureError

SUFFIXES = (".mp4", ".gif", ".mov", ".mkv", ".webm", ".avi")
"""Endings of films that are read."""
CARRIED_FRACTION = 0.8
"""Weight of the carried picture where it fits; the rest is stylized again, so that errors do not add up."""
MAX_MISMATCH = 12.0
"""Grey levels by which a carried frame may miss the new one until nothing of it is held."""

ApplyStyle = Callable[[np.ndarray, np.ndarray | None], np.ndarray]
"""Stylises a frame uint8 (H, W, 3), beginning, if there is one, from what is expected of it."""


def read_frames(path: Path) -> tuple[float, Iterator[np.ndarray]]:
    """Returns the rate of a film in frames a second, and its frames uint8 (H, W, 3) one by one; PictureError for none."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.video or next(container.decode(video=0), None) is None:
                raise PictureError(f"{path}: a film without frames.")
            rate = container.streams.video[0].average_rate or Fraction(25)
    except (av.error.FFmpegError, OSError) as error:
        raise PictureError(f"{path}: no film that can be read ({error.strerror or error}).") from None
    return float(rate), _decoded(path)


def _decoded(path: Path) -> Iterator[np.ndarray]:
    import av

    count = 0
    try:
        with av.open(str(path)) as container:
            for count, frame in enumerate(container.decode(video=0), 1):  # noqa: B007 (said below)
                yield frame.to_ndarray(format="rgb24")
    except (av.error.FFmpegError, OSError) as error:
        raise PictureError(f"{path}: damaged after {count} frames ({error.strerror or error}).") from None


def stylized(frames: Iterable[np.ndarray], apply_style: ApplyStyle) -> Iterator[np.ndarray]:
    """Yields frames stylized, each as the one before where that can be carried to it.

    Ruder et al. 2016, arXiv 1604.08610, but what does not fit is found from the frames, not by the flow.
    """
    before: tuple[np.ndarray, np.ndarray] | None = None
    for frame in frames:
        if before is None or before[0].shape != frame.shape:
            result = apply_style(frame, None)
        else:
            expected, trust = carried(before[0], frame, before[1])
            fresh = apply_style(frame, np.where(trust[..., None] > 0.5, expected, frame).astype(np.uint8))
            weight = CARRIED_FRACTION * trust[..., None]
            result = np.rint(fresh + weight * (expected.astype(np.float32) - fresh)).astype(np.uint8)
        before = frame, result
        yield result


def carried(before: np.ndarray, now: np.ndarray, result: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns what was stylized of the frame before, moved as the picture moved, and how far it fits now, (H, W) in [0, 1]."""
    flow = motion(now, before)
    there = _moved(before, flow)
    missed = cv2.GaussianBlur(np.abs(there.astype(np.float32) - now).mean(2), (0, 0), 2)
    return _moved(result, flow), np.clip(1 - missed / MAX_MISMATCH, 0, 1)


def motion(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Returns where each pixel of a frame was in the one before, as steps (H, W, 2) right and down."""
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (now, before)]
    return np.asarray(finder.calc(grey[0], grey[1], np.zeros((*now.shape[:2], 2), np.float32)))


def flicker(frames: Sequence[np.ndarray], results: Sequence[np.ndarray]) -> float:
    """Returns by how many grey levels stylized frames differ from those before them where the film itself only moves."""
    values = []
    for index in range(1, len(frames)):
        expected, trust = carried(frames[index - 1], frames[index], results[index - 1])
        steady = trust > 0.5
        if steady.any():
            values.append(np.abs(results[index].astype(np.float32) - expected)[steady].mean())
    return float(np.mean(values)) if values else 0.0


def _moved(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    rows, columns = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    return np.asarray(
        cv2.remap(
            picture, columns + flow[..., 0], rows + flow[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
    )
