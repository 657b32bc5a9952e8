"""Weights of a file: names, shapes, types and values are checked before a module takes them over."""

import pytest
import torch
from torch import nn

from limner.errors import ModelError
from limner.weights import halved, load_weights, quantised


def of(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def test_what_fits_is_taken_over() -> None:
    given = of(nn.Linear(3, 2))
    for device, assign in (("cpu", False), ("meta", True)):
        module = nn.Linear(3, 2, device=device)
        load_weights(module, given, assign=assign)
        assert torch.equal(module.weight, given["weight"])


def test_weights_that_were_made_small_for_a_file_become_the_modules_own() -> None:
    given = of(nn.Linear(512, 256))
    for small, off in ((halved(given), 1e-4), (quantised(given), 1e-3)):
        assert sum(t.nbytes for t in small.values()) < 0.52 * sum(t.nbytes for t in given.values())
        module = nn.Linear(512, 256)
        load_weights(module, small)
        assert module.weight.dtype == torch.float32
        assert not torch.equal(module.weight, given["weight"])
        assert (module.weight - given["weight"]).abs().max() < off * given["weight"].abs().max() * 4
    wrong = quantised(given)
    wrong["weight.scales"] = torch.full((3, 1), float("nan"))
    with pytest.raises(ModelError, match=r"'weight.scales' is float32 \(3, 1\), not float32 \(256, 1\)"):
        load_weights(nn.Linear(512, 256), wrong)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"weight": None}, "'weight' is missing"),
        ({"extra\n": torch.ones(1)}, r"'extra\\n' belongs to no part"),
        ({"weight": torch.ones(3, 2)}, r"float32 \(3, 2\), not float32 \(2, 3\)"),
        ({"weight": torch.ones(2, 3, dtype=torch.int8)}, "int8"),
        ({"weight": torch.ones(2, 3).double()}, "float64"),
        ({"weight": torch.ones(2, 3, dtype=torch.complex64)}, "complex64"),
        ({"bias": torch.tensor([1.0, float("nan")])}, "'bias' holds values that are not finite"),
        ({"bias": torch.tensor([1.0, -float("inf")])}, "not finite"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, torch.Tensor | None], told: str) -> None:
    module = nn.Linear(3, 2)
    before = of(module)
    given = {name: value for name, value in (of(module) | change).items() if value is not None}
    with pytest.raises(ModelError, match=told):
        load_weights(module, given)
    assert all(torch.equal(value, before[name]) for name, value in of(module).items())
