"""Values, not files: how a column of raw cells becomes numbers, dates and instants, and how to find out its format.

`number` and `date` hold the formats that a config names, `column` applies them to whole columns, `infer` proposes them.
"""
