"""The embedded perceptual network and its weights, which `train.py` made."""

from pathlib import Path

from limner.features.embedded.network import Network
from limner.tensors import load_tensors

WEIGHTS = Path(__file__).with_name("limner.safetensors")


class Embedded(Network):
    """The network as it comes with Limner, from half-precision weights."""

    def __init__(self) -> None:
        super().__init__()
        tensors, _ = load_tensors(WEIGHTS)
        self.load_state_dict({name: tensor.float() for name, tensor in tensors.items()}, assign=True)


__all__ = ["Embedded", "Network"]
