"""Fitting a mechanism: the linear form, or the flow where held-out units say that it is needed; and again on other units."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from limner.causal.mechanisms import CategoryMechanism, Form, Mechanism, NumberMechanism, build_mechanism
from limner.causal.variables import Variable
from limner.errors import GraphError, shown

FOLDS = 5
"""Shares of the units, of which one is held out."""
ROWS_A_FEATURE = 10
STEPS, PATIENCE = 2000, 10
EVERY, BATCH = 25, 1024
RATE = 5e-3
REFIT_STEPS = 40
"""Steps from learned weights that a flow takes to follow other units of the same kind."""


class Fit(NamedTuple):
    """How well a mechanism describes units that it did not learn from, by the negative log-likelihood a unit, in nats."""

    mechanism: Mechanism
    nll: float
    nll_alone: float
    """Of the best mechanism without any cause."""
    rows: int


def fit_mechanism(
    variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Fit:
    """Returns the mechanism of a variable (n,), given the values of its causes, (n,) each.

    The flow is taken when it is better by more than two standard errors on every fifth unit, which neither learned from;
    the linear form learns from all units then. GraphError for fewer units than it needs.
    """
    check_rows(variable, causes, len(values))
    chosen, nll = _learned("linear", variable, causes, values, given, seed)
    if causes or variable.kind != "category":
        flow, flow_nll = _learned("flow", variable, causes, values, given, seed)
        gain = nll - flow_nll
        if gain.mean() > 2 * gain.std() / len(gain) ** 0.5:
            chosen, nll = flow, flow_nll
    alone = fit_mechanism(variable, (), values, (), seed).nll if causes else float(nll.mean())
    if chosen.form == "linear":
        _learn_line(chosen, values, given, seed)
    return Fit(chosen.requires_grad_(False), float(nll.mean()), alone, len(values))


def check_rows(variable: Variable, causes: Sequence[Variable], rows: int) -> None:
    """Raises GraphError when there are fewer whole rows than the mechanism of a variable needs."""
    width = 1 + sum(len(cause.classes) or 1 for cause in causes) + len(variable.classes)
    if rows < ROWS_A_FEATURE * width:
        raise GraphError(
            f"{shown(variable.name)}: its mechanism needs at least {ROWS_A_FEATURE * width} whole rows; here are {rows}."
        )


def held_out_nll(
    form: Form, variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Tensor:
    """Returns the negative log-likelihood of each unit under mechanisms of one form that learned from the others, by folds.

    Units come in the same order for every mechanism of a seed.
    """
    return torch.cat([_learned(form, variable, causes, values, given, seed, fold)[1] for fold in range(FOLDS)])


def learn(
    form: Form, variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Mechanism:
    """Returns a mechanism of one form, learned from nothing."""
    mechanism, _ = _learned(form, variable, causes, values, given, seed)
    if form == "linear":
        _learn_line(mechanism, values, given, seed)
    return mechanism.requires_grad_(False)


def refit_mechanism(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], seed: int) -> Mechanism:
    """Returns a mechanism for other units of the same kind, such as a resample of those that it was learned from.

    The linear form is fitted as if from nothing; a flow goes on from its weights for a few steps.
    """
    again = copy.deepcopy(mechanism).requires_grad_(True)
    if again.form == "linear":
        _learn_line(again, values, given, seed)
    else:
        generator = torch.Generator().manual_seed(seed)
        rows = torch.arange(len(values))
        optimiser = torch.optim.AdamW(again.parameters(), RATE, weight_decay=1e-4)
        for _ in range(REFIT_STEPS):
            _step(again, optimiser, values, given, rows, generator)
    return again.requires_grad_(False)


def _learned(
    form: Form,
    variable: Variable,
    causes: Sequence[Variable],
    values: Tensor,
    given: Sequence[Tensor],
    seed: int,
    fold: int = 0,
) -> tuple[Mechanism, Tensor]:
    """Returns a mechanism of one form, and the negative log-likelihood of each held-out unit."""
    shuffled = torch.randperm(len(values), generator=torch.Generator().manual_seed(seed))
    folds = list(shuffled.tensor_split(FOLDS))
    held_out = folds.pop(fold)
    learned = torch.cat(folds)
    mechanism = build_mechanism(variable, causes, form)
    _start(mechanism)
    _learn_line(mechanism, values[learned], [each[learned] for each in given], seed)
    if form == "flow":
        _descend(mechanism, values, given, learned, held_out, seed)
    return mechanism, -_densities(mechanism, values, given, held_out, seed)


def _start(mechanism: Mechanism) -> None:
    """Every class is as likely as any other."""
    if isinstance(mechanism, CategoryMechanism):
        nn.init.zeros_(mechanism.linear.weight)
        nn.init.zeros_(mechanism.linear.bias)


def _learn_line(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], seed: int) -> None:
    if isinstance(mechanism, NumberMechanism):
        mechanism.fit_line(values, given, torch.Generator().manual_seed(seed))
    else:
        _fit_odds(mechanism, values, given)


def _fit_odds(mechanism: CategoryMechanism, values: Tensor, given: Sequence[Tensor]) -> None:
    """Maximum likelihood of log-odds that are linear in the causes, held by a little weight decay, from where they are."""
    weights = list(mechanism.linear.parameters())
    optimiser = torch.optim.LBFGS(weights, max_iter=200, line_search_fn="strong_wolfe")
    generator = torch.Generator()

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = -mechanism.log_density(values, given, generator).mean()
        value = value + 0.5 / len(values) * mechanism.linear.weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)


def _descend(
    mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], learned: Tensor, held_out: Tensor, seed: int
) -> None:
    """Adam until held-out units are described no better, then back to the best."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(mechanism.parameters(), RATE, weight_decay=1e-4)
    best, kept, waited = float("inf"), {}, 0
    for step in range(STEPS):
        if step % EVERY == 0:
            nll = -float(_densities(mechanism, values, given, held_out, seed).mean())
            waited = 0 if nll < best else waited + 1
            if nll < best:
                best, kept = nll, {name: value.clone() for name, value in mechanism.state_dict().items()}
            if waited == PATIENCE:
                break
        _step(mechanism, optimiser, values, given, learned, generator)
    mechanism.load_state_dict(kept)


def _step(
    mechanism: Mechanism,
    optimiser: torch.optim.Optimizer,
    values: Tensor,
    given: Sequence[Tensor],
    among: Tensor,
    generator: torch.Generator,
) -> None:
    rows = among[torch.randint(len(among), (min(BATCH, len(among)),), generator=generator)]
    loss = -mechanism.log_density(values[rows], [each[rows] for each in given], generator).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


@torch.no_grad()
def _densities(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], rows: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return mechanism.log_density(values[rows], [each[rows] for each in given], generator)
