"""Bases: networks trained on many kinds of pictures, which training on pictures of one's own may start from."""
