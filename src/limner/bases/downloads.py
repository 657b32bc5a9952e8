"""Fetching packages of pictures once, into a folder; without a network one clear line says what is missing."""

import shutil
import subprocess
from pathlib import Path

from limner.errors import DataError

HERE = Path(__file__).parent


def node_packages(cache: Path, packages: dict[str, str]) -> Path:
    """Returns the folder of packages of npm in these versions, installed where they are not yet; DataError."""
    modules = cache / "node_modules"
    missing = [f"{name}@{version}" for name, version in packages.items() if not (modules / name).is_dir()]
    if missing:
        options = ("--prefix", str(cache), "--no-audit", "--no-fund", "--ignore-scripts")
        _run(["npm", "install", *options, *missing], cache, f"{', '.join(missing)} could not be fetched from npm")
    return modules


def node(cache: Path, script: str, *arguments: object) -> None:
    """Runs a script of this package in the folder of the installed packages; DataError."""
    shutil.copy(HERE / script, cache / script)
    _run(["node", script, *(str(one) for one in arguments)], cache, f"{script} failed")


def debian_package(cache: Path, name: str) -> Path:
    """Returns the folder that a package of Debian was unpacked in, or the root where it is installed; DataError."""
    if (Path("/usr/share") / name.removesuffix("-png")).is_dir():
        return Path("/")
    folder = cache / name
    if not folder.is_dir():
        _run(["apt-get", "download", name], cache, f"{name} could not be fetched from Debian")
        package, part = next(cache.glob(f"{name}_*.deb")), cache / f"{name}.part"
        _run(["dpkg", "-x", package.name, part.name], cache, f"{package} could not be unpacked")
        part.rename(folder)  # a folder of this name is whole
    return folder


def python_package(cache: Path, name: str, version: str) -> Path:
    """Returns the wheel of a package of PyPI in this version, which is not installed; DataError."""
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not any(cache.glob(pattern)):
        download = ["pip", "download", "--no-deps", "--only-binary", ":all:", f"{name}=={version}"]
        _run(download, cache, f"{name} could not be fetched from PyPI")
    return next(cache.glob(pattern))


def _run(command: list[str], folder: Path, fault: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DataError(f"{fault}: {command[0]} is not installed") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise DataError(f"{fault} ({said[-1][:200]}): check the network, or leave the source out with --only")
