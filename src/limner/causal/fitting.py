"""Fitting a mechanism: the linear form, or the flow where it predicts held-out units better; and refitting it to other units."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from limner.causal.mechanisms import CategoryMechanism, Mechanism, NumberMechanism, build_mechanism
from limner.causal.structure_file import Form
from limner.causal.variables import Variable
from limner.errors import GraphError, shown

FOLDS = 5
"""Shares of the units, of which one is held out."""
ROWS_A_FEATURE = 10
STEPS, PATIENCE = 2000, 10
EVERY, BATCH = 25, 1024
RATE = 5e-3
REFIT_STEPS = 40
"""Steps by which a flow is trained from its weights when it is refitted."""


class Fit(NamedTuple):
    """A mechanism, and its mean negative log-likelihood of held-out units, in nats."""

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
    chosen, nll = _better(variable, causes, values, given, seed)
    alone = fit_mechanism(variable, (), values, (), seed).nll if causes else float(nll.mean())
    if chosen.form == "linear":
        _learn_line(chosen, values, given, seed)
    return Fit(chosen.requires_grad_(False), float(nll.mean()), alone, len(values))


def choose_form(
    variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Form:
    """Returns the form that `fit_mechanism` would choose."""
    return _better(variable, causes, values, given, seed)[0].form


def _better(
    variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> tuple[Mechanism, Tensor]:
    """Returns the linear mechanism, or the flow if it is better, and the negative log-likelihood of each held-out unit."""
    chosen, nll = _learned("linear", variable, causes, values, given, seed)
    if causes or variable.kind != "category":
        flow, flow_nll = _learned("flow", variable, causes, values, given, seed)
        gain = nll - flow_nll
        if gain.mean() > 2 * gain.std() / len(gain) ** 0.5:
            chosen, nll = flow, flow_nll
    return chosen, nll


def check_rows(variable: Variable, causes: Sequence[Variable], rows: int) -> None:
    """Raises GraphError when there are fewer complete rows than the mechanism of a variable needs."""
    width = 1 + sum(len(cause.classes) or 1 for cause in causes) + len(variable.classes)
    if rows < ROWS_A_FEATURE * width:
        raise GraphError(
            f"{shown(variable.name)}: its mechanism needs at least {ROWS_A_FEATURE * width} complete rows; here are {rows}."
        )


def held_out_nll(
    form: Form, variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Tensor:
    """Returns the negative log-likelihood of each unit under mechanisms of one form that learned from the other folds.

    Units come in the same order for every mechanism of a seed.
    """
    return torch.cat([_learned(form, variable, causes, values, given, seed, fold)[1] for fold in range(FOLDS)])


def learn(
    form: Form, variable: Variable, causes: Sequence[Variable], values: Tensor, given: Sequence[Tensor], seed: int
) -> Mechanism:
    """Returns a mechanism of one form, learned from the beginning."""
    mechanism, _ = _learned(form, variable, causes, values, given, seed)
    if form == "linear":
        _learn_line(mechanism, values, given, seed)
    return mechanism.requires_grad_(False)


def refit_mechanism(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], seed: int) -> Mechanism:
    """Returns a mechanism for other units of the same kind, such as a resample of those that it was learned from.

    The linear form is fitted from the beginning; a flow is trained for a few more steps from its weights.
    """
    refit = copy.deepcopy(mechanism).requires_grad_(True)
    if refit.form == "linear":
        _learn_line(refit, values, given, seed)
    else:
        generator = torch.Generator().manual_seed(seed)
        rows = torch.arange(len(values))
        optimiser = torch.optim.AdamW(refit.parameters(), RATE, weight_decay=1e-4)
        for _ in range(REFIT_STEPS):
            _step(refit, optimiser, values, given, rows, generator)
    return refit.requires_grad_(False)


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
    """Makes every class equally likely."""
    if isinstance(mechanism, CategoryMechanism):
        nn.init.zeros_(mechanism.linear.weight)
        nn.init.zeros_(mechanism.linear.bias)


def _learn_line(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], seed: int) -> None:
    if isinstance(mechanism, NumberMechanism):
        mechanism.fit_line(values, given, torch.Generator().manual_seed(seed))
    else:
        _fit_odds(mechanism, values, given)


def _fit_odds(mechanism: CategoryMechanism, values: Tensor, given: Sequence[Tensor]) -> None:
    """Maximum likelihood of log-odds that are linear in the causes, with a little weight decay, from the current weights."""
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
    """Trains with AdamW until the held-out likelihood no longer improves, and restores the best weights."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(mechanism.parameters(), RATE, weight_decay=1e-4)
    best, best_weights, waited = float("inf"), {}, 0
    for step in range(STEPS):
        if step % EVERY == 0:
            nll = -float(_densities(mechanism, values, given, held_out, seed).mean())
            waited = 0 if nll < best else waited + 1
            if nll < best:
                best, best_weights = nll, {name: value.clone() for name, value in mechanism.state_dict().items()}
            if waited == PATIENCE:
                break
        _step(mechanism, optimiser, values, given, learned, generator)
    mechanism.load_state_dict(best_weights)


def _step(
    mechanism: Mechanism,
    optimiser: torch.optim.Optimizer,
    values: Tensor,
    given: Sequence[Tensor],
    learned: Tensor,
    generator: torch.Generator,
) -> None:
    rows = learned[torch.randint(len(learned), (min(BATCH, len(learned)),), generator=generator)]
    loss = -mechanism.log_density(values[rows], [each[rows] for each in given], generator).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


@torch.no_grad()
def _densities(mechanism: Mechanism, values: Tensor, given: Sequence[Tensor], rows: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return mechanism.log_density(values[rows], [each[rows] for each in given], generator)
