"""Pictures: read any safely, fit, write with provenance, grids, walks, and pages that show them."""

from limner.pictures.chart import curves_svg
from limner.pictures.compare import difference
from limner.pictures.cost import Cost, decoding_cost
from limner.pictures.folder import each_picture
from limner.pictures.formats import SUFFIXES, sniff
from limner.pictures.grid import grid
from limner.pictures.mask import open_mask
from limner.pictures.metadata import Metadata, read_metadata
from limner.pictures.modes import MODES, colour, composed, plain
from limner.pictures.notebook import notebook_html
from limner.pictures.page import Page
from limner.pictures.provenance import provenance_record, read_provenance
from limner.pictures.read import (
    MAX_BYTES,
    MAX_PIXELS,
    REASONS,
    UnusablePicture,
    open_picture,
    open_pixels,
    read,
    read_bytes,
)
from limner.pictures.shape import FITS, Size, fit, parse_size
from limner.pictures.video import WALKS, save_walk
from limner.pictures.write import WRITTEN, save, to_bytes, to_frame, to_image

__all__ = [
    "FITS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "MODES",
    "REASONS",
    "SUFFIXES",
    "WALKS",
    "WRITTEN",
    "Cost",
    "Metadata",
    "Page",
    "Size",
    "UnusablePicture",
    "colour",
    "composed",
    "curves_svg",
    "decoding_cost",
    "difference",
    "each_picture",
    "fit",
    "grid",
    "notebook_html",
    "open_mask",
    "open_picture",
    "open_pixels",
    "parse_size",
    "plain",
    "provenance_record",
    "read",
    "read_bytes",
    "read_metadata",
    "read_provenance",
    "save",
    "save_walk",
    "sniff",
    "to_bytes",
    "to_frame",
    "to_image",
]
