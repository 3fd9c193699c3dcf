"""Cells as dates and instants; the instants are worked out by hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.formats.date import DateFormat
from connector.formats.misfit import Misfit
from connector.formats.moment import day_reader, instant_reader

SHANGHAI, BERLIN, SAO_PAULO = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo")


def style(pattern: str) -> DateFormat:
    return DateFormat(pattern=pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "day", "instant"),
    [
        ("iso", "2024-03-05", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("iso", "2024-03-05T10:30", "2024-03-05", "2024-03-05T02:30:00Z"),
        ("iso", "2024-03-05 10:30:59.999", "2024-03-05", "2024-03-05T02:30:59Z"),
        ("iso", "2024-03-05T23:00:00Z", "2024-03-06", "2024-03-05T23:00:00Z"),
        ("iso", "2024-03-05T23:00:00-05:00", "2024-03-06", "2024-03-06T04:00:00Z"),
        ("iso", "2024-03-05T23:00:00+0800", "2024-03-05", "2024-03-05T15:00:00Z"),
        ("%d/%m/%Y", "5/3/2024", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("%m/%d/%Y", "3/5/2024", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("%Y年%m月%d日", "2024年3月5日", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("%b %d, %Y %I:%M %p", "MAR 5, 2024  12:04 am", "2024-03-05", "2024-03-04T16:04:00Z"),
        ("%B %d, %Y", "March 5, 2024", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("%Y-%m-%d %p%I:%M", "2024-03-05 下午3:04", "2024-03-05", "2024-03-05T07:04:00Z"),
        ("%d.%m.%y", "05.03.69", "1969-03-05", "1969-03-04T16:00:00Z"),
        ("%d.%m.%y", "05.03.68", "2068-03-05", "2068-03-04T16:00:00Z"),
        ("%Y%m%d", "20240305", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("%d/%m/%Y %H:%M:%S %z", "05/03/2024 10:00:00 +01:00", "2024-03-05", "2024-03-05T09:00:00Z"),
        ("excel", "45356", "2024-03-05", "2024-03-04T16:00:00Z"),
        ("excel", "45356.5", "2024-03-05", "2024-03-05T04:00:00Z"),
        ("excel", "1", "1900-01-01", "1899-12-31T15:54:17Z"),
        ("excel", "61", "1900-03-01", "1900-02-28T15:54:17Z"),
        ("excel1904", "43894", "2024-03-05", "2024-03-04T16:00:00Z"),
    ],
)
def test_texts(pattern: str, text: str, day: str, instant: str) -> None:
    assert day_reader(style(pattern), SHANGHAI)(text) == day
    assert instant_reader(style(pattern), SHANGHAI)(text) == instant


@pytest.mark.parametrize(
    ("cell", "day", "instant"),
    [
        (date(2024, 3, 5), "2024-03-05", "2024-03-04T16:00:00Z"),
        (datetime(2024, 3, 5, 10), "2024-03-05", "2024-03-05T02:00:00Z"),  # noqa: DTZ001  # as a worksheet gives it
        (datetime(2024, 3, 5, 23, tzinfo=UTC), "2024-03-06", "2024-03-05T23:00:00Z"),
        (datetime(2024, 3, 5, tzinfo=timezone(timedelta(hours=-5))), "2024-03-05", "2024-03-05T05:00:00Z"),
        (None, None, None),
        ("", None, None),
        ("  ", None, None),
    ],
)
def test_typed_and_empty_cells(cell: object, day: str | None, instant: str | None) -> None:
    assert day_reader(style("iso"), SHANGHAI)(cell) == day
    assert instant_reader(style("iso"), SHANGHAI)(cell) == instant


@pytest.mark.parametrize("cell", [45356, 45356.0, Decimal(45356)])
def test_a_number_is_a_date_only_where_the_format_says_so(cell: object) -> None:
    assert day_reader(style("excel"), BERLIN)(cell) == "2024-03-05"
    with pytest.raises(Misfit) as caught:
        day_reader(style("iso"), BERLIN)(cell)
    assert caught.value.wrong_format


def test_a_local_time_in_a_gap_is_the_instant_after_it_and_a_doubled_one_the_first() -> None:
    read = instant_reader(style("iso"), BERLIN)
    assert read("2024-03-31T02:30:00") == "2024-03-31T01:30:00Z"
    assert read("2024-10-27T02:30:00") == "2024-10-27T00:30:00Z"
    # There the clocks went from 00:00 to 01:00, and the day began with that jump, at 03:00 UTC.
    assert instant_reader(style("iso"), SAO_PAULO)("2018-11-04") == "2018-11-04T03:00:00Z"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("iso", "05/03/2024"),
        ("iso", "2024-3-5"),
        ("iso", "20240305"),
        ("iso", "2024-W10-2"),
        ("iso", "2024-02-30"),
        ("iso", "2024-13-01"),
        ("iso", "2024-03-05T25:00"),
        ("iso", "yesterday"),
        ("iso", "24-03-05"),
        ("%d/%m/%Y", "03/25/2024"),
        ("%d/%m/%Y", "05/03/24"),
        ("%d/%m/%Y", "05/03/2024 10:00"),
        ("%I:%M %p %d.%m.%Y", "13:00 pm 05.03.2024"),
        ("excel", "2024-03-05"),
        ("excel", "-5"),
        ("iso", "٢٠٢٤-03-05"),
        ("iso", "2024-03-05" + "0" * 100),
    ],
)
def test_what_is_no_such_date_is_a_misfit(pattern: str, text: str) -> None:
    with pytest.raises(Misfit) as caught:
        day_reader(style(pattern), BERLIN)(text)
    assert caught.value.wrong_format


@pytest.mark.parametrize(
    ("pattern", "cell"),
    [
        ("iso", "0001-01-01"),
        ("iso", "1899-12-31"),
        ("iso", "2200-01-01"),
        ("iso", "9999-12-31T23:59:59Z"),
        ("iso", datetime(1, 1, 1, tzinfo=UTC)),
        ("iso", date(9999, 12, 31)),
        ("excel", "0"),
        ("excel", "999999"),
        ("excel", 10**400),
        ("excel", float("nan")),
        ("excel", float("inf")),
    ],
)
def test_dates_out_of_range_are_misfits_of_the_value(pattern: str, cell: object) -> None:
    for read in (day_reader(style(pattern), BERLIN), instant_reader(style(pattern), BERLIN)):
        with pytest.raises(Misfit) as caught:
            read(cell)
        assert not caught.value.wrong_format


@pytest.mark.parametrize("cell", [True, [2024], {"y": 1}])
def test_other_types_are_no_dates(cell: object) -> None:
    with pytest.raises(Misfit):
        day_reader(style("excel"), BERLIN)(cell)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_day_survives_being_written_and_read(day: date) -> None:
    for pattern in ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y年%m月%d日", "%d %b %Y"):
        assert day_reader(style(pattern), BERLIN)(day.strftime(pattern)) == day.isoformat()
    assert day_reader(style("iso"), BERLIN)(day.isoformat()) == day.isoformat()


@given(st.text(max_size=40), st.sampled_from(["iso", "excel", "%d/%m/%Y", "%b %d, %Y %I:%M %p", "%Y-%m-%d %z"]))
def test_no_text_crashes_a_reader(text: str, pattern: str) -> None:
    for read in (day_reader(style(pattern), BERLIN), instant_reader(style(pattern), BERLIN)):
        with suppress(Misfit):
            read(text)


@given(
    st.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1)),  # noqa: DTZ001  # the offset is written behind it
    st.sampled_from(["Z", "+00:00", "-06:00", "+08:00", "+05:30", "-23:00", "+99:00", ""]),
    st.sampled_from([" ", "T"]),
)
def test_an_instant_is_the_same_by_its_hour_as_by_the_calendar(moment: datetime, offset: str, between: str) -> None:
    text = f"{moment.isoformat(sep=between, timespec='seconds')}{offset}"
    read = instant_reader(DateFormat(), ZoneInfo("America/Chicago"))
    if offset == "+99:00":
        with pytest.raises(Misfit):
            read(text)
        return
    plain = datetime.fromisoformat(text)
    aware = plain if plain.tzinfo else plain.replace(tzinfo=ZoneInfo("America/Chicago"))
    assert read(text) == f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("text", ["2024-03-05T24:00:00Z", "2024-03-05T29:10:00+00:00", "2023-02-29T10:00:00-06:00"])
def test_an_hour_or_day_that_there_is_not_is_a_misfit(text: str) -> None:
    with pytest.raises(Misfit):
        instant_reader(DateFormat(), ZoneInfo("UTC"))(text)
