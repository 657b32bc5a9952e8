"""One process or many, started by `torchrun`, on CPU, CUDA or MPS: the only file that knows of Lightning Fabric."""

import os
import warnings
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from limner.model import check_device


class Processes:
    """This process among its peers: its device, its rank, and what all of them agree on."""

    def __init__(self, device: str = "auto") -> None:
        if device != "auto":
            check_device(device)
        local = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
        nodes = int(os.environ.get("WORLD_SIZE", "1")) // local
        several = local * nodes > 1
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="lightning_fabric")
            self.fabric = Fabric(
                accelerator=device,
                devices=local if several else 1,
                num_nodes=nodes,
                strategy="ddp" if several else "auto",
            )
            self.fabric.launch()
        self.device = self.fabric.device
        self.rank, self.world = self.fabric.global_rank, self.fabric.world_size

    @property
    def is_main(self) -> bool:
        """Whether this process is the one that writes and prints."""
        return self.rank == 0

    def precision(self) -> AbstractContextManager[object]:
        """Where a step is computed: in bfloat16 as far as that is safe on CUDA, in float32 elsewhere."""
        return torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else nullcontext()

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replaces each gradient by its mean over all processes, in one message.

        Done by hand, not by wrapping networks: gradient penalties differentiate twice, which wrappers do not support.
        """
        if self.world == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        mean = self.fabric.all_reduce(torch.cat([g.flatten() for g in gradients]), reduce_op="mean")
        for gradient, part in zip(gradients, mean.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view_as(gradient))

    def mean(self, values: Tensor) -> Tensor:
        """Returns the mean of a tensor over all processes."""
        return self.fabric.all_reduce(values, reduce_op="mean") if self.world > 1 else values

    def agree(self, flag: bool) -> bool:
        """Returns the flag of the leading process."""
        return bool(self.fabric.broadcast(flag)) if self.world > 1 else flag

    def wait(self) -> None:
        """Waits until every process is here."""
        self.fabric.barrier()
