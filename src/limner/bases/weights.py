"""The weights of a base as they ship: `python -m limner.bases.weights FOLDER FILE` writes those of a training, running or not.

Half precision: the averaged generator, and whatever judged it.
"""

import argparse
import json
import sys
from pathlib import Path

from limner import files
from limner.errors import DamagedFileError, LimnerError, ModelError
from limner.methods import Method
from limner.parsing import read_json
from limner.recipes import read_recipe
from limner.tensors import load_tensors, save_tensors
from limner.training.checkpoint import Checkpoints
from limner.training.ema import Ema
from limner.weights import halved, load_weights

START = "start.json"
"""In the folder of a training that started from weights: how many pictures these had seen."""
NOT_SHIPPED = "generator.flow."
"""Of a VAE's weights: a prior over latents belongs to the pictures that it was learned from."""


def export(folder: Path, file: Path) -> str:
    """Writes the weights of a training's newest checkpoint and says what was written; RecipeError, RunError, ModelError."""
    recipe = read_recipe(folder / "recipe.yaml")
    state, _ = Checkpoints(folder / "checkpoints").load()
    if state is None:
        raise ModelError(f"{folder} holds no checkpoint: train a base there first.")
    averaged = {f"generator.{name}": tensor for name, tensor in state["ema"].items()}
    own = {name: tensor for name, tensor in (state["method"] | averaged).items() if not name.startswith(NOT_SHIPPED)}
    pictures = state["step"] * recipe.batch + seen_before(folder)
    save_tensors(
        file, halved(own), {"base": recipe.name, "pictures": str(pictures), "recipe": recipe.model_dump_json()}
    )
    return f"{file}: {recipe.name} after {pictures:,} pictures, {file.stat().st_size / 1e6:.2f} MB"


def seen_before(folder: Path) -> int:
    """Returns the pictures that the weights had seen from which a training started."""
    file = folder / START
    return int(read_json(file)["pictures"]) if file.is_file() else 0


def start_from(method: Method, ema: Ema, file: Path, folder: Path) -> None:
    """Gives a new training in a folder the weights of a base; ModelError for those of another base or a damaged file."""
    try:
        tensors, texts = load_tensors(file)
    except DamagedFileError as error:
        raise ModelError(f"{error} Give the weights of a base.") from None
    own = method.state_dict()
    try:
        load_weights(method, {name: own[name] for name in own if name.startswith(NOT_SHIPPED)} | tensors)
    except ModelError as error:
        raise ModelError(f"{file} is not what this base can start from: {error}.") from None
    ema.network.load_state_dict(ema.online.state_dict())
    files.write_text(folder / START, json.dumps({"pictures": int(texts["pictures"])}) + "\n")


def main() -> None:
    """Reads the command line and exports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="of a training of limner.bases.train")
    parser.add_argument("file", type=Path, help="the file of weights, as gan.safetensors")
    arguments = parser.parse_args()
    try:
        print(export(arguments.folder, arguments.file))
    except LimnerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
