"""A flower in plain words: every attribute is named, in the words a person would use."""

from limner.data.garden.model import Flower

# Each number's words, equally spaced over 0..1.
HEIGHT = ("short", "", "tall")
COLOUR = ("blue", "violet", "purple", "pink", "red", "orange", "golden")
BLOOM = ("in bud", "half open", "wide open")
SOIL = ("pale chalk", "sandy soil", "brown earth", "dark peat")
SUNLIGHT = ("an overcast", "a hazy", "a bright", "a radiant")


def caption(flower: Flower) -> str:
    """Returns one line such as "a tall red poppy, wide open, in dark peat on a bright summer day"."""
    words = f"{_word(HEIGHT, flower.height)} {_word(COLOUR, flower.colour)} {flower.species}".strip()
    article = "an" if words[0] in "aeiou" else "a"
    ground, day = _word(SOIL, flower.soil), _word(SUNLIGHT, flower.sunlight)
    return f"{article} {words}, {_word(BLOOM, flower.bloom)}, in {ground} on {day} {flower.season} day"


def _word(words: tuple[str, ...], value: float) -> str:
    return words[min(int(value * len(words)), len(words) - 1)]
