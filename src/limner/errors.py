"""Every failure a user can meet, as one tree: each message is one line that says what, where and what to do."""

import reprlib

MAX_MESSAGE_LENGTH = 4000
"""Characters of a message; longer ones are cut."""
MAX_QUOTED_LENGTH = 80
"""Characters that a message quotes of a word or name, unless it says otherwise."""
MAX_REASON_LENGTH = 160
"""Characters that a message quotes of another library's exception."""
MAX_CHOICES_LISTED = 40
"""Choices that a message lists where none is close to a misspelt word."""
MAX_CHOICES_COMPARED = 2000
"""Choices that a misspelt word is compared with."""


class LimnerError(Exception):
    """Any failure with an explanation for the user; the command line prints it and exits with `exit_code`.

    Whatever the message quotes, it stays one line of at most `MAX_MESSAGE_LENGTH` characters that can be printed.
    """

    exit_code = 1

    def __init__(self, message: object = "") -> None:
        super().__init__(quoted(message, MAX_MESSAGE_LENGTH))


class UsageError(LimnerError):
    """An option, key or value that does not exist or is out of range."""

    exit_code = 2


class PictureError(LimnerError):
    """A picture that cannot be read or written."""


class DataError(LimnerError):
    """A source or dataset that cannot be used as asked."""


class RecipeError(UsageError):
    """A recipe that does not exist, or a key or value that it does not accept."""


class RunError(LimnerError):
    """A run directory that exists, is locked, is not writable, or holds nothing to resume."""


class DamagedFileError(LimnerError):
    """A tensor file that is truncated, altered, or no tensor file at all."""


class ModelError(LimnerError):
    """A model folder that is missing, damaged, truncated, foreign or unsafe to load."""


class GraphError(UsageError):
    """A causal graph that is none, does not fit the data, or cannot answer what is asked of it."""


class ConditionError(UsageError):
    """A condition that the model was not trained for."""


def reason(error: BaseException) -> str:
    """Returns the first line of what another library's exception says, shortened, or its kind when it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:MAX_REASON_LENGTH] if lines else type(error).__name__


def suggestion(word: str, choices: list[str]) -> str:
    """Returns "did you mean 'x'?" for the choice closest to `word`, or "choose from: x, y." when none is close."""
    if (close := closest(word, choices)) is not None:
        return f"did you mean '{quoted(close)}'?"
    more = f" and {len(choices) - MAX_CHOICES_LISTED} more" if len(choices) > MAX_CHOICES_LISTED else ""
    return f"choose from: {', '.join(quoted(choice, 40) for choice in choices[:MAX_CHOICES_LISTED])}{more}."


def closest(word: str, choices: list[str]) -> str | None:
    """Returns the choice that is most like a misspelt word; None when none is close."""
    import difflib

    if len(word) > MAX_QUOTED_LENGTH:
        return None
    compared = [choice for choice in choices if len(choice) <= MAX_QUOTED_LENGTH][:MAX_CHOICES_COMPARED]
    return next(iter(difflib.get_close_matches(word, compared, n=1, cutoff=0.5)), None)


def quoted(value: object, most: int = MAX_QUOTED_LENGTH) -> str:
    """Returns what a user or a file gave as it stands in a message: printable, and shortened to about `most` characters."""
    text = value if isinstance(value, str) else _described(value)
    if len(text) > most:
        text = f"{text[:most]}... ({len(text):,} characters)"
    return printable(text)


def printable(name: str) -> str:
    """Returns a name that can be printed and stored as UTF-8: control and undecodable characters are escaped."""
    try:
        text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        text = name.encode("utf-8", "backslashreplace").decode()
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


def _described(value: object) -> str:
    if isinstance(value, BaseException):
        return str(value) or type(value).__name__
    try:
        return reprlib.repr(value) if isinstance(value, list | tuple | dict | set | int) else str(value)
    except ValueError:  # Python refuses to write out whole numbers of thousands of digits
        return "a whole number of thousands of digits"
