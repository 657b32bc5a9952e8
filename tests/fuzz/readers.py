"""Every reader of the product as a target: what is right to give it, how that is mutated, and what it does with it."""

import io
import json
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
import yaml
from mutation import as_text, mutated, mutated_tensors, mutated_value
from PIL import Image
from pydantic import ValidationError

import hostile
from limner import tensors as tensor_files
from limner.causal.fitting import Fit
from limner.causal.graph import Graph, read_graph
from limner.causal.mechanisms import build_mechanism
from limner.causal.predictor import Predictor
from limner.causal.structural import StructuralModel
from limner.causal.truth import garden_truth
from limner.causal.variables import Variable
from limner.conditions import parse_wishes, resolve
from limner.data.attributes import typed
from limner.data.dataset import Dataset, write_dataset
from limner.data.layout import lay_out
from limner.data.report import read_report
from limner.data.sources import open_source
from limner.editing import history
from limner.editing.edits import apply, from_list, parse, read_edits
from limner.editing.place import Place
from limner.editing.place import replay as replay_place
from limner.errors import LimnerError
from limner.evaluation.crossval import _read_fold
from limner.evaluation.long_work import long_work
from limner.model import load
from limner.parsing import parse_json
from limner.pictures import read, read_provenance, save
from limner.recipes import RECIPES, apply_settings, find_recipe, to_yaml
from limner.samples import provenance_of
from limner.samples import replay as replay_sample
from limner.style.instant import load_model
from limner.style.instant.model import InstantModel, Palette, save_model
from limner.style.instant.network import InstantNetwork
from limner.training.checkpoint import Checkpoints
from limner.training.history import curves, read_history
from limner.training.run import data_of
from small_models import AGE, KIND, TABLE, small_model

Make = Callable[[random.Random], Callable[[], object]]
"""From chance to one input that is given to the reader when it is called."""
TYPED = (LimnerError, ValidationError)
"""A ValidationError only of requests, which the server turns into an answer; readers of files turn it into their own."""


@dataclass(frozen=True)
class Reader:
    """A reader; `prepare` makes what is right in a folder and returns the maker of inputs."""

    prepare: Callable[[Path], Make]
    share: int = 1
    """How many inputs it gets beside the others."""
    typed: tuple[type[Exception], ...] = (LimnerError,)


def _bytes(seeds: list[bytes], act: Callable[[bytes], object]) -> Make:
    def make(draw: random.Random) -> Callable[[], object]:
        content = mutated(draw.choice(seeds), draw, seeds)
        return lambda: act(content)

    return make


def _values(seeds: list[Any], act: Callable[[bytes], object], texts: list[bytes] | None = None) -> Make:
    """Half of the inputs are mutated values, half are mutated texts."""
    texts = texts or [json.dumps(seed, indent=1).encode() for seed in seeds]

    def make(draw: random.Random) -> Callable[[], object]:
        if draw.random() < 0.5:
            content = as_text(mutated_value(draw.choice(seeds), draw), draw)
        else:
            content = mutated(draw.choice(texts), draw, texts)
        return lambda: act(content)

    return make


def _at(path: Path, act: Callable[[Path], object]) -> Callable[[bytes], object]:
    """Returns what writes an input to a file and lets `act` read it."""

    def write(content: bytes) -> object:
        path.write_bytes(content)
        return act(path)

    return write


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _recipes(folder: Path) -> Make:
    texts = [to_yaml(RECIPES[name]()).encode() for name in sorted(RECIPES)]
    act = _at(folder / "recipe.yaml", lambda path: to_yaml(find_recipe(str(path))))
    return _values([yaml.safe_load(text) for text in texts], act, texts)


def _settings(folder: Path) -> Make:
    texts = [
        b"lr=1e-3",
        b"method.generator.widths=[16, 8]",
        b"condition=label",
        b"ema={half_life: 3}",
        b"method.loss=hinge",
    ]
    return _bytes(texts, lambda content: apply_settings(find_recipe("gan"), [_text(content)]))


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
    return _values([yaml.safe_load(text) for text in texts], _at(folder / "graph.yaml", act), texts)


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
    return _values(seeds, _at(folder / "edits.yaml", read_edits), [yaml.safe_dump(seed).encode() for seed in seeds])


def _edit_texts(folder: Path) -> Make:
    texts = [one.encode() for one in EDITS if isinstance(one, str)] + [
        b"fill:#ff0000",
        b"curves:points=[[0,0],[1,1]],channel=red",
    ]
    return _bytes(
        [*texts, b"pad:left=4,fill=edge", b"mix:0.5,seed=3", b"along:age,amount=2"],
        lambda content: parse(_text(content)),
    )


def _edits_done(folder: Path) -> Make:
    picture = np.asarray(hostile.picture(24).convert("RGB"))

    def act(content: bytes) -> object:
        listed = parse_json(_text(content), "edits")
        return apply(from_list(listed if isinstance(listed, list) else [listed]), picture)

    return _values([[one] for one in EDITS], act)


def _model_folder(folder: Path, recipe: str, *settings: str) -> Path:
    small_model(recipe, "condition=[kind, age]", *settings).save(folder / recipe)
    return folder / recipe


def _configs(folder: Path) -> Make:
    saved = [_model_folder(folder, name) for name in ("gan", "vae", "mlp-gan", "causal-vae")]
    texts = {path: (path / "config.json").read_bytes() for path in saved}

    def make(draw: random.Random) -> Callable[[], object]:
        path = draw.choice(saved)
        made = _values([json.loads(texts[path])], lambda content: content, [texts[path]])(draw)()
        return lambda: _at(path / "config.json", lambda _: load(path).sample(1))(made)  # type: ignore[arg-type]

    return make


def _tensor_file(file: Path, seeds: list[Any], act: Callable[[], object], texts: tuple[str, ...] = ()) -> Make:
    """Inputs are the file's bytes mutated; its tensors mutated; or its texts, which are JSON, mutated."""
    whole = file.read_bytes()
    tensors, metadata = tensor_files.load_tensors(file)

    def make(draw: random.Random) -> Callable[[], object]:
        kind = draw.choice(("bytes", "tensors", "tensors", "texts" if texts else "tensors"))
        if kind == "bytes":
            file.write_bytes(mutated(whole, draw, [whole]))
        elif kind == "tensors":
            tensor_files.save_tensors(file, mutated_tensors(tensors, draw), metadata)
        else:
            name = draw.choice(texts)
            said = as_text(mutated_value(json.loads(metadata[name]), draw), draw).decode("utf-8", "replace")
            tensor_files.save_tensors(file, tensors, metadata | {name: said})
        return act

    return make


def _weights(folder: Path) -> Make:
    saved = [_model_folder(folder, name) for name in ("gan", "vae")]
    makers = [_tensor_file(path / "model.safetensors", [], lambda path=path: load(path).sample(1)) for path in saved]
    return lambda draw: draw.choice(makers)(draw)


def _dataset(folder: Path) -> Path:
    pictures = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    columns = {
        "kind": ["a", "b"] * 10,
        "age": [one / 7 for one in range(20)],
        "said": [f"text {one}" for one in range(20)],
    }
    return write_dataset(folder / "set", pictures, columns, options={"source": "x"}).path


def _datasets(folder: Path) -> Make:
    path = _dataset(folder)
    names = ("dataset.json", "dataset.json", "dataset.json", "pictures.npy", "attributes.parquet")
    whole = {name: (path / name).read_bytes() for name in names}

    def use() -> object:
        dataset = Dataset.open(path)
        assert dataset.source is None or dataset.source.name is not None
        return [dataset.batch(range(len(dataset)), [a.name]) for a in dataset.schema.attributes if a.kind != "caption"]

    def make(draw: random.Random) -> Callable[[], object]:
        name = draw.choice(names)
        content = whole[name]
        if name == "dataset.json" and draw.random() < 0.7:
            content = as_text(mutated_value(json.loads(content), draw), draw)
        else:
            content = mutated(content, draw, [content])

        def act() -> object:
            for other in names:
                (path / other).write_bytes(content if other == name else whole[other])
            return use()

        return act

    return make


def _structural(folder: Path) -> StructuralModel:
    graph = Graph(nodes={}, edges=("kind -> age",), confounded=("kind <-> size",))  # type: ignore[arg-type]
    variables = {
        "kind": Variable(name="kind", kind="category", classes=("a", "b")),
        "age": Variable(name="age", kind="number", low=0, high=1),
        "size": Variable(name="size", kind="count"),
    }
    fits = {
        name: Fit(
            build_mechanism(variables[name], [variables[each] for each in graph.parents(name)], "linear"), 1.0, 1.0, 9
        )
        for name in graph.order
    }
    shared = {"kind": torch.zeros(5, 2, dtype=torch.float64), "size": torch.zeros(5, dtype=torch.float64)}
    model = StructuralModel(graph, variables, fits, shared)
    model.save(folder)
    return model


def _structures(folder: Path) -> Make:
    _structural(folder)
    names = ("structure.json", "graph.yaml")
    whole = {name: (folder / name).read_bytes() for name in names}
    weights = (folder / "structure.safetensors").read_bytes()

    def use() -> object:
        model = StructuralModel.load(folder)
        model.sample(3, {name: variable.mean for name, variable in model.variables.items() if not variable.classes})
        return model.given(1, {})

    tensors = _tensor_file(folder / "structure.safetensors", [], use)

    def make(draw: random.Random) -> Callable[[], object]:
        for name in names:
            (folder / name).write_bytes(whole[name])
        if draw.random() < 0.4:
            return tensors(draw)
        (folder / "structure.safetensors").write_bytes(weights)
        name = draw.choice(names)
        values = [yaml.safe_load(whole[name])]
        return _values(values, _at(folder / name, lambda _: use()), [whole[name]])(draw)

    return make


def _predictors(folder: Path) -> Make:
    model = _structural(folder)
    Predictor(model.variables, 3, 8, 8).save(folder)
    return _tensor_file(
        folder / "predictor.safetensors", [], lambda: Predictor.load(folder, model.variables, 3, 8, 8), ("errors",)
    )


def _instant(folder: Path) -> Make:
    palette = Palette((1.0, 2.0, 3.0), ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)))
    save_model(InstantModel(InstantNetwork(1), {"a": palette}), folder / "instant.safetensors")
    return _tensor_file(folder / "instant.safetensors", [], lambda: load_model(folder), ("styles",))


def _tables(folder: Path) -> Make:
    table = "file_name,label,age,said\n" + "".join(f'{i}.png,{"ab"[i % 2]},{i / 7},"text {i}"\n' for i in range(9))
    lines = "".join(json.dumps({"file_name": f"{i}.png", "label": "ab"[i % 2], "age": i / 7}) + "\n" for i in range(9))
    names = [f"{i}.png" for i in range(9)]

    def act(kind: str, content: bytes) -> object:
        layout = lay_out(names, {f"metadata.{kind}": content})
        columns = {column: [layout.of(name)[column] for name in names] for column in layout.columns}
        return typed(columns)

    makers = [
        _bytes([text.encode()], lambda content, kind=kind: act(kind, content))
        for kind, text in (("csv", table), ("jsonl", lines))
    ]
    return lambda draw: draw.choice(makers)(draw)


def _provenance(folder: Path) -> Make:
    path = _model_folder(folder, "gan")
    model = load(path)
    picture = model.sample(1, seed=3)[0]
    asked = {"n": 1, "seed": 3, "first": 0, "index": 0, "condition": {"kind": "round"}, "truncation": 1.0}
    place = {
        "place": {"seed": 3, "blend": [[1, 0.5], [2, 0.5]], "directions": {"pca-1": 1.0}, "condition": {"age": 0.5}}
    }
    sample = provenance_of(model, path, "sample", **asked)
    edit = {
        "kind": "edit",
        "origin": provenance_of(model, path, "place", place={"seed": 3}),
        "edits": [{"flip": {}}],
        "read": {},
    }
    again = {"sample": replay_sample, "place": replay_place, "edit": history.replay}
    seeds = [
        sample,
        provenance_of(model, path, "place", **place),
        edit,
        {"kind": "garden", "seed": 1, "index": 2, "size": 16},
    ]
    whole = []
    for suffix in ("png", "jpg", "webp"):
        save(picture, folder / f"x.{suffix}", sample)
        whole.append((folder / f"x.{suffix}").read_bytes())

    def replay(value: Any) -> object:
        save(picture, folder / "made.png", value)
        made = read_provenance(folder / "made.png")
        return again.get(str(made.get("kind")), replay_sample)(folder / "made.png")

    def make(draw: random.Random) -> Callable[[], object]:
        if draw.random() < 0.5:
            content = mutated(draw.choice(whole), draw, whole)
            return lambda: _at(folder / "y.png", read_provenance)(content)
        value = mutated_value(draw.choice(seeds), draw)
        return lambda: replay(value if isinstance(value, dict) else {"kind": value})

    return make


def _read_all(path: Path) -> object:
    source = open_source(path)
    for item in source.items():
        if item.content is not None:
            try:
                read(item.content)
            except LimnerError:
                continue
    return source.set_aside


def _parquet(folder: Path) -> Make:
    def written(**options: Any) -> bytes:
        images = [
            {"bytes": hostile.encoded("PNG", hostile.picture(8, seed)), "path": f"{seed}.png"} for seed in range(4)
        ]
        table = pa.table({"image": images, "label": [0, 1, 0, 1], "age": [1.0, None, 2.0, 3.0]})
        about = {"info": {"features": {"label": {"_type": "ClassLabel", "names": ["a", "b"]}}}}
        buffer = io.BytesIO()
        pq.write_table(table.replace_schema_metadata({"huggingface": json.dumps(about)}), buffer, **options)
        return buffer.getvalue()

    seeds = [written(), written(compression="none", use_dictionary=False), written(compression="zstd", version="1.0")]
    return _bytes(seeds, _at(folder / "x.parquet", _read_all))


def _zips(folder: Path) -> Make:
    hostile.write_zip(folder / "seed.zip")
    small = hostile.zipped(
        [("a/1.png", hostile.encoded("PNG", hostile.picture(8))), ("metadata.csv", b"file_name,x\na/1.png,1\n")]
    )
    return _bytes([(folder / "seed.zip").read_bytes(), small, small], _at(folder / "x.zip", _read_all))


def _tars(folder: Path) -> Make:
    import gzip

    hostile.write_tar(folder / "seed.tar")
    whole = (folder / "seed.tar").read_bytes()
    makers = [
        _bytes([whole], _at(folder / "x.tar", _read_all)),
        _bytes([gzip.compress(whole)], _at(folder / "x.tar.gz", _read_all)),
    ]
    return lambda draw: draw.choice(makers)(draw)


def _arrays(folder: Path) -> Make:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    single, several, floats = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(single, pictures)
    np.savez_compressed(several, images=pictures, labels=np.arange(5), names=np.array(list("abcde")))
    np.save(floats, (pictures[..., 0] / 255).astype(np.float32))
    makers = [
        _bytes([single.getvalue(), floats.getvalue()], _at(folder / "x.npy", _read_all)),
        _bytes([several.getvalue()], _at(folder / "x.npz", _read_all)),
    ]
    return lambda draw: draw.choice(makers)(draw)


def _pictures(folder: Path) -> Make:
    kinds = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "AVIF", "TIFF", "PPM")
    seeds = [hostile.encoded(kind, hostile.picture(16, seed)) for seed, kind in enumerate(kinds)]
    seeds += [
        hostile.encoded("JPEG", hostile.picture(24), progressive=True),
        hostile.encoded("TIFF", compression="tiff_lzw"),
    ]
    seeds += [
        hostile.encoded("PNG", Image.new("I;16", (9, 9), 700)),
        hostile.encoded("PNG", hostile.picture(9).convert("P")),
    ]

    def make(draw: random.Random) -> Callable[[], object]:
        seed = draw.choice(seeds)
        content = mutated(seed, draw, [seed, *seeds])
        size = draw.choice((None, (8, 8)))
        return lambda: read(content, size=size)

    return make


def _checkpoints(folder: Path) -> Make:
    saved = Checkpoints(folder)
    state = {
        "step": 3,
        "ema": {"a": torch.ones(3)},
        "optimiser": {"state": {0: {"m": torch.zeros(2)}}, "lr": [1e-3, None]},
    }
    saved.save(1, state)
    return _tensor_file(next(folder.glob("*.safetensors")), [], saved.load, ("state",))


def _conditions(folder: Path) -> Make:
    texts = [b"kind=round", b"age=0.5", b"kind=1", b"age=1e400", b"age=nan", b"kind=(missing)"]
    return _bytes(texts, lambda content: resolve(parse_wishes([_text(content)]), (KIND, AGE), TABLE, 0, range(2)))


def _asked(folder: Path) -> Make:
    def act(content: bytes) -> object:
        wish = parse_json(_text(content), "condition")
        return resolve(wish if isinstance(wish, dict) else {"kind": wish}, (KIND, AGE), TABLE, 0, range(2))

    return _values([{"kind": "round", "age": 0.5}, {"kind": ["round", "long"], "age": [0.1, 0.2]}], act)


def _places(folder: Path) -> Make:
    seeds = [
        {"seed": 3, "index": 1, "blend": [[1, 0.5], [2, 0.5]], "mix": {"seed": 2, "share": 0.5}, "truncation": 0.7}
    ]
    seeds.append({"directions": {"pca-1": 1.5}, "condition": {"kind": "round", "age": 0.5}})
    return _values(seeds, lambda content: Place.model_validate(parse_json(_text(content), "place")))


def _runs(folder: Path) -> Make:
    """The small JSON files that Limner leaves: what a run is of, its history, a report, a garden, a fold."""
    (folder / "run").mkdir()
    row = {"step": 3, "pictures": 90, "loss": 0.5, "seconds": 1.0, "rate": 2.0}
    fold = {"groups": {"distances": {"measures": {"fd": {"value": 1.0, "better": "lower"}}}}}
    report = json.dumps({name: {} for name in ("set_aside", "options")} | {"source": "x", "inputs": 3})

    def work(path: Path) -> None:
        with long_work(path.parent, path.name, {"n": 3, "seed": 1}):
            pass

    def rows(path: Path) -> object:
        return curves(read_history(path))

    makers = [
        _values(
            [{"limner": "0", "seed": 1, "data": "x", "fingerprint": "y"}],
            _at(folder / "run/run.json", lambda p: data_of(p.parent)),
        ),
        _bytes([(json.dumps(row) + "\n").encode() * 3], _at(folder / "history.jsonl", rows)),
        _values([json.loads(report)], _at(folder / "report.json", lambda path: read_report(path.parent))),
        _values(
            [{"seed": 1, "n": 3}],
            _at(folder / "garden.json", lambda path: garden_truth(path.parent, ["flower-000001.png"], {}, 16)),
        ),
        _values([fold], _at(folder / "fold.json", _read_fold)),
        _values([{"n": 3, "seed": 1}], _at(folder / "work.json", work)),
    ]
    return lambda draw: draw.choice(makers)(draw)


READERS: dict[str, Reader] = {
    "recipes": Reader(_recipes, 3),
    "settings": Reader(_settings, 3),
    "graphs": Reader(_graphs, 3),
    "edit files": Reader(_edit_files, 2),
    "edit texts": Reader(_edit_texts, 2),
    "edits done": Reader(_edits_done),
    "model configs": Reader(_configs, 2),
    "model weights": Reader(_weights),
    "datasets": Reader(_datasets, 2),
    "structures": Reader(_structures),
    "predictors": Reader(_predictors),
    "instant models": Reader(_instant),
    "tables": Reader(_tables, 3),
    "provenance": Reader(_provenance),
    "parquet": Reader(_parquet, 2),
    "zips": Reader(_zips, 2),
    "tars": Reader(_tars, 2),
    "arrays": Reader(_arrays, 2),
    "pictures": Reader(_pictures, 4),
    "checkpoints": Reader(_checkpoints),
    "conditions": Reader(_conditions, 3),
    "conditions asked": Reader(_asked, 3),
    "places": Reader(_places, 3, typed=TYPED),
    "small files": Reader(_runs, 3),
}


def inputs(name: str, folder: Path, seed: int) -> Iterator[Callable[[], object]]:
    """Yields inputs of a reader without end, the same ones for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(f"{name} {seed}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make = READERS[name].prepare(folder)
    while True:
        yield make(draw)
