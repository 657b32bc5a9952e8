"""Every verb, argument and option says in a sentence what it does, and the same option says the same everywhere."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from limner.cli.app import app

TYPER_S_OWN = ("--help", "--install-completion", "--show-completion")
SHARED = ("--anonymous", "--strip", "--set", "--verify", "--model-size")


def _commands(command: Any, name: str = "limner") -> Iterator[tuple[str, Any]]:
    yield name, command
    for verb, one in getattr(command, "commands", {}).items():
        yield from _commands(one, f"{name} {verb}")


COMMANDS = dict(_commands(typer.main.get_command(app)))
PARAMETERS = {
    (name, parameter.opts[0]): parameter.help
    for name, command in COMMANDS.items()
    for parameter in command.params
    if parameter.opts[0] not in TYPER_S_OWN
}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_verb_is_explained_by_one_sentence(name: str) -> None:
    said = (COMMANDS[name].help or "").strip()
    assert said.endswith(".")
    assert len(said) < 132


def test_each_argument_and_option_is_explained_by_sentences() -> None:
    assert len(PARAMETERS) > 150
    wrong = [
        key
        for key, said in PARAMETERS.items()
        if not said or not said.endswith((".", ")")) or said[0] in " -" or len(said) > 160
    ]
    assert wrong == []


@pytest.mark.parametrize("option", SHARED)
def test_a_shared_option_says_the_same_everywhere(option: str) -> None:
    said = [text for (_, name), text in PARAMETERS.items() if name == option]
    assert len(said) > 1
    assert len(set(said)) == 1
