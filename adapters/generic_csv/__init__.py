"""generic_csv."""
