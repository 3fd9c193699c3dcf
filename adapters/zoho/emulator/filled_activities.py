"""Modules that are not one table of the sample: tasks, meetings and calls, and the history of stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.zoho.emulator.columns import Source, instant_text
from adapters.zoho.emulator.identity import linked, zoho_id
from adapters.zoho.emulator.meta import PickValue
from kpi_engine.facts import SCALE

OF_KIND = {"call": "Calls", "meeting": "Events", "task": "Tasks", "email": "Tasks", "other": "Tasks"}
"""Zoho has no module for mails that were logged by hand: they are tasks of another kind."""
_SHORTEST = 60


class ActivityRows:
    """Turns rows of `activities` into rows of the three modules."""

    def __init__(self, lists: Mapping[str, Sequence[PickValue]]) -> None:
        def values(name: str) -> list[str]:
            return [each.value for each in lists[name]]

        self.outbound, self.inbound, _ = values("call_types")
        self.planned, self.completed, *_ = values("call_statuses")
        self.open_task, _, _, self.done_task, _ = values("task_statuses")
        task, mail, other = values("activity_kinds")
        self.kinds = {"task": task, "email": mail, "other": other}
        came, went = values("directions")
        self.directions = {"inbound": came, "outbound": went}

    def by_module(self, source: Source) -> dict[str, list[dict[str, Any]]]:
        """The rows of one page, sorted into modules."""
        found: dict[str, list[dict[str, Any]]] = {"Calls": [], "Events": [], "Tasks": []}
        names = list(source.columns)
        for values in zip(*source.columns.values(), strict=True):
            row = dict(zip(names, values, strict=True))
            module = OF_KIND[row["kind"]]
            found[module].append(self._common(row, source) | getattr(self, f"_{module.lower()}")(row))
        return found

    def _common(self, row: Mapping[str, Any], source: Source) -> dict[str, Any]:
        user = source.admin if row["owner_id"] is None else zoho_id("users", row["owner_id"])
        deal, lead = row["deal_id"], row["lead_id"]
        moment = instant_text(row["modified_at"])
        return {
            "id": zoho_id("activities", row["id"]),
            "Owner": user,
            "Created_By": user,
            "Modified_By": user,
            "Created_Time": instant_text(row["started_at"]) or moment,
            "Modified_Time": moment,
            "Last_Activity_Time": moment,
            "Record_Status__s": "Available",
            "Locked__s": 0,
            "Currency": source.company.words.currency,
            "Exchange_Rate": 1.0,
            "Who_Id": linked("contacts", row["contact_id"]),
            "What_Id": zoho_id("deals", deal) if deal else linked("leads", lead),
            "$se_module": "Deals" if deal else "Leads" if lead else None,
        }

    def _calls(self, row: Mapping[str, Any]) -> dict[str, Any]:
        start, end = row["started_at"] or row["due_at"], row["done_at"]
        seconds = _seconds(start, end) if end else None
        return {
            "Subject": f"{row['kind']} {row['id']}",
            "Call_Type": self.inbound if row["direction"] == "inbound" else self.outbound,
            "Call_Start_Time": instant_text(start),
            "Call_Duration": None if seconds is None else f"{seconds // 60:02}:{seconds % 60:02}",
            "Call_Duration_in_seconds": seconds,
            "Outgoing_Call_Status": self.completed if end else self.planned,
        }

    def _events(self, row: Mapping[str, Any]) -> dict[str, Any]:
        start = row["started_at"] or row["due_at"]
        return {
            "Event_Title": f"{row['kind']} {row['id']}",
            "Start_DateTime": instant_text(start),
            "End_DateTime": instant_text(row["done_at"]) or _an_hour_later(start),
            "All_day": 0,
            "Held_Time": instant_text(row["done_at"]),
        }

    def _tasks(self, row: Mapping[str, Any]) -> dict[str, Any]:
        due, done = row["due_at"], row["done_at"]
        return {
            "Subject": f"{row['kind']} {row['id']}",
            "Status": self.done_task if done else self.open_task,
            "Due_Date": due[:10] if due else None,
            "Closed_Time": instant_text(done),
            "Due_Time": instant_text(due),
            "Started_Time": instant_text(row["started_at"]),
            "Activity_Kind": self.kinds[row["kind"]],
            "Direction": self.directions.get(row["direction"]),
        }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text[:-1]}+00:00")


def _seconds(start: str, end: str) -> int:
    return max(_SHORTEST, round((_moment(end) - _moment(start)).total_seconds()))


def _an_hour_later(start: str) -> str:
    return datetime.fromtimestamp(_moment(start).timestamp() + 3600, tz=_moment(start).tzinfo).isoformat()


HISTORY_COLUMNS = (
    "id", "Potential_Name", "$parent", "Stage", "Moved_To__s", "Amount", "Probability", "Expected_Revenue",
    "Stage_Duration_Calendar_Days", "Modified_Time", "Modified_By", "Created_Time", "Currency", "Exchange_Rate",
)  # fmt: skip


def history_rows(sources: Iterator[Source], stages: Sequence[PickValue]) -> Iterator[tuple[Any, ...]]:
    """A row for each stage entered; where it went next is known one change later."""
    likely = {stage.value: stage.probability for stage in stages}
    waiting: dict[str, Any] | None = None
    for source in sources:
        names = list(source.columns)
        for values in zip(*source.columns.values(), strict=True):
            change = dict(zip(names, values, strict=True))
            if waiting is not None:
                after = change if change["deal_id"] == waiting["deal_id"] else None
                yield _history_row(waiting, after, likely=likely, source=source)
            waiting = change
    if waiting is not None:
        yield _history_row(waiting, None, likely=likely, source=source)


def _history_row(
    change: Mapping[str, Any], after: Mapping[str, Any] | None, *, likely: Mapping[str, int | None], source: Source
) -> tuple[Any, ...]:
    deal, moment = zoho_id("deals", change["deal_id"]), instant_text(change["changed_at"])
    amount = None if change["amount"] is None else change["amount"] / SCALE
    probability = likely[change["to_stage"]]
    return (
        zoho_id("deal_stage_changes", change["id"]),
        deal,
        deal,
        change["to_stage"],
        after["to_stage"] if after else None,
        amount,
        probability,
        None if amount is None or probability is None else round(amount * probability / 100, 2),
        (_moment(after["changed_at"]) - _moment(change["changed_at"])).days if after else None,
        moment,
        source.admin if change["changed_by_id"] is None else zoho_id("users", change["changed_by_id"]),
        moment,
        change["currency"],
        source.rates.get(change["currency"]),
    )
