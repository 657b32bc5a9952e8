"""What a recipe says of its parts, as types: read and checked without PyTorch, so that a wrong value is reported at once.

network.py      an encoder, a decoder, a learned prior
augment.py      augmentation
optimiser.py    optimisers and learning-rate schedules
adversary.py    a discriminator beside another objective, and the loss on counterfactual pictures
method.py       what all methods share
gan.py vae.py noise.py  one method each
"""

from limner.configs.gan import GanConfig
from limner.configs.method import MethodConfig
from limner.configs.noise import NoiseConfig
from limner.configs.vae import VaeConfig

METHOD_CONFIGS: dict[str, type[MethodConfig]] = {"gan": GanConfig, "vae": VaeConfig, "noise": NoiseConfig}
"""By the kind of method: the config types of `limner.methods.METHODS` that are known without PyTorch."""
