"""Reading by COQL: 2,000 records a call, by keyset, so that neither ties nor changes in between lose a record.

Everything goes by `id`, which never changes. News goes by (Modified_Time, id): a record that changes while it is paged
moves to the end and is read again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.zoho.asking import COQL_ROWS, Answer, Asking, unreadable
from adapters.zoho.reading.memory import News
from adapters.zoho.reading.module import STAMP, Batch, Clock, ModuleRead, Say, in_order
from adapters.zoho.reading.planner import coql_limit
from adapters.zoho.reading.query import both, column, either, moment, select, text

FEW: Final = 200
"""A first look for news costs one credit, and mostly there is none."""
ALL: Final = "id is not null"


def read_all(read: ModuleRead, say: Say, *, after: str = "", rows: int | None = None) -> Asking:
    """Every record behind an id, in the order of ids; returns how many.

    Args:
        read: The module.
        say: Told of the records.
        after: Where an earlier run stopped.
        rows: How many there are, as far as anybody knows.
    """
    count, more, doubted = 0, bool(rows), False
    limit = coql_limit(rows)
    while True:
        where = both(f"id > {text(after)}" if after else ALL, *_not_orphaned(read))
        query = select(read.fields, read.module, where=where, order=("id",))
        answer: Answer = yield read.api.coql(query, limit=limit, decode=read.reading())
        if more and not len(answer.data) and not doubted:
            doubted = True  # "nothing" where there should be something is asked for once more
            continue
        more = answer.more
        found = _batch(read, answer)
        batch = _behind(found, after)
        if batch.count:
            after = max(batch.ids, key=in_order)
            count += batch.count
            yield from say(batch, {"way": "coql", "after": after})
        elif more and found.count:
            raise unreadable()  # the same page again: going on would never end
        if not more or not found.count:
            return count


def _behind(batch: Batch, after: str) -> Batch:
    """Without what was read before."""
    if not after:
        return batch
    last = in_order(after)
    return batch.kept([in_order(each) > last for each in batch.ids])


def _not_orphaned(read: ModuleRead) -> tuple[str, ...]:
    return (f"{column(read.parent)} is not null",) if read.parent else ()


def _batch(read: ModuleRead, answer: Answer) -> Batch:
    return read.batch(answer, source=f"{read.module} (COQL)")


def read_news(read: ModuleRead, say: Say, *, news: News, start: datetime | None, clock: Clock) -> Asking:
    """Every record that changed since, in the order of changes; returns how many arrived.

    Args:
        read: The module.
        say: Told of the records.
        news: How far the last run came.
        start: Where its overlap begins; None reads everything that has a time of change.
        clock: Told what the server's clock said first. What changes later than that is the next run's, or a run
            could go on as long as people work.
    """
    until: datetime | None = None
    count, last, last_id = 0, start, news.last_id if news.settled else ""
    strict = news.settled
    limit = FEW if len(news.known) < FEW // 2 else COQL_ROWS
    while True:
        where = both(_since(last, last_id, strict=strict), _until(until, last), *_not_orphaned(read))
        query = select(read.fields, read.module, where=where, order=(STAMP, "id"))
        answer: Answer = yield read.api.coql(query, limit=limit, decode=read.reading())
        clock(answer.at)
        until = until or answer.at
        batch = _batch(read, answer)
        if not len(answer.data) or not batch.count:
            return count
        ends = [(at, in_order(each), each) for at, each in zip(batch.stamps(), batch.ids, strict=True) if at]
        newest, _, newest_id = max(ends, default=(None, None, ""))
        if answer.more and (newest is None or (newest, newest_id) == (last, last_id)):
            raise unreadable()
        count += batch.count
        yield from say(batch, {})
        if not answer.more:
            return count
        last, last_id, strict, limit = newest, newest_id, True, COQL_ROWS


def _since(last: datetime | None, last_id: str, *, strict: bool) -> str:
    if last is None:
        return f"{STAMP} is not null"
    if not strict:
        return f"{STAMP} >= {moment(last)}"
    later = f"{STAMP} > {moment(last)}"
    if not last_id:
        return later
    return either(later, both(f"{STAMP} = {moment(last)}", f"id > {text(last_id)}"))


def _until(until: datetime | None, last: datetime | None) -> str:
    """No bound where the clock is behind what was read already: then it is wrong."""
    if until is None or (last is not None and until <= last):
        return ""
    return f"{STAMP} <= {moment(until)}"


def newest_stamp(read: ModuleRead) -> Asking:
    """Modified_Time of the record that changed last; None where there is none."""
    query = f"{select(('id', STAMP), read.module, where=f'{STAMP} is not null')} order by {STAMP} desc"
    answer: Answer = yield read.api.coql(query, limit=1)
    batch = read.batch(answer, source="", names=("id", STAMP))
    return next(iter(batch.stamps()), None)


def counted(read: ModuleRead) -> Asking:
    """How many records there are; returns an `Answer` of that number."""
    query = select(("COUNT(id)",), read.module, where=both(ALL, *_not_orphaned(read)))
    answer: Answer = yield read.api.coql(query, limit=1)
    numbers = [value for row in answer.rows for value in row.values() if isinstance(value, int)]
    if not numbers and answer.data:
        raise unreadable()
    return Answer(numbers[0] if numbers else 0, at=answer.at)
