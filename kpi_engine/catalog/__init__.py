"""The KPIs that ship, one YAML file per family, and the reader of a user's own files of the same grammar."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from kpi_engine.catalog.reading import read_definitions
from kpi_engine.definition import Definition

FAMILIES = ("sales", "activity")
"""In the order in which they are listed."""


@cache
def shipped() -> tuple[Definition, ...]:
    """All KPIs that come with the program.

    >>> "win_rate" in {definition.id for definition in shipped()}
    True
    """
    return tuple(definition for family in FAMILIES for definition in _family(family))


def _family(name: str) -> tuple[Definition, ...]:
    file = f"{name}.yaml"
    return read_family(files(__name__).joinpath(file).read_text("utf-8"), file)


def read_family(text: str, where: str) -> tuple[Definition, ...]:
    """The definitions in a YAML file's text; `where` is how errors call the file.

    Raises:
        DefinitionError: with every problem of the file, its line and field. `rules.check` finds the others.

    >>> read_family("kpis: []", "my_kpis.yaml")
    ()
    >>> read_family("kpis:\\n- {kind: count, idd: x}", "my_kpis.yaml")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kpi_engine.errors.DefinitionError: my_kpis.yaml:2 kpis[0]: id is missing; ...
    """
    return read_definitions(text, name=where)
