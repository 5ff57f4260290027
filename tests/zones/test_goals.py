"""The five goals of a zone: target, reached, and what proves it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from consortium.models import HistoryEntry
from zones.facts import goal_light
from zones.models import TeachingResource, ZoneGoal, time_gone
from zones.services import save_goal, verify

MAY = date(2026, 5, 15)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def make_goal(zone, today):
    def make(**fields) -> ZoneGoal:
        usual = {"kind": "courses", "year": today.year, "measure": "教学案例", "unit": "个", "target": Decimal(24)}
        return ZoneGoal(zone=zone, **usual | fields)

    return make


def test_a_goal_is_set_once_a_year_with_a_target(make_goal, college_admin):
    save_goal(make_goal(), by=college_admin)
    for fields, error in (
        ({}, {"__all__": ["The zone has this goal for the year already."]}),
        ({"kind": "base", "target": 0}, {"target": ["This must be more than 0."]}),
        ({"kind": "base", "reached": -1}, {"reached": ["This cannot be less than 0."]}),
    ):
        with pytest.raises(ValidationError) as caught:
            save_goal(make_goal(**fields), by=college_admin)
        assert caught.value.message_dict == error


@pytest.mark.parametrize(
    ("day", "percent"),
    [(date(2025, 12, 31), 0), (date(2026, 1, 1), 0), (MAY, 36), (date(2026, 12, 31), 100), (date(2027, 3, 1), 100)],
)
def test_time_goes_by_from_the_first_to_the_last_day(day, percent):
    assert time_gone(2026, day) == percent


@pytest.mark.parametrize(
    ("reached", "light"),
    [
        ("6", ("soon", "11 points behind")),
        ("8", ("plan", "On time")),
        ("12", ("plan", "Ahead")),
        ("23.99", ("plan", "Ahead")),
        ("24", ("done", "Reached")),
    ],
)
def test_a_goal_stands_against_the_time_gone_by(make_goal, reached, light):
    assert goal_light(make_goal(year=2026, reached=Decimal(reached)), MAY) == light


def test_the_college_sets_and_keeps_a_goal_in_the_browser(zone, today, college_admin, partner, client_for):
    college, enterprise = client_for(college_admin), client_for(partner)
    create = reverse("zones:goal_create", args=[zone.pk, "courses"])
    assert f'href="{create}"' in college.get(zone.get_absolute_url()).content.decode()
    assert f'href="{create}"' not in enterprise.get(zone.get_absolute_url()).content.decode()
    assert college.get(create).context["form"].initial["unit"] == "cases"
    sent = {"measure": "教学案例", "unit": "个", "target": "24", "reached": "6", "register": "teaching_resource"}
    college.post(create, sent)
    goal = ZoneGoal.objects.get()
    rows = f"{reverse('zones:teaching_resource_list')}?zone={zone.pk}&year={today.year}&status=verified"
    assert (goal.year, goal.evidence_url, goal.share) == (today.year, rows, 25)
    assert "6/24 个" in enterprise.get(zone.get_absolute_url()).content.decode()
    update = reverse("zones:goal_update", args=[goal.pk])
    college.post(update, sent | {"reached": "7", "register": ""})
    goal.refresh_from_db()
    assert (goal.reached, goal.evidence_url) == (7, goal.get_absolute_url())
    assert [row.what for row in HistoryEntry.objects.of(goal)] == ["register", "reached", "created"]
    assert enterprise.get(goal.get_absolute_url()).status_code == 200
    assert [enterprise.get(address).status_code for address in (create, update)] == [403, 403]
    assert college.get(reverse("zones:goal_create", args=[zone.pk, "nonsense"])).status_code == 404


def test_the_page_of_a_goal_says_what_its_register_proves(
    make_goal, make_record, second_admin, college_admin, client_for, today, now
):
    record = make_record(TeachingResource, date=date(today.year, 1, 1))
    goal = save_goal(make_goal(register="teaching_resource"), by=college_admin)
    other = save_goal(make_goal(year=today.year - 1), by=college_admin)
    client = client_for(college_admin)
    assert client.get(goal.get_absolute_url()).context["card"]["value"] == 0
    verify(record, by=second_admin, now=now)
    context = client.get(goal.get_absolute_url()).context
    assert (context["card"]["value"], list(context["others"])) == (1, [other])
