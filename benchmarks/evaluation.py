"""How long the judgement of a model takes: all measures, and the distances alone, of 10,000 samples at 32 x 32.

    python benchmarks/evaluation.py [--shared FOLDER] [--model RUN] [--n 10000] [--json FILE]

Fashion-MNIST at 32 x 32; the model is a `gan` after 200 steps unless one is given, because worth does not matter here. The cache
is empty at first, so the features of the real pictures are part of the time; a second call finds them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import command

from limner.data import open_dataset


def seconds(*arguments: str) -> float:
    """How long a command of `limner` takes."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "limner", *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Measures and prints."""
    parser = command.parser(__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("LIMNER_SHARED", "../shared")))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["LIMNER_CACHE"] = temporary
        data = str(open_dataset(arguments.shared / "data" / "fashion-mnist", size=32).path)
        run, n = str(arguments.model or Path(temporary) / "run"), str(arguments.n)
        if arguments.model is None:
            seconds("train", data, "--out", run, "--steps", "200")
        judge = ("evaluate", run, "--data", data, "--n", n, "--out", str(Path(temporary) / "report"))
        found = {
            "generating and writing them": seconds("sample", run, "--n", n, "--out", str(Path(temporary) / "samples")),
            "distances, nothing known": seconds(*judge, "--only", "distances"),
            "distances, real features known": seconds(*judge, "--only", "distances"),
            "everything": seconds(*judge),
        }
    for name, value in found.items():
        print(f"{name:32} {value:8.1f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    command.call(main)
