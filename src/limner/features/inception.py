"""Inception-v3 as FID knows it (Szegedy et al. 2016, arXiv 1512.00567; Heusel et al. 2017, arXiv 1706.08500).

This is the network of 2015-12-05 in the names of its PyTorch conversion. It differs from other Inception-v3's: its average
pools do not count the padding, the pool of its last block takes the maximum, and it knows 1008 classes. Pictures are
resized as its TensorFlow graph does, and its range is (value - 128) / 128. So do torch-fidelity and the reference code;
pytorch-fid lays the pixels' centres differently when resizing, and its FID differs a little.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.features.extractor import Activations, Extractor, readable

INPUT_SIDE = 299
Kernel = int | tuple[int, int]
ROW, COLUMN = (1, 7), (7, 1)


class Convolution(nn.Module):
    """A convolution without bias, batch normalisation and ReLU; `padding` is whatever keeps the size, unless given."""

    def __init__(self, inputs: int, outputs: int, kernel: Kernel = 1, stride: int = 1, valid: bool = False) -> None:
        super().__init__()
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (0, 0) if valid else (height // 2, width // 2)
        self.conv = nn.Conv2d(inputs, outputs, (height, width), stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=0.001)

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(features)))


class Mixed35(nn.Module):
    """A block on maps of 35 x 35 (Szegedy et al. 2016, figure 5)."""

    def __init__(self, inputs: int, pooled: int) -> None:
        super().__init__()
        self.branch1x1 = Convolution(inputs, 64)
        self.branch5x5_1 = Convolution(inputs, 48)
        self.branch5x5_2 = Convolution(48, 64, 5)
        self.branch3x3dbl_1 = Convolution(inputs, 64)
        self.branch3x3dbl_2 = Convolution(64, 96, 3)
        self.branch3x3dbl_3 = Convolution(96, 96, 3)
        self.branch_pool = Convolution(inputs, pooled)

    def forward(self, features: Tensor) -> Tensor:
        five = self.branch5x5_2(self.branch5x5_1(features))
        three = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(features)))
        return torch.cat([self.branch1x1(features), five, three, self.branch_pool(_average(features))], 1)


class Halved35(nn.Module):
    """From 35 x 35 to 17 x 17."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.branch3x3 = Convolution(inputs, 384, 3, 2, valid=True)
        self.branch3x3dbl_1 = Convolution(inputs, 64)
        self.branch3x3dbl_2 = Convolution(64, 96, 3)
        self.branch3x3dbl_3 = Convolution(96, 96, 3, 2, valid=True)

    def forward(self, features: Tensor) -> Tensor:
        double = self.branch3x3dbl_3(self.branch3x3dbl_2(self.branch3x3dbl_1(features)))
        return torch.cat([self.branch3x3(features), double, F.max_pool2d(features, 3, 2)], 1)


class Mixed17(nn.Module):
    """A block on maps of 17 x 17, with 7 x 7 convolutions taken apart (figure 6)."""

    def __init__(self, inner: int) -> None:
        super().__init__()
        self.branch1x1 = Convolution(768, 192)
        self.branch7x7_1 = Convolution(768, inner)
        self.branch7x7_2 = Convolution(inner, inner, ROW)
        self.branch7x7_3 = Convolution(inner, 192, COLUMN)
        self.branch7x7dbl_1 = Convolution(768, inner)
        self.branch7x7dbl_2 = Convolution(inner, inner, COLUMN)
        self.branch7x7dbl_3 = Convolution(inner, inner, ROW)
        self.branch7x7dbl_4 = Convolution(inner, inner, COLUMN)
        self.branch7x7dbl_5 = Convolution(inner, 192, ROW)
        self.branch_pool = Convolution(768, 192)

    def forward(self, features: Tensor) -> Tensor:
        seven = self.branch7x7_3(self.branch7x7_2(self.branch7x7_1(features)))
        double = self.branch7x7dbl_3(self.branch7x7dbl_2(self.branch7x7dbl_1(features)))
        double = self.branch7x7dbl_5(self.branch7x7dbl_4(double))
        return torch.cat([self.branch1x1(features), seven, double, self.branch_pool(_average(features))], 1)


class Halved17(nn.Module):
    """From 17 x 17 to 8 x 8."""

    def __init__(self) -> None:
        super().__init__()
        self.branch3x3_1 = Convolution(768, 192)
        self.branch3x3_2 = Convolution(192, 320, 3, 2, valid=True)
        self.branch7x7x3_1 = Convolution(768, 192)
        self.branch7x7x3_2 = Convolution(192, 192, ROW)
        self.branch7x7x3_3 = Convolution(192, 192, COLUMN)
        self.branch7x7x3_4 = Convolution(192, 192, 3, 2, valid=True)

    def forward(self, features: Tensor) -> Tensor:
        three = self.branch3x3_2(self.branch3x3_1(features))
        seven = self.branch7x7x3_4(self.branch7x7x3_3(self.branch7x7x3_2(self.branch7x7x3_1(features))))
        return torch.cat([three, seven, F.max_pool2d(features, 3, 2)], 1)


class Mixed8(nn.Module):
    """A block on maps of 8 x 8, whose 3 x 3 convolutions end side by side (figure 7)."""

    def __init__(self, inputs: int, last: bool = False) -> None:
        super().__init__()
        self.last = last
        self.branch1x1 = Convolution(inputs, 320)
        self.branch3x3_1 = Convolution(inputs, 384)
        self.branch3x3_2a = Convolution(384, 384, (1, 3))
        self.branch3x3_2b = Convolution(384, 384, (3, 1))
        self.branch3x3dbl_1 = Convolution(inputs, 448)
        self.branch3x3dbl_2 = Convolution(448, 384, 3)
        self.branch3x3dbl_3a = Convolution(384, 384, (1, 3))
        self.branch3x3dbl_3b = Convolution(384, 384, (3, 1))
        self.branch_pool = Convolution(inputs, 192)

    def forward(self, features: Tensor) -> Tensor:
        three = self.branch3x3_1(features)
        double = self.branch3x3dbl_2(self.branch3x3dbl_1(features))
        # the maximum where others average: the network that every published FID was measured with has it so
        pooled = F.max_pool2d(features, 3, 1, 1) if self.last else _average(features)
        branches = [self.branch1x1(features), self.branch3x3_2a(three), self.branch3x3_2b(three)]
        branches += [self.branch3x3dbl_3a(double), self.branch3x3dbl_3b(double), self.branch_pool(pooled)]
        return torch.cat(branches, 1)


class InceptionV3(Extractor):
    """Conv2d_2b as edges, Mixed_5d as textures, Mixed_6e as parts, and the mean of Mixed_7c, 2048 numbers, as the pooled vector.

    It sees every picture at 299 x 299, into which it resizes them itself, whatever their shape.
    """

    name, distance, width = "inception-v3", "FID", 2048
    # pictures are not resized before: the one resizing that FID prescribes is part of the network
    smallest, largest = 1, 65536

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, 32, 3, 2, valid=True)
        self.Conv2d_2a_3x3 = Convolution(32, 32, 3, valid=True)
        self.Conv2d_2b_3x3 = Convolution(32, 64, 3)
        self.Conv2d_3b_1x1 = Convolution(64, 80)
        self.Conv2d_4a_3x3 = Convolution(80, 192, 3, valid=True)
        self.Mixed_5b = Mixed35(192, 32)
        self.Mixed_5c = Mixed35(256, 64)
        self.Mixed_5d = Mixed35(288, 64)
        self.Mixed_6a = Halved35(288)
        self.Mixed_6b = Mixed17(128)
        self.Mixed_6c = Mixed17(160)
        self.Mixed_6d = Mixed17(160)
        self.Mixed_6e = Mixed17(192)
        self.Mixed_7a = Halved17()
        self.Mixed_7b = Mixed8(1280)
        self.Mixed_7c = Mixed8(2048, last=True)
        # the classifier is not used, but a file without it is another network
        self.fc = nn.Linear(2048, 1008)

    def forward(self, images: Tensor) -> Activations:
        """Returns the activations at 299 x 299: edges 147, textures 35 and parts 17 a side."""
        values = (resize((readable(images, self.name) + 1) * 127.5, INPUT_SIDE, INPUT_SIDE) - 128) / 128
        edges = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(values)))
        features = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(F.max_pool2d(edges, 3, 2)))
        textures = self.Mixed_5d(self.Mixed_5c(self.Mixed_5b(F.max_pool2d(features, 3, 2))))
        parts = self.Mixed_6e(self.Mixed_6d(self.Mixed_6c(self.Mixed_6b(self.Mixed_6a(textures)))))
        objects = self.Mixed_7c(self.Mixed_7b(self.Mixed_7a(parts)))
        return {"edges": edges, "textures": textures, "parts": parts, "pooled": objects.mean((2, 3))}


def resize(images: Tensor, height: int, width: int) -> Tensor:
    """Returns pictures (B, C, H, W) resized as TensorFlow 1 does: bilinear, corner on corner at the top left, no antialiasing.

    Row i is read at i * H / height, where others read at (i + 1/2) * H / height - 1/2.
    """
    return _resized(_resized(images, height, 2), width, 3)


def _resized(images: Tensor, size: int, dim: int) -> Tensor:
    before = images.shape[dim]
    if before == size:
        return images
    at = torch.arange(size, dtype=torch.float32, device=images.device) * (before / size)
    low = at.floor().long()
    fraction = (at - low).to(images.dtype).view([-1 if axis == dim else 1 for axis in range(4)])
    first, second = (images.index_select(dim, index) for index in (low, (low + 1).clamp(max=before - 1)))
    return first + (second - first) * fraction


def _average(features: Tensor) -> Tensor:
    return F.avg_pool2d(features, 3, 1, 1, count_include_pad=False)
