"""Smooth interpolation across a hole: solutions of Poisson's equation, and the surface of least bending energy."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, SuperLU, cg, splu

MAX_DIRECT_UNKNOWNS = 50_000
"""Unknown pixels up to which equations are solved directly."""
MAX_CG_ITERATIONS = 300
"""Steps of conjugate gradients, for more."""
Stencil = tuple[tuple[int, int, float], ...]
"""A difference of neighbours: how far down and right each is, and its weight."""
TIES: tuple[Stencil, ...] = (((0, 0, -1.0), (0, 1, 1.0)), ((0, 0, -1.0), (1, 0, 1.0)))
BENDS: tuple[Stencil, ...] = (
    ((0, 0, 1.0), (0, 1, -2.0), (0, 2, 1.0)),
    ((0, 0, 1.0), (1, 0, -2.0), (2, 0, 1.0)),
    ((0, 0, 2**0.5), (0, 1, -(2**0.5)), (1, 0, -(2**0.5)), (1, 1, 2**0.5)),
)
SLACK = 1e-3
"""Weight of first differences relative to second ones: level where too little is known to say how it goes on."""


def membrane(hole: np.ndarray, forces: np.ndarray) -> np.ndarray:
    """Returns the solution (H, W, C) of Poisson's equation in a hole for sources (H, W, C); it is 0 outside."""
    pulled = np.zeros_like(forces)
    pulled[hole] = _solved(sparse.vstack([_differences(hole, tie)[0] for tie in TIES]), forces[hole], hole)
    return pulled


def plate(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Returns the colours (n, C) of a hole in a picture (H, W, C) of least bending energy (thin plate)."""
    flat = picture.reshape(hole.size, -1)
    matrices, rights = [], []
    for stencil, weight in [(bend, 1.0) for bend in BENDS] + [(tie, SLACK) for tie in TIES]:
        own, known, where = _differences(hole, stencil)
        matrices.append(weight * own)
        rights.append(-weight * np.einsum("nk,nkc->nc", known, flat[where]))
    matrix = sparse.vstack(matrices)
    return _solved(matrix, matrix.T @ np.concatenate(rights), hole)


def _solved(matrix: sparse.sparray, right: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Returns x (n, C) of matrix' matrix x = right (n, C), an x for each pixel of the hole.

    If there are many, by conjugate gradients that know the answer for blocks (smoothed aggregation: Vanek et al. 1996).
    """
    normal, right = (matrix.T @ matrix).tocsc(), right.astype(np.float64)
    if len(right) <= MAX_DIRECT_UNKNOWNS:
        return _factored(normal).solve(right)
    side = int(np.ceil(np.sqrt(len(right) / MAX_DIRECT_UNKNOWNS)))
    rows, columns = np.nonzero(hole)
    _, block = np.unique(rows // side * hole.shape[1] + columns // side, return_inverse=True)
    prolongation = sparse.csr_array((np.ones(len(block)), block, np.arange(len(block) + 1)))
    damping = 1 / normal.diagonal()
    prolongation = (prolongation - 2 / 3 * sparse.diags_array(damping) @ (normal @ prolongation)).tocsc()
    blocks = _factored((prolongation.T @ normal @ prolongation).tocsc())
    near = LinearOperator(normal.shape, lambda x: damping * x + prolongation @ blocks.solve(prolongation.T @ x))
    return np.stack([cg(normal, channel, M=near, rtol=1e-4, maxiter=MAX_CG_ITERATIONS)[0] for channel in right.T], 1)


def _factored(matrix: sparse.sparray) -> SuperLU:
    return splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def places(hole: np.ndarray, stencil: Stencil) -> np.ndarray:
    """Returns pixels (n, neighbours) of every difference in the picture that the hole has a part in."""
    rows, columns = (max(side - max(entry[axis] for entry in stencil), 0) for axis, side in enumerate(hole.shape))
    reached = np.zeros((rows, columns), bool)
    for down, right, _ in stencil:
        reached |= hole[down : down + rows, right : right + columns]
    y, x = np.nonzero(reached)
    return np.stack([(y + down) * hole.shape[1] + x + right for down, right, _ in stencil], 1)


def _differences(hole: np.ndarray, stencil: Stencil) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    """Returns weights (n, unknown) of the hole's pixels in those differences, and (n, neighbours) of the others, and where."""
    where = places(hole, stencil)
    missing = hole.ravel()[where]
    weights = np.broadcast_to([weight for _, _, weight in stencil], where.shape)
    rows, columns = np.nonzero(missing)[0], np.searchsorted(np.flatnonzero(hole), where[missing])
    own = sparse.csr_array((weights[missing], (rows, columns)), (len(where), int(hole.sum())))
    return own, np.where(missing, 0, weights), where
