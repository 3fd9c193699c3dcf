"""A pull, as conversations."""
