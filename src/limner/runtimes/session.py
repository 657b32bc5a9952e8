"""An exported generator in ONNX Runtime, on the CPU."""

from pathlib import Path

import torch
from torch import Tensor

from limner.errors import ModelError
from limner.networks.conditioning import Condition

NOISE, PICTURES = "z", "pictures"


def input_name(attribute: str) -> str:
    """Returns the name of an attribute's input, which is none other's: an attribute may be called `z`."""
    return f"condition.{attribute}"


class Session:
    """z (B, latent_dim) and a condition -> pictures (B, C, H, W) in [-1, 1], by as many threads as PyTorch uses.

    ModelError for a file that ONNX Runtime cannot read.
    """

    def __init__(self, file: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = 3  # errors: it warns of weights that a rounded file no longer needs
        try:
            self.session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its errors have no base class of their own
            raise ModelError(f"{file}: ONNX Runtime cannot read it ({str(error).splitlines()[0][:200]}).") from None

    def __call__(self, z: Tensor, condition: Condition) -> Tensor:
        inputs = {NOISE: z.float()} | {input_name(name): values for name, values in condition.items()}
        (pictures,) = self.session.run([PICTURES], {name: tensor.numpy() for name, tensor in inputs.items()})
        return torch.from_numpy(pictures)
