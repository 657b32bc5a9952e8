"""The flow from z to w: it learns where w lies, and what it does can be undone."""

import pytest
import torch

from limner.conditions.attribute import Attribute
from limner.configs.network import FlowConfig
from limner.networks.flow import LatentFlow

SIDE = Attribute(name="side", kind="label", classes=("left", "right"))


def _w(side: torch.Tensor) -> torch.Tensor:
    """A narrow ring around (-2, 2) or (2, 2): nothing that a Gaussian could be."""
    angles = 2 * torch.pi * torch.rand(len(side))
    ring = torch.stack([angles.cos(), angles.sin()], 1) * (1 + 0.05 * torch.randn(len(side), 1))
    return ring + torch.stack([side * 4.0 - 2, torch.full((len(side),), 2.0)], 1)


@pytest.fixture(scope="module")
def flow() -> LatentFlow:
    """A flow that has learned the two rings."""
    torch.manual_seed(0)
    flow = LatentFlow(FlowConfig(width=64, depth=2, steps=16), 2, (SIDE,))
    adam = torch.optim.Adam(flow.parameters(), 3e-3)
    for _ in range(1500):
        side = torch.randint(2, (128,))
        w = _w(side)
        loss = flow.loss(w, {"side": side}, torch.randn_like(w), torch.rand(128))
        adam.zero_grad()
        loss.backward()
        adam.step()
    return flow.requires_grad_(False)


def test_z_is_carried_to_where_w_lies(flow: LatentFlow) -> None:
    for side, centre in enumerate((torch.tensor([-2.0, 2.0]), torch.tensor([2.0, 2.0]))):
        carried = flow(torch.randn(2000, 2), {"side": torch.full((2000,), side)})
        radius = (carried - centre).norm(dim=1)
        assert (carried.mean(0) - centre).norm() < 0.2
        assert radius.mean() == pytest.approx(1, abs=0.1)
        assert radius.std() < 0.25


def test_the_inverse_brings_w_back_to_z(flow: LatentFlow) -> None:
    z, side = torch.randn(200, 2), {"side": torch.randint(2, (200,))}
    back = flow.inverse(flow(z, side), side)
    assert (back - z).abs().median() < 1e-3


def test_a_flow_begins_with_the_mean_and_standard_deviation_of_w() -> None:
    fresh = LatentFlow(FlowConfig(width=8), 2, ())
    w = 3 + 2 * torch.randn(1000, 2)
    fresh.loss(w, {}, torch.randn(1000, 2), torch.rand(1000))
    with torch.no_grad():
        torch.testing.assert_close(fresh(torch.zeros(1, 2), {})[0], w.mean(0))
        torch.testing.assert_close(fresh(torch.ones(1, 2), {})[0], w.mean(0) + w.std(0))
