"""An example of every edit, as `--op` takes it, and the names that other programs have for some."""

import difflib
import re
from collections.abc import Sequence

from limner.errors import MAX_QUOTED_LENGTH, quoted, suggestion

EXAMPLES = {
    "crop": "crop:left=40,top=20,width=600,height=400",
    "flip": "flip:horizontal",
    "scale": "scale:0.5",
    "rotate": "rotate:30",
    "translate": "translate:right=20,down=-10",
    "perspective": "perspective:[0.1, 0, 0, 0.1, 0, 0, 0, 0]",
    "pad": "pad:left=20,right=20,fill=white",
    "select-box": "select-box:left=90,top=70,width=220,height=250,feather=4",
    "select-object": "select-object:left=90,top=70,width=220,height=250",
    "select-colour": "select-colour:colour=#e03010,tolerance=40",
    "select-mask": "select-mask:mask.png",
    "select-rest": "select-rest",
    "select-all": "select-all",
    "blur": "blur:8",
    "fill": "fill:teal",
    "erase": "erase",
    "remove": "remove",
    "move": "move:right=40,down=0",
    "paste": "paste:file=other.png,left=40,top=20",
    "exposure": "exposure:0.5",
    "contrast": "contrast:1.2",
    "white-balance": "white-balance",
    "temperature": "temperature:1",
    "saturation": "saturation:1.3",
    "hue": "hue:60",
    "recolour": "recolour:from=red,to=teal",
    "curves": "curves:[[0, 0.02], [0.5, 0.55], [1, 1]]",
    "clahe": "clahe:clip=2,tiles=8",
    "relight": "relight:direction=90,strength=0.5",
    "denoise": "denoise:0.1",
    "sharpen": "sharpen:amount=0.5,radius=1.5",
    "encode": "encode:details=none,model=run",
    "along": "along:direction=pca-1,amount=2,model=run",
    "condition": "condition:species=rose,model=run",
    "mix": "mix:share=0.5,file=other.png,model=run",
    "regenerate": "regenerate:seed=3,model=run",
}
ALIASES = {
    **dict.fromkeys(("brightness", "lightness", "brighten", "lighten", "darken", "light"), "exposure"),
    **dict.fromkeys(("resize", "size", "enlarge", "upscale", "zoom"), "scale"),
    **dict.fromkeys(("mirror", "flop"), "flip"),
    **dict.fromkeys(("turn", "tilt", "straighten"), "rotate"),
    **dict.fromkeys(("shift", "offset"), "translate"),
    **dict.fromkeys(("trim", "cut"), "crop"),
    **dict.fromkeys(("border", "margin", "canvas"), "pad"),
    **dict.fromkeys(("warmth", "warm", "tint"), "temperature"),
    **dict.fromkeys(("vibrance", "colourfulness", "grayscale", "greyscale", "desaturate"), "saturation"),
    **dict.fromkeys(("hue-shift", "hue-rotate"), "hue"),
    **dict.fromkeys(("recolor", "replace-colour", "replace-color", "colorize", "colourise"), "recolour"),
    **dict.fromkeys(("gamma", "levels"), "curves"),
    **dict.fromkeys(("equalize", "equalise"), "clahe"),
    **dict.fromkeys(("inpaint", "heal", "delete"), "remove"),
    **dict.fromkeys(("select", "rectangle"), "select-box"),
    **dict.fromkeys(("mask",), "select-mask"),
    **dict.fromkeys(("invert-selection",), "select-rest"),
    **dict.fromkeys(("select-color",), "select-colour"),
    **dict.fromkeys(("direction", "directions", "latent", "attribute"), "along"),
    **dict.fromkeys(("interpolate", "morph"), "mix"),
    **dict.fromkeys(("generate",), "regenerate"),
    **dict.fromkeys(("reconstruct", "project", "invert"), "encode"),
}
"""What a person may call an edit -> its name."""
CLOSE = 0.75
"""Likeness from which a word is taken for a misspelt one of `ALIASES`."""
_WITHOUT_COLON = re.compile(r"([\w-]+)[\s=(]+(.+?)\)?")


def unknown(name: str) -> str:
    """Returns the line about an edit that there is not, with the nearest one."""
    said = f"no edit is called '{quoted(name)}'"
    if len(name) <= MAX_QUOTED_LENGTH:
        if (parts := _WITHOUT_COLON.fullmatch(name)) and parts[1] in EXAMPLES:
            own = EXAMPLES[parts[1]] if re.search(r"[\s,]", parts[2]) else f"{parts[1]}:{quoted(parts[2])}"
            return f"{said}; what it takes follows a colon, as in {own}"
        if close := difflib.get_close_matches(name.lower(), [*EXAMPLES, *ALIASES], n=1, cutoff=CLOSE):
            meant = ALIASES.get(close[0], close[0])
            return f"{said}; did you mean '{meant}'? For example {EXAMPLES[meant]}"
    return f"{said}; {suggestion(name, list(EXAMPLES))}"


def right(name: str, value: object, fields: Sequence[str]) -> str:
    """Returns how an edit is written, by the names of its arguments where several values were given without them."""
    values = [one.strip() for one in value.split(",")] if isinstance(value, str) else []
    if 1 < len(values) <= len(fields) and all(values) and quoted(value) == value:
        return f"write {name}:{','.join(f'{key}={one}' for key, one in zip(fields, values, strict=False))}"
    return f"for example {EXAMPLES[name]}"
