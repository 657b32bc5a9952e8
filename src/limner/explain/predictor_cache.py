"""An attribute predictor is trained once: later uses with the same pictures, attributes and seed read what the first one kept."""

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from limner.conditions.attribute import Attribute
from limner.data.cache import cache_folder
from limner.data.dataset import Dataset
from limner.errors import LimnerError
from limner.explain import predictor as settings
from limner.explain.predictor import AttributePredictor, train_attribute_predictor
from limner.networks.predictor import PREDICTOR_WIDTHS
from limner.parsing import parse_json
from limner.tensors import load_tensors, save_tensors
from limner.weights import load_weights

FORMAT = 1
"""To be raised when `train_attribute_predictor` makes other weights of the same pictures."""


def predictor_once(dataset: Dataset, attributes: Sequence[Attribute], seed: int = 0) -> AttributePredictor:
    """Returns what `train_attribute_predictor` does, kept in `$LIMNER_CACHE` or the user's cache folder.

    The key is the dataset's fingerprint and split, the attributes, the seed and the settings of the training. That a kept one is
    used is said on stderr, as is that one is damaged, and trained again, or could not be kept. UsageError.
    """
    file = cache_folder() / "predictors" / f"{_key(dataset, attributes, seed)}.safetensors"
    if file.exists():
        try:
            kept = _read(file, dataset, attributes)
        except (LimnerError, ValidationError):
            print(f"{file}: damaged; the predictor of attributes is trained again.", file=sys.stderr)
        else:
            print(
                f"predictor of attributes: trained before, read from {file}; delete it to train again.", file=sys.stderr
            )
            return kept
    predictor = train_attribute_predictor(dataset, attributes, seed)
    try:
        save_tensors(file, predictor.state_dict(), {"errors": json.dumps(predictor.errors)})
    except OSError as error:
        print(f"{file}: the predictor of attributes could not be kept ({error.strerror or error}).", file=sys.stderr)
    return predictor


def _read(file: Path, dataset: Dataset, attributes: Sequence[Attribute]) -> AttributePredictor:
    predictor = AttributePredictor(attributes, *dataset.schema.shape)
    tensors, texts = load_tensors(file)
    load_weights(predictor, tensors)
    predictor.errors = TypeAdapter(dict[str, float]).validate_python(parse_json(texts.get("errors", ""), "errors"))
    return predictor.eval()


def _key(dataset: Dataset, attributes: Sequence[Attribute], seed: int) -> str:
    trained = [
        settings.MAX_SIDE,
        settings.TRAINING_STEPS,
        settings.BATCH_SIZE,
        settings.LEARNING_RATE,
        settings.WEIGHT_DECAY,
        PREDICTOR_WIDTHS,
    ]
    split = [len(dataset.split(name)) for name in ("train", "validation")]
    names = [one.model_dump(mode="json") for one in attributes]
    content = [FORMAT, trained, dataset.fingerprint, split, list(dataset.schema.shape), names, seed]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
