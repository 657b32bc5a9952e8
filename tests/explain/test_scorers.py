"""Scorers of any picture, and of the attributes of a dataset."""

import torch

from limner.explain.scorers import SCORERS


def test_scorers_are_what_their_names_say() -> None:
    white, black = torch.ones(1, 3, 16, 16), -torch.ones(1, 3, 16, 16)
    dot, red = black.clone(), black.clone()
    dot[:, :, 4:12, 4:12], red[:, 0] = 1, 1
    for name, more, less in (
        ("brightness", white, black),
        ("contrast", dot, black),
        ("colourfulness", red, dot),
        ("warmth", red, white),
        ("size", dot, black),
    ):
        assert float(SCORERS[name](more)) > float(SCORERS[name](less)), name
    assert float(SCORERS["size"](dot)) == 0.25
    assert all(scorer(white[:, :1]).shape == (1,) for scorer in SCORERS.values())
