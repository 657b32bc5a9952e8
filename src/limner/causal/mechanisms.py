"""Mechanisms: how a variable follows from its causes and from noise of its own, and the inverse, which abducts the noise.

A number x has z = its value on an unbounded scale, and u = (z - a - B c) / s, standard normal when the mechanism is linear;
a flow (neural spline, Durkan et al. 2019, arXiv 1906.04032) then transforms u, given the causes. A category is
argmax(logits + Gumbel noise): its noise given a class is drawn from its posterior (Maddison et al. 2014, arXiv 1411.0030),
and counterfactuals are stable (Oberst and Sontag 2019, arXiv 1905.05824).
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from limner.causal.structure_file import Form
from limner.causal.variables import Variable

HIDDEN_WIDTHS = (32, 32)
"""Hidden layers of a flow and of the residual MLP: wide enough for a bend in a few parents, small enough for a few hundred rows."""
SPLINE_BINS = 8
"""Bins of the neural spline, as its authors use for most tables."""
MIN_SINGULAR_RATIO = 5e-3
"""Singular values of a regression below this fraction of the greatest count as none."""
END_MARGIN = 1e-6
"""Fraction of a range by which values at its very ends are moved inwards, where the unbounded scale would be infinite."""


class ParentFeatures(nn.Module):
    """The parents of a variable as features: numbers standardised, categories one-hot; a one where there is no parent.

    In: (n,) each. Out: (n, width).
    """

    def __init__(self, parents: Sequence[Variable]) -> None:
        super().__init__()
        self.parents = tuple(parents)
        self.width = sum(len(one.classes) or 1 for one in parents) or 1

    def forward(self, parent_values: Sequence[Tensor], n: int) -> Tensor:
        if not self.parents:
            return torch.ones(n, 1, dtype=torch.float64)
        parts = [
            nn.functional.one_hot(each, len(one.classes)).double()
            if one.kind == "category"
            else ((each.double() - one.mean) / one.std)[:, None]
            for one, each in zip(self.parents, parent_values, strict=True)
        ]
        return torch.cat(parts, 1)


class NumberMechanism(nn.Module):
    """A number or a count: strictly rising in its noise, which is standard normal. All in float64."""

    scale: Tensor
    flow: Any

    def __init__(self, variable: Variable, parents: Sequence[Variable], form: Form) -> None:
        super().__init__()
        self.variable, self.parents, self.form = variable, ParentFeatures(parents), form
        self.linear = nn.Linear(self.parents.width, 1)
        self.register_buffer("scale", torch.ones(()))
        self.flow = _flow(self.parents.width) if form == "flow" else None
        self.double()

    def noise(self, n: int, generator: torch.Generator) -> Tensor:
        """Draws noise (n,)."""
        return torch.randn(n, generator=generator, dtype=torch.float64)

    def value(self, noise: Tensor, parent_values: Sequence[Tensor]) -> Tensor:
        """Returns the values (n,) that follow from noise (n,) and parent values (n,) each."""
        features = self.parents(parent_values, len(noise))
        u = self.flow(features).transform.inv(noise[:, None])[:, 0] if self.flow is not None else noise
        return self._bounded(self.linear(features)[:, 0] + self.scale * u)

    def abduct(self, values: Tensor, parent_values: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """Returns the noise (n,) from which these values follow; that of a count is one sample of several."""
        z = self._unbounded(self._dequantised(values, generator))
        return self._noise_of(z, self.parents(parent_values, len(values)))[0]

    def log_density(self, values: Tensor, parent_values: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """Returns log p(values | parents), (n,), in nats; of a count, that of the value with uniform noise in [0, 1) added."""
        values = self._dequantised(values, generator)
        noise, slope = self._noise_of(self._unbounded(values), self.parents(parent_values, len(values)))
        return -0.5 * (noise.square() + math.log(2 * math.pi)) + slope + self._log_abs_det_jacobian(values)

    @torch.no_grad()
    def fit_linear(self, values: Tensor, parent_values: Sequence[Tensor], generator: torch.Generator) -> None:
        """Least squares on the unbounded scale; exact."""
        z, features = self._unbounded(self._dequantised(values, generator)), self.parents(parent_values, len(values))
        design = torch.cat([torch.ones(len(z), 1, dtype=torch.float64), features], 1)
        # one-hot columns and the constant are linearly dependent, and causes may be: the solution of least norm is taken, so that
        # causes that come together share their effect, in place of thousands for one and minus thousands for the other
        solution = torch.linalg.lstsq(design, z[:, None], rcond=MIN_SINGULAR_RATIO, driver="gelsd").solution[:, 0]
        freedom = max(len(z) - int(torch.linalg.matrix_rank(design)), 1)
        self.scale.copy_(((z - design @ solution).square().sum() / freedom).sqrt().clamp_min(1e-12))
        self.linear.bias.copy_(solution[:1])
        self.linear.weight.copy_(solution[None, 1:])

    def _noise_of(self, z: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Returns noise and the log of its slope in z, (n,) both."""
        u = (z - self.linear(features)[:, 0]) / self.scale
        if self.flow is None:
            return u, -self.scale.log().expand_as(u)
        transform = self.flow(features).transform
        noise, slope = transform.call_and_ladj(u[:, None])
        return noise[:, 0], slope - self.scale.log()

    def _dequantised(self, values: Tensor, generator: torch.Generator) -> Tensor:
        if self.variable.kind != "count":
            return values.double()
        return values.double() + torch.rand(len(values), generator=generator, dtype=torch.float64)

    @property
    def _range(self) -> tuple[float, float]:
        low, high = self.variable.bounds
        return low, high + 1 if self.variable.kind == "count" else high

    def _unbounded(self, x: Tensor) -> Tensor:
        """Bounds go to infinity: logit between two, log where there is one."""
        low, high = self._range
        if math.isfinite(low) and math.isfinite(high):
            return torch.logit((x - low) / (high - low), END_MARGIN)
        if math.isfinite(low):
            return (x - low).clamp_min(END_MARGIN * self.variable.std).log()
        return -(high - x).clamp_min(END_MARGIN * self.variable.std).log() if math.isfinite(high) else x

    def _bounded(self, z: Tensor) -> Tensor:
        low, high = self._range
        if math.isfinite(low) and math.isfinite(high):
            x = low + (high - low) * z.sigmoid()
        elif math.isfinite(low):
            x = low + z.exp()
        else:
            x = high - (-z).exp() if math.isfinite(high) else z
        return x.floor().clamp(*self.variable.bounds) if self.variable.kind == "count" else x

    def _log_abs_det_jacobian(self, x: Tensor) -> Tensor:
        """Returns log |dz/dx|, (n,)."""
        low, high = self._range
        if math.isfinite(low) and math.isfinite(high):
            p = ((x - low) / (high - low)).clamp(END_MARGIN, 1 - END_MARGIN)
            return -(p * (1 - p) * (high - low)).log()
        if math.isfinite(low):
            return -(x - low).clamp_min(END_MARGIN * self.variable.std).log()
        return (
            -(high - x).clamp_min(END_MARGIN * self.variable.std).log() if math.isfinite(high) else torch.zeros_like(x)
        )


class CategoryMechanism(nn.Module):
    """A category: the class with the greatest sum of log-probability, which its parents give, and Gumbel noise (n, classes)."""

    def __init__(self, variable: Variable, parents: Sequence[Variable], form: Form) -> None:
        super().__init__()
        self.variable, self.parents, self.form = variable, ParentFeatures(parents), form
        self.linear = nn.Linear(self.parents.width, len(variable.classes))
        self.residual_mlp = _layers(self.parents.width, len(variable.classes)) if form == "flow" else None
        self.double()

    def noise(self, n: int, generator: torch.Generator) -> Tensor:
        """Draws noise (n, classes)."""
        return _gumbel((n, len(self.variable.classes)), generator)

    def value(self, noise: Tensor, parent_values: Sequence[Tensor]) -> Tensor:
        """Returns the classes, int64 (n,), that follow from noise (n, classes) and parent values (n,) each."""
        return (self.log_probs(parent_values, len(noise)) + noise).argmax(1)

    def abduct(self, values: Tensor, parent_values: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """Draws noise (n, classes) from which these classes follow."""
        log_probs = self.log_probs(parent_values, len(values))
        # the greatest sum is independent of the class that it belongs to; the others are truncated below it
        greatest = _gumbel((len(values), 1), generator)
        others = -((-greatest).exp() + (-(_gumbel(log_probs.shape, generator) + log_probs)).exp()).log()
        return others.scatter(1, values[:, None], greatest) - log_probs

    def log_density(self, values: Tensor, parent_values: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """Returns log p(values | parents), (n,), in nats."""
        return self.log_probs(parent_values, len(values)).gather(1, values[:, None])[:, 0]

    def log_probs(self, parent_values: Sequence[Tensor], n: int) -> Tensor:
        """Returns log p(class | parents), (n, classes)."""
        features = self.parents(parent_values, n)
        logits = self.linear(features)
        return (logits + self.residual_mlp(features) if self.residual_mlp is not None else logits).log_softmax(1)


Mechanism = NumberMechanism | CategoryMechanism


def build_mechanism(variable: Variable, parents: Sequence[Variable], form: Form) -> Mechanism:
    """Returns a mechanism before it is fitted."""
    return (CategoryMechanism if variable.kind == "category" else NumberMechanism)(variable, parents, form)


def _flow(context: int) -> Any:
    import zuko

    # of one value: nothing is autoregressive, all bins and slopes depend on the context
    return zuko.flows.NSF(features=1, context=context, transforms=1, bins=SPLINE_BINS, hidden_features=HIDDEN_WIDTHS)


def _layers(inputs: int, outputs: int) -> nn.Sequential:
    widths = (inputs, *HIDDEN_WIDTHS)
    hidden = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.SiLU())]
    last = nn.Linear(widths[-1], outputs)
    nn.init.zeros_(last.weight)  # it starts as the linear form
    nn.init.zeros_(last.bias)
    return nn.Sequential(*hidden, last)


def _gumbel(shape: Sequence[int], generator: torch.Generator) -> Tensor:
    uniform = torch.rand(*shape, generator=generator, dtype=torch.float64).clamp(1e-300, 1 - 1e-16)
    return -(-uniform.log()).log()
