"""The models that come with Limner (see README.md beside this), and the script that writes them."""
