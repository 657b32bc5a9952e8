"""What the causal libraries need: DoWhy and causal-learn without their warnings, and a mechanism in the form that DoWhy expects."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from limner import seeds
from limner.causal.mechanisms import CategoryMechanism
from limner.causal.structural import StructuralModel
from limner.errors import UsageError


@contextmanager
def quiet(seed: int) -> Iterator[None]:
    """Seeds NumPy's global generator, which these libraries draw from, restores it afterwards, and hides their warnings.

    UsageError when a library is not installed.
    """
    state = np.random.get_state()  # noqa: NPY002
    np.random.seed(seed)  # noqa: NPY002
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ModuleNotFoundError as error:
        raise UsageError(f"causal questions need {error.name}: pip install 'limner[causal]'") from None
    finally:
        np.random.set_state(state)  # noqa: NPY002


def adapted(structure: StructuralModel, node: str, seed: int) -> Any:
    """Returns a node's mechanism as DoWhy expects it: parents are columns (n, k), sorted by name, classes are indices."""
    from dowhy.gcm.causal_mechanisms import ConditionalStochasticModel, ProbabilityEstimatorModel

    mechanism, parents = structure.mechanisms[node], structure.graph.parents(node)
    generator = seeds.generator("arrows", seed, node)

    def parent_values(columns: np.ndarray) -> list[torch.Tensor]:
        values = dict(zip(sorted(parents), torch.from_numpy(columns.astype(float)).unbind(1), strict=True))
        return [values[name].long() if structure.variables[name].classes else values[name] for name in parents]

    class Sampled(ConditionalStochasticModel):
        def fit(self, X: np.ndarray, Y: np.ndarray) -> None:
            """It is fitted already."""

        def clone(self) -> Any:
            return self

        @torch.no_grad()
        def draw_samples(self, parent_samples: np.ndarray) -> np.ndarray:
            noise = mechanism.noise(len(parent_samples), generator)
            return mechanism.value(noise, parent_values(parent_samples)).double().numpy()[:, None]

    class WithProbabilities(Sampled, ProbabilityEstimatorModel):
        @torch.no_grad()
        def estimate_probabilities(self, parent_samples: np.ndarray) -> np.ndarray:
            assert isinstance(mechanism, CategoryMechanism)
            return mechanism.log_probs(parent_values(parent_samples), len(parent_samples)).exp().numpy()

    return WithProbabilities() if isinstance(mechanism, CategoryMechanism) else Sampled()
