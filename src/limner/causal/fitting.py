"""Fitting a mechanism: the linear form, or the flow where it predicts held-out units better; and refitting it to other units."""

import copy
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from limner.causal.mechanisms import CategoryMechanism, Mechanism, NumberMechanism, build_mechanism
from limner.causal.structure_file import Form
from limner.causal.variables import Variable
from limner.errors import GraphError, quoted

NUM_FOLDS = 5
"""Parts of the units, of which one is held out."""
MIN_ROWS_PER_FEATURE = 10
"""Complete rows for each column of the regression: the usual rule against overfitting."""
MAX_FLOW_STEPS, PATIENCE_EVALUATIONS = 2000, 10
"""Steps of training a flow at most, and evaluations without improvement after which it stops earlier."""
EVALUATE_EVERY, BATCH_ROWS = 25, 1024
"""Steps between two evaluations, and rows of a batch: many, as a step costs little and its gradient should not vary much."""
LEARNING_RATE = 5e-3
"""Of AdamW, for flows: large, because they are small and begin at the linear fit."""
REFIT_STEPS = 40
"""Steps by which a flow is trained from its weights when it is refitted."""


class Fit(NamedTuple):
    """A mechanism, and its mean negative log-likelihood of held-out units, in nats."""

    mechanism: Mechanism
    nll: float
    nll_without_parents: float
    """Of the best mechanism without any parent."""
    rows: int


def fit_mechanism(
    variable: Variable, parents: Sequence[Variable], values: Tensor, parent_values: Sequence[Tensor], seed: int
) -> Fit:
    """Returns the mechanism of a variable (n,), given the values of its parents, (n,) each.

    The flow is taken when it is better by more than two standard errors on every fifth unit, which neither learned from;
    the linear form learns from all units then. GraphError for fewer units than it needs.
    """
    check_rows(variable, parents, len(values))
    chosen, nll = _select_form(variable, parents, values, parent_values, seed)
    without_parents = fit_mechanism(variable, (), values, (), seed).nll if parents else float(nll.mean())
    if chosen.form == "linear":
        _fit_linear(chosen, values, parent_values, seed)
    return Fit(chosen.requires_grad_(False), float(nll.mean()), without_parents, len(values))


def choose_form(
    variable: Variable, parents: Sequence[Variable], values: Tensor, parent_values: Sequence[Tensor], seed: int
) -> Form:
    """Returns the form that `fit_mechanism` would choose."""
    return _select_form(variable, parents, values, parent_values, seed)[0].form


def _select_form(
    variable: Variable, parents: Sequence[Variable], values: Tensor, parent_values: Sequence[Tensor], seed: int
) -> tuple[Mechanism, Tensor]:
    """Returns the linear mechanism, or the flow if it is better, and the negative log-likelihood of each held-out unit."""
    chosen, nll = _fit_fold("linear", variable, parents, values, parent_values, seed)
    if parents or variable.kind != "category":
        flow, flow_nll = _fit_fold("flow", variable, parents, values, parent_values, seed)
        gain = nll - flow_nll
        if gain.mean() > 2 * gain.std() / len(gain) ** 0.5:
            chosen, nll = flow, flow_nll
    return chosen, nll


def check_rows(variable: Variable, parents: Sequence[Variable], rows: int) -> None:
    """Raises GraphError when there are fewer complete rows than the mechanism of a variable needs."""
    width = 1 + sum(len(parent.classes) or 1 for parent in parents) + len(variable.classes)
    if rows < MIN_ROWS_PER_FEATURE * width:
        raise GraphError(
            f"{quoted(variable.name)}: its mechanism needs at least {MIN_ROWS_PER_FEATURE * width} complete rows; here are {rows}."
        )


def held_out_nll(
    form: Form,
    variable: Variable,
    parents: Sequence[Variable],
    values: Tensor,
    parent_values: Sequence[Tensor],
    seed: int,
) -> Tensor:
    """Returns the negative log-likelihood of each unit under mechanisms of one form that learned from the other folds.

    Units come in the same order for every mechanism of a seed.
    """
    return torch.cat(
        [_fit_fold(form, variable, parents, values, parent_values, seed, fold)[1] for fold in range(NUM_FOLDS)]
    )


def learn(
    form: Form,
    variable: Variable,
    parents: Sequence[Variable],
    values: Tensor,
    parent_values: Sequence[Tensor],
    seed: int,
) -> Mechanism:
    """Returns a mechanism of one form, learned from the beginning."""
    mechanism, _ = _fit_fold(form, variable, parents, values, parent_values, seed)
    if form == "linear":
        _fit_linear(mechanism, values, parent_values, seed)
    return mechanism.requires_grad_(False)


def refit_mechanism(mechanism: Mechanism, values: Tensor, parent_values: Sequence[Tensor], seed: int) -> Mechanism:
    """Returns a mechanism for other units of the same kind, such as a resample of those that it was learned from.

    The linear form is fitted from the beginning; a flow is trained for a few more steps from its weights.
    """
    refit = copy.deepcopy(mechanism).requires_grad_(True)
    if refit.form == "linear":
        _fit_linear(refit, values, parent_values, seed)
    else:
        generator = torch.Generator().manual_seed(seed)
        rows = torch.arange(len(values))
        optimiser = torch.optim.AdamW(refit.parameters(), LEARNING_RATE, weight_decay=1e-4)
        for _ in range(REFIT_STEPS):
            _step(refit, optimiser, values, parent_values, rows, generator)
    return refit.requires_grad_(False)


def _fit_fold(
    form: Form,
    variable: Variable,
    parents: Sequence[Variable],
    values: Tensor,
    parent_values: Sequence[Tensor],
    seed: int,
    fold: int = 0,
) -> tuple[Mechanism, Tensor]:
    """Returns a mechanism of one form, and the negative log-likelihood of each held-out unit."""
    shuffled = torch.randperm(len(values), generator=torch.Generator().manual_seed(seed))
    folds = list(shuffled.tensor_split(NUM_FOLDS))
    held_out = folds.pop(fold)
    train_rows = torch.cat(folds)
    mechanism = build_mechanism(variable, parents, form)
    _start(mechanism)
    _fit_linear(mechanism, values[train_rows], [each[train_rows] for each in parent_values], seed)
    if form == "flow":
        _descend(mechanism, values, parent_values, train_rows, held_out, seed)
    return mechanism, -_densities(mechanism, values, parent_values, held_out, seed)


def _start(mechanism: Mechanism) -> None:
    """Makes every class equally likely."""
    if isinstance(mechanism, CategoryMechanism):
        nn.init.zeros_(mechanism.linear.weight)
        nn.init.zeros_(mechanism.linear.bias)


def _fit_linear(mechanism: Mechanism, values: Tensor, parent_values: Sequence[Tensor], seed: int) -> None:
    if isinstance(mechanism, NumberMechanism):
        mechanism.fit_linear(values, parent_values, torch.Generator().manual_seed(seed))
    else:
        _fit_logits(mechanism, values, parent_values)


def _fit_logits(mechanism: CategoryMechanism, values: Tensor, parent_values: Sequence[Tensor]) -> None:
    """Maximum likelihood of logits that are linear in the parents, with a little weight decay, from the current weights."""
    weights = list(mechanism.linear.parameters())
    optimiser = torch.optim.LBFGS(weights, max_iter=200, line_search_fn="strong_wolfe")
    generator = torch.Generator()

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = -mechanism.log_density(values, parent_values, generator).mean()
        value = value + 0.5 / len(values) * mechanism.linear.weight.square().sum()
        value.backward()
        return value

    optimiser.step(loss)


def _descend(
    mechanism: Mechanism,
    values: Tensor,
    parent_values: Sequence[Tensor],
    train_rows: Tensor,
    held_out: Tensor,
    seed: int,
) -> None:
    """Trains with AdamW until the held-out likelihood no longer improves, and restores the best weights."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(mechanism.parameters(), LEARNING_RATE, weight_decay=1e-4)
    best, best_weights, waited = float("inf"), {}, 0
    for step in range(MAX_FLOW_STEPS):
        if step % EVALUATE_EVERY == 0:
            nll = -float(_densities(mechanism, values, parent_values, held_out, seed).mean())
            waited = 0 if nll < best else waited + 1
            if nll < best:
                best, best_weights = nll, {name: value.clone() for name, value in mechanism.state_dict().items()}
            if waited == PATIENCE_EVALUATIONS:
                break
        _step(mechanism, optimiser, values, parent_values, train_rows, generator)
    mechanism.load_state_dict(best_weights)


def _step(
    mechanism: Mechanism,
    optimiser: torch.optim.Optimizer,
    values: Tensor,
    parent_values: Sequence[Tensor],
    train_rows: Tensor,
    generator: torch.Generator,
) -> None:
    rows = train_rows[torch.randint(len(train_rows), (min(BATCH_ROWS, len(train_rows)),), generator=generator)]
    loss = -mechanism.log_density(values[rows], [each[rows] for each in parent_values], generator).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


@torch.no_grad()
def _densities(
    mechanism: Mechanism, values: Tensor, parent_values: Sequence[Tensor], rows: Tensor, seed: int
) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return mechanism.log_density(values[rows], [each[rows] for each in parent_values], generator)
