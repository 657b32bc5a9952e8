"""The model card: a README next to the weights, with a grid of samples and the training curves."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from limner import files
from limner.conditions.attribute import Attribute
from limner.conditions.kinds import condition_kind_of
from limner.model import Model
from limner.pictures import curves_svg, grid, save
from limner.recipes import to_yaml
from limner.samples import provenance_of

ROWS = COLUMNS = 8
Curves = dict[str, list[tuple[float, float]]]


def sample_grid(model: Model, seed: int = 0) -> np.ndarray:
    """Returns a grid uint8 (H, W, C) of fixed-seed samples; one class a row when the model knows classes."""
    condition, rows = grid_condition(model.attributes, ROWS)
    return grid(model.sample(rows * COLUMNS, seed=seed, condition=condition), columns=COLUMNS)


def grid_condition(attributes: Sequence[Attribute], rows: int) -> tuple[dict[str, list[str]], int]:
    """Returns the condition of a grid of `COLUMNS` pictures a row, and the number of rows."""
    if not attributes or attributes[0].kind != "label":
        return {}, rows
    rows = min(len(attributes[0].classes), max(rows, 10))
    return {attributes[0].name: [name for name in attributes[0].classes[:rows] for _ in range(COLUMNS)]}, rows


def write_card(model: Model, folder: Path, curves: Curves, seed: int = 0) -> None:
    """Writes README.md, samples.png and curves.svg into a model folder."""
    condition, rows = grid_condition(model.attributes, ROWS)
    made = {
        "seed": seed,
        "first": 0,
        "n": rows * COLUMNS,
        "columns": COLUMNS,
        "condition": condition,
        "truncation": 1.0,
    }
    save(sample_grid(model, seed), folder / "samples.png", provenance_of(model, folder, "grid", index=0, **made))
    files.write_text(folder / "curves.svg", curves_svg(curves, title="Training", x_label="pictures seen"))
    files.write_text(folder / "README.md", _text(model))


def _text(model: Model) -> str:
    schema, about = model.schema, model.about
    data, training = about["data"], about["training"]
    weights = sum(p.numel() for p in model.generator.parameters())
    conditions = [f"- `{a.name}`: {condition_kind_of(a).describe(a)}" for a in model.attributes] or [
        "- none: it needs no condition"
    ]
    return f"""---
library_name: limner
tags: [{", ".join(dict.fromkeys(("image-generation", model.recipe.method.kind, model.recipe.name)))}]
---
# {model.recipe.name} on {data["name"]}

![Samples](samples.png)

Generates pictures of {schema.width} x {schema.height} pixels, {schema.colours}. All of them are
AI-generated, and every picture that Limner saves says so.

```python
import limner

pictures = limner.load("this-folder").sample(16, seed=1)  # uint8 (16, {schema.height}, {schema.width}, {schema.channels})
```

## Data
{data["pictures"]:,} training pictures of `{data["name"]}`, fingerprint `{data["fingerprint"][:16]}`.
Only publish this model if you may publish what it learned from: a model trained on few pictures can resemble them.

## Conditions
{chr(10).join(conditions)}

## Training
{training["pictures"]:,} pictures seen in {training["step"]:,} steps and {training["seconds"] / 60:.1f} minutes,
seed {training["seed"]}.
{weights:,} weights, SHA-256 of their content `{model.digest}`.

![Curves](curves.svg)

## Recipe
```yaml
{to_yaml(model.recipe).rstrip()}
```
"""
