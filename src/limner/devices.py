"""Devices and runtimes by name, known without PyTorch, so that a wrong one is reported at once."""

from limner.errors import UsageError, quoted, suggestion

DEVICES = ("cpu", "cuda", "mps")
RUNTIME_NAMES = ("torch", "compiled", "onnx")
"""The names of `limner.runtimes.RUNTIMES`."""


def check_device_name(device: str) -> str:
    """Returns the kind of a device, such as cuda of cuda:1; UsageError for one that there is not."""
    kind = device.partition(":")[0]
    if kind not in DEVICES:
        raise UsageError(f"--device {quoted(device)}: choose from {', '.join(DEVICES)}.")
    return kind


def check_runtime_name(name: str) -> None:
    """Raises UsageError for a runtime that there is not."""
    if name not in ("auto", *RUNTIME_NAMES):
        raise UsageError(f"runtime {quoted(name)}: {suggestion(name, ['auto', *RUNTIME_NAMES])}")
