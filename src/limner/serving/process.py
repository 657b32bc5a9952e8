"""The process that does a job: started in a session of its own, read without waiting for ever, and ended with all it started."""

import os
import re
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CHILD = "limner.serving.child"
"""The module that a job's process runs."""
BREAK = re.compile(rb"[\r\n]+")
"""What ends a line of progress."""
MAX_LINE_BYTES = 64 * 2**10
"""Bytes of a line; what is longer is cut."""


class JobProcess:
    """A running command whose lines on standard error are its progress. OSError when it cannot be started."""

    def __init__(self, command: list[str], threads: int, folder: Path | None = None) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
        self.popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
            start_new_session=True,
        )
        assert self.popen.stderr is not None
        self.stderr, self.rest = self.popen.stderr, b""
        os.set_blocking(self.stderr.fileno(), False)

    @property
    def id(self) -> int:
        """The process id, which is that of its group, too."""
        return self.popen.pid

    def lines(self, seconds: float) -> list[str]:
        """Returns the whole lines that have come, after at most so many seconds; the rest, too, once it has ended."""
        if self.stderr.closed:
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)
            return []
        poll = select.poll()  # unlike select, it takes any number of open files
        poll.register(self.stderr, select.POLLIN)
        if poll.poll(1000 * seconds):
            self._read()
        *whole, self.rest = BREAK.split(self.rest)
        if self.stderr.closed or len(self.rest) > MAX_LINE_BYTES:
            whole, self.rest = [*whole, self.rest], b""
        texts = (line[:MAX_LINE_BYTES].decode("utf-8", "replace").strip() for line in whole)
        return [text for text in texts if text]

    def status(self) -> int | None:
        """Returns how it ended, or None while it runs."""
        return self.popen.poll()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to it and to all that it started, unless it has ended."""
        if self.popen.poll() is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        """Kills it and all that it started, also what it left behind when it ended; its group has its number until then."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(1)

    def close(self) -> None:
        """Lets go of its output, which a process that it left behind may still hold."""
        self.stderr.close()

    def _read(self) -> None:
        content = os.read(self.stderr.fileno(), MAX_LINE_BYTES)
        self.rest += content
        if not content:
            self.stderr.close()


def child_command(arguments: list[str]) -> list[str]:
    """Returns the command that runs `limner` with arguments until this process ends."""
    return [sys.executable, "-m", CHILD, str(os.getpid()), *arguments]


def end_left_over(process: int | None) -> None:
    """Ends a process that outlived the server that began it, unless its number is another's by now."""
    if process is None or CHILD not in command_of(process):
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def command_of(process: int) -> str:
    """Returns the command line of a process; nothing where there is none."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    with suppress(OSError, subprocess.TimeoutExpired):
        asked = ["ps", "-o", "args=", "-p", str(process)]
        return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=2).stdout
    return ""
