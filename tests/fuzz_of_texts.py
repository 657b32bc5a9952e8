"""The readers of what people write: recipes, settings, graphs, edits, conditions and latents."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import hostile
from fuzz_makers import Make, at, of_bytes, of_values, text_of
from limner.causal.graph import read_graph
from limner.conditions.resolve import resolve
from limner.conditions.written import parse_condition
from limner.editing.edits import apply, from_list, parse, read_edits
from limner.editing.latent_spec import LatentSpec
from limner.parsing import parse_json
from limner.recipes import RECIPES, apply_settings, find_recipe, to_yaml
from small_models import AGE, KIND, TABLE


def _recipes(folder: Path) -> Make:
    texts = [to_yaml(RECIPES[name]()).encode() for name in sorted(RECIPES)]
    act = at(folder / "recipe.yaml", lambda path: to_yaml(find_recipe(str(path))))
    return of_values([yaml.safe_load(text) for text in texts], act, texts)


def _settings(folder: Path) -> Make:
    texts = [
        b"lr=1e-3",
        b"method.generator.widths=[16, 8]",
        b"condition=label",
        b"ema={half_life: 3}",
        b"method.loss=hinge",
    ]
    return of_bytes(texts, lambda content: apply_settings(find_recipe("gan"), [text_of(content)]))


GRAPH = b"""nodes:
  height: {kind: number, low: 0, high: 1}
  petals: {kind: count}
edges:
- season -> sunlight
- [species, height]
- sunlight -> height
- height -> petals
confounded:
- species <-> soil
picture: [species, height]
"""


def _graphs(folder: Path) -> Make:
    def act(path: Path) -> object:
        graph = read_graph(path)
        graph.save(folder / "again.yaml")
        assert read_graph(folder / "again.yaml") == graph
        return graph.descendants(*graph.nodes)

    texts = [GRAPH, b"edges: [a -> b, b -> c]\n", b"nodes: [a, b]\nedges:\n- a -> b\n"]
    return of_values([yaml.safe_load(text) for text in texts], at(folder / "graph.yaml", act), texts)


EDITS: list[Any] = [
    *(
        "flip",
        "rotate:angle=5,grow=no",
        "crop:left=1,top=1,width=8,height=8",
        {"exposure": 0.5},
        {"blur": {"radius": 2}},
    ),
    *(
        {"select-box": {"left": 2, "top": 2, "width": 6, "height": 6}},
        {"fill": "#ff0000"},
        {"remove": "patches"},
        "select-rest",
    ),
    *(
        {"curves": {"points": [[0, 0], [0.5, 0.7], [1, 1]]}},
        {"perspective": [0, 0, 1, 0, 1, 1, 0, 1]},
        {"pad": 4},
        "white-balance",
    ),
    *(
        {"select-colour": "red"},
        {"move": {"right": 3}},
        {"paste": {"file": "x.png"}},
        {"mix": {"seed": 3}},
        {"clahe": {"tiles": 4}},
    ),
    *(
        {"scale": {"width": 20}},
        {"translate": {"right": 2.5, "fill": "mirror"}},
        {"denoise": 0.2},
        {"sharpen": 1},
        {"relight": 30},
    ),
]


def _edit_files(folder: Path) -> Make:
    seeds = [EDITS[:6], EDITS[6:12], EDITS[12:]]
    return of_values(seeds, at(folder / "edits.yaml", read_edits), [yaml.safe_dump(seed).encode() for seed in seeds])


def _edit_texts(folder: Path) -> Make:
    texts = [one.encode() for one in EDITS if isinstance(one, str)] + [
        b"fill:#ff0000",
        b"curves:points=[[0,0],[1,1]],channel=red",
    ]
    return of_bytes(
        [*texts, b"pad:left=4,fill=edge", b"mix:0.5,seed=3", b"along:age,amount=2"],
        lambda content: parse(text_of(content)),
    )


def _edits_done(folder: Path) -> Make:
    picture = np.asarray(hostile.picture(24).convert("RGB"))

    def act(content: bytes) -> object:
        listed = parse_json(text_of(content), "edits")
        return apply(from_list(listed if isinstance(listed, list) else [listed]), picture)

    return of_values([[one] for one in EDITS], act)


def _conditions(folder: Path) -> Make:
    texts = [b"kind=round", b"age=0.5", b"kind=1", b"age=1e400", b"age=nan", b"kind=(missing)"]
    return of_bytes(
        texts, lambda content: resolve(parse_condition([text_of(content)]), (KIND, AGE), TABLE, 0, range(2))
    )


def _asked(folder: Path) -> Make:
    def act(content: bytes) -> object:
        condition = parse_json(text_of(content), "condition")
        return resolve(
            condition if isinstance(condition, dict) else {"kind": condition}, (KIND, AGE), TABLE, 0, range(2)
        )

    return of_values([{"kind": "round", "age": 0.5}, {"kind": ["round", "long"], "age": [0.1, 0.2]}], act)


def _latents(folder: Path) -> Make:
    seeds = [
        {"seed": 3, "index": 1, "blend": [[1, 0.5], [2, 0.5]], "mix": {"seed": 2, "share": 0.5}, "truncation": 0.7}
    ]
    seeds.append({"directions": {"pca-1": 1.5}, "condition": {"kind": "round", "age": 0.5}})
    return of_values(seeds, lambda content: LatentSpec.model_validate(parse_json(text_of(content), "latent")))


READERS: dict[str, Callable[[Path], Make]] = {
    "recipes": _recipes,
    "settings": _settings,
    "graphs": _graphs,
    "edit files": _edit_files,
    "edit texts": _edit_texts,
    "edits done": _edits_done,
    "conditions": _conditions,
    "conditions asked": _asked,
    "latents": _latents,
}
