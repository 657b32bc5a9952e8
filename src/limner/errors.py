"""Every failure a user can meet, as one tree: each message is one line that says what, where and what to do."""


class LimnerError(Exception):
    """Any failure with an explanation for the user; the command line prints it and exits with `exit_code`."""

    exit_code = 1


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


class ModelError(LimnerError):
    """A model folder that is missing, damaged, truncated, foreign or unsafe to load."""


class GraphError(UsageError):
    """A causal graph that is none, does not fit the data, or cannot answer what is asked of it."""


class ConditionError(UsageError):
    """A condition that the model was not trained for."""


MOST_NAMED = 40
LONGEST_REASON = 160


def reason(error: BaseException) -> str:
    """Returns the first line of what another library's exception says, shortened, or its kind when it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:LONGEST_REASON] if lines else type(error).__name__


def nearest(word: str, choices: list[str]) -> str:
    """Returns " Did you mean 'x'?" for the choice closest to `word`, or the list of choices when none is close."""
    import difflib

    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    more = f" and {len(choices) - MOST_NAMED} more" if len(choices) > MOST_NAMED else ""
    return f"choose from: {', '.join(choices[:MOST_NAMED])}{more}."
