"""Values, not files: how a column of raw cells becomes numbers, dates and instants, and how to find out its format.

`number` and `date` hold the formats that a config names; `number`, `moment` and `text` read single cells, `column`
whole columns; `infer` proposes formats, out of what `seen_numbers` and `seen_dates` noted of a column's cells.
`spreadsheet` writes texts that no spreadsheet takes for formulas.
"""
