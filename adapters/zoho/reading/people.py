"""What is read like a module and is none: users of all kinds, roles, currencies. Lists of a few pages, without tokens.

What they say is compared with what they said before, so that a run without news says nothing. Users who left stay:
their deals are still theirs. Zoho tells today's rates only; those of the past are kept as they were seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, DecimalException
from typing import Any, Final

from adapters.zoho.asking import Answer, Api, Asking, answered, unreadable
from adapters.zoho.reading.memory import VERSION, checksum, instant, written
from adapters.zoho.settings import ZohoSettings
from adapters.zoho.values import of_json
from connector.contract import PAGE_ROWS, Deletions, Finished, Page, PullTalk, State

USERS, ROLES, CURRENCIES = "Users", "Roles", "Currencies"
PSEUDO: Final = (USERS, ROLES, CURRENCIES)
"""Zoho describes no fields of them, and every organisation has them."""
KINDS: Final = ("AllUsers", "DeletedUsers")
"""Zoho does not say whether deleted users are among "all"."""
MOST_PAGES: Final = 1_000
LONG_AGO: Final = "1970-01-01"
"""The first rate that was seen stands for everything before it."""
DECIMALS: Final = 18


@dataclass(frozen=True, slots=True)
class ListRead:
    """One of the lists."""

    api: Api
    settings: ZohoSettings
    module: str
    asked: tuple[str, ...]

    def talk(self, state: State | None) -> PullTalk:
        """The conversation."""
        before = state if state is not None and state.get("version") == VERSION else None
        since = instant(before["at"]) if before and self.module == USERS else None
        if before and since and self._is_due(before, since):
            since = None
        records, at = yield from self._read(since)
        found = {str(record["id"]): record for record in records}
        sums = {each: checksum(record.get(name) for name in self._names) for each, record in found.items()}
        known: Mapping[str, int] = before["known"] if before else {}
        turned = before is not None and before["made_as"] != self._made_as
        gone = sorted(known.keys() - found.keys()) if turned or self.module == ROLES else []
        known = {} if turned else known
        if self.module == CURRENCIES:
            found = _new_rates(found, sums, known, today=at.date().isoformat() if at else None)
            sums |= {each: checksum(record.get(name) for name in self._names) for each, record in found.items()}
        news = [record for each, record in found.items() if known.get(each) != sums[each]]
        whole = since is None
        if before and not news and not gone and not (whole and self.module == USERS):
            yield Finished(self.module, next_state=before)
            return
        if gone:
            yield Deletions(self.module, gone)
        yield from self._pages(news)
        yield Finished(
            self.module,
            next_state=self._state(before, {**({} if self.module == ROLES else known), **sums}, at, whole=whole),
            snapshot=before is None and self.module != CURRENCIES,
            vendor_count=len(found) if before is None and self.module != CURRENCIES else None,
        )

    @property
    def _made_as(self) -> str:
        """What the settings say of the records: where it is another, all of them are."""
        return self.settings.rates if self.module == CURRENCIES else ""

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("id", *self.asked)))

    def _is_due(self, before: Mapping[str, Any], at: datetime) -> bool:
        full = instant(before["full_at"])
        return full is None or at - full > timedelta(days=self.settings.reconcile_days)

    def _state(
        self, before: State | None, known: Mapping[str, int], at: datetime | None, *, whole: bool
    ) -> dict[str, Any]:
        now = written(at) if at else None
        full = now if whole or before is None else before["full_at"]
        return {"version": VERSION, "at": now, "full_at": full, "known": dict(known), "made_as": self._made_as}

    def _pages(self, records: Sequence[Mapping[str, Any]]) -> PullTalk:
        for start in range(0, len(records), PAGE_ROWS):
            part = records[start : start + PAGE_ROWS]
            columns = {name: [record.get(name) for record in part] for name in self._names}
            yield Page(self.module, columns, len(part), source=self.module)

    def _read(self, since: datetime | None) -> Asking:
        """All records in normal form, and the server's clock before the first was asked for."""
        match self.module:
            case "Users":
                records, at = yield from self._users(since)
                return [_user(self._normal(record), record) for record in records], at
            case "Roles":
                answer: Answer = yield self.api.get("settings/roles", decode=answered("roles"))
                self._refuse_none(answer)
                return [self._normal(record) for record in answer.rows], answer.at
            case _:
                listed: Answer = yield self.api.get("org/currencies", decode=answered("currencies"))
                return rates(listed.rows, self.settings.rates), listed.at

    def _users(self, since: datetime | None) -> Asking:
        overlap = timedelta(seconds=self.settings.overlap_seconds)
        headers = {"If-Modified-Since": written(since - overlap)} if since else {}
        found: dict[str, dict[str, Any]] = {}
        at: datetime | None = None
        for kind in KINDS:
            for page in range(1, MOST_PAGES):
                query = {"type": kind, "page": str(page), "per_page": "200"}
                answer: Answer = yield self.api.get("users", query, headers=headers, decode=answered("users"))
                at = at or answer.at
                if kind == KINDS[0] and page == 1 and since is None:
                    self._refuse_none(answer)
                found |= {str(row["id"]): row for row in answer.rows if row.get("id")}
                if not answer.more:
                    break
        return list(found.values()), at

    def _refuse_none(self, answer: Answer) -> None:
        """Whoever asks is a user, and has a role."""
        if not answer.rows:
            raise unreadable()

    def _normal(self, record: Mapping[str, Any]) -> dict[str, Any]:
        folded = {name.lower(): cell for name, cell in record.items()}
        named = {name: record.get(name, folded.get(name.lower())) for name in self._names}
        columns = of_json([named], self._names)
        return {name: cells[0] for name, cells in columns.items()}


def _new_rates(
    found: Mapping[str, dict[str, Any]], sums: Mapping[str, int], known: Mapping[str, int], *, today: str | None
) -> dict[str, dict[str, Any]]:
    """Rates that were not seen yet. The first that was seen stays the first; one that is another now holds from today
    on where Zoho leaves the day of its change as it was, which it does not say.
    """
    dated = {record["from_currency"] for record in found.values() if record["valid_on"] != LONG_AGO}
    new: dict[str, dict[str, Any]] = {}
    for each, record in found.items():
        if each not in known:
            new[each] = record
        elif known[each] != sums[each] and (record["valid_on"] != LONG_AGO or record["from_currency"] not in dated):
            day = max(record["valid_on"], today or record["valid_on"])
            held = {**record, **_held_from(day, record)}
            new[held["id"]] = held
    return {each: record for each, record in new.items() if record["valid_on"] != LONG_AGO or each not in known}


def _held_from(day: str, rate: Mapping[str, Any]) -> dict[str, str]:
    return {"id": f"{rate['from_currency']} {rate['to_currency']} {day}", "valid_on": day}


def _user(normal: dict[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    return {**normal, "$active": str(record.get("status") or "").lower() == "active"}


def rates(currencies: Sequence[Mapping[str, Any]], meaning: str) -> list[dict[str, Any]]:
    """Exchange rates: what one unit of each currency is worth in the home currency.

    Args:
        currencies: As Zoho lists them.
        meaning: Of its numbers; see `ZohoSettings.rates`.

    >>> usd = {"iso_code": "USD", "exchange_rate": "1.250000000", "modified_time": "2026-03-01T08:00:00+00:00"}
    >>> home = {"iso_code": "EUR", "is_base": True, "exchange_rate": "1.000000000"}
    >>> [(each["valid_on"], str(each["rate"])) for each in rates([home, usd], "per_home_unit")]
    [('1970-01-01', '0.8'), ('2026-03-01', '0.8')]
    """
    home = next((str(each.get("iso_code")) for each in currencies if each.get("is_base")), None)
    found = []
    for each in currencies:
        rate = _rate(each.get("exchange_rate"), meaning)
        if home is None or each.get("is_base") or rate is None:
            continue
        for day in dict.fromkeys((LONG_AGO, str(each.get("modified_time") or LONG_AGO)[:10])):
            found.append(_valued(each, home=home, day=day, rate=rate))
    return found


def _valued(currency: Mapping[str, Any], *, home: str, day: str, rate: Decimal) -> dict[str, Any]:
    code = str(currency.get("iso_code"))
    pair = {"from_currency": code, "to_currency": home}
    return {
        **pair,
        **_held_from(day, pair),
        "rate": rate,
        "Modified_Time": currency.get("modified_time"),
    }


def _rate(said: Any, meaning: str) -> Decimal | None:
    try:
        rate = Decimal(str(said))
        if not rate.is_finite() or rate <= 0:
            return None
        worth = round(1 / rate if meaning == "per_home_unit" else rate, DECIMALS).normalize()
    except DecimalException:
        return None
    return worth or None
