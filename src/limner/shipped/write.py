"""Writes a model as it ships: `python -m limner.shipped.write MODEL FOLDER`.

MODEL is a model, a run, or a causal model, whose structure and predictor are written as well; the weights are made small
(`limner.weights.quantised`).
"""

import argparse
import shutil
import sys
from pathlib import Path

from limner.causal.predictor import FILE as PREDICTOR
from limner.causal.structural import StructuralModel
from limner.errors import LimnerError
from limner.model import CONDITION_PREFIX, WEIGHTS, load
from limner.model_folder import find_folder
from limner.tensors import load_tensors, save_tensors
from limner.weights import quantised

STRUCTURE = "structure.json"


def write(path: Path, folder: Path) -> None:
    """Writes a model into a new folder; ModelError for what is none."""
    if (path / STRUCTURE).is_file():
        StructuralModel.load(path).save(folder)
        tensors, texts = load_tensors(path / PREDICTOR)
        save_tensors(folder / PREDICTOR, quantised(tensors), {"errors": texts["errors"]})
        folder = folder / "picture"
    model = load(path)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(find_folder(path) / "config.json", folder / "config.json")
    table = {CONDITION_PREFIX + name: values for name, values in model.condition_table.items()}
    save_tensors(folder / WEIGHTS, quantised(model.generator.state_dict()) | table)


def main() -> None:
    """Reads the command line and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="a model, a run or a causal model")
    parser.add_argument("folder", type=Path, help="the new folder")
    arguments = parser.parse_args()
    try:
        write(arguments.model, arguments.folder)
    except LimnerError as error:
        sys.exit(str(error))
    for file in sorted(arguments.folder.rglob("*.safetensors")):
        print(f"{file}: {file.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
