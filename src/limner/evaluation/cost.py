"""What a model costs: time for a picture, pictures a second, memory, disk, and time to load; in a process of its own."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import Tensor

from limner.errors import ModelError
from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject
from limner.metrics import Interval, bootstrap, mean_interval
from limner.parsing import parse_json

NUM_SINGLE_PICTURES = 15
"""Single pictures timed; the median is stated."""
BATCH_SIZES = (16, 64, 256)
"""Pictures at once, of which the fastest is stated."""
SECONDS_PER_BATCH_SIZE = 1.5
"""Seconds for which each of them is timed, and three times at least."""


def cost(reference: Reference, subject: Subject) -> Group:
    """Measures a model in a fresh process, so that nothing else counts as its memory."""
    if subject.path is None:
        return Group()
    command = [sys.executable, "-m", "limner.evaluation.cost", str(subject.path), str(SECONDS_PER_BATCH_SIZE)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode or not finished.stdout.startswith("{"):
        said = finished.stderr.strip().splitlines() or ["no reason given"]
        raise ModelError(f"{subject.path}: could not be timed: {said[-1]}")
    found = parse_json(finished.stdout, f"the times of {subject.path}")
    threads = f"{found['threads']} threads, eager"
    one = bootstrap(lambda times: 1e3 * float(times.median()), torch.tensor(found["singles"]))
    by_batch = {batch: _rate(int(batch), torch.tensor(times)) for batch, times in found["batches"].items()}
    best = max(by_batch, key=lambda batch: by_batch[batch].value)
    return Group(
        [
            Measure.of("ms for one picture", one, "lower", f"median of {NUM_SINGLE_PICTURES}, {threads}"),
            Measure.of(
                "pictures a second", by_batch[best], "higher", f"batch {best}, best of {BATCH_SIZES}, {threads}"
            ),
            Measure(
                "peak memory MB",
                found["memory_mb"],
                "lower",
                f"once; the whole process with PyTorch, batches up to {max(BATCH_SIZES)}",
            ),
            Measure("size MB", found["size_mb"], "lower", "model.safetensors"),
            Measure(
                "seconds to load", found["load_s"], "lower", "once; model folder to first use, PyTorch imported before"
            ),
        ],
        details={"by_batch": {batch: rate.value for batch, rate in by_batch.items()}},
    )


def timed(path: Path, seconds: float) -> dict[str, object]:
    """Loads a model and times it, each batch size for so many seconds; figures as `cost` states them."""
    from limner.model import WEIGHTS, find_folder, load

    began = time.perf_counter()
    model = load(path)
    loaded = time.perf_counter() - began
    model.sample(1)
    return {
        "threads": torch.get_num_threads(),
        "load_s": loaded,
        "singles": [_seconds(lambda seed=seed: model.sample(1, seed=seed)) for seed in range(NUM_SINGLE_PICTURES)],
        "batches": {batch: _batches(model, batch, seconds) for batch in BATCH_SIZES},
        "memory_mb": _peak_mb(),
        "size_mb": (find_folder(path) / WEIGHTS).stat().st_size / 1e6,
    }


def _peak_mb() -> float:
    """Returns the most memory that this process has held, MB."""
    status = Path("/proc/self/status")
    if status.is_file():
        # unlike getrusage, this does not count what the parent held when it started this process
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def _batches(model, batch: int, seconds: float) -> list[float]:  # type: ignore[no-untyped-def]
    """Returns the seconds of each of the batches that so many seconds hold, at least 3."""
    latent = model.sample_latents(batch)
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        times.append(_seconds(lambda: model.generate(latent, batch=batch)))
    return times


def _rate(batch: int, times: Tensor) -> Interval:
    """Pictures a second, from the seconds of each batch."""
    mean, low, high = mean_interval(times)
    return Interval(batch / mean, batch / high, batch / max(low, float(times.min())))


def _seconds(act) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(timed(Path(sys.argv[1]), float(sys.argv[2]))))
