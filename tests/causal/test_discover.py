"""Discovery: guesses that go together, and the garden found again."""

from pathlib import Path

import pytest

from limner.causal import discover
from limner.causal.discovery import _with_directions
from limner.data import garden, open_dataset

CHAIN = [("sunlight", "bloom"), ("height", "bloom"), ("season", "sunlight"), ("species", "height")]


@pytest.mark.parametrize(
    ("directed", "undirected", "expected"),
    [
        # sunlight and height are not adjacent, so that both cannot cause bloom unless that was found
        ([], CHAIN, {("sunlight", "bloom"), ("bloom", "height"), ("height", "species"), ("season", "sunlight")}),
        ([("a", "c")], [("d", "c"), ("b", "d")], {("a", "c"), ("c", "d"), ("d", "b")}),
        ([("a", "b")], [("b", "c"), ("c", "a")], {("a", "b"), ("b", "c"), ("a", "c")}),
        ([("a", "c"), ("b", "c")], [("c", "d")], {("a", "c"), ("b", "c"), ("c", "d")}),
    ],
)
def test_guesses_make_no_independence_that_was_not_found(directed: list, undirected: list, expected: set) -> None:
    edges, guessed = _with_directions(directed, undirected)
    assert set(edges) == expected
    assert {frozenset(edge) for edge in guessed} == {frozenset(edge) for edge in undirected}


@pytest.mark.slow
def test_the_garden_is_found_again(tmp_path: Path) -> None:
    garden.make(tmp_path / "flowers", n=2000, size=16)
    found = discover(open_dataset(str(tmp_path / "flowers")))
    adjacent = {frozenset((cause, effect)) for effect, causes in garden.GRAPH.items() for cause in causes}
    assert {frozenset(edge) for edge in found.graph.edges} >= adjacent - {frozenset(("season", "sunlight"))}
