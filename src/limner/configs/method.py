"""What a recipe says of its method, whichever it is."""

from typing import Literal

from limner.config import Section

HeldOutMeasure = Literal["negative_elbo", "frechet"]


class MethodConfig(Section):
    """What a recipe says of its method; `kind` is the method's name."""

    kind: str

    @property
    def held_out_measure(self) -> HeldOutMeasure:
        """What says on held-out pictures how good a model is: the negative ELBO where that alone is learned."""
        return "frechet"
