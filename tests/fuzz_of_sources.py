"""The readers of what pictures come in: tables, Parquet, archives, arrays and picture files."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

import hostile
import hostile_sources
from fuzz_makers import Make, at, of_bytes
from fuzz_mutation import mutated
from limner.data.attributes import typed
from limner.data.sources import open_source
from limner.data.sources.layout import lay_out
from limner.errors import LimnerError
from limner.pictures import read


def _tables(folder: Path) -> Make:
    table = "file_name,label,age,said\n" + "".join(f'{i}.png,{"ab"[i % 2]},{i / 7},"text {i}"\n' for i in range(9))
    lines = "".join(json.dumps({"file_name": f"{i}.png", "label": "ab"[i % 2], "age": i / 7}) + "\n" for i in range(9))
    names = [f"{i}.png" for i in range(9)]

    def act(kind: str, content: bytes) -> object:
        layout = lay_out(names, {f"metadata.{kind}": content})
        columns = {column: [layout.of(name)[column] for name in names] for column in layout.columns}
        return typed(columns)

    makers = [
        of_bytes([text.encode()], lambda content, kind=kind: act(kind, content))
        for kind, text in (("csv", table), ("jsonl", lines))
    ]
    return lambda draw: draw.choice(makers)(draw)


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
    return of_bytes(seeds, at(folder / "x.parquet", _read_all))


def _zips(folder: Path) -> Make:
    hostile_sources.write_zip(folder / "seed.zip")
    small = hostile.zipped(
        [("a/1.png", hostile.encoded("PNG", hostile.picture(8))), ("metadata.csv", b"file_name,x\na/1.png,1\n")]
    )
    return of_bytes([(folder / "seed.zip").read_bytes(), small, small], at(folder / "x.zip", _read_all))


def _tars(folder: Path) -> Make:
    import gzip

    hostile_sources.write_tar(folder / "seed.tar")
    whole = (folder / "seed.tar").read_bytes()
    makers = [
        of_bytes([whole], at(folder / "x.tar", _read_all)),
        of_bytes([gzip.compress(whole)], at(folder / "x.tar.gz", _read_all)),
    ]
    return lambda draw: draw.choice(makers)(draw)


def _arrays(folder: Path) -> Make:
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    single, several, floats = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(single, pictures)
    np.savez_compressed(several, images=pictures, labels=np.arange(5), names=np.array(list("abcde")))
    np.save(floats, (pictures[..., 0] / 255).astype(np.float32))
    makers = [
        of_bytes([single.getvalue(), floats.getvalue()], at(folder / "x.npy", _read_all)),
        of_bytes([several.getvalue()], at(folder / "x.npz", _read_all)),
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


READERS: dict[str, Callable[[Path], Make]] = {
    "tables": _tables,
    "parquet": _parquet,
    "zips": _zips,
    "tars": _tars,
    "arrays": _arrays,
    "pictures": _pictures,
}
