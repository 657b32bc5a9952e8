"""Gives mutated inputs to a reader in a process of its own: `python fuzz_attack.py READER COUNT SEED`."""

import json
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

SLOWEST, MOST_MEMORY, LONGEST_WAIT = 5.0, 2**30, 60.0
"""Seconds of the processor an input, bytes that reading may take beyond what the process needs anyway, and seconds until an input
is broken off, busy or not."""
SHOWN = 20


@dataclass
class Outcome:
    """What became of a reader's inputs; `failures` are told with the number of their input."""

    reader: str
    inputs: int = 0
    refused: int = 0
    slowest: float = 0.0
    memory_mb: float = 0.0
    failures: list[str] = field(default_factory=list)


def attacked(name: str, folder: Path, count: int, seed: int) -> Outcome:
    """Returns what became of `count` inputs of a reader."""
    from fuzz_readers import READERS, inputs

    typed, outcome = READERS[name].typed, Outcome(name)
    signal.signal(signal.SIGALRM, _stop)
    for number, act in enumerate(inputs(name, folder, seed)):
        if number == count:
            return outcome
        _one(outcome, number, act, typed)
    return outcome


def _one(outcome: Outcome, number: int, act: Callable[[], object], typed: tuple[type[Exception], ...]) -> None:
    began = time.process_time()  # others may be at work on the machine, too
    signal.setitimer(signal.ITIMER_REAL, LONGEST_WAIT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            act()
    except typed as error:
        outcome.refused += 1
        if not str(error) or ("\n" in str(error) and type(error).__name__ != "ValidationError"):
            outcome.failures.append(f"input {number}: not one line: {error!r}")
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [f"{Path(one.filename).name}:{one.lineno}" for one in frames if "limner" in one.filename][-3:]
        outcome.failures.append(f"input {number}: {type(error).__name__}: {str(error)[:160]!r} at {' '.join(own)}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    took = time.process_time() - began
    outcome.inputs, outcome.slowest = outcome.inputs + 1, max(outcome.slowest, took)
    if took > SLOWEST:
        outcome.failures.append(f"input {number}: {took:.1f} s")


def _stop(*_: object) -> None:
    raise TimeoutError("it takes far too long")


def _status(key: str) -> int:
    """Returns a figure of this process in bytes, such as VmRSS (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(key)).split()[1]) * 1024


def main(name: str, count: int, seed: int) -> None:
    """Attacks a reader under a limit of memory, and prints what became of it as JSON."""
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        attacked(name, Path(folder) / "warm", 3, seed)  # what is only imported when it is needed is no input's memory
        before = _status("VmRSS")
        resource.setrlimit(resource.RLIMIT_AS, (_status("VmSize") + 2 * MOST_MEMORY,) * 2)
        outcome = attacked(name, Path(folder) / "attack", count, seed)
    outcome.memory_mb = (_status("VmHWM") - before) / 2**20
    if outcome.memory_mb * 2**20 > MOST_MEMORY:
        outcome.failures.append(f"{outcome.memory_mb:.0f} MB of memory")
    outcome.failures = outcome.failures[:SHOWN]
    print(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
