"""Messages: one line, whatever they quote, and soon."""

import time

import pytest

from limner.errors import MAX_MESSAGE_LENGTH, MAX_QUOTED_LENGTH, LimnerError, UsageError, quoted, suggestion


def test_a_message_is_one_line_that_can_be_printed() -> None:
    said = str(UsageError("no file 'a\nb\x1b[31m\u202e\ud800'"))
    assert said == "no file 'a\\nb\\x1b[31m\\u202e\\ud800'"
    assert len(str(LimnerError("a" * 10**6))) < MAX_MESSAGE_LENGTH + 50


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("a\tb", "a\\tb"),
        ("é名", "é名"),
        ("\udcff", "\\xff"),
        ("a" * 1000, "a" * MAX_QUOTED_LENGTH + "... (1,000 characters)"),
        (None, "None"),
        (KeyError("x"), "'x'"),
    ],
)
def test_what_was_given_is_shortened_and_its_controls_are_shown(value: object, told: str) -> None:
    assert quoted(value) == told


def test_a_number_of_thousands_of_digits_is_no_trouble() -> None:
    assert quoted(10**5000) == "a whole number of thousands of digits"


def test_long_lists_are_shortened() -> None:
    assert len(quoted([["a" * 1000] * 1000] * 1000)) < 200


@pytest.mark.parametrize("word", ["a" * 10**6, "-" * 30_000, "kin"])
def test_the_nearest_choice_is_found_at_once(word: str) -> None:
    choices = ["kind", "a" * 5000, *(f"class {number} " + "x" * 60 for number in range(5000))]
    began = time.perf_counter()
    said = suggestion(word, choices)
    assert time.perf_counter() - began < 3
    assert len(said) < MAX_MESSAGE_LENGTH
    assert ("did you mean 'kind'?" in said) == (word == "kin")
