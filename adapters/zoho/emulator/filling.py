"""The sample company as a Zoho org: people, settings, and every module, streamed page by page."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from adapters.zoho.emulator import standard
from adapters.zoho.emulator.columns import Source
from adapters.zoho.emulator.filled import FILLINGS, Filling
from adapters.zoho.emulator.filled_activities import HISTORY_COLUMNS, ActivityRows, history_rows
from adapters.zoho.emulator.filled_org import ADMIN, fill_org
from adapters.zoho.emulator.identity import zoho_id
from adapters.zoho.emulator.lists import picklists
from adapters.zoho.emulator.schema import Lists
from adapters.zoho.emulator.state import State, stamp
from connector.sample import Sample

ACTIVITIES = ("Tasks", "Events", "Calls")


def fill(state: State, sample: Sample, *, edition: str, environment: str, modules: Collection[str] | None) -> None:
    """Make the org and its records.

    Args:
        state: An empty one.
        sample: The company.
        edition: Of Zoho CRM: `free`, `standard`, `professional`, `enterprise` or `ultimate`.
        environment: `production` or `sandbox`.
        modules: Only these get records (all have metadata); None for all.
    """
    rates = exchange_rates(sample)
    lists = picklists(sample.company, rates)
    with state.transaction():
        for meta, fields in standard.modules(lists):
            state.create_module(meta, fields)
        fill_org(state, sample.company, rates, edition=edition, environment=environment)
        state.read_users()
        filler = _Filler(state, sample, rates, lists)
        for module in modules if modules is not None else filler.modules():
            filler.fill(module)


def exchange_rates(sample: Sample) -> dict[str, float]:
    """Units of each currency for one of the home currency (which comes first): the latest that the sample has."""
    home = sample.company.words.currency
    rates = {home: 1.0}
    for page in sample.pages("fx_rates"):
        for code, rate in zip(page.columns["from_currency"], page.columns["rate"], strict=True):
            rates[code] = round(1 / float(rate), 9)
    for code, thousandths in zip(sample.company.market.currencies, sample.company.market.rates, strict=True):
        rates.setdefault(code, thousandths / 1_000)
    return rates


class _Filler:
    """Fills module after module."""

    def __init__(self, state: State, sample: Sample, rates: Mapping[str, float], lists: Lists) -> None:
        self.state, self.sample, self.rates, self.lists = state, sample, rates, lists

    def modules(self) -> tuple[str, ...]:
        return ("Products", *(filling.module for filling in FILLINGS), *ACTIVITIES, "DealHistory")

    def fill(self, module: str) -> None:
        self.state.drop_index(module)
        if module in ACTIVITIES:
            self._activities(module)
        elif module == "DealHistory":
            rows = history_rows(self._sources("deal_stage_changes"), self.lists.values["stages"])
            self.state.load(module, HISTORY_COLUMNS, rows)
        elif module == "Products":
            self._products()
        else:
            for filling in FILLINGS:
                if filling.module == module:
                    self.state.load(module, ["id", *filling.columns], self._rows(filling))
        self.state.index(module)

    def _sources(self, table: str) -> Iterator[Source]:
        for page in self.sample.pages(table):
            yield Source(self.sample.company, page.columns, self.rates, ADMIN)

    def _rows(self, filling: Filling) -> Iterator[tuple[Any, ...]]:
        for source in self._sources(filling.table):
            ids = [zoho_id(filling.table, each) for each in source.columns["id"]]
            yield from zip(ids, *(column(source) for column in filling.columns.values()), strict=True)

    def _activities(self, module: str) -> None:
        """The table is made once for each of its modules: three passes cost less memory than one."""
        rows = ActivityRows(self.lists.values)
        for source in self._sources("activities"):
            found = rows.by_module(source)[module]
            if found:
                self.state.load(module, list(found[0]), [list(row.values()) for row in found])

    def _products(self) -> None:
        words, moment = self.sample.company.words, stamp(self.state.now())
        for number, product in enumerate(words.products):
            self.state.store(
                "Products",
                {
                    "id": zoho_id("products", f"P{number:010}"),
                    **dict.fromkeys(("Owner", "Created_By", "Modified_By"), ADMIN),
                    **dict.fromkeys(("Created_Time", "Modified_Time"), moment),
                    "Product_Name": product.name,
                    "Product_Code": f"P-{number:03}",
                    "Unit_Price": product.price,
                    "Product_Active": 1,
                    "Currency": words.currency,
                    "Exchange_Rate": 1.0,
                },
            )
