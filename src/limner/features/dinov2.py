"""DINOv2's ViT-S/14 as an extractor (Oquab et al. 2023, arXiv 2304.07193), in the names of its published file."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from limner.features.extractor import Activations, Extractor, readable

PATCH, WIDTH, HEADS, DEPTH = 14, 384, 6, 12
GRID = 37  # patches a side in training, 518 pixels
EDGES, TEXTURES, PARTS = 3, 6, 9
"""How many blocks lead to each map."""


class Attention(nn.Module):
    """Self-attention of six heads."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        batch, count, _ = tokens.shape
        query, key, value = (
            self.qkv(tokens).view(batch, count, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        )  # (B, heads, N, 64)
        seen = F.scaled_dot_product_attention(query, key, value)
        return self.proj(seen.transpose(1, 2).reshape(batch, count, WIDTH))


class Mlp(nn.Module):
    """Two layers, four times as wide between."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(WIDTH, 4 * WIDTH)
        self.fc2 = nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(tokens)))


class Scale(nn.Module):
    """A learned factor for each channel of a residual branch."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(WIDTH))

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens * self.gamma


class Block(nn.Module):
    """Attention and MLP, each normalised before and scaled after."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.attn, self.ls1 = nn.LayerNorm(WIDTH, eps=1e-6), Attention(), Scale()
        self.norm2, self.mlp, self.ls2 = nn.LayerNorm(WIDTH, eps=1e-6), Mlp(), Scale()

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))


class DINOv2(Extractor):
    """Patches after 3, 6 and 9 blocks as edges, textures and parts, and the normalised class token as the pooled vector.

    All maps are (B, 384, H/14, W/14): a transformer of one resolution has no coarser ones. Sides that are no multiple of
    14 are resized to the next one below. Published distances on DINOv2 features (Stein et al. 2023, arXiv 2306.04675) come
    from the larger ViT-L/14 and do not compare with these.
    """

    name, distance, width = "dinov2", "FD-dinov2", WIDTH
    smallest, largest = 224, 224
    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + GRID * GRID, WIDTH))
        # stood for hidden patches in training; it is not used, but a file without it is another network
        self.mask_token = nn.Parameter(torch.zeros(1, WIDTH))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, WIDTH, PATCH, PATCH)})
        self.blocks = nn.ModuleList(Block() for _ in range(DEPTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None], persistent=False)

    def forward(self, images: Tensor) -> Activations:
        """Returns the activations at the pictures' own size, to the next multiple of 14 below."""
        normal = ((_whole_patches(readable(images, self.name)) + 1) / 2 - self.mean) / self.deviation
        patches = self.patch_embed["proj"](normal)  # (B, 384, H/14, W/14)
        height, width = patches.shape[2:]
        tokens = torch.cat([self.cls_token.expand(len(images), -1, -1), patches.flatten(2).mT], 1)
        tokens = tokens + self._positions(height, width)
        maps = {}
        for count, block in enumerate(self.blocks, 1):
            tokens = block(tokens)
            maps[count] = tokens
        edges, textures, parts = (maps[n][:, 1:].mT.unflatten(2, (height, width)) for n in (EDGES, TEXTURES, PARTS))
        return {"edges": edges, "textures": textures, "parts": parts, "pooled": self.norm(tokens[:, 0])}

    def _positions(self, height: int, width: int) -> Tensor:
        if (height, width) == (GRID, GRID):
            return self.pos_embed
        grid = self.pos_embed[:, 1:].mT.unflatten(2, (GRID, GRID))
        # The tenth of a patch too many is how the published networks are run; the scale, not the size, sets the sampling.
        scale = ((height + 0.1) / GRID, (width + 0.1) / GRID)
        return torch.cat(
            [self.pos_embed[:, :1], F.interpolate(grid, scale_factor=scale, mode="bicubic").flatten(2).mT], 1
        )


def _whole_patches(images: Tensor) -> Tensor:
    height, width = (side // PATCH * PATCH for side in images.shape[2:])
    if (height, width) == tuple(images.shape[2:]):
        return images
    return F.interpolate(images, (height, width), mode="bilinear", align_corners=False, antialias=True)
