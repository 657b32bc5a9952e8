"""Style: what of a picture is colour, line, texture and content, and how to take one from another."""
