"""How sure a value is: one concept a file, the standard library only, each formula with its source."""
