"""The styles that an instant model has learned, by name: read without PyTorch, so that a wrong one is reported at once."""

from collections.abc import Iterable
from pathlib import Path

from limner.errors import ModelError, UsageError, quoted, suggestion
from limner.parsing import ParseError, parse_json
from limner.tensor_header import texts_of

SHIPPED = Path(__file__).with_name("limner.safetensors")
FILE = "instant.safetensors"


def find_file(path: Path | None) -> Path:
    """Returns the file of a model, also of the run that holds it; without a path, the one that comes with Limner. ModelError."""
    file = SHIPPED if path is None else path / FILE if path.is_dir() else path
    if not file.is_file():
        raise ModelError(f"{path or file}: no model of styles; train one with: limner style train STYLES... --out RUN")
    return file


def check_learned(styles: Iterable[str], learned: Iterable[str]) -> None:
    """Raises UsageError for a style that a model has not learned."""
    known = list(learned)
    for style in styles:
        if style not in known:
            raise UsageError(f"this model has no style '{quoted(style)}'; {suggestion(style, known)}")


def check_styles(path: Path | None, styles: Iterable[str]) -> None:
    """Raises UsageError for a style that the model of a file or run has not learned; ModelError where there is none."""
    try:
        learned = parse_json(texts_of(find_file(path)).get("styles", ""), "its styles")
    except ParseError:
        return  # a damaged file, which is told where it is opened
    check_learned(styles, learned if isinstance(learned, dict) else ())
