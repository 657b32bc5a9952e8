"""The embedded perceptual network and its weights, which `train.py` made."""

from pathlib import Path

from limner.features.embedded.network import Network
from limner.tensors import load_tensors

WEIGHTS = Path(__file__).with_name("limner.safetensors")


class Embedded(Network):
    """The network as it comes with Limner, from half-precision weights, or from other ones of its kind."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        super().__init__()
        tensors, _ = load_tensors(weights)
        self.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)


__all__ = ["Embedded", "Network"]
