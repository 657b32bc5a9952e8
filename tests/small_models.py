"""Models too small to generate anything that can be recognised, but whole: of each kind of decoder, with and without conditions."""

import torch
from torch import Tensor, nn

from limner.conditions.attribute import Attribute
from limner.data.schema import Schema
from limner.methods import build_generator
from limner.model import Model
from limner.networks.blocks import Decoder
from limner.recipes import apply_settings, find_recipe

KIND = Attribute(name="kind", kind="label", classes=("round", "square", "long"))
AGE = Attribute(name="age", kind="number", minimum=0, maximum=1, mean=0.5, std=0.2)
TABLE = {"kind": torch.tensor([0, 1, 2, 1]), "age": torch.tensor([0.1, 0.5, 0.9, 0.2])}
SMALL = {
    "gan": ("method.latent_dim=6", "method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]"),
    "dcgan": ("method.latent_dim=6", "method.generator.widths=[16, 8]", "method.discriminator.widths=[8, 16]"),
    "mlp-gan": ("method.latent_dim=6", "method.generator.widths=[24, 16]", "method.discriminator.widths=[16]"),
    "dense-conv-gan": (
        "method.latent_dim=6",
        "method.generator.widths=[16, 8, 8]",
        "method.discriminator.widths=[8, 16]",
    ),
    "vae": ("method.latent_dim=6", "method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]"),
    "elbo-vae": ("method.latent_dim=6", "method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]"),
    "causal-vae": ("method.latent_dim=6", "method.encoder.widths=[8, 16]", "method.decoder.widths=[16, 8]"),
    "noise": (),
}


def small_model(recipe: str = "gan", *settings: str, side: int = 16, channels: int = 3, seed: int = 0) -> Model:
    """Returns a model of a recipe with fresh weights, which are large enough that latents make a difference."""
    chosen = apply_settings(find_recipe(recipe), [*SMALL[recipe], *settings])
    schema = Schema(height=side, width=side, channels=channels, attributes=(KIND, AGE), label="kind")
    torch.manual_seed(seed)
    attributes = chosen.attributes(schema)
    generator = build_generator(chosen.method, schema, attributes)
    for part in generator.modules():
        if isinstance(part, torch.nn.Linear | torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            torch.nn.init.normal_(part.weight, std=1.2 * part.weight[0].numel() ** -0.5)
    return Model(chosen, schema, generator, {a.name: TABLE[a.name] for a in attributes}, {})


LIGHT, RED = 3, 1
"""Numbers of a lamp's latent."""


class Lamp(Decoder):
    """Of six numbers of the latent one makes the picture bright and another, more strongly, red; the others do next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(6, 6, bias=False), nn.Conv2d(6, 3, 1, bias=False)
        self.first.weight.data = torch.diag(torch.tensor([0.1, 2.0, 0.1, 1.0, 0.1, 0.1]))
        self.last.weight.data = torch.zeros(3, 6, 1, 1)
        self.last.weight.data[:, LIGHT], self.last.weight.data[0, RED] = 0.1, 0.1

    def forward(self, latent: Tensor) -> Tensor:
        return self.last(self.first(latent)[:, :, None, None].expand(-1, -1, 16, 16))


def lamp_model() -> Model:
    """Returns a model of which it is known what each number of its latent does."""
    model = small_model("gan", "condition=none", "method.output=linear")
    model.generator.decoder = Lamp()
    return model
