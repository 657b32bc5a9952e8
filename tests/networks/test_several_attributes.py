"""A discriminator of several attributes: each has a logit of its own condition, and a head that reads it."""

import pytest
import torch
import torch.nn.functional as F

from limner.conditions.attribute import Attribute
from limner.data.schema import Schema
from limner.methods import Method, build_method
from limner.networks.attribute_heads import AttributeHeads
from limner.recipes import apply_settings, find_recipe
from small_models import AGE, KIND, SMALL

CONDITION = {"kind": torch.tensor([0, 1, 2, 1]), "age": torch.tensor([0.1, 0.5, 0.9, torch.nan])}


def _gan(*attributes: Attribute) -> Method:
    recipe = apply_settings(find_recipe("gan"), [*SMALL["gan"]])
    schema = Schema(height=16, width=16, channels=3, attributes=attributes)
    torch.manual_seed(0)
    return build_method(recipe.method, recipe.optimiser, schema, attributes, 100)


def test_a_mismatched_logit_is_that_of_the_condition_with_one_attribute_of_the_next_picture() -> None:
    discriminator = _gan(KIND, AGE).discriminator.eval()
    features = torch.randn(4, discriminator.logit.in_features)
    logits, differs = discriminator.mismatched(features, CONDITION)
    for column, name in enumerate(CONDITION):
        swapped = CONDITION | {name: CONDITION[name].roll(1, 0)}
        assert torch.allclose(logits[:, column], discriminator.score(features, swapped), atol=1e-5)
    assert differs[:, 0].tolist() == [1, 1, 1, 1]
    assert differs[:, 1].tolist() == [0, 1, 1, 0], "what is unknown differs from nothing"


def test_heads_read_what_is_known() -> None:
    heads = AttributeHeads(5, (KIND, AGE))
    features = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    condition = CONDITION | {"kind": torch.tensor([0, -1, 2, 1])}
    label, number = heads.losses(features, condition)
    read = heads(features)
    known = torch.tensor([0, 2, 3])
    assert label.item() == pytest.approx(
        F.cross_entropy(read["kind"][known], condition["kind"][known]).item(), rel=1e-5
    )
    error = (read["age"] - condition["age"])[:3] / AGE.std
    assert number.item() == pytest.approx(error.square().mean().item(), rel=1e-5)
    nothing = {"kind": torch.full((4,), -1), "age": torch.full((4,), torch.nan)}
    assert heads.losses(features, nothing).tolist() == [0, 0]


def test_one_attribute_alone_has_neither_heads_nor_film_and_several_have_both() -> None:
    alone, several = _gan(KIND), _gan(KIND, AGE)
    assert alone.generator.film is None
    assert alone.discriminator.heads is None
    assert several.generator.film is not None
    assert len(several.discriminator.heads) == 2
