from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.errors import KpiError
from kpi_engine.period import Calendar, Grain, Period, epoch_day, epoch_second

DAY = timedelta(days=1)
BOUNDED = [grain for grain in Grain if grain is not Grain.ALL]

# Zones whose clocks jump over midnight, are set back over midnight, skipped a day, or move by half hours.
ZONES = [
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/St_Johns",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "America/Toronto",
    "Asia/Kathmandu",
]

seconds = st.integers(-2_145_916_800, 7_226_582_400)  # 1902 to 2199
days = st.dates(date(1901, 1, 1), date(2199, 12, 31))
calendars = st.builds(
    Calendar,
    st.sampled_from(ZONES),
    fiscal_year_starts=st.integers(1, 12),
    week_starts=st.integers(0, 6),
)
grains = st.sampled_from(BOUNDED)


def bounds(period: Period) -> tuple[date, date]:
    assert period.start is not None
    assert period.end is not None
    return period.start, period.end


class TestPeriods:
    @given(calendars, grains, days, st.integers(0, 900))
    def test_tile_the_range_without_gap_or_overlap(
        self, calendar: Calendar, grain: Grain, since: date, span: int
    ) -> None:
        until = since + span * DAY
        periods = calendar.periods(grain, since, until)
        assert bool(periods) == (since < until)
        if periods:
            assert bounds(periods[0])[0] <= since < bounds(periods[0])[1]
            assert bounds(periods[-1])[0] < until <= bounds(periods[-1])[1]
        for one, next_one in pairwise(periods):
            assert one.end == next_one.start

    @given(calendars, grains, days)
    def test_every_day_lies_in_the_period_of_each_of_its_days(
        self, calendar: Calendar, grain: Grain, day: date
    ) -> None:
        period = calendar.period_of(grain, day)
        start, end = bounds(period)
        assert start <= day < end
        assert calendar.period_of(grain, start) == calendar.period_of(grain, end - DAY) == period

    @given(calendars, days)
    def test_months_lie_inside_quarters_inside_years(self, calendar: Calendar, day: date) -> None:
        month, quarter, year = (
            bounds(calendar.period_of(grain, day)) for grain in (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
        )
        assert year[0] <= quarter[0] <= month[0] < month[1] <= quarter[1] <= year[1]

    @given(calendars, days)
    def test_have_the_length_of_their_grain(self, calendar: Calendar, day: date) -> None:
        lengths = {grain: (bounds(calendar.period_of(grain, day))) for grain in BOUNDED}
        assert (lengths[Grain.WEEK][1] - lengths[Grain.WEEK][0]).days == 7
        assert lengths[Grain.WEEK][0].weekday() == calendar.week_starts
        for grain, months in ((Grain.MONTH, 1), (Grain.QUARTER, 3), (Grain.YEAR, 12)):
            start, end = lengths[grain]
            assert start.day == end.day == 1
            assert (end.year - start.year) * 12 + end.month - start.month == months
            assert (start.month - calendar.fiscal_year_starts) % months == 0

    def test_of_all_is_one_without_bounds(self) -> None:
        calendar = Calendar("UTC")
        assert calendar.periods(Grain.ALL, date(2017, 1, 1), date(2018, 1, 1)) == (Period(Grain.ALL, None, None),)
        assert calendar.periods(Grain.ALL, date(2017, 1, 1), date(2017, 1, 1)) == ()

    @pytest.mark.parametrize(
        ("grain", "key"),
        [
            ("week", "2017-04-30"),
            ("month", "2017-05-01"),
            ("quarter", "2017-04-01"),
            ("year", "2016-07-01"),
            ("all", ""),
        ],
    )
    def test_are_called_by_their_first_day(self, grain: str, key: str) -> None:
        calendar = Calendar("UTC", fiscal_year_starts=7, week_starts=6)
        assert calendar.period_of(Grain(grain), date(2017, 5, 2)).key == key


class TestPreviousAndPriorYear:
    @given(calendars, grains, days)
    def test_previous_ends_where_the_period_starts(self, calendar: Calendar, grain: Grain, day: date) -> None:
        period = calendar.period_of(grain, day)
        previous = calendar.previous(period)
        assert previous is not None
        assert previous.end == period.start
        assert calendar.period_of(grain, bounds(previous)[1]) == period

    @given(calendars, st.sampled_from([Grain.MONTH, Grain.QUARTER, Grain.YEAR]), days)
    def test_prior_year_keeps_the_phase(self, calendar: Calendar, grain: Grain, day: date) -> None:
        period = calendar.period_of(grain, day)
        prior = calendar.prior_year(period)
        assert prior is not None
        start, prior_start = bounds(period)[0], bounds(prior)[0]
        assert (prior_start.year, prior_start.month) == (start.year - 1, start.month)
        steps = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}[grain]
        stepped: Period | None = period
        for _ in range(steps):
            assert stepped is not None
            stepped = calendar.previous(stepped)
        assert stepped == prior

    @given(days)
    def test_weeks_are_compared_by_iso_number(self, day: date) -> None:
        calendar = Calendar("UTC")
        week = calendar.period_of(Grain.WEEK, day)
        prior = calendar.prior_year(week)
        assert prior is not None
        year, number, _ = bounds(week)[0].isocalendar()
        prior_year, prior_number, _ = bounds(prior)[0].isocalendar()
        assert prior_year == year - 1
        assert prior_number == min(number, 52) or (number, prior_number) == (53, 53)

    @given(calendars, days)
    def test_prior_year_of_a_week_is_52_or_53_weeks_ago_whatever_day_weeks_start_on(
        self, calendar: Calendar, day: date
    ) -> None:
        week = calendar.period_of(Grain.WEEK, day)
        prior = calendar.prior_year(week)
        assert prior is not None
        assert (bounds(week)[0] - bounds(prior)[0]).days in (364, 371)

    def test_all_has_neither(self) -> None:
        calendar = Calendar("UTC")
        everything = Period(Grain.ALL, None, None)
        assert calendar.previous(everything) is None
        assert calendar.prior_year(everything) is None


class TestStartOfDay:
    @pytest.mark.parametrize(
        ("zone", "day", "start"),
        [
            ("Asia/Shanghai", "2017-03-01", "2017-02-28T16:00:00"),
            ("America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00"),  # 00:00 does not exist: begins at 01:00
            ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00"),  # set back at midnight: 23:00 came twice
            ("Asia/Beirut", "2017-03-26", "2017-03-25T22:00:00"),
            ("Asia/Beirut", "2017-10-29", "2017-10-28T22:00:00"),  # 23:00 came twice
            ("America/Havana", "2017-11-05", "2017-11-05T04:00:00"),  # 00:00 came twice: the first
            ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00"),  # from 23:30 to 00:30
            ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00"),  # from 00:01 to 23:01
            ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00"),  # the day that Samoa skipped
            ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00"),
        ],
        ids=lambda value: value,
    )
    def test_is_the_first_existing_instant(self, zone: str, day: str, start: str) -> None:
        assert Calendar(zone).start_of_day(date.fromisoformat(day)) == datetime.fromisoformat(f"{start}+00:00")

    @pytest.mark.parametrize(
        ("day", "hours"),
        [("2017-03-26", 23), ("2017-10-29", 25), ("2017-06-01", 24)],
        ids=["spring", "autumn", "summer"],
    )
    def test_days_have_as_many_hours_as_they_have(self, day: str, hours: int) -> None:
        calendar, one = Calendar("Europe/Berlin"), date.fromisoformat(day)
        assert calendar.start_of_day(one + DAY) - calendar.start_of_day(one) == timedelta(hours=hours)

    @pytest.mark.parametrize("zone", ZONES)
    @given(day=days)
    def test_nothing_before_it_shows_the_date_and_it_does(self, zone: str, day: date) -> None:
        start = Calendar(zone).start_of_day(day)
        assert start.tzinfo is UTC
        clock = ZoneInfo(zone)
        assert (start - timedelta(seconds=1)).astimezone(clock).date() < day
        assert start.astimezone(clock).date() >= day

    @pytest.mark.parametrize("zone", ZONES)
    @given(second=seconds)
    def test_every_instant_lies_in_exactly_one_day(self, zone: str, second: int) -> None:
        calendar, instant = Calendar(zone), datetime.fromtimestamp(second, UTC)
        day = calendar.local_date(instant)
        assert calendar.start_of_day(day) <= instant < calendar.start_of_day(day + DAY)

    @pytest.mark.parametrize("minute", range(-70, 70, 5))
    def test_an_instant_after_a_midnight_that_came_twice_stays_in_the_new_day(self, minute: int) -> None:
        calendar, night = Calendar("America/St_Johns"), datetime(2010, 11, 7, 2, 30, tzinfo=UTC)
        expected = date(2010, 11, 6) if minute < 0 else date(2010, 11, 7)
        assert calendar.local_date(night + timedelta(minutes=minute)) == expected

    def test_a_naive_instant_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            Calendar("UTC").local_date(datetime(2017, 1, 1))  # noqa: DTZ001  # the mistake under test


class TestEpoch:
    @given(days)
    def test_days_count_on_by_one(self, day: date) -> None:
        assert epoch_day(day + DAY) == epoch_day(day) + 1

    @given(days)
    def test_a_day_of_utc_begins_at_its_number_times_its_seconds(self, day: date) -> None:
        assert epoch_second(Calendar("UTC").start_of_day(day)) == epoch_day(day) * 86_400

    def test_another_zone_is_the_same_instant(self) -> None:
        assert epoch_second(datetime(1970, 1, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai"))) == 0

    def test_parts_of_a_second_round_down_before_1970_too(self) -> None:
        assert epoch_second(datetime(1969, 12, 31, 23, 59, 59, 500_000, tzinfo=UTC)) == -1

    def test_a_naive_instant_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            epoch_second(datetime(2017, 1, 1))  # noqa: DTZ001  # the mistake under test


class TestSettings:
    @pytest.mark.parametrize(
        ("zone", "hint"),
        [
            ("Asia/Shanghia", "did you mean Asia/Shanghai?"),
            ("asia/shanghai!", "did you mean Asia/Shanghai?"),
            ("Peking", "use an IANA name"),
            ("", "use an IANA name"),
            ("America", "did you mean"),
            ("../../etc/passwd", "use an IANA name"),
            ("/etc/passwd", "use an IANA name"),
            ("UTC\0", "did you mean"),
        ],
    )
    def test_an_unknown_zone_is_named_with_the_nearest(self, zone: str, hint: str) -> None:
        with pytest.raises(KpiError, match="there is no time zone") as caught:
            Calendar(zone)
        assert hint in str(caught.value.hint)

    @pytest.mark.parametrize("month", [0, 13, -1])
    def test_a_fiscal_year_starts_in_a_month(self, month: int) -> None:
        with pytest.raises(KpiError, match="fiscal year cannot start in month"):
            Calendar("UTC", fiscal_year_starts=month)

    @pytest.mark.parametrize("day", [-1, 7])
    def test_a_week_starts_on_a_weekday(self, day: int) -> None:
        with pytest.raises(KpiError, match="week cannot start on day"):
            Calendar("UTC", week_starts=day)

    def test_calendars_of_the_same_settings_are_equal(self) -> None:
        assert Calendar("UTC") == Calendar("UTC")
        assert hash(Calendar("UTC")) == hash(Calendar("UTC"))


class TestWorkingDays:
    CHINA = Calendar("Asia/Shanghai", holidays="CN")

    # The State Council's notice for 2024: https://www.gov.cn/zhengce/content/202310/content_6911527.htm
    @pytest.mark.parametrize(
        ("day", "works"),
        [
            (
                "2024-02-09",
                True,
            ),  # Friday, New Year's Eve: people were asked to let it be free, it stayed a working day
            ("2024-02-12", False),  # Monday in the spring festival
            ("2024-02-04", True),  # Sunday, worked instead
            ("2024-02-18", True),  # Sunday, worked instead
            ("2024-02-11", False),  # Sunday
            ("2024-10-07", False),  # national day
            ("2024-10-12", True),  # Saturday, worked instead
            ("2024-10-19", False),  # any Saturday
        ],
    )
    def test_china_works_on_weekends_it_moved(self, day: str, works: bool) -> None:
        assert self.CHINA.is_working_day(date.fromisoformat(day)) is works

    def test_china_2024_by_the_official_count(self) -> None:
        # 366 days, 104 Saturdays and Sundays, 8 of them worked; free weekdays: 1 + 5 + 2 + 3 + 1 + 2 + 5
        assert self.CHINA.working_days(date(2024, 1, 1), date(2025, 1, 1)) == 366 - 104 + 8 - 19

    def test_a_year_not_yet_announced_counts_plain_weekends(self) -> None:
        weekends = [day for n in range(365) if (day := date(2090, 1, 1) + n * DAY).weekday() >= 5]
        assert not any(self.CHINA.is_working_day(day) for day in weekends)

    def test_a_region_has_holidays_of_its_own(self) -> None:
        cesar_chavez_day = date(2017, 3, 31)
        assert not Calendar("UTC", holidays="US-CA").is_working_day(cesar_chavez_day)
        assert Calendar("UTC", holidays="US").is_working_day(cesar_chavez_day)

    def test_weekends_are_the_countrys(self) -> None:
        friday, sunday = date(2024, 5, 3), date(2024, 5, 5)
        assert not Calendar("UTC", holidays="SA").is_working_day(friday)
        assert Calendar("UTC", holidays="SA").is_working_day(sunday)

    def test_the_company_knows_better_than_the_library(self) -> None:
        free, worked = date(2024, 5, 8), date(2024, 5, 1)
        calendar = Calendar(
            "UTC", holidays="CN", extra_holidays=frozenset({free, worked}), extra_working_days=frozenset({worked})
        )
        assert not calendar.is_working_day(free)
        assert calendar.is_working_day(worked)

    def test_without_a_country_only_weekends_are_free(self) -> None:
        assert Calendar("UTC").working_days(date(2024, 1, 1), date(2025, 1, 1)) == 262

    def test_an_empty_range_has_none(self) -> None:
        assert Calendar("UTC").working_days(date(2024, 1, 2), date(2024, 1, 2)) == 0
        assert Calendar("UTC").working_days(date(2024, 1, 2), date(2024, 1, 1)) == 0

    @given(days, st.integers(0, 40), st.integers(0, 40))
    def test_add_up(self, start: date, one: int, other: int) -> None:
        calendar = Calendar("UTC")
        middle, end = start + one * DAY, start + (one + other) * DAY
        assert calendar.working_days(start, middle) + calendar.working_days(middle, end) == calendar.working_days(
            start, end
        )

    def test_the_librarys_warnings_do_not_reach_the_user(self) -> None:
        # India's lunar holidays are known from 2001 on, and the library warns about earlier years.
        assert Calendar("UTC", holidays="IN").is_working_day(date(1990, 3, 1))

    @pytest.mark.parametrize(
        ("country", "message", "hint"),
        [
            ("cn", "no public holidays are known for country 'cn'", "did you mean CN?"),
            ("Atlantis", "no public holidays are known for country 'Atlantis'", "ISO 3166"),
            ("DE-BAY", "no public holidays are known for region BAY of DE", "did you mean BY?"),
            ("CN-BJ", "no public holidays are known for region BJ of CN", "leave the region out"),
        ],
    )
    def test_an_unknown_country_is_named_with_the_nearest(self, country: str, message: str, hint: str) -> None:
        with pytest.raises(KpiError, match=message) as caught:
            Calendar("UTC", holidays=country).is_working_day(date(2017, 3, 1))
        assert hint in str(caught.value.hint)

    def test_the_library_is_not_loaded_before_it_is_needed(self) -> None:
        calendar = "from kpi_engine.period import Calendar; Calendar('UTC', holidays='CN')"
        program = f"import sys; {calendar}; print('holidays' in sys.modules)"
        answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
        assert answer.stdout == "False\n"
