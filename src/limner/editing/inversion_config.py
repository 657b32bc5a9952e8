"""How far the latent of a picture is looked for: what edits state of it, known without PyTorch."""

from typing import Literal, get_args

INVERSION_STEPS = 150
"""Of optimisation: a third of w alone, a third with coarse offsets, a third with all."""
Detail = Literal["none", "coarse", "all"]
"""Which offsets are optimised."""
DETAILS = get_args(Detail)
