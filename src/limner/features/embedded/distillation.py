"""What the embedded network is to share with its teacher: not channels, but how like each other places and pictures are.

Every distance that is taken with an extractor comes from inner products of features: of places (the perceptual distance, Gram
matrices and the moments of a style) and of pooled vectors. A student that has the teacher's inner products has its distances,
with fewer channels and without a translation (Tung & Mori 2019, arXiv 1907.09682; Park et al. 2019, arXiv 1904.05068).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from limner.features.extractor import Activations, Extractor

DEPTHS = ("edges", "textures", "parts")
PLACES = 10
"""Places of each picture whose inner products are compared, at each depth."""
PAD = 9
"""Pixels by which the teacher's pictures are padded, so that its cells lie on the student's."""
OFFSETS = {"edges": 3, "textures": 1, "parts": 0}
"""The teacher's cell that lies on the student's first one then."""
FAINT, FAINT_STYLE = 0.01, 0.003
"""Distances below these count as equal: of features of places, and of Gram matrices."""


def teacher_view(teacher: Extractor, images: Tensor) -> Activations:
    """Returns SqueezeNet's maps of pictures (B, 3, H, W), cell on cell with those of the embedded network."""
    sides = [-(-length // 8) * 8 - length + 2 * PAD for length in images.shape[2:]]
    seen = teacher(F.pad(images, (PAD, sides[1], PAD, sides[0]), mode="replicate"))
    found = {}
    for depth, stride in zip(DEPTHS, (2, 4, 8), strict=True):
        first = OFFSETS[depth]
        height, width = (-(-length // stride) for length in images.shape[2:])
        found[depth] = seen[depth][:, :, first : first + height, first : first + width]
    return found


def losses(
    student: Activations, teacher: Activations, partners: Tensor, generator: torch.Generator
) -> dict[str, Tensor]:
    """Returns how far the student is from the teacher in inner products, perceptual distances and style distances.

    Maps (B, C, H, W) of both have the same height and width at each depth; partners (B,) are the pictures whose distance from
    each picture is compared.
    """
    found: dict[str, list[Tensor]] = {"kernel": [], "distance": [], "style": []}
    for depth in DEPTHS:
        here, there = student[depth], teacher[depth]
        if depth == "edges":  # where a quarter of the places tells as much, at a quarter of the cost
            down, right = (int(torch.randint(2, (), generator=generator)) for _ in range(2))
            here, there = (maps[:, :, down::2, right::2] for maps in (here, there))
        here, there = here.float().contiguous(), there.float().contiguous()
        found["kernel"].append(_kernels(here, there, generator))
        near, far = (_perceptual(maps, partners) for maps in (here, there))
        found["distance"].append(F.smooth_l1_loss((near + FAINT).log(), (far + FAINT).log(), beta=0.3))
        near, far = (style_distance(maps, partners) for maps in (here, there))
        found["style"].append(F.smooth_l1_loss((near + FAINT_STYLE).log(), (far + FAINT_STYLE).log(), beta=0.3))
    return {name: torch.stack(values).sum() for name, values in found.items()}


def pooled_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Returns how far the distances of pooled vectors, (B, D) of the student and the teacher, are apart, each in their mean."""
    near, far = (torch.pdist(vectors.float()) for vectors in (student, teacher))
    return (near / near.mean() - far / far.mean()).square().mean()


def _kernels(here: Tensor, there: Tensor, generator: torch.Generator) -> Tensor:
    """Returns the relative squared errors of inner products of some places: of features, about their mean, and of directions."""
    places = torch.randperm(here.shape[2] * here.shape[3], generator=generator)[:PLACES]
    own, other = (maps.flatten(2)[:, :, places].transpose(1, 2).flatten(0, 1) for maps in (here, there))
    pairs = [(own, other)] + [
        (one - one.mean(0), two - two.mean(0)) for one, two in ((own, other), _directions(own, other))
    ]
    return torch.stack([_mismatch(_products(one), _products(two)) for one, two in pairs]).sum()


def _directions(one: Tensor, two: Tensor) -> tuple[Tensor, Tensor]:
    return F.normalize(one, dim=1, eps=1e-6), F.normalize(two, dim=1, eps=1e-6)


def _products(features: Tensor) -> Tensor:
    products = features @ features.T
    return products / (products.diagonal().mean() + 1e-6)


def _mismatch(one: Tensor, two: Tensor) -> Tensor:
    return (one - two).square().mean() / two.square().mean()


def _perceptual(maps: Tensor, partners: Tensor) -> Tensor:
    """The perceptual distance at one depth, as in `limner.features.likeness`, (B,)."""
    directions = F.normalize(maps.flatten(2), dim=1, eps=1e-6)
    lengths = directions.square().sum(1).mean(1)
    likeness = (directions * directions.index_select(0, partners)).sum(1).mean(1)
    return (lengths + lengths[partners] - 2 * likeness).clamp(min=0)


def style_distance(maps: Tensor, partners: Tensor) -> Tensor:
    """Returns the squared difference of Gram matrices as a share of the partner's (Gatys et al. 2016, eq. 3 and 4), (B,)."""
    flat = maps.flatten(2) / (maps.shape[2] * maps.shape[3]) ** 0.5
    if flat.shape[1] <= flat.shape[2]:
        grams = flat @ flat.transpose(1, 2)
        powers, products = grams.square().sum((1, 2)), (grams * grams.index_select(0, partners)).sum((1, 2))
    else:  # the inner product of Gram matrices is that of squared products of places, of which there are fewer here
        turned = flat.transpose(1, 2)
        powers = (turned @ flat).square().sum((1, 2))
        products = (turned @ flat.index_select(0, partners)).square().sum((1, 2))
    return (powers + powers[partners] - 2 * products).clamp(min=0) / (powers[partners] + 1e-6)
