"""Definitions x periods x scopes -> queries, as sqlglot trees; never text, never pasted together.

``plan`` groups the definitions into passes, ``passes`` writes the query of each, ``measure`` and ``predicate`` say what
a definition asks of a row, ``aggregate`` what becomes of the rows of a cell, ``behind`` asks for one cell and its rows.
``spine``, ``fx`` and ``scope`` make the small tables that queries join instead of knowing calendars, exchange rates and
team trees; ``tree`` holds the nodes that may be used.
"""
