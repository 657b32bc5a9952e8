"""`python -m limner` is `limner`."""

from limner.cli.app import main

main()
