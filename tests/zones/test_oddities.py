"""What looks odd in hours: on each side of each edge, and the same two queries for one entry or many."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from zones.models import HourEntry
from zones.oddities import oddities_of
from zones.week import read_hours

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
FIRST = date(2025, 7, 1)


@pytest.fixture
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def stored(project, mentor, enterprise):
    """Entries as the database holds them: two hours on the day, sent that evening, unless told otherwise."""

    def make(*days, **fields):
        rows = [
            HourEntry(
                **{"project": project, "person": mentor, "organization": enterprise, "date": day}
                | {"hours": Decimal(2), "activity": "mentoring", "status": "submitted"}
                | {"submitted_at": datetime(day.year, day.month, day.day, 10, tzinfo=UTC)}
                | fields
            )
            for day in days
        ]
        return HourEntry.objects.bulk_create(rows)

    return make


def sentences(entries):
    return [sorted(oddities_of(entries).get(entry.pk, [])) for entry in entries]


@pytest.mark.parametrize(("hours", "said"), [(8, []), (Decimal("8.25"), ["16.25 hours on this day over all projects"])])
def test_a_day_of_more_than_16_hours_is_odd(stored, hours, said):
    entries = stored(FIRST, hours=8) + stored(FIRST, hours=hours, activity="teaching")
    assert sentences(entries) == [said, said]


@pytest.mark.parametrize(
    ("hours", "said"), [(6, []), (Decimal("6.25"), ["2 enterprises on this day, 12.25 hours together"])]
)
def test_two_enterprises_on_a_day_are_odd_beyond_12_hours(stored, rival_project, hours, said):
    entries = stored(FIRST, hours=6) + stored(FIRST, hours=hours, project=rival_project)
    assert sentences(entries) == [said, said]


@pytest.mark.parametrize(("count", "said"), [(14, []), (15, ["All 15 days of the month have the same hours"])])
def test_a_month_of_identical_days_is_odd(stored, count, said):
    entries = stored(*(FIRST + timedelta(days=n) for n in range(count)))
    assert sentences(entries) == [said] * count


def test_a_month_with_one_other_day_is_not_odd(stored):
    entries = stored(*(FIRST + timedelta(days=n) for n in range(15))) + stored(date(2025, 7, 20), hours=3)
    assert sentences(entries) == [[]] * 16


@pytest.mark.parametrize(("count", "said"), [(29, []), (30, ["30 days of one quarter were sent on a single day"])])
def test_a_quarter_sent_on_one_day_is_odd(stored, count, said):
    evening = datetime(2025, 9, 30, 12, tzinfo=UTC)
    days = [FIRST + timedelta(days=3 * n) for n in range(count - 1)] + [date(2025, 9, 29)]
    assert sentences(stored(*days, submitted_at=evening)) == [said] * count


def test_oddities_cost_two_queries_for_one_entry_or_many(stored, django_assert_num_queries):
    entries = stored(*(FIRST + timedelta(days=n) for n in range(20)))
    for some in (entries[:1], entries):
        with django_assert_num_queries(2):
            oddities_of(some)


def test_the_countersigner_reads_what_is_odd_beside_the_entry(stored, college_admin, client_for):
    (entry,) = stored(FIRST, hours=17)
    for address in ("/zones/hours/countersign/", f"/zones/hours/{entry.pk}/"):
        assert "17 hours on this day over all projects" in client_for(college_admin).get(address).text


@pytest.mark.parametrize("typed", ["1.5", "1:30", "１．５", "１：３０", "1。5", " 01:30 "])
def test_hours_are_read_as_people_type_them(typed):
    assert read_hours(typed) == Decimal("1.5")
