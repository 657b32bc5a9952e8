"""Features: what networks see in pictures, at several depths; one is embedded, others are used when their files are given."""
