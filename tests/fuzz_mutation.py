"""Mutations of input that is right: of its bytes, and of the value that it says. All follow from a random generator."""

import copy
import json
import random
from typing import Any

import torch
from torch import Tensor

TOKENS = (
    *(
        b"!!timestamp x",
        b"!!bool maybe",
        b"!!python/object/apply:os.system [x]",
        b"!!binary x",
        b"&a [",
        b"*a",
        b"<<: *a",
    ),
    *(b"0x_", b"0o9", b"1_000", b"1:30", b"1e-3", b"1e400", b".inf", b".nan", b"NaN", b"Infinity", b"-", b"2024-13-45"),
    *(
        b"9" * 5000,
        b"[" * 15_000,
        b"{" * 3000,
        b'{"a":' * 500,
        b"- " * 500,
        b"a: " * 50,
        b'"' + b'\\"' * 5000,
        b" " * 5000,
    ),
    *(
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b'"\\ud800"',
        b'"\\u0000"',
        b"\xe2\x80\xae",
        b"\x1b[31m",
        b"\x85",
    ),
    *(
        b"? ",
        b": ",
        b"|\n",
        b">-\n",
        b"%YAML 9.9\n",
        b"---\n",
        b"...\n",
        b"\t",
        b"\r",
        b"\n",
        b",",
        b";",
        b'"',
        b"'",
        b"#",
    ),
    *(
        b"true",
        b"null",
        b"~",
        b"yes",
        b"(missing)",
        b"-1",
        b"65536",
        b"4294967296",
        b"1099511627776",
        b"../../etc/passwd",
    ),
    *(
        b"a" * 30_000,
        b"\xc3\xa9",
        b"\xf0\x9f\x98\x80",
        b"=",
        b"->",
        b"<->",
        b"->a->",
        b"file_name",
        b"PK\x03\x04",
        b"PAR1",
    ),
    *(
        b"\xff" * 4,
        b"\0" * 8,
        b"\xff\xff\xff\x7f",
        b"\0\0\0\x80",
        b"\0\0\0\0\0\1\0\0",
        b"\xff" * 8,
        b"\x7f\xff\xff\xff",
    ),
)
LONGEST = 2**21
SIGNED = (torch.half, torch.float32, torch.float64, torch.int64)
LEAVES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 3, 255, 2**16, 2**31, 2**40, 2**63, 2**64, 10**30, -(10**30), 10**120),
    *(0.5, -0.5, 1e-320, 1e30, 1e308, -1e308, float("nan"), float("inf"), float("-inf"), 1e39),
    *(
        "",
        " ",
        "nan",
        "3",
        "true",
        "\0",
        "\ud800",
        "\x1b[31m",
        "\u202e",
        "(missing)",
        "a" * 3000,
        "../x",
        "/etc/passwd",
        "a.b",
    ),
    *([], {}, [[]], [{}], {"": None}, [1, 2], {"a": 1}, ["x"], [None]),
)


def mutated(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    """Returns content after one to eight mutations of its bytes, which may take parts of other contents."""
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        content = draw.choice(BYTES)(content, draw, others)
    return content[:LONGEST]


def mutated_value(value: Any, draw: random.Random) -> Any:
    """Returns a plain value, of dictionaries, lists and leaves, in which one to four places are other ones."""
    value = copy.deepcopy(value)
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        holders = [one for one in _parts(value) if one]
        if not holders:
            return draw.choice(LEAVES)
        holder = draw.choice(holders)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        _change(holder, draw.choice(keys), draw)
    return value


def as_text(value: Any, draw: random.Random) -> bytes:
    """Returns a value as JSON, which is YAML, too; now and then with bytes that were mutated as well."""
    text = json.dumps(value, ensure_ascii=draw.random() < 0.8)
    content = text.encode("utf-8", "surrogatepass")[:LONGEST]
    return mutated(content, draw, [content]) if draw.random() < 0.2 else content


def mutated_tensors(tensors: dict[str, Tensor], draw: random.Random) -> dict[str, Tensor]:
    """Returns tensors of which one to three are of another name, type, shape or value, or gone."""
    tensors = dict(tensors)
    for _ in range(draw.choice((1, 1, 2, 3))):
        if not tensors:
            return tensors
        name = draw.choice(sorted(tensors))
        made = _other_tensor(tensors.pop(name), draw)
        if made is not None:
            tensors[
                draw.choice((name, name, name, f"{name}x", name[1:] or "x", draw.choice(sorted(tensors) or ["x"])))
            ] = made
    return tensors


def _parts(value: Any) -> list[Any]:
    found, waiting = [], [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found


def _change(holder: Any, key: Any, draw: random.Random) -> None:
    act = draw.randrange(6)
    if act == 0:
        del holder[key]
    elif act == 1 and isinstance(holder, dict):
        holder[str(draw.choice(LEAVES))[:200]] = holder.pop(key)
    elif act == 2:
        holder[key] = [holder[key]] * draw.choice((1, 2, 300 if len(str(holder)) < 10_000 else 3))
    elif act == 3:
        for _ in range(draw.choice((3, 70, 150))):
            holder[key] = [holder[key]] if draw.random() < 0.5 else {"a": holder[key]}
    elif act == 4 and isinstance(holder[key], str):
        holder[key] = holder[key] + str(draw.choice(LEAVES))
    else:
        holder[key] = copy.deepcopy(draw.choice(LEAVES))


def _other_tensor(tensor: Tensor, draw: random.Random) -> Tensor | None:
    act = draw.randrange(8)
    if act == 0:
        return None
    if act == 1:
        return tensor.to(draw.choice((torch.half, torch.double, torch.int64, torch.uint8, torch.bool, torch.complex64)))
    if act == 2:
        return tensor.flatten()[: draw.choice((0, 1, 3))].clone()
    if act == 3:
        return torch.cat([tensor, tensor]) if tensor.ndim else tensor.expand(4).clone()
    if act == 4:
        return tensor[None].clone()
    changed = tensor.clone()
    if changed.numel():
        position = draw.randrange(changed.numel())
        wild = (float("nan"), float("inf"), -1e38, 6e4) if changed.is_floating_point() else (-1, 10**6, 2**62, -(2**62))
        changed.view(-1)[position] = draw.choice(wild) if changed.dtype in SIGNED else 1
    return changed


def _flip(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    if not content:
        return b"\0"
    at = draw.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]


def _put(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    at, token = draw.randrange(len(content) + 1), draw.choice(TOKENS)
    return content[:at] + token + content[at + draw.choice((0, 0, 1, len(token))) :]


def _cut(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    start = draw.randrange(len(content) + 1)
    return content[:start] + content[start + draw.choice((1, 2, 8, 100)) :]


def _truncate(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    return content[: draw.randrange(len(content) + 1)]


def _repeat(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    start = draw.randrange(len(content) + 1)
    end = start + draw.choice((1, 4, 30, 200))
    return content[:end] + content[start:end] * draw.choice((1, 2, 50)) + content[end:]


def _splice(content: bytes, draw: random.Random, others: list[bytes]) -> bytes:
    other = draw.choice(others)
    return content[: draw.randrange(len(content) + 1)] + other[draw.randrange(len(other) + 1) :]


BYTES = (_flip, _flip, _put, _put, _cut, _truncate, _repeat, _splice)
