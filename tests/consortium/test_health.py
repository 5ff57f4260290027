"""The health of a consortium: what exists, without a gap since when, and how it was before."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from consortium import health
from consortium.health import MEMBERS, Need, over_time
from consortium.models import Membership, Platform

TODAY = date(2026, 11, 27)


def need(*spans) -> Need:
    return Need(MEMBERS, "x", spans, "/", "")


@pytest.mark.parametrize(
    ("spans", "since"),
    [
        ([(date(2024, 3, 1), None)], date(2024, 3, 1)),
        ([(date(2024, 3, 1), date(2026, 11, 27))], None),  # the day of leaving is a day without it
        ([(date(2024, 3, 1), date(2026, 11, 28))], date(2024, 3, 1)),
        ([(date(2026, 11, 28), None)], None),
        ([(date(2020, 1, 1), date(2025, 1, 1)), (date(2025, 1, 1), None)], date(2020, 1, 1)),
        ([(date(2020, 1, 1), date(2024, 12, 31)), (date(2025, 1, 1), None)], date(2025, 1, 1)),  # one day of a gap
        ([(date(2020, 1, 1), date(2026, 1, 1)), (date(2021, 1, 1), date(2022, 1, 1)), (date(2023, 1, 1), None)],
         date(2020, 1, 1)),
    ],
)  # fmt: skip
def test_it_is_there_since_the_day_after_the_last_gap(spans, since):
    assert need(*spans).since(TODAY) == since


def test_the_quarters_before_are_reckoned_from_the_days():
    found = [need((date(2026, 7, 1), None)), need((date(2020, 1, 1), date(2026, 10, 1)))]
    assert over_time(found, TODAY, quarters=4) == [
        (date(2026, 3, 31), 1), (date(2026, 6, 30), 1), (date(2026, 9, 30), 2), (date(2026, 11, 27), 1),
    ]  # fmt: skip
    assert [day for day, _met in over_time(found, date(2026, 2, 1), quarters=3)] == [
        date(2025, 9, 30), date(2025, 12, 31), date(2026, 2, 1),
    ]  # fmt: skip


def test_what_is_missing_says_what_to_do_and_a_record_mends_it(
    client_for, secretariat, enterprise, consortium, settings
):
    settings.LANGUAGE_CODE = "en"
    client, address = client_for(secretariat), reverse("consortium:health")
    with translation.override("en"):
        before = {str(one.label) for one in client.get(address).context["missing"]}
        assert "Enter it under platforms and bases once it works." in client.get(address).content.decode()
        client.post(
            reverse("consortium:platform_create"),
            {"kind": "talent", "name": "人才信息平台", "operator": "示例企业一", "since": "2026-01-01"},
        )
        after = {str(one.label) for one in client.get(address).context["missing"]}
    assert Platform.objects.get().operator == enterprise
    assert before - after == {"Talent information platform"}


def test_a_member_that_left_is_missed_from_that_day(secretariat, enterprise):
    def there() -> int:
        found = {str(one.url): one for one in health.needs_of(secretariat)}
        return found[f"{reverse('consortium:organization_list')}?kind=enterprise&now=true"].count_on(
            timezone.localdate()
        )

    assert there() == 1
    Membership.objects.filter(organization=enterprise).update(left_on=timezone.localdate())
    assert there() == 0


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_needs_the_same_queries_however_many_members(
    client_for, secretariat, make_organization, consortium, count, django_assert_num_queries
):
    for number in range(count):
        make_organization(f"示例企业{number}", "enterprise", consortium)
    client, address = client_for(secretariat), reverse("consortium:health")
    client.get(address)
    with django_assert_num_queries(10):
        client.get(address)
