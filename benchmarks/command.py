"""How every benchmark is called: its first words are the help, which shows defaults, and a mistake is one line."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from limner.errors import LimnerError, UsageError
from limner.recipes import apply_settings, find_recipe


class _Help(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default in (None, []) else super()._get_help_string(action)


def parser(text: str | None) -> argparse.ArgumentParser:
    """A parser whose help is a script's docstring."""
    return argparse.ArgumentParser(description=text, formatter_class=_Help)


def above_zero(text: str) -> float:
    """A number of minutes or seconds, for argparse."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: give a number above 0.")
    return value


def check_recipes(names: Sequence[str], settings: Sequence[str] = ()) -> None:
    """Raises a LimnerError for a recipe or setting that does not exist, and for two recipes whose folders would be the same."""
    for name in names:
        apply_settings(find_recipe(name), settings)
    short = [Path(name).stem for name in names]
    twice = next((name for name in short if short.count(name) > 1), None)
    if twice:
        raise UsageError(f"two recipes are called '{twice}': give each file another name.")


def call(main: Callable[[], None]) -> None:
    """Runs a script; what the user can mend is told in one line."""
    try:
        main()
    except (LimnerError, OSError) as error:
        raise SystemExit(str(error)) from None
