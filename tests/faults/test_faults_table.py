"""The table of faults and the tests speak of the same ones."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent
WAITING = {41, 53}
"""Faults of features that are not there yet."""


def test_every_fault_of_the_table_has_a_test_and_every_test_its_row() -> None:
    rows = re.findall(r"^\| (\d+) \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 54))
    tests = "".join(file.read_text() for file in FOLDER.glob("test_faults_*.py"))
    assert {int(number) for number in re.findall(r"^def test_fault_(\d\d)_", tests, re.MULTILINE)} == (
        set(range(1, 54)) - WAITING
    )
