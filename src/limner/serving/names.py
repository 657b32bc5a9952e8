"""Names for paths: what a picture says of itself names models and pictures as clients do, and no path of this machine."""

from pathlib import Path
from typing import Any

from limner.serving.catalogue import FRESH, Catalogue, Entry
from limner.serving.picture_store import PictureStore

FIELDS = ("path", "file", "by", "model", "directions", "style", "mask", "read")
"""What may hold a path, in what pictures say of themselves; `read` has them as keys."""


class Names:
    """Writes ids of pictures and names of models for their paths, and the last names of other paths."""

    def __init__(self, catalogue: Catalogue, pictures: PictureStore) -> None:
        self.catalogue, self.pictures = catalogue, pictures
        self.seen: list[Entry] = []
        self.known: dict[Path, str] = {}

    def of(self, provenance: dict[str, Any]) -> dict[str, Any]:
        """Returns what a picture says of itself, with names."""
        named: dict[str, Any] = self._named(provenance, "", self._models())
        return named

    def _models(self) -> dict[Path, str]:
        """Returns the names of all models by their paths, found out again when the folders have been looked into again."""
        models = list(self.catalogue.models(FRESH).values())
        if self.seen != models:
            self.known = {path: entry.id for entry in models for path in (entry.path.resolve(), entry.path)}
            self.seen = models
        return self.known

    def _named(self, value: Any, field: str, known: dict[Path, str]) -> Any:
        if isinstance(value, dict):
            return {
                self._name(key, field == "read", known): self._named(inner, key, known) for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self._named(inner, field, known) for inner in value]
        return self._name(value, field in FIELDS, known) if isinstance(value, str) else value

    def _name(self, text: str, path_expected: bool, known: dict[Path, str]) -> str:
        if not text.startswith("/"):
            return text
        path = Path(text)
        if path.parent == self.pictures.folder:
            return path.stem
        for above in (path, *path.parents):
            if above in known:
                return "/".join([known[above], *path.relative_to(above).parts])
        return path.name if path_expected or path.is_relative_to(self.catalogue.home) else text
