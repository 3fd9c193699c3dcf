"""A module as the CRM describes it, held against what the mapping wants of it: nothing is read, so nothing is spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connector.contract import FieldInfo, ModuleInfo
from connector.errors import Message, Problem
from connector.mapping import TableMapping

EVERY_OTHER = "*"
SHOWN = 5


def description_problems(info: ModuleInfo, mappings: Sequence[TableMapping], *, place: str) -> Iterator[Problem]:
    """Fields that the CRM withholds, and words of its lists that nobody mapped.

    Args:
        info: The module.
        mappings: Of the fact tables that it fills.
        place: How problems name it.
    """
    fields = {each.name: each for each in info.fields}
    wanted = dict.fromkeys(source for mapping in mappings for source in _sources(mapping))
    yield from (_withheld(each, info, place=place) for each in map(fields.get, wanted) if each and each.withheld)
    for mapping in mappings:
        yield from _unmapped(mapping, fields, place=place)


def _sources(mapping: TableMapping) -> Iterator[str]:
    yield from mapping.id
    for how in mapping.columns.values():
        yield from how.source


def _withheld(field: FieldInfo, info: ModuleInfo, *, place: str) -> Problem:
    message = Message("{module} withholds {field} from this account", module=info.name, field=field.name)
    hint = Message("KPIs on it stay empty; give the account the right to see it, or map another field")
    return Problem(place, message, hint)


def _unmapped(mapping: TableMapping, fields: Mapping[str, FieldInfo], *, place: str) -> Iterator[Problem]:
    """A list's word without a meaning would go to issues, record by record."""
    for column, how in mapping.columns.items():
        if not how.values or EVERY_OTHER in how.values or len(how.source) != 1:
            continue
        field = fields.get(how.source[0])
        words = [word for word in (field.values if field else ()) if word not in how.values]
        if words:
            message = Message(
                "{field} has words that {column} does not map: {words}",
                field=how.source[0],
                column=column,
                words=", ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else ""),
            )
            yield Problem(place, message, Message('map them under values, or all others at once with "*"'))
