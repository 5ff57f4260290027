"""The calendar that programs subscribe to: what stands in it, for whom, and when it stops."""

from datetime import date, timedelta

import pytest
import vobject
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from consortium.models import Affiliation, HistoryEntry, User
from tasks.models import CalendarLink, Milestone, Plan, Task

PAGE = reverse("tasks:calendar_link")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def due(plan, college, college2):
    """Milestones of the own college, one of them confirmed, of another one, and of another consortium."""
    today = timezone.localdate()
    rows = {}
    for number, (name, unit) in enumerate([("own", college), ("others", college2)], 1):
        task = Task.objects.create(
            plan=plan, number=number, goal=f"{name}，目标; 甲\\乙", responsible_organization=unit
        )
        rows[name] = Milestone.objects.create(
            task=task, quarter=1, text="召开对接会，" * 30, due=today + timedelta(days=number)
        )
    rows["confirmed"] = Milestone.objects.create(
        task=rows["own"].task, quarter=2, text="…", due=today, status="confirmed", confirmed_at=timezone.now()
    )
    rows["ancient"] = Milestone.objects.create(task=rows["own"].task, quarter=3, text="…", due=date(2020, 1, 1))
    return rows


@pytest.fixture
def foreign(other_consortium, outsider):
    other = Plan.objects.create(consortium=other_consortium, year=2026, title="…", unit="…")
    task = Task.objects.create(
        plan=other, number=1, goal="外地目标", responsible_organization=outsider.affiliation.organization
    )
    return Milestone.objects.create(task=task, quarter=1, text="…", due=timezone.localdate())


@pytest.fixture
def feed(client, client_for):
    """The address that the page shows a person; the feed is read without signing in."""

    def make(user: User) -> str:
        return client_for(user).post(PAGE).context["address"]

    return make


def days(content: bytes) -> dict[str, date]:
    return {str(event["summary"]): event["dtstart"].dt for event in Calendar.from_ical(content).walk("VEVENT")}


def test_two_readers_understand_the_same_days_and_texts(due, college_admin, feed, client):
    answer = client.get(feed(college_admin))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    title = f"1 {due['own'].task.goal} · Q1"
    assert days(answer.content) == {title: due["own"].due}
    [event] = vobject.readOne(answer.content.decode()).vevent_list
    assert (event.summary.value, event.dtstart.value) == (title, due["own"].due)
    assert (event.dtend.value, event.transp.value) == (due["own"].due + timedelta(days=1), "TRANSPARENT")
    assert event.description.value.startswith(due["own"].text)
    assert event.url.value.endswith(due["own"].get_absolute_url())
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_a_unit_reads_its_own_and_the_bureau_the_whole_table(due, foreign, college_admin, bureau, feed, client):
    own, others = due["own"], due["others"]
    for user, rows in ((college_admin, [own]), (bureau, [own, others])):
        assert days(client.get(feed(user)).content) == {f"{row.task} · Q1": row.due for row in rows}


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 12, 31)], ids=str)
def test_a_day_is_that_day_and_ends_with_it(due, day, college_admin, feed, client):
    Milestone.objects.filter(pk=due["own"].pk).update(due=day)
    [event] = vobject.readOne(client.get(feed(college_admin)).content.decode()).vevent_list
    assert (event.dtstart.value, event.dtend.value) == (day, day + timedelta(days=1))


def test_a_revoked_link_and_one_that_was_replaced_stop_working(due, college_admin, feed, client, client_for):
    first = feed(college_admin)
    second = feed(college_admin)
    assert [client.get(address).status_code for address in (first, second)] == [404, 200]
    assert client_for(college_admin).post(reverse("tasks:calendar_revoke")).url == PAGE
    assert client.get(second).status_code == 404
    acts = HistoryEntry.objects.of(college_admin).filter(what="Calendar link").order_by("pk")
    assert list(acts.values_list("new", flat=True)) == ["made", "made", "revoked"]


def test_a_link_stops_with_the_role_the_account_and_the_membership(due, college_admin, college, feed, client):
    address = feed(college_admin)
    role = Affiliation.objects.filter(user=college_admin)
    today = timezone.localdate()
    for rows, off, on in (
        (role, {"ended_on": today}, {"ended_on": None}),
        (User.objects.filter(pk=college_admin.pk), {"is_active": False}, {"is_active": True}),
        (college.memberships.all(), {"left_on": today}, {"left_on": None}),
    ):
        rows.update(**off)
        assert client.get(address).status_code == 404
        rows.update(**on)
        assert client.get(address).status_code == 200


def test_a_link_holds_what_its_role_sees_whatever_the_person_acts_as(
    due, college_admin, bureau_organization, consortium, feed, client
):
    address = feed(college_admin)
    second = Affiliation.objects.create(
        user=college_admin, role="bureau", organization=bureau_organization, consortium=consortium,
        started_on=date(2020, 1, 1),
    )  # fmt: skip
    User.objects.filter(pk=college_admin.pk).update(acting=second)
    assert list(days(client.get(address).content)) == [f"{due['own'].task} · Q1"]


def test_the_secret_is_kept_nowhere_and_the_page_shows_it_once(college_admin, client_for, plan):
    client = client_for(college_admin)
    page = client.post(PAGE)
    secret = page.context["address"].rsplit("/", 1)[1].removesuffix(".ics")
    assert secret not in CalendarLink.objects.get().secret_hash
    assert "no-store" in page.headers["Cache-Control"]
    again = client.get(PAGE).content.decode()
    assert (secret in again, "Replace the link" in again) == (False, True)


def test_who_sees_no_tasks_gets_no_link(client_for, partner, client):
    assert client_for(partner).post(PAGE).status_code == 403
    assert client.get(reverse("tasks:calendar_feed", args=["wrong"])).status_code == 404
    assert client.post(reverse("tasks:calendar_feed", args=["wrong"])).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_the_feed_takes_the_same_queries_whatever_its_size(
    plan, college, college_admin, feed, client, rows, django_assert_num_queries
):
    for number in range(rows):
        task = Task.objects.create(plan=plan, number=number + 1, goal="…", responsible_organization=college)
        Milestone.objects.create(task=task, quarter=1, text="…", due=timezone.localdate())
    address = feed(college_admin)
    with django_assert_num_queries(5):
        client.get(address)
