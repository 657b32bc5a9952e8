"""Tensor files vouch for themselves: whatever is altered in one, it is refused or makes no difference."""

import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from limner.errors import DamagedFileError
from limner.tensor_header import written_digest
from limner.tensors import content_digest, load_tensors, save_tensors

TENSORS = {
    "a": torch.arange(6.0).view(2, 3),
    "half": torch.ones(3, dtype=torch.bfloat16),
    "none": torch.empty(0, 2),
    "one": torch.tensor(7),
}
TEXTS = {"state": '{"rate": 0.0001, "step": 12}', "kind": "test"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save_tensors(tmp_path / "a.safetensors", TENSORS, TEXTS)
    return tmp_path / "a.safetensors"


def _same(path: Path) -> bool:
    tensors, texts = load_tensors(path)
    assert {name: texts[name] for name in TEXTS} == TEXTS
    assert tensors.keys() == TENSORS.keys()
    return all(torch.equal(value, TENSORS[name]) for name, value in tensors.items())


def test_tensors_and_texts_come_back_under_one_digest(file: Path) -> None:
    assert _same(file)
    assert written_digest(file) == load_tensors(file)[1]["sha256"] == content_digest(TENSORS, TEXTS)
    assert content_digest(TENSORS, TEXTS) != content_digest(TENSORS, TEXTS | {"kind": "tess"})
    assert content_digest(TENSORS) != content_digest(TENSORS | {"one": torch.tensor(8)})


def test_a_changed_bit_in_any_byte_is_refused_or_makes_no_difference(file: Path, tmp_path: Path) -> None:
    content, bits, refused = file.read_bytes(), random.Random(0), 0
    other = tmp_path / "b.safetensors"
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1 << bits.randrange(8)
        other.write_bytes(changed)
        try:
            assert _same(other), f"byte {at}"
        except DamagedFileError:
            refused += 1
    assert refused > 0.9 * len(content)


@pytest.mark.parametrize("length", [0, 4, 8, 100, -1])
def test_a_truncated_file_is_refused(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])
    for read in (load_tensors, written_digest):
        with pytest.raises(DamagedFileError, match="damaged"):
            read(file)


def test_a_file_without_a_digest_is_refused(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "foreign.safetensors")
    with pytest.raises(DamagedFileError, match="checksum"):
        load_tensors(tmp_path / "foreign.safetensors")
    with pytest.raises(DamagedFileError, match="missing"):
        load_tensors(tmp_path / "none.safetensors")
