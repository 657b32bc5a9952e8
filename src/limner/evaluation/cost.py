"""What a model costs: time for a picture, pictures a second, memory, disk, and time to load; in a process of its own."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from limner.errors import ModelError
from limner.evaluation.measure import Group, Measure
from limner.evaluation.reference import Reference
from limner.evaluation.subject import Subject

ONE_PICTURE = 15
"""Single pictures timed; the median is stated."""
BATCHES = (16, 64, 256)
SECONDS_A_BATCH = 1.5


def cost(reference: Reference, subject: Subject) -> Group:
    """Measures a model in a fresh process, so that nothing else counts as its memory."""
    if subject.path is None:
        return Group()
    command = [sys.executable, "-m", "limner.evaluation.cost", str(subject.path)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        said = finished.stderr.strip().splitlines() or ["no reason given"]
        raise ModelError(f"{subject.path}: could not be timed: {said[-1]}")
    found = json.loads(finished.stdout)
    threads = f"{found['threads']} threads, eager"
    return Group(
        [
            Measure("ms for one picture", found["one_ms"], "lower", f"median of {ONE_PICTURE}, {threads}"),
            Measure(
                "pictures a second", found["rate"], "higher", f"batch {found['batch']}, best of {BATCHES}, {threads}"
            ),
            Measure(
                "peak memory MB",
                found["memory_mb"],
                "lower",
                f"the whole process with PyTorch, batches up to {max(BATCHES)}",
            ),
            Measure("size MB", found["size_mb"], "lower", "model.safetensors"),
            Measure("seconds to load", found["load_s"], "lower", "model folder to first use, PyTorch imported before"),
        ],
        details={"by_batch": found["by_batch"]},
    )


def timed(path: Path) -> dict[str, object]:
    """Loads a model and times it; figures as `cost` states them."""
    import torch

    from limner.model import WEIGHTS, find_folder, load

    began = time.perf_counter()
    model = load(path)
    loaded = time.perf_counter() - began
    model.sample(1)
    singles = [_seconds(lambda seed=seed: model.sample(1, seed=seed)) for seed in range(ONE_PICTURE)]
    rates = {batch: _rate(model, batch) for batch in BATCHES}
    best = max(rates, key=lambda batch: rates[batch])
    return {
        "threads": torch.get_num_threads(),
        "load_s": loaded,
        "one_ms": 1e3 * statistics.median(singles),
        "rate": rates[best],
        "batch": best,
        "by_batch": rates,
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


def _rate(model, batch: int) -> float:  # type: ignore[no-untyped-def]
    codes, began, made = model.codes(batch), time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < SECONDS_A_BATCH:
        model.decode(codes, batch=batch)
        made += batch
    return made / spent


def _seconds(act) -> float:  # type: ignore[no-untyped-def]
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(timed(Path(sys.argv[1]))))
