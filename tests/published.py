"""Names and shapes in the published weight files, written down apart from the library, and files made up in them."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

Shapes = dict[str, tuple[int, ...]]

VGG19 = """0 64 3|2 64 64|5 128 64|7 128 128|10 256 128|12 256 256|14 256 256|16 256 256|19 512 256|21 512 512|23 512 512
|25 512 512|28 512 512|30 512 512|32 512 512|34 512 512"""

# branch, outputs, inputs, kernel (height x width)
STEM = """Conv2d_1a_3x3 32 3 3x3|Conv2d_2a_3x3 32 32 3x3|Conv2d_2b_3x3 64 32 3x3|Conv2d_3b_1x1 80 64 1x1
|Conv2d_4a_3x3 192 80 3x3"""
MIXED_5 = """branch1x1 64 {inputs} 1x1|branch5x5_1 48 {inputs} 1x1|branch5x5_2 64 48 5x5|branch3x3dbl_1 64 {inputs} 1x1
|branch3x3dbl_2 96 64 3x3|branch3x3dbl_3 96 96 3x3|branch_pool {pool} {inputs} 1x1"""
MIXED_6A = "branch3x3 384 288 3x3|branch3x3dbl_1 64 288 1x1|branch3x3dbl_2 96 64 3x3|branch3x3dbl_3 96 96 3x3"
MIXED_6 = """branch1x1 192 768 1x1|branch7x7_1 {c} 768 1x1|branch7x7_2 {c} {c} 1x7|branch7x7_3 192 {c} 7x1
|branch7x7dbl_1 {c} 768 1x1|branch7x7dbl_2 {c} {c} 7x1|branch7x7dbl_3 {c} {c} 1x7|branch7x7dbl_4 {c} {c} 7x1
|branch7x7dbl_5 192 {c} 1x7|branch_pool 192 768 1x1"""
MIXED_7A = """branch3x3_1 192 768 1x1|branch3x3_2 320 192 3x3|branch7x7x3_1 192 768 1x1|branch7x7x3_2 192 192 1x7
|branch7x7x3_3 192 192 7x1|branch7x7x3_4 192 192 3x3"""
MIXED_7 = """branch1x1 320 {inputs} 1x1|branch3x3_1 384 {inputs} 1x1|branch3x3_2a 384 384 1x3|branch3x3_2b 384 384 3x1
|branch3x3dbl_1 448 {inputs} 1x1|branch3x3dbl_2 384 448 3x3|branch3x3dbl_3a 384 384 1x3|branch3x3dbl_3b 384 384 3x1
|branch_pool 192 {inputs} 1x1"""
INCEPTION = {
    "": STEM,
    "Mixed_5b.": MIXED_5.format(inputs=192, pool=32),
    "Mixed_5c.": MIXED_5.format(inputs=256, pool=64),
    "Mixed_5d.": MIXED_5.format(inputs=288, pool=64),
    "Mixed_6a.": MIXED_6A,
    "Mixed_6b.": MIXED_6.format(c=128),
    "Mixed_6c.": MIXED_6.format(c=160),
    "Mixed_6d.": MIXED_6.format(c=160),
    "Mixed_6e.": MIXED_6.format(c=192),
    "Mixed_7a.": MIXED_7A,
    "Mixed_7b.": MIXED_7.format(inputs=1280),
    "Mixed_7c.": MIXED_7.format(inputs=2048),
}

DINOV2 = """norm1.weight 384|norm1.bias 384|attn.qkv.weight 1152 384|attn.qkv.bias 1152|attn.proj.weight 384 384
|attn.proj.bias 384|ls1.gamma 384|norm2.weight 384|norm2.bias 384|mlp.fc1.weight 1536 384|mlp.fc1.bias 1536
|mlp.fc2.weight 384 1536|mlp.fc2.bias 384|ls2.gamma 384"""

SQUEEZENET = """2 96 16 64|3 128 16 64|4 128 32 128|5 256 32 128|6 256 48 192|7 384 48 192|8 384 64 256|9 512 64 256"""


def vgg19() -> Shapes:
    found: Shapes = {}
    for number, outputs, inputs in _rows(VGG19):
        found[f"features.{number}.weight"] = (int(outputs), int(inputs), 3, 3)
        found[f"features.{number}.bias"] = (int(outputs),)
    return found


def inception_v3() -> Shapes:
    found: Shapes = {"fc.weight": (1008, 2048), "fc.bias": (1008,)}
    for block, rows in INCEPTION.items():
        for branch, outputs, inputs, kernel in _rows(rows):
            height, width = kernel.split("x")
            found[f"{block}{branch}.conv.weight"] = (int(outputs), int(inputs), int(height), int(width))
            for part in ("weight", "bias", "running_mean", "running_var"):
                found[f"{block}{branch}.bn.{part}"] = (int(outputs),)
    return found


def dinov2() -> Shapes:
    found: Shapes = {"cls_token": (1, 1, 384), "pos_embed": (1, 1370, 384), "mask_token": (1, 384)}
    found |= {"patch_embed.proj.weight": (384, 3, 14, 14), "patch_embed.proj.bias": (384,)}
    found |= {"norm.weight": (384,), "norm.bias": (384,)}
    for block in range(12):
        for name, *shape in _rows(DINOV2):
            found[f"blocks.{block}.{name}"] = tuple(map(int, shape))
    return found


def squeezenet() -> Shapes:
    convolutions: Shapes = {"conv1": (96, 3, 7, 7), "conv_final": (1000, 512, 1, 1)}
    for row in _rows(SQUEEZENET):
        number, inputs, squeezed, expanded = map(int, row)
        convolutions[f"fire{number}.conv1x1_1"] = (squeezed, inputs, 1, 1)
        convolutions[f"fire{number}.conv1x1_2"] = (expanded, squeezed, 1, 1)
        convolutions[f"fire{number}.conv3x3_2"] = (expanded, squeezed, 3, 3)
    found = {f"{name}.weight": shape for name, shape in convolutions.items()}
    return found | {f"{name}.bias": shape[:1] for name, shape in convolutions.items()}


LAYOUTS = {"vgg19": vgg19, "inception-v3": inception_v3, "dinov2": dinov2, "squeezenet": squeezenet}


def made_up(name: str) -> dict[str, Tensor]:
    """Half-precision tensors in the layout of a published file, always the same; their size keeps activations moderate."""
    return dict(_made_up(name))


@cache
def _made_up(name: str) -> dict[str, Tensor]:
    # a million numbers used again and again, from another place for each tensor: drawing all of them takes a second
    normal = np.random.RandomState(0).standard_normal(1_000_003).astype(np.float32)
    tensors = {}
    for index, (key, shape) in enumerate(LAYOUTS[name]().items()):
        drawn = np.take(normal, np.arange(index * 7919, index * 7919 + np.prod(shape)), mode="wrap").reshape(shape)
        if len(shape) > 1:
            inputs = 400 if "_embed" in key or "token" in key else np.prod(shape[1:])
            values = drawn * np.sqrt(2 / inputs)
        elif key.endswith(("running_var", "bn.weight", "norm.weight", "norm1.weight", "norm2.weight", "gamma")):
            values = 0.75 + 0.5 * (np.sin(drawn) + 1) / 2
        else:
            values = drawn * 0.1
        tensors[key] = torch.from_numpy(values.astype(np.float16))
    return tensors


def write(tensors: dict[str, Tensor], path: Path) -> Path:
    save_file(tensors, path)
    return path


def picture(height: int, width: int) -> np.ndarray:
    """A synthetic picture, uint8 (1, H, W, 3): waves of another length in each colour."""
    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / length + y * length / 50) * np.cos(y / length) for length in (5, 9, 23)]
    return np.round(127.5 * (1 + np.stack(waves, -1)))[None].astype(np.uint8)


def _rows(table: str) -> list[list[str]]:
    return [row.split() for row in table.replace("\n", "").split("|")]
