"""A GAN that also edits: what a causal model draws pictures with."""

from limner.methods.editing import EditingConfig
from limner.recipes.gan import gan
from limner.recipes.recipe import Recipe


def causal_gan() -> Recipe:
    """The default GAN with an editor beside its generator, against the same discriminator (`limner.networks.editor`)."""
    recipe = gan()
    return recipe.model_copy(
        update={
            "name": "causal-gan",
            "summary": "the default GAN and an editor: pictures as they would be under other attributes",
            "method": recipe.method.model_copy(update={"editing": EditingConfig()}),
            "batch": 64,
        }
    )
