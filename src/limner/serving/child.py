"""One job in its own process: `limner` with the arguments of the job, which ends when the server that began it is gone."""

import os
import runpy
import signal
import sys
import threading
import time


def follow(server: int) -> None:
    """Interrupts this process, which saves what it is at, as soon as its parent is not `server` any more."""
    while os.getppid() == server:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
    os.killpg(0, signal.SIGKILL)  # the server began a group of its own for it


def main() -> None:
    """Runs the command line."""
    os.nice(10)  # the studio goes first, and has little to do
    threading.Thread(target=follow, args=(int(sys.argv[1]),), daemon=True).start()
    sys.argv = ["limner", *sys.argv[2:]]
    runpy.run_module("limner", run_name="__main__")


if __name__ == "__main__":
    main()
