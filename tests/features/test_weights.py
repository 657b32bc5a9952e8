"""Weights are used only when they are whole and the right network's, are never fetched unasked, and refusals are one line."""

import http.server
import json
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

import published
from limner.cli.app import main
from limner.errors import LimnerError, ModelError, UsageError
from limner.features import layout, load_extractor, weights

BIG = ("vgg19", "inception-v3", "dinov2")
SHARED_NAME = "squeezenet1_0-imagenet.fp16.safetensors"


@pytest.mark.parametrize("name", published.LAYOUTS)
def test_layouts_are_those_of_the_published_files(name: str) -> None:
    assert layout.shapes(weights.KNOWN[name].network) == published.LAYOUTS[name]()


@pytest.mark.parametrize("name", published.LAYOUTS)
def test_weights_come_as_the_file_has_them_in_single_precision(name: str, made_up_file: Callable[[str], Path]) -> None:
    loaded = load_extractor(f"{name}={made_up_file(name)}").state_dict()
    for key, tensor in published.made_up(name).items():
        assert loaded[key].dtype == torch.float32
        assert torch.equal(loaded[key], tensor.float()), key


def _broken(tensors: dict[str, torch.Tensor], how: str) -> str:
    """Breaks tensors and returns what a refusal says about it."""
    key = next(name for name in tensors if name.endswith(".weight"))
    if how == "renamed":
        tensors["renamed"] = tensors.pop(key)
        return rf"no tensor {key} \(and 1 more"
    if how == "reshaped":
        tensors[key] = tensors[key].flatten()
        return rf"{key} is \(\d+,\) where \(.*\) belongs"
    if how == "unexpected":
        tensors["classifier.weight"] = torch.zeros(2)
        return "unexpected tensor classifier.weight"
    if how == "not finite":
        tensors[key] = tensors[key].clone()
        tensors[key].view(-1)[3] = torch.inf
        return f"{key} has values that are not finite"
    tensors[key] = tensors[key].int()
    return f"{key} holds torch.int32"


@pytest.mark.parametrize("name", BIG)
@pytest.mark.parametrize("how", ["renamed", "reshaped", "unexpected", "not finite", "integers"])
def test_another_network_is_refused(name: str, how: str, tmp_path: Path) -> None:
    tensors = published.made_up(name)
    words = _broken(tensors, how)
    path = published.write(tensors, tmp_path / "file.safetensors")
    for use in (lambda: load_extractor(f"{name}={path}"), lambda: weights.add(path, name)):
        with pytest.raises(ModelError, match=words) as caught:
            use()
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith(str(path))
    assert not weights.folder().exists()


@pytest.mark.parametrize("name", BIG)
def test_a_truncated_file_is_refused(name: str, made_up_file: Callable[[str], Path], tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    path.write_bytes(made_up_file(name).read_bytes()[:-1000])
    with pytest.raises(ModelError, match="damaged or truncated") as caught:
        load_extractor(f"{name}={path}")
    assert "\n" not in str(caught.value)


def test_vgg19_s_classifier_may_be_there(tmp_path: Path) -> None:
    last = {"classifier.6.weight": torch.zeros(1000, 4096).half(), "classifier.6.bias": torch.zeros(1000)}
    load_extractor(f"vgg19={published.write(published.made_up('vgg19') | last, tmp_path / 'file.safetensors')}")


def test_inception_s_counters_may_be_there(tmp_path: Path) -> None:
    tensors = published.made_up("inception-v3") | {"Mixed_5b.branch1x1.bn.num_batches_tracked": torch.tensor(0)}
    load_extractor(f"inception-v3={published.write(tensors, tmp_path / 'file.safetensors')}")


def test_loading_leaves_the_random_generator_alone(made_up_file: Callable[[str], Path]) -> None:
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    load_extractor(f"squeezenet={made_up_file('squeezenet')}")
    assert torch.equal(torch.rand(3), expected)


def test_files_are_found_in_the_given_folders_first(
    made_up_file: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert weights.find("squeezenet") is None
    kept = weights.add(made_up_file("squeezenet"))
    assert weights.find("squeezenet") == kept == weights.folder() / "squeezenet.safetensors"
    given = tmp_path / "given" / "squeezenet1_0.safetensors"
    given.parent.mkdir()
    published.write(published.made_up("squeezenet"), given)
    monkeypatch.setenv("LIMNER_WEIGHTS", f"{tmp_path / 'none'}:{given.parent}")
    assert weights.find("squeezenet") == given
    assert load_extractor("squeezenet").name == "squeezenet"
    with pytest.raises(UsageError, match="did you mean 'squeezenet'"):
        weights.find("squezenet")


def test_the_shared_file_is_found_and_is_the_known_one(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMNER_WEIGHTS", str(shared / "weights"))
    assert weights.find("squeezenet") == shared / "weights" / SHARED_NAME
    load_extractor("squeezenet")


def test_missing_weights_say_what_to_do_and_what_fid_is_not() -> None:
    with pytest.raises(ModelError) as caught:
        load_extractor("inception-v3")
    for words in ("limner weights get inception-v3", "limner weights add FILE", "FD-limner", "FID"):
        assert words in str(caught.value)
    with pytest.raises(ModelError, match=r"none\.safetensors: missing"):
        load_extractor("vgg19=none.safetensors")


def test_what_was_added_is_checked_whenever_it_is_loaded(made_up_file: Callable[[str], Path]) -> None:
    kept = weights.add(made_up_file("squeezenet"))
    record = kept.with_name("squeezenet.safetensors.json")
    assert json.loads(record.read_text())["name"] == "squeezenet"
    load_extractor("squeezenet")
    data = bytearray(kept.read_bytes())
    data[-100] ^= 1
    kept.write_bytes(data)
    with pytest.raises(ModelError, match="damaged: its SHA-256"):
        load_extractor("squeezenet")
    weights.add(made_up_file("squeezenet"))
    load_extractor("squeezenet")
    for content in ("{", "[]", '{"sha256": 1}', '{"sha256": "none"}'):
        record.write_text(content)
        with pytest.raises(ModelError, match="damaged; add the weights again"):
            load_extractor("squeezenet")
    record.write_text('{"sha256": ""}')
    with pytest.raises(ModelError, match="damaged: its SHA-256"):
        load_extractor("squeezenet")


def test_a_published_name_with_other_content_is_refused(made_up_file: Callable[[str], Path], tmp_path: Path) -> None:
    impostor = tmp_path / SHARED_NAME
    impostor.write_bytes(made_up_file("squeezenet").read_bytes())
    with pytest.raises(ModelError, match="does not begin with d6bd8147"):
        load_extractor(f"squeezenet={impostor}")


def test_pickled_files_are_converted_and_keep_what_the_network_uses(tmp_path: Path) -> None:
    tensors = published.made_up("vgg19")
    path = tmp_path / "vgg19-mine.pth"
    torch.save(tensors | {"classifier.6.bias": torch.zeros(1000)}, path)
    with pytest.raises(ModelError, match=r"convert it with: limner weights add .*vgg19-mine\.pth --as vgg19"):
        load_extractor(f"vgg19={path}")
    kept = weights.add(path)
    assert layout.header(kept) == published.vgg19()
    assert torch.equal(load_extractor("vgg19").state_dict()["features.0.weight"], tensors["features.0.weight"].float())


class _Bomb:
    def __reduce__(self) -> tuple:
        return Path.touch, (Path("executed"),)


@pytest.mark.parametrize("content", [{"a": _Bomb()}, [torch.zeros(2)], {"a": "text"}, {"a": torch.zeros(2)}])
def test_other_pickles_are_refused_and_run_nothing(
    content: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    torch.save(content, "file.pth")
    with pytest.raises(ModelError, match=r"file\.pth: no") as caught:
        weights.add(Path("file.pth"))
    assert "\n" not in str(caught.value)
    Path("file.pth").write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(ModelError, match=r"file\.pth: not a file of plain tensors"):
        weights.add(Path("file.pth"))
    assert "weights_only" not in str(caught.value)
    assert not Path("executed").exists()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The address of a server of `tmp_path`, which promises a byte too many for names that begin with "short"."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def send_header(self, keyword: str, value: str) -> None:
            more = keyword == "Content-Length" and "/short" in self.path
            super().send_header(keyword, str(int(value) + 1) if more else value)

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def _publish(monkeypatch: pytest.MonkeyPatch, url: str, digests: dict[str, str] | None = None) -> None:
    known = replace(weights.KNOWN["squeezenet"], url=url, digests=digests or {})
    monkeypatch.setitem(weights.KNOWN, "squeezenet", known)


def test_get_downloads_checks_and_keeps(
    server: str, made_up_file: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = made_up_file("squeezenet").read_bytes()
    for name in ("good.safetensors", "short.safetensors"):
        (tmp_path / name).write_bytes(content)
    for name, digest, words in (
        ("short.safetensors", "", "broke off after"),
        ("gone.safetensors", "", "the server answers 404"),
        ("good.safetensors", "00000000", "does not begin with 00000000"),
    ):
        _publish(monkeypatch, f"{server}/{name}", {name: digest})
        with pytest.raises(ModelError, match=words) as caught:
            weights.get("squeezenet")
        assert "\n" not in str(caught.value)
        assert weights.find("squeezenet") is None
    _publish(monkeypatch, f"{server}/good.safetensors")
    assert weights.get("squeezenet").read_bytes() == content


def test_get_without_a_network_says_how_to_do_it_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    _publish(monkeypatch, "http://127.0.0.1:9/file.pth")
    with pytest.raises(ModelError) as caught:
        weights.get("squeezenet", timeout=2)
    for words in (
        "not downloaded",
        "by hand from http://127.0.0.1:9/file.pth",
        "limner weights add FILE --as squeezenet",
    ):
        assert words in str(caught.value)
    monkeypatch.undo()
    with pytest.raises(ModelError, match="no ready file is published"):
        weights.get("squeezenet")


def _command(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with patch.object(sys, "argv", ["limner", "weights", *arguments]), pytest.raises(SystemExit) as left:
        main()
    captured = capsys.readouterr()
    return captured.out if left.value.code == 0 else captured.err


def test_the_command_lists_and_adds(made_up_file: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    listed = _command(capsys)
    assert "FD-limner" in listed
    assert "limner weights get inception-v3" in listed
    assert "squeezenet: " in _command(capsys, "add", str(made_up_file("squeezenet")))
    row = next(line for line in _command(capsys).splitlines() if line.startswith("squeezenet"))
    assert "FD-squeezenet" in row
    assert "squeezenet.safetensors" in row
    wrong = _command(capsys, "add", str(made_up_file("squeezenet")), "--as", "vgg19")
    assert "not VGG19: no tensor features.0.weight" in wrong
    assert wrong.count("\n") == 1
    assert "did you mean 'dinov2'" in _command(capsys, "get", "dinov3")
    assert "embedded" in _command(capsys, "get", "limner")


def test_every_refusal_is_a_limner_error() -> None:
    with pytest.raises(LimnerError):
        weights.add(Path("none.pth"))
