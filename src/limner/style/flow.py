"""The flow of a picture: the directions along which it changes least, and what is smoothed or traced along them."""

import cv2
import numpy as np

NUM_TRACE_STEPS = 8
"""Steps to either side of a pixel that smoothing along the flow takes."""


def flow(picture: np.ndarray, sigma: float, prior: float | None = None, weight: float = 0.0) -> np.ndarray:
    """Returns the direction in which a picture float32 (H, W, 3) in [0, 1] changes least, unit steps (H, W, 2) right and down.

    The minor eigenvector of the structure tensor of all channels, smoothed by `sigma` pixels (Di Zenzo 1986, "A note on the
    gradient of a multi-image"; Kyprianidis and Doellner 2008, "Image abstraction by structure adaptive filtering"). Where there is
    little structure beside `weight`, the direction is `prior`, in radians.
    """
    soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
    right, down = cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # the double angle, so that opposite directions are one
    tensor = np.dstack([np.square(right).sum(2) - np.square(down).sum(2), 2 * (right * down).sum(2)])
    doubled = -cv2.GaussianBlur(tensor, (0, 0), sigma)
    if prior is not None:
        doubled = doubled + np.float32(weight) * np.array([np.cos(2 * prior), np.sin(2 * prior)], np.float32)
    angle = np.arctan2(doubled[..., 1], doubled[..., 0]) / 2
    return np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def turned(directions: np.ndarray, angle: float) -> np.ndarray:
    """Returns unit steps (H, W, 2) turned by an angle in radians."""
    sine, cosine = np.float32(np.sin(angle)), np.float32(np.cos(angle))
    right, down = directions[..., 0], directions[..., 1]
    return np.dstack([cosine * right - sine * down, sine * right + cosine * down])


def along(values: np.ndarray, directions: np.ndarray, sigma: float) -> np.ndarray:
    """Returns values float32 (H, W) or (H, W, C) smoothed along unit steps (H, W, 2), by `sigma` pixels.

    Line integral convolution (Cabral and Leedom 1993, "Imaging vector fields using line integral convolution").
    """
    if sigma > NUM_TRACE_STEPS:  # large steps would miss what lies between them
        values = along(values, directions, sigma / 3)
    step = max(1.0, 2 * sigma / NUM_TRACE_STEPS)
    height, width = values.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    planes = [np.ascontiguousarray(directions[..., axis]) for axis in (0, 1)]
    total: np.ndarray = values
    weights = 1.0
    x: np.ndarray
    y: np.ndarray
    right: np.ndarray
    down: np.ndarray
    for side in (1.0, -1.0):
        x, y = columns, rows
        right, down = (np.float32(side) * plane for plane in planes)
        for index in range(1, NUM_TRACE_STEPS + 1):
            x, y = cv2.scaleAdd(right, step, x), cv2.scaleAdd(down, step, y)
            weight = float(np.exp(-0.5 * (index * step / sigma) ** 2))
            total = cv2.scaleAdd(
                cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), weight, total
            )
            weights += weight
            if index < NUM_TRACE_STEPS:
                ahead = [cv2.remap(plane, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT) for plane in planes]
                # a direction and its opposite are one: the curve never turns back
                back = ahead[0] * right + ahead[1] * down < 0
                for plane in ahead:
                    np.negative(plane, out=plane, where=back)
                right, down = ahead
    return np.asarray(total / np.float32(weights))


def traced(starts: np.ndarray, directions: np.ndarray, step: float, count: int, sign: float = 1.0) -> np.ndarray:
    """Returns curves (N, count + 1, 2) of x and y from starts (N, 2), in steps of `step` pixels along unit steps (H, W, 2).

    A curve never turns back; at the border of the picture it stays where it is.
    """
    height, width = directions.shape[:2]
    limit = np.array([width - 1, height - 1], np.float32)
    points = [np.clip(starts.astype(np.float32), 0, limit)]
    heading = sign * _at(directions, points[0])
    for _ in range(count):
        points.append(np.clip(points[-1] + step * heading, 0, limit))
        ahead = _at(directions, points[-1])
        heading = ahead * np.where((ahead * heading).sum(1, keepdims=True) < 0, np.float32(-1), np.float32(1))
    return np.stack(points, 1)


def lines(grey: np.ndarray, directions: np.ndarray, sigma: float, sharpness: float = 0.98) -> np.ndarray:
    """Returns where dark lines belong in a grey picture float32 (H, W) in [0, 1]: below 0 on a line, more below the stronger.

    The difference of Gaussians of Winnemoeller et al. 2012, "XDoG: an extended difference-of-Gaussians compendium", equation 1,
    smoothed along the flow as in Kang et al. 2007, "Coherent line drawing".
    """
    narrow, wide = cv2.GaussianBlur(grey, (0, 0), sigma), cv2.GaussianBlur(grey, (0, 0), 1.6 * sigma)
    return along(narrow - np.float32(sharpness) * wide, directions, 3 * sigma)


def _at(directions: np.ndarray, points: np.ndarray) -> np.ndarray:
    nearest = np.rint(points).astype(int)
    return np.asarray(directions[nearest[:, 1], nearest[:, 0]])
