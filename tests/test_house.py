"""The house rules, checked: style, types, which way imports run, and a command line that starts light."""

import ast
import re
import subprocess
import sys
from collections.abc import Collection
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

COMMANDS = (
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    pytest.param(["mypy"], marks=pytest.mark.slow),  # .ci/run and pre-commit run it
)
ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "limner"
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
FLOORS = (
    {"version"},
    {
        "devices",
        "model_folder",
        "tensor_header",
        "errors",
        "memory",
        "config",
        "seeds",
        "files",
        "parsing",
        "progress",
        "tensors",
        "colours",
        "images",
        "weights",
    },
    {"configs"},
    {"pictures"},
    {"conditions"},
    {"data"},
    {"networks"},
    {"features"},
    {"metrics"},
    {"methods"},
    {"recipes"},
    {"model_config"},
    {"runtimes"},
    {"model"},
    {"model_card", "samples"},
    {"training"},
    {"bases"},
    {"editing", "style"},
    {"evaluation"},
    {"explain"},
    {"causal"},
    {"demo", "functions", "replay", "shipped"},
    {"serving"},
    {"cli"},
)


def _floor(package: str) -> int:
    return next(index for index, names in enumerate(FLOORS) if package in names)


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} if node.module != "limner" else {f"limner.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_the_map_names_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert not [name for names in FLOORS for name in names if f"`{name}`" not in text]
    assert {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()} == {
        *{name for names in FLOORS for name in names},
        "__init__",
        "__main__",
    }


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_style_and_types(command: list[str]) -> None:
    finished = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_imports_run_one_way() -> None:
    wrong = []
    for file in SOURCE.rglob("*.py"):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        if len(parts) == 1 and parts[0] in ("__init__", "__main__"):
            continue
        for module in _imports(file):
            inside = module.split(".")
            if inside[0] == "limner" and len(inside) > 1 and _floor(inside[1]) > _floor(parts[0]):
                wrong.append(f"{'/'.join(parts)} imports {module}")
    assert wrong == []


def test_no_files_import_each_other_in_a_circle() -> None:
    modules = {_module_of(file): file for file in SOURCE.rglob("*.py")}
    graph = {name: _imported_at_once(file, modules) - {name} for name, file in modules.items()}
    assert len(graph) > 200
    TopologicalSorter(graph).prepare()  # CycleError, which names the files


def _module_of(file: Path) -> str:
    parts = file.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported_at_once(file: Path, modules: Collection[str]) -> set[str]:
    """Returns the files that a file imports when it is imported itself, not later in a function or for types alone."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            # of a package, what is imported is one of its files, or it is defined in the package's own
            found |= {
                inner if (inner := f"{node.module}.{alias.name}") in modules else node.module for alias in node.names
            }
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(modules)


def test_what_the_documentation_imports_exists() -> None:
    blocks = [
        block for page in (ROOT / "docs").glob("*.md") for block in PYTHON.findall(page.read_text(encoding="utf-8"))
    ]
    lines = {line for block in blocks for line in block.splitlines() if line.startswith("from limner")}
    assert len(lines) > 10
    for line in sorted(lines):
        exec(line, {})


def test_nothing_imports_torchvision() -> None:
    files = [file for folder in ("src", "tests", "benchmarks") for file in (ROOT / folder).rglob("*.py")]
    assert not [file for file in files if any(name.split(".")[0] == "torchvision" for name in _imports(file))]


def test_help_answers_without_the_heavy_libraries() -> None:
    script = "import sys; sys.argv = ['limner', '--help']; from limner.cli.app import app\n"
    script += "app(standalone_mode=False); print(sorted(sys.modules))"
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    for heavy in ("torch", "kornia", "numpy", "pyarrow", "pydantic"):
        assert f"'{heavy}'" not in finished.stdout
    for verb in (
        "demo",
        "prepare",
        "garden",
        "recipes",
        "train",
        "sample",
        "replay",
        "evaluate",
        "explain",
        "crossval",
        "tune",
        "weights",
    ):
        assert verb in finished.stdout
