"""What a recipe says of noise."""

from typing import Literal

from limner.configs.method import MethodConfig


class NoiseConfig(MethodConfig):
    """Nothing to choose."""

    kind: Literal["noise"] = "noise"
