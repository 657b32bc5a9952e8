"""A server whose work does not end when it is asked to: its jobs ignore it, its threads sleep, its removals last.

python stubborn_server.py HOME [MODELS]
"""

import sys
import time
from types import SimpleNamespace
from typing import Any

from limner.cli.app import main
from limner.serving import catalogue, runner
from limner.serving.routes import images

DEAF = "trap '' INT TERM; echo begun >&2; while true; do sleep 0.05; done"


def _sleep(*_: Any, **__: Any) -> bytes:
    time.sleep(60)
    return b""


if __name__ == "__main__":
    runner.child_command = lambda arguments: ["sh", "-c", DEAF]
    runner.shutil = SimpleNamespace(rmtree=_sleep)  # type: ignore[assignment]  # of the queue alone
    images._filmed = _sleep
    catalogue.choose_runtime = lambda name, device: "torch"  # an export to ONNX takes seconds
    sys.argv = ["limner", "serve", *sys.argv[2:], "--home", sys.argv[1], "--port", "0"]
    main()
